"""The form of the facts: what it shows, what it keeps, what it makes of nonsense."""

import datetime as dt
import html
import itertools
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.browser_forms import Form, form_of
from tests.factories import access, cooperations, tenders
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.files import current
from vergabe.notice_facts import queries
from vergabe.tenders.model import Tender

pytestmark = pytest.mark.usefixtures("moving_clock")
NONSENSE = (
    "\x00",
    "<script>alert(1)</script>",
    "&amp;amp;",
    "u\u0308" * 50,
    "x" * 10_000,
    "00000000",
    "-1",
    "99999999999999999999",
    "31.02.2027",
)


@pytest.fixture
def tender(session: Session, client: FlaskClient) -> Tender:
    found = tenders.complete(session, current.store(), tenders.draft(session))
    officer = access.person(
        session, cooperations.town(session, "Merzenich"), Role.PROCUREMENT_OFFICER
    )
    session.commit()
    access.log_in(client, officer)
    return found


def url(tender: Tender, rest: str = "") -> str:
    return f"/vergabeverfahren/{tender.id}/bekanntmachung{rest}"


def form(client: FlaskClient, tender: Tender, rest: str = "") -> Form:
    return form_of(client.get(url(tender, rest)).get_data(as_text=True))


def test_the_form_shows_what_is_known_and_where_it_stands(
    client: FlaskClient, tender: Tender
) -> None:
    page = client.get(url(tender)).get_data(as_text=True)
    assert "Schon bekannt" in page
    assert f"/vergabeverfahren/{tender.id}/bearbeiten/fristen" in page
    assert "Vergabekammer Rheinland" in page
    assert "§ 160 Abs. 3" in page


def test_saving_the_form_as_it_is_chooses_nothing(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    answer = client.post(url(tender), data=form(client, tender).filled())
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert queries.row_of(session, tender.id) is None


def test_a_choice_is_kept_shown_and_taken_back(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    posted = form(client, tender).filled(
        several_bids="allowed", guarantee="1", guarantee_text="5 %"
    )
    assert client.post(url(tender), data=posted).status_code == 303
    page = client.get(url(tender)).get_data(as_text=True)
    assert "3 geändert" in page
    assert "Vorgabe wiederherstellen" in page
    session.expire_all()
    posted = form(client, tender).filled(reset="several_bids")
    assert client.post(url(tender), data=posted).status_code == 303
    session.expire_all()
    row = queries.row_of(session, tender.id)
    assert row is not None
    assert set(row.chosen) == {"guarantee", "guarantee_text"}


def test_a_refused_entry_stays_and_unfolds_its_group(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    posted = form(client, tender).filled(guarantee="1", opening_description="Nur die Vergabestelle")
    answer = client.post(url(tender), data=posted)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#guarantee_text"' in page
    assert "Nur die Vergabestelle" in page
    group = re.search(r"<details[^>]*>\s*<summary[^>]*><span[^>]*>Angebote und Öffnung", page)
    assert group is not None
    assert " open" in group.group()


def test_two_officers_see_each_other(session: Session, client: FlaskClient, tender: Tender) -> None:
    late = form(client, tender).filled(reserved="res-ws")
    assert (
        client.post(url(tender), data=form(client, tender).filled(epayment="")).status_code == 303
    )
    answer = client.post(url(tender), data=late)
    assert answer.status_code == 412
    assert "inzwischen gespeichert" in html.unescape(answer.get_data(as_text=True))


def test_an_opening_in_the_repeated_hour_stays_where_the_form_leaves_it(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    tender.submission_deadline = dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)
    session.commit()
    known = queries.known_of(session, tender, now=clock.now())
    before = queries.values_of(session, tender, known)["opening_at"]
    answer = client.post(url(tender), data=form(client, tender).data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    session.expire_all()
    assert queries.values_of(session, tender, known)["opening_at"] == before
    row = queries.row_of(session, tender.id)
    assert row is None or "opening_at" not in row.chosen


def test_a_field_asked_for_is_unfolded(client: FlaskClient, tender: Tender) -> None:
    page = client.get(url(tender, "?feld=opening_at")).get_data(as_text=True)
    assert re.search(r"<details[^>]* open[^>]*>\s*<summary[^>]*><span[^>]*>Angebote", page)


def test_nonsense_in_every_field_is_an_answer_and_never_an_error(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    """Each field gets a nonsense of its own."""
    values = itertools.cycle(NONSENSE)
    for name in form(client, tender).controls:
        nonsense = next(values)
        posted = form(client, tender).data | {name: nonsense}
        answer = client.post(url(tender), data=posted)
        assert answer.status_code in (303, 422), (name, nonsense, answer.status_code)
        if answer.status_code == 422:
            assert "app-alert" in answer.get_data(as_text=True)
        session.expire_all()


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_in_all_fields_at_once(client: FlaskClient, tender: Tender, nonsense: str) -> None:
    shown = form(client, tender)
    answer = client.post(url(tender), data=shown.data | dict.fromkeys(shown.controls, nonsense))
    assert answer.status_code == 422
    assert "app-alert" in answer.get_data(as_text=True)


def test_facts_of_a_lot(session: Session, client: FlaskClient, tender: Tender) -> None:
    assert client.get(url(tender, "/lose/1")).status_code == 200
    assert client.get(url(tender, "/lose/7")).status_code == 404
    shown = form(client, tender, "/lose/1")
    wrong = shown.filled(renewal_maximum="zwei")
    assert client.post(url(tender, "/lose/1"), data=wrong).status_code == 422
    good = shown.filled(renewal_maximum="2", renewal_description="Je zwölf Monate.")
    assert client.post(url(tender, "/lose/1"), data=good).status_code == 303
    facts = queries.facts_of(session, tender, now=clock.now())
    assert facts.lots[1].renewal_maximum == 2


def test_the_api_does_the_same(session: Session, client: FlaskClient, tender: Tender) -> None:
    user = access.person(session, cooperations.town(session, "Merzenich"), Role.PROCUREMENT_OFFICER)
    bearer = access.bearer(session, user, cooperations.town(session, "Merzenich"))
    session.commit()
    path = f"/api/v1/tenders/{tender.id}/notice-facts"
    found = client.get(path, headers=bearer)
    assert found.status_code == 200
    assert found.json["version"] == 0
    assert found.json["values"]["late_documents"] == "late-all"
    assert client.patch(path, json={}, headers=bearer).status_code == 428
    seen = bearer | {"If-Match": found.headers["ETag"]}
    wrong = client.patch(path, json={"late_documents": "nie"}, headers=seen)
    assert wrong.status_code == 422
    changed = client.patch(path, json={"several_bids": "allowed"}, headers=seen)
    assert changed.status_code == 200, changed.json
    assert changed.json["changed"] == ["several_bids"]
    stale = client.patch(path, json={"several_bids": "allowed"}, headers=seen)
    assert stale.status_code == 412
    seen = bearer | {"If-Match": changed.headers["ETag"]}
    lot = f"/api/v1/tenders/{tender.id}/lots/1/notice-facts"
    answer = client.patch(lot, json={"options": "Ein weiteres Fahrzeug."}, headers=seen)
    assert answer.status_code == 200, answer.json
    assert answer.json["lots"][0]["changed"] == ["options"]
