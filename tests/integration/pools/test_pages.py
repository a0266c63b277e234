"""Pages of pools in a browser's way: right buttons, kept entries, second clicks, strangers."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, pools
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.demands.model import Demand
from vergabe.pools import proposal_cards
from vergabe.pools.model import Joining, Pool

pytestmark = pytest.mark.usefixtures("moving_clock")
HTML = "<script>alert(1)</script>"
UNKNOWN = "0198c3a0-0000-7000-8000-000000000000"


def log_in(client: FlaskClient, session: Session, organisation: Organisation, *roles: Role) -> None:
    user = access.person(session, organisation, *roles)
    session.commit()
    access.log_in(client, user)


def post(client: FlaskClient, url: str, page: str, **data: object) -> tuple[int, str]:
    text = client.get(page).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert token is not None
    answer = client.post(url, data={"csrf_token": token.group(1), **data})
    return answer.status_code, answer.get_data(as_text=True)


def text_of(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def test_a_coordinator_previews_and_makes_proposals(client: FlaskClient, session: Session) -> None:
    cooperation, _ = pools.towns_with_engines(session)
    log_in(client, session, cooperation.lead, Role.COORDINATOR)
    area_id = cooperation.areas[0].id
    shown = text_of(client, f"/buendelungen/vorschau?area_id={area_id}")
    assert "Gespeichert ist nichts" in shown
    assert "erreicht" in shown
    for _ in range(2):
        status, _text = post(client, "/buendelungen/vorschlagen", "/buendelungen", area_id=area_id)
        assert status == 303
    listed = text_of(client, "/buendelungen?stand=proposed")
    assert listed.count("BUE-DLZ-2026-") == 1
    assert "Dafür spricht" in listed


@pytest.mark.parametrize("area_id", ["", "x", "0199c0de-0000-7000-8000-000000000000"])
def test_proposing_for_no_area_is_a_clear_error(
    client: FlaskClient, session: Session, area_id: str
) -> None:
    cooperation = cooperations.dlz(session)
    log_in(client, session, cooperation.lead, Role.COORDINATOR)
    status, text = post(client, "/buendelungen/vorschlagen", "/buendelungen", area_id=area_id)
    assert status == 422
    assert 'href="#area_id"' in text
    assert 'aria-describedby="area_id-error"' in text
    assert "Vorschläge machen" in text
    assert "Noch keine Bündelungen" in text, "the list stands there as well"
    assert 'href="#area_id"' in text_of(client, f"/buendelungen/vorschau?area_id={area_id}", 422)


def proposal(session: Session) -> Pool:
    cooperation, demands = pools.towns_with_engines(session)
    return pools.proposed_pool(session, cooperation, demands)


def test_from_proposal_to_open_window_with_every_button_clicked_twice(
    client: FlaskClient, session: Session
) -> None:
    pool = proposal(session)
    log_in(client, session, pool.cooperation.lead, Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}"
    assert post(client, f"{page}/anhoerung", page, text=HTML)[0] == 303
    status, again = post(client, f"{page}/anhoerung", page, text=HTML)
    assert status == 409
    assert "&lt;script&gt;" in again
    assert HTML not in again
    assert post(client, f"{page}/stellungnahmen", page, text="Bitte Allrad.")[0] == 303
    status, unanswered = post(client, f"{page}/beitrittsfenster", page)
    assert status == 422
    assert "Stellungnahmen ohne Antwort: Merzenich" in unanswered
    why = {"unanswered_reason": "Die Frage klärt das Leistungsverzeichnis."}
    assert post(client, f"{page}/beitrittsfenster", page, **why)[0] == 303
    assert post(client, f"{page}/beitrittsfenster", page, **why)[0] == 409
    shown = text_of(client, page)
    assert "Beitritt bis 14.12.2026, 24:00 Uhr" in shown
    assert post(client, f"{page}/beitrittsfrist", page, joining_deadline_day="31.12.2026")[0] == 303
    status, text = post(client, f"{page}/beitrittsfrist", page, joining_deadline_day="1.1.2020")
    assert status == 422
    assert 'value="1.1.2020"' in text


@pytest.mark.parametrize(
    ("day", "time"), [("gestern", ""), ("32.13.2026", ""), ("31.12.2026", "25:99"), ("", "")]
)
def test_bad_deadlines_are_said_at_the_field(
    client: FlaskClient, session: Session, day: str, time: str
) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    log_in(client, session, cooperation.lead, Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}"
    status, text = post(
        client,
        f"{page}/beitrittsfrist",
        page,
        joining_deadline_day=day,
        joining_deadline_time=time,
    )
    assert status == 422
    assert "data-error-summary" in text


def test_a_member_joins_after_seeing_the_sentence(client: FlaskClient, session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    log_in(client, session, demands[1].organisation, Role.RELEASER)
    page, form = f"/buendelungen/{pool.id}", f"/buendelungen/{pool.id}/beitritt"
    assert "Beitreten" in text_of(client, page)
    line = f"quantities.{demands[1].items[0].id}"
    status, text = post(client, form, form, **{line: "zwei und mehr", "note": HTML})
    assert status == 422
    assert 'value="zwei und mehr"' in text
    assert HTML not in text
    status, text = post(client, form, form, **{line: "2", "preview": "1"})
    assert status == 200
    assert "2 Stück „Löschgruppenfahrzeug LF 20“" in text
    status, text = post(client, form, form, **{line: "1"})
    assert status == 422, "no resolution yet"
    for _ in range(2):
        status, _text = post(
            client, form, form, **{line: "1", "mandate_reference": "Ratsbeschluss, TOP 7"}
        )
        assert status == 303
    shown = text_of(client, page)
    assert "beigetreten" in shown
    assert "Ratsbeschluss, TOP 7" in shown
    assert post(client, f"{form}/ruecknahme", page)[0] == 303
    assert post(client, f"{form}/ruecknahme", page)[0] == 409
    for _ in range(2):
        assert post(client, f"{page}/nicht-beitreten", page, note="Kein Geld")[0] == 303


def test_the_form_takes_back_the_quantity_that_it_shows(
    client: FlaskClient, session: Session
) -> None:
    cooperation, demands = pools.towns_with_engines(
        session, items=(("Streusalz", "1250", "TNE", 85_00), ("Split", "0.125", "TNE", 90_00))
    )
    pool = pools.joining_pool(session, cooperation, demands)
    log_in(client, session, demands[1].organisation, Role.RELEASER)
    form = f"/buendelungen/{pool.id}/beitritt"
    shown = client.get(form).get_data(as_text=True)
    fields = dict(re.findall(r'name="(quantities[^"]+)"[^>]* value="([^"]+)"', shown))
    assert sorted(fields.values()) == ["0,125", "1.250"]
    status, text = post(client, form, form, **fields, mandate_reference="Ratsbeschluss, TOP 7")
    assert status == 303, text
    (row,) = session.scalars(select(Joining))
    assert [line["quantity"] for line in row.quantities] == ["1250", "0.125"]


def test_the_page_says_when_it_is_too_late(
    client: FlaskClient, session: Session, moving_clock: MovableClock
) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    log_in(client, session, demands[1].organisation, Role.RELEASER)
    assert pool.joining_deadline is not None
    form = f"/buendelungen/{pool.id}/beitritt"
    page = text_of(client, form)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    moving_clock.at(pool.joining_deadline)
    line = f"quantities.{demands[1].items[0].id}"
    answer = client.post(
        form, data={"csrf_token": token.group(1), line: "1", "mandate_reference": "Rat"}
    )
    assert answer.status_code in (303, 409, 400)
    session.expire_all()
    assert not pool.joinings


def test_withdrawal_through_the_pages(client: FlaskClient, session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session, ("Merzenich", "Jülich"))
    pool = pools.binding_pool(session, cooperation, demands)
    other = access.person(session, demands[0].organisation, Role.RELEASER)
    log_in(client, session, demands[1].organisation, Role.RELEASER)
    page = f"/buendelungen/{pool.id}"
    assert post(client, f"{page}/austritte", page, reason="")[0] == 422
    assert post(client, f"{page}/austritte", page, reason="Gespendet")[0] == 303
    assert post(client, f"{page}/austritte", page, reason="Gespendet")[0] == 409
    post(client, "/abmelden", page)
    access.log_in(client, other)
    shown = text_of(client, page)
    found = re.search(r'action="(/buendelungen/[^"]+/austritte/[^"]+/zustimmung)"', shown)
    assert found is not None
    for _ in range(2):
        assert post(client, found.group(1), page)[0] == 303
    assert "ausgetreten" in text_of(client, page)


def test_strangers_get_a_404_and_members_only_their_buttons(
    client: FlaskClient, session: Session
) -> None:
    pool = proposal(session)
    stranger = access.person(session, cooperations.town(session, "Linnich"), Role.COORDINATOR)
    log_in(client, session, pool.cooperation.lead, Role.AUDITOR)
    page = f"/buendelungen/{pool.id}"
    shown = text_of(client, page)
    assert "Anhörung beginnen" not in shown
    assert post(client, f"{page}/anhoerung", "/buendelungen", text="x")[0] == 403
    post(client, "/abmelden", page)
    access.log_in(client, stranger)
    text_of(client, page, 404)
    assert "BUE-DLZ" not in text_of(client, "/buendelungen")
    for path in ("anhoerung", "ablehnung", "teilung", "beitrittsfenster", "aufloesung"):
        assert post(client, f"{page}/{path}", "/buendelungen", reason="x")[0] == 404


def test_the_later_of_two_coordinators_is_told(client: FlaskClient, session: Session) -> None:
    pool = proposal(session)
    log_in(client, session, pool.cooperation.lead, Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}"
    seen = pool.version
    assert post(client, f"{page}/anhoerung", page, version=seen)[0] == 303
    status, text = post(client, f"{page}/ablehnung", page, version=seen, reason="Grund")
    assert status == 412
    assert "inzwischen von jemand anderem geändert" in text


@pytest.mark.parametrize("form", ["teilung", "zusammenfuehrung", "ablehnung"])
@pytest.mark.parametrize("value", ["", "x\x00", "kein", UNKNOWN, "y" * 9000])
def test_bad_input_never_breaks_a_form(
    client: FlaskClient, session: Session, form: str, value: str
) -> None:
    pool = proposal(session)
    pools.proposed_pool(
        session,
        pool.cooperation,
        pools.towns_with_engines(session, ("Kerpen",), cooperation=pool.cooperation)[1],
    )
    log_in(client, session, pool.cooperation.lead, Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}"
    data = {"demand_ids": value, "other_id": value, "reason": value, "version": value}
    if form == "ablehnung" and value in (UNKNOWN, "kein"):
        data["reason"] = " "
    status, text = post(client, f"{page}/{form}", page, **data)
    assert status in (404, 409, 422), text[:1500]


MakePool = Callable[[Session, Cooperation, list[Demand]], object]
Count = Callable[[], int]


def _list_of_six_as_cheap_as_of_one(
    client: FlaskClient, session: Session, role: Role, make: MakePool, count: Count
) -> str:
    """Return the list of pools with six of a kind; it took as many statements as with one."""
    cooperation, demands = pools.towns_with_engines(session)
    make(session, cooperation, demands)
    log_in(client, session, cooperation.lead, role)
    text_of(client, "/buendelungen")
    count()
    text_of(client, "/buendelungen")
    one = count()
    for _ in range(5):
        _, more = pools.towns_with_engines(session, cooperation=cooperation)
        make(session, cooperation, more)
    session.commit()
    count()
    shown = text_of(client, "/buendelungen")
    assert count() == one
    return shown


def test_a_list_needs_the_same_number_of_statements_for_many_pools(
    client: FlaskClient, session: Session, count_queries: Count
) -> None:
    _list_of_six_as_cheap_as_of_one(
        client, session, Role.AUDITOR, pools.joining_pool, count_queries
    )


def test_a_proposal_that_waits_is_a_card_above_the_list(
    client: FlaskClient, session: Session
) -> None:
    cooperation, _ = pools.towns_with_engines(session)
    log_in(client, session, cooperation.lead, Role.COORDINATOR)
    area_id = cooperation.areas[0].id
    post(client, "/buendelungen/vorschlagen", "/buendelungen", area_id=area_id)
    shown = text_of(client, "/buendelungen")
    card, below = shown.split("Alle laufenden Bündelungen")
    assert "wartet auf Ihre Entscheidung" in card
    assert "Jülich, Kerpen und Merzenich" in card
    assert "Allein oder gemeinsam (geschätzt)" in card
    assert 'id="propose-heading"' in below
    assert 'id="propose-heading"' not in card
    pool = session.scalars(select(Pool)).one()
    page = f"/buendelungen/{pool.id}"
    refused, text = post(client, f"{page}/ablehnung", "/buendelungen", version=1, reason="")
    assert refused == 422
    assert 'href="#reason"' in text
    version = re.search(r'name="version" value="(\d+)"', card)
    assert version is not None
    accepted = post(client, f"{page}/anhoerung", "/buendelungen", version=version.group(1))
    assert accepted[0] == 303
    assert "Alle laufenden Bündelungen" not in text_of(client, "/buendelungen")


def test_a_proposal_is_no_card_for_who_does_not_decide_it(
    client: FlaskClient, session: Session
) -> None:
    pool = proposal(session)
    log_in(client, session, cooperations.town(session, "Kerpen"), Role.RELEASER)
    shown = text_of(client, "/buendelungen")
    assert pool.reference in shown
    assert "In die Anhörung geben" not in shown
    assert "In die Anhörung geben" not in text_of(client, "/buendelungen?stand=proposed")


def test_cards_need_the_same_number_of_statements_for_many_proposals(
    client: FlaskClient, session: Session, count_queries: Count
) -> None:
    shown = _list_of_six_as_cheap_as_of_one(
        client, session, Role.COORDINATOR, pools.proposed_pool, count_queries
    )
    assert shown.count("In die Anhörung geben") == proposal_cards.MOST
    assert "Alle Vorschläge ansehen" in shown
