"""Pages and API of outages: what officers see and sign off, and what bad input gets."""

import datetime as dt
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import outages as make
from tests.factories import tenders
from tests.factories.world import Visitor
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.files import current
from vergabe.notices.model import Notice
from vergabe.outages import finding
from vergabe.tenders.model import Tender
from vergabe.uptime.model import Outage

HOUR = dt.timedelta(hours=1)
REASON = "Niemand hat in dieser Zeit etwas hochgeladen oder gefragt."


def officer(app: Flask, session: Session, tender: Tender) -> Visitor:
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    return Visitor(app, session, lead, Role.PROCUREMENT_OFFICER)


@pytest.fixture(autouse=True)
def _without_csrf(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def tender(session: Session, moving_clock: MovableClock) -> Tender:
    """A published tender half a day before whose deadline the platform was away for an hour."""
    found = tenders.published(session, current.store())
    assert found.submission_deadline is not None
    began = found.submission_deadline - 12 * HOUR
    moving_clock.at(began + 2 * HOUR)
    make.outage(session, began, began + HOUR, with_file=True)
    finding.examine(session, now=clock.now())
    session.commit()
    return found


def changes(session: Session) -> int:
    return len(session.scalars(select(Notice.id).where(Notice.kind == "change_notice")).all())


def test_officer_sees_the_task_and_publishes_with_one_click(
    app: Flask, session: Session, tender: Tender
) -> None:
    visitor = officer(app, session, tender)
    session.commit()
    start = visitor.open("GET", "/start").get_data(as_text=True)
    assert f"Frist von {tender.reference} nach Ausfall" in start
    page = visitor.open("GET", f"/vergabeverfahren/{tender.id}/ausfall").get_data(as_text=True)
    for words in (
        "Offene Rechtsfrage",
        "§ 20 Abs. 3 VgV entsprechend",
        "vorsichtige Festlegung des Produkts",
        "An alle, die sich zu diesem Verfahren registriert haben",
        "Verlängerung veröffentlichen",
    ):
        assert words in page
    action = f"/vergabeverfahren/{tender.id}/ausfall/verlaengern"
    assert action in visitor.open("GET", "/ausfaelle").get_data(as_text=True)
    for _ in range(2):
        answer = visitor.open("POST", action, data={"version": str(tender.version)})
        assert (answer.status_code, answer.location) == (
            303,
            f"/bekanntmachungen/{tender.reference}",
        )
    assert changes(session) == 1
    assert "Frist von" not in visitor.open("GET", "/start").get_data(as_text=True)


def test_a_deadline_that_is_over_says_what_may_not_be_done(
    app: Flask, session: Session, tender: Tender, moving_clock: MovableClock
) -> None:
    assert tender.submission_deadline is not None
    moving_clock.at(tender.submission_deadline + HOUR)
    visitor = officer(app, session, tender)
    session.commit()
    address = f"/vergabeverfahren/{tender.id}/ausfall"
    page = visitor.open("GET", address).get_data(as_text=True)
    assert "Bitte öffnen Sie keine Angebote" in page
    assert "regelt kein Gesetz ausdrücklich" in page
    refused = visitor.open("POST", f"{address}/verlaengern", data={"version": str(tender.version)})
    assert refused.status_code == 422
    assert "kein Angebot geöffnet wurde" in refused.get_data(as_text=True)
    assert changes(session) == 0
    data = {"version": str(tender.version), "is_unopened": "1", "reason": REASON}
    assert visitor.open("POST", f"{address}/verlaengern", data=data).status_code == 303
    assert changes(session) == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"began_at_day": "gestern", "began_at_time": "abends", "source": "proxy"},
        {"began_at_day": "01.01.2099", "began_at_time": "10:00", "source": "x", "evidence": "ja"},
        {"began_at_day": "23.11.2026", "began_at_time": "", "evidence": "\0" * 30},
        {"began_at_day": "23.11.2026", "began_at_time": "8:00", "source": "ted", "evidence": "<b>"},
    ],
)
def test_bad_records_get_a_sentence_at_the_field_and_store_nothing(
    app: Flask, session: Session, tender: Tender, data: dict[str, str]
) -> None:
    visitor = officer(app, session, tender)
    session.commit()
    answer = visitor.open("POST", "/ausfaelle/neu", data=data)
    assert answer.status_code == 422
    assert "kern-error" in answer.get_data(as_text=True)
    assert len(session.scalars(select(Outage.id)).all()) == 1


def test_all_that_is_wrong_with_an_outage_is_told_at_once(
    app: Flask, session: Session, tender: Tender
) -> None:
    visitor = officer(app, session, tender)
    session.commit()
    data = {"began_at_day": "31.02.2026", "began_at_time": "10:00", "source": "x", "evidence": "?"}
    page = visitor.open("POST", "/ausfaelle/neu", data=data).get_data(as_text=True)
    for sentence in ("im Kalender nicht", "wo der Ausfall war", "was Sie gesehen haben"):
        assert sentence in page, sentence


def test_who_has_seen_an_outage_records_it_with_a_file_and_takes_it_back(
    app: Flask, session: Session, tender: Tender
) -> None:
    visitor = officer(app, session, tender)
    session.commit()
    began = (clock.now() - 3 * HOUR).astimezone(clock.BERLIN)
    data = {
        "began_at_day": f"{began:%d.%m.%Y}",
        "began_at_time": f"{began:%H:%M}",
        "source": "network",
        "evidence": "Der Anschluss des Rathauses war gestört, Ticket 4711.",
        "file": (io.BytesIO(b"Ticket 4711"), "störung.txt"),
    }
    answer = visitor.open("POST", "/ausfaelle/neu", data=data)
    assert answer.status_code == 303
    page = visitor.open("GET", answer.location).get_data(as_text=True)
    assert "störung.txt" in page
    assert "Ticket 4711" in page
    assert visitor.open("GET", f"{answer.location}/beleg").data == b"Ticket 4711"
    back = f"{answer.location}/zuruecknehmen"
    assert visitor.open("POST", back, data={"reason": "x"}).status_code == 422
    assert visitor.open("POST", back, data={"reason": "War nur ein Kabel."}).status_code == 303
    other = next(buyer.organisation for buyer in tender.buyers if not buyer.is_lead)
    member = Visitor(app, session, other, Role.PROCUREMENT_OFFICER)
    session.commit()
    assert member.open("GET", answer.location).status_code == 404


def test_api_lists_proposes_extends_and_declines(
    app: Flask, session: Session, tender: Tender
) -> None:
    visitor = officer(app, session, tender)
    session.commit()
    (outage,) = visitor.open("GET", "/api/v1/outages").get_json()["items"]
    assert outage["evidence"]["seen"] == make.SEEN
    (waiting,) = visitor.open("GET", "/api/v1/outage-extensions").get_json()["items"]
    assert waiting["reference"] == tender.reference
    assert waiting["outage_ids"] == [outage["id"]]
    address = f"/api/v1/tenders/{tender.id}/outage-extension"
    version = visitor.open("GET", address).headers["ETag"]
    early = {"submission_deadline": waiting["submission_deadline"]}
    head = {"If-Match": version}
    refused = visitor.open("POST", address, json=early, headers=head)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "extension_refused")
    stale = visitor.open("POST", address, json={}, headers={"If-Match": '"999"'})
    assert stale.status_code == 412
    done = visitor.open("POST", address, json={}, headers=head)
    assert (done.status_code, done.get_json()["kind"]) == (201, "change_notice")
    assert visitor.open("GET", address).status_code == 404
    bad = {"began_at": "2026-11-23T10:00:00Z", "source": "wetter", "evidence": "kurz"}
    assert visitor.open("POST", "/api/v1/outages", json=bad).status_code == 422
    kept = visitor.open("POST", f"{address}/refusal", json={"reason": REASON})
    assert [case["state"] for case in kept.get_json()["items"]] == ["extended"]
