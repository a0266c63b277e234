"""Pages and API of the agreement and of the task areas."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON, MovableClock
from tests.factories import access
from tests.factories import cooperations as factory
from tests.factories.world import forms_on
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.cooperations import agreement_queries, area_queries, queries
from vergabe.cooperations.loading import load
from vergabe.cooperations.model import Agreement, Cooperation

pytestmark = pytest.mark.usefixtures("moving_clock")

EXAMPLES = Path(__file__).parents[3] / "examples" / "cooperations"
PAGE = "/zusammenarbeit/dlz/vereinbarung"
AREAS = "/zusammenarbeit/dlz/gebiete"
API = "/api/v1/cooperations/dlz"
CONTENT: dict[str, str] = {
    "legal_form": "public_law_agreement",
    "subject": "Gemeinsame Beschaffung",
    "requires_approval": "1",
    "notice_months": "12",
    "notice_to": "year",
    "notice_ends": "membership",
    "cost_key.kind": "mixed",
    "cost_key.equal_basis_points": "40",
    "cost_key.demand_value_basis_points": "60",
    "cost_key.no_award": "key",
    "cost_key.vat_clause": "Jede Kommune für ihren Anteil.",
    "checklist.duty_to_buy": "duty",
    "checklist.liability": "Nach dem Anteil am Auftragswert.",
    "reason": "Ausgearbeitet",
}
NASTY = (
    {"subject": "x\x00"},
    {"subject": "x" * 20_001},
    {"legal_form": "club"},
    {"notice_months": "viele"},
    {"notice_months": "999"},
    {"notice_to": "moon"},
    {"cost_key.kind": "dice"},
    {"cost_key.inhabitants_on": "gestern"},
    {"cost_key.equal_basis_points": "vierzig"},
    {"checklist.duty_to_buy": "perhaps"},
    {"checklist.liability": "x" * 5_000},
    {"reason": ""},
)


@pytest.fixture
def cooperation(session: Session, moving_clock: MovableClock) -> Cooperation:
    return factory.dlz(session, agreement_stage="resolved")


def log_in(client: FlaskClient, session: Session, town: str = "Merzenich", *roles: Role) -> None:
    user = access.person(session, factory.town(session, town), *(roles or [Role.COORDINATOR]))
    session.commit()
    with client.session_transaction() as cookie:
        cookie.clear()
    access.log_in(client, user)


def token(session: Session, town: str = "Merzenich", *roles: Role) -> dict[str, str]:
    organisation = factory.town(session, town)
    user = access.person(session, organisation, *(roles or [Role.COORDINATOR]))
    return access.bearer(session, user, organisation)


def post(client: FlaskClient, url: str, form: dict[str, Any], page: str | None = None) -> Any:
    text = client.get(page or url).get_data(as_text=True)
    found = text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    return client.post(url, data=form | {"csrf_token": found})


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def version_of(client: FlaskClient) -> str:
    page = text_of(client.get(f"{PAGE}/1/inhalt"))
    return page.split('name="version" value="', 1)[1].split('"', 1)[0]


def test_page_shows_stages_checklist_and_who_can_supply_what(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    log_in(client, session, "Jülich", Role.AUDITOR)
    page = text_of(client.get(PAGE))
    for expected in (
        "Beschlossen",
        "Höchstmengen",
        "Zuständig: Datenschutzbeauftragte der Beteiligten",
        "Fassung 1",
    ):
        assert expected in page
    for hidden in ("Stand fortschreiben", "Inhalt bearbeiten", "Kündigen<"):
        assert hidden not in page
    assert client.get(f"{PAGE}?fassung=7").status_code == 404
    assert client.get(f"{PAGE}/1/inhalt").status_code == 403


def test_content_is_written_down_by_form(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    log_in(client, session)
    form = CONTENT | {"version": version_of(client)}
    answer = post(client, f"{PAGE}/1/inhalt", form)
    assert answer.status_code == 303, text_of(answer)
    session.expire_all()
    agreement = cooperation.agreements[0]
    assert agreement.cost_key == {
        "kind": "mixed",
        "equal_basis_points": 4000,
        "demand_value_basis_points": 6000,
        "no_award": "key",
        "vat_clause": "Jede Kommune für ihren Anteil.",
    }
    assert agreement.checklist == {
        "duty_to_buy": "duty",
        "liability": "Nach dem Anteil am Auftragswert.",
    }
    shown = text_of(client.get(f"{PAGE}/1/inhalt"))
    assert 'value="40"' in shown
    assert "Mit 12 Monaten Frist zum Jahresende" in text_of(client.get(PAGE))
    stale = post(client, f"{PAGE}/1/inhalt", form | {"subject": "Anderes"})
    assert stale.status_code == 412


@pytest.mark.parametrize("change", NASTY, ids=lambda change: next(iter(change)))
def test_wrong_content_keeps_what_was_typed(
    client: FlaskClient, session: Session, cooperation: Cooperation, change: dict[str, str]
) -> None:
    log_in(client, session)
    form = CONTENT | {"version": version_of(client), "authority": "Köln & Düren"} | change
    answer = post(client, f"{PAGE}/1/inhalt", form)
    assert answer.status_code == 422, text_of(answer)
    assert "Köln &amp; Düren" in text_of(answer)
    session.expire_all()
    assert cooperation.agreements[0].authority == ""


def test_way_to_the_approval_by_form(
    client: FlaskClient, session: Session, moving_clock: MovableClock
) -> None:
    cooperation = factory.dlz(session, agreement_stage="signed")
    log_in(client, session)
    url = f"{PAGE}/1/genehmigung"
    wrong = post(client, url, {"received_on": "irgendwann"})
    assert wrong.status_code == 422
    assert "irgendwann" in text_of(wrong)
    done = post(client, url, {"authority": "Bezirksregierung Köln", "received_on": "2026-06-01"})
    assert done.status_code == 303
    page = text_of(client.get(PAGE))
    assert "Fristen der Genehmigung" in page
    assert "28 Tage für Bedenken: bis Montag, 29.06.2026" in page
    assert "§§ 24, 29 GkG NRW" in page
    assert "zu prüfen" in page
    assert post(client, f"{PAGE}/1/schweigen", {"reason": ""}, url).status_code == 422
    assert post(client, f"{PAGE}/1/schweigen", {"reason": "Geprüft"}, url).status_code == 303
    form = {"published_on": "2026-11-20", "published_in": "Amtsblatt Nr. 47"}
    assert post(client, f"{PAGE}/1/bekanntmachung", {}, url).status_code == 422
    assert post(client, f"{PAGE}/1/bekanntmachung", form, url).status_code == 303
    session.expire_all()
    agreement = cooperation.agreements[0]
    assert (agreement.stage, agreement.approval_by_silence) == ("approved", True)
    assert agreement.published_on == dt.date(2026, 11, 20)


def test_signature_is_recorded_by_form(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    log_in(client, session)
    town = factory.town(session, "Jülich")
    url = f"{PAGE}/1/parteien"
    assert post(client, url, {"organisation_id": "x", "signed_on": "31.02."}).status_code == 422
    form = {
        "organisation_id": str(town.id),
        "signed_on": "2026-11-20",
        "maximum_net_cents": "1.800.000,00",
    }
    assert post(client, url, form).status_code == 303
    (party,) = agreement_queries.parties(session, cooperation.agreements[0].id)
    assert party.maximum_net_cents == 1_800_000_00
    shown = text_of(client.get(f"{url}?mitglied={town.id}"))
    assert "1.800.000,00" in shown


def test_new_version_and_notice_by_form(client: FlaskClient, session: Session) -> None:
    cooperation = factory.dlz(session)
    log_in(client, session)
    assert post(client, f"{PAGE}/neu", {"reason": " "}).status_code == 422
    assert post(client, f"{PAGE}/neu", {"reason": "Beitritt"}).status_code == 303
    assert post(client, f"{PAGE}/neu", {"reason": "Beitritt"}).status_code == 409
    assert "zählt heute" in text_of(client.get(f"{PAGE}?fassung=2"))
    log_in(client, session, "Jülich", Role.RELEASER)
    url = f"{PAGE}/kuendigung"
    form = {"given_on": "2026-11-23", "effective_on": "2027-06-01", "reason": "Neuer Verbund"}
    assert post(client, url, form | {"effective_on": "bald"}).status_code == 422
    assert post(client, url, form | {"reason": "\x00"}).status_code == 422
    assert post(client, url, form).status_code == 303
    (notice,) = agreement_queries.notices(session, [cooperation.agreements[0].id])
    page = text_of(client.get(PAGE))
    assert "bis dahin bleibt alles" in page
    back = f"{PAGE}/kuendigung/{notice.id}/ruecknahme"
    assert post(client, back, {"reason": ""}, PAGE).status_code == 422
    assert post(client, back, {"reason": "Alle stimmen zu"}, PAGE).status_code == 303


def test_areas_are_changed_by_form(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    log_in(client, session)
    town = factory.town(session, "Jülich")
    form = {
        "organisation_id": str(town.id),
        "area_key": "procurement",
        "depth": "mandate",
        "phase": "pilot",
        "valid_from": "2026-12-01",
        "reason": "Ratsbeschluss",
    }
    url = f"{AREAS}/beteiligung"
    for change, status in (
        ({"depth": "deep"}, 422),
        ({"phase": "never"}, 422),
        ({"valid_from": "2020-01-01"}, 422),
        ({"valid_from": "x"}, 422),
        ({"reason": "\x00"}, 422),
        ({"area_key": ""}, 422),
        ({"area_key": "nix"}, 404),
    ):
        assert post(client, url, form | change, AREAS).status_code == status, change
    assert post(client, url, form, AREAS).status_code == 303
    page = text_of(client.get(AREAS))
    assert "(ab 01.12.2026: Mandat)" in page
    assert "Ratsbeschluss" in page


def test_area_is_left_out_and_taken_back_by_form(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    log_in(client, session)
    form = {
        "area_key": "procurement",
        "whose": "alle",
        "valid_from": "2026-11-23",
        "reason": "Rechnet sich <nicht>",
    }
    url = f"{AREAS}/ausnahmen"
    for change in ({"whose": ""}, {"whose": "x"}, {"reason": ""}, {"valid_from": "1.1.2020"}):
        assert post(client, url, form | change, AREAS).status_code == 422, change
    assert area_queries.exclusions(session, cooperation.id) == []
    assert post(client, url, form, AREAS).status_code == 303
    assert "Rechnet sich &lt;nicht&gt;" in text_of(client.get(AREAS))
    assert "ausgenommen" in text_of(client.get("/zusammenarbeit/dlz"))
    (row,) = area_queries.exclusions(session, cooperation.id)
    lift = f"{url}/{row.id}/aufhebung"
    assert post(client, lift, {"counts_from": "", "reason": "x"}, AREAS).status_code == 422
    done = post(client, lift, {"counts_from": "2026-11-24", "reason": "Neue Zahlen"}, AREAS)
    assert done.status_code == 303
    session.expire_all()
    assert row.valid_to == dt.date(2026, 11, 23)


def test_member_changes_only_its_own_part(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    log_in(client, session, "Jülich")
    page = text_of(client.get(AREAS))
    assert ">Kerpen</option>" not in page
    form = {
        "organisation_id": str(factory.town(session, "Kerpen").id),
        "area_key": "procurement",
        "depth": "none",
        "phase": "regular",
        "valid_from": "2026-12-01",
        "reason": "x",
    }
    assert post(client, f"{AREAS}/beteiligung", form, AREAS).status_code == 403
    log_in(client, session, "Jülich", Role.AUDITOR)
    assert "Beteiligung ändern" not in text_of(client.get(AREAS))


def test_api_shows_and_changes_the_agreement(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    headers = token(session)
    answer = client.get(f"{API}/agreement", headers=headers)
    assert answer.status_code == 200
    shown = answer.get_json()
    assert shown["effective_stage"] == "resolved"
    assert shown["cost_rule_missing"] == []
    assert {item["key"] for item in shown["checklist"]} >= {"participants", "vat_clause"}
    body: dict[str, Any] = {
        "legal_form": "contract",
        "subject": "Gemeinsam",
        "cost_key": {"kind": "inhabitants", "inhabitants_on": "2025-12-31"},
        "checklist": {"retention": "Fünf Jahre"},
        "reason": "Ausgearbeitet",
    }
    url = f"{API}/agreement/versions/1"
    assert client.put(url, json=body, headers=headers).status_code == 428
    match = {"If-Match": answer.headers["ETag"]}
    done = client.put(url, json=body, headers=headers | match)
    assert done.status_code == 200, text_of(done)
    changed = done.get_json()
    assert changed["cost_key"] == {"kind": "inhabitants", "inhabitants_on": "2025-12-31"}
    assert len(changed["cost_rule_missing"]) == 2
    assert client.put(url, json=body, headers=headers | match).status_code == 412
    fresh = {"If-Match": done.headers["ETag"]}
    for wrong in ({"cost_key": {"kind": "dice"}}, {"notice_to": "x"}, {"checklist": {"x": "y"}}):
        assert client.put(url, json=body | wrong, headers=headers | fresh).status_code == 422
    signed = {"organisation_id": str(cooperation.lead_organisation_id), "signed_on": "2026-11-23"}
    party = client.post(f"{url}/parties", json=signed, headers=headers)
    assert party.get_json()["parties"][0]["signed_on"] == "2026-11-23"
    assert client.post(f"{url}/silence", json={"reason": "x"}, headers=headers).status_code == 409
    assert client.get(f"{API}/agreement?number=9", headers=headers).status_code == 404
    assert client.get(f"{API}/agreement", headers=token(session, "Inden")).status_code == 404


def test_api_runs_the_clock_of_the_approval(
    client: FlaskClient, session: Session, moving_clock: MovableClock
) -> None:
    factory.dlz(session, agreement_stage="signed")
    headers = token(session)
    url = f"{API}/agreement/versions/1"
    answer = client.put(f"{url}/approval", json={"received_on": "2026-11-02"}, headers=headers)
    silence = answer.get_json()["silence"]
    assert silence["value"]["deemed_from"] == "2026-12-29"
    assert silence["evidence"] == "G"
    assert client.post(f"{url}/silence", json={"reason": "x"}, headers=headers).status_code == 409
    moving_clock.at("2026-12-29T00:00+01:00")
    headers = token(session)
    done = client.post(f"{url}/silence", json={"reason": "Geprüft"}, headers=headers)
    assert done.status_code == 200, text_of(done)
    assert done.get_json()["stage"] == "approved"
    published = {"published_on": "2026-12-29", "published_in": "Amtsblatt"}
    assert client.post(f"{url}/publication", json=published, headers=headers).status_code == 200


def test_api_gives_and_withdraws_a_notice(client: FlaskClient, session: Session) -> None:
    factory.dlz(session)
    headers, lead = token(session, "Jülich"), token(session)
    body = {"given_on": "2026-11-23", "effective_on": "2027-01-01", "reason": "Neuer Verbund"}
    url = f"{API}/agreement/notices"
    made = client.post(url, json=body, headers=headers)
    assert made.status_code == 201, text_of(made)
    one = f"{url}/{made.get_json()['id']}"
    told = client.post(f"{one}/notification", json={"notified_on": "2026-11-23"}, headers=lead)
    assert told.get_json()["authority_notified_on"] == "2026-11-23"
    assert client.post(f"{one}/withdrawal", json={"reason": "x"}, headers=lead).status_code == 404
    back = client.post(f"{one}/withdrawal", json={"reason": "Einig"}, headers=headers)
    assert back.get_json()["withdrawn_on"] == "2026-11-23"
    draft = client.post(f"{API}/agreement/versions", json={"reason": "Neu"}, headers=lead)
    assert draft.status_code == 201
    assert draft.get_json()["number"] == 2


def test_api_changes_areas(client: FlaskClient, session: Session, cooperation: Cooperation) -> None:
    headers = token(session, "Jülich")
    body = {
        "area": "procurement",
        "depth": "demand",
        "valid_from": "2026-12-01",
        "reason": "Ratsbeschluss",
    }
    made = client.post(f"{API}/participations", json=body, headers=headers)
    assert made.status_code == 201, text_of(made)
    assert made.get_json()["phase"] == "regular"
    out = {"area": "procurement", "valid_from": "2026-11-23", "reason": "Rechnet sich nicht"}
    assert client.post(f"{API}/exclusions", json=out, headers=headers).status_code == 403
    own = out | {"organisation_id": str(factory.town(session, "Jülich").id)}
    excluded = client.post(f"{API}/exclusions", json=own, headers=headers)
    assert excluded.status_code == 201
    assert excluded.get_json()["counts_today"]
    lift = f"{API}/exclusions/{excluded.get_json()['id']}/lifting"
    lifted = client.post(
        lift, json={"counts_from": "2026-11-23", "reason": "Doch"}, headers=headers
    )
    assert not lifted.get_json()["counts_today"]
    shown = client.get(f"{API}/areas", headers=headers).get_json()
    assert len(shown["participations"]) == 4
    assert len(shown["exclusions"]) == 1
    town = factory.town(session, "Jülich")
    area = queries.area_by_key(session, cooperation.id, "procurement")
    assert queries.depth(session, town.id, area.id, dt.date(2026, 12, 1)) == "demand"


def test_form_of_a_signed_version_sends_back_what_it_showed(
    client: FlaskClient, session: Session
) -> None:
    text = (EXAMPLES / "dlz.toml").read_text(encoding="utf-8")
    text = text.replace('retention = "Die', '# retention = "Die')
    load(session, Actor.operator("Test"), text.encode(), now=NOON)
    agreement = session.scalars(select(Agreement)).one()
    before = dict(agreement.cost_key or {})
    user = access.person(session, factory.town(session, "Merzenich"), Role.COORDINATOR)
    session.commit()
    access.log_in(client, user)
    url = f"{PAGE}/1/inhalt"
    answer = client.get(url)
    assert 'value="demand_value" selected' in text_of(answer)
    (form,) = [each for each in forms_on(answer, url) if "subject" in each.fields]
    fields = {name: value for name, value in form.fields.items() if value is not None}
    fields |= {"checklist.retention": "Fünf Jahre", "reason": "Ergänzt"}
    done = client.post(url, data=fields)
    assert done.status_code == 303, text_of(done)
    session.expire_all()
    assert agreement.cost_key == before
    assert agreement.checklist is not None
    assert agreement.checklist["retention"] == "Fünf Jahre"
