import datetime as dt
import io
import zipfile

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, suppliers, tenders
from tests.integration.suppliers.browser import csrf, post
from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.model import Organisation, User
from vergabe.enquiries import service as asking
from vergabe.enquiries.service import Asker
from vergabe.files import current
from vergabe.notices import service as notices
from vergabe.supplier_area import news
from vergabe.suppliers import following
from vergabe.suppliers.model import TenderSeen
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender

WHAT = "Die Abnahme findet beim Hersteller statt."


@pytest.fixture
def firm(session: Session, tender: Tender) -> Organisation:
    return suppliers.supplier(session, cpv=[])


@pytest.fixture
def person(session: Session, firm: Organisation, client: FlaskClient) -> User:
    found = suppliers.supplier_person(session, firm)
    session.commit()
    access.log_in(client, found)
    return found


def _page(tender: Tender, *more: str) -> str:
    return "/".join(("/unternehmen/verfahren", tender.reference, *more))


def _amend(session: Session, tender: Tender) -> None:
    officer = tenders.officer(session, tender)
    session.refresh(tender)
    amendment = Amendment(
        summary=WHAT,
        description="Neue Beschreibung. " * 5,
        submission_deadline=tender.submission_deadline + dt.timedelta(days=7),
    )
    more = {"now": clock.now(), "store": current.store(), "base_url": tenders.BASE_URL}
    notices.publish_amendment(session, officer, tender.id, amendment, **more)
    session.commit()


def test_page_says_how_long_it_still_is_and_what_counts(
    client: FlaskClient, tender: Tender, person: User
) -> None:
    page = client.get(_page(tender)).get_data(as_text=True)
    assert "Die Angebotsfrist endet in " in page
    assert "Uhr (deutsche Zeit)" in page
    assert "§ 57 Abs. 1 Nr. 1 VgV" in page
    assert "Nichts Neues" in page
    assert client.get(_page(tender).replace("DLZ", "GIBTS")).status_code == 404


def test_changes_stay_new_until_the_person_says_so(
    session: Session,
    client: FlaskClient,
    tender: Tender,
    person: User,
    firm: Organisation,
    moving_clock: MovableClock,
) -> None:
    following.follow(
        session,
        people.actor_for(session, person, firm.id, now=clock.now()),
        tender.id,
        now=clock.now(),
    )
    session.commit()
    before = client.get(_page(tender)).get_data(as_text=True)
    drawn_at = before.split('name="drawn_at"')[1:]  # nothing new, nothing to mark
    assert drawn_at == []
    moving_clock.pass_(hours=1)
    _amend(session, tender)
    for _ in range(2):  # looking changes nothing
        page = client.get(_page(tender)).get_data(as_text=True)
        assert WHAT in page
        assert "<del>" in page
        assert "<ins>" in page
        assert "Angebotsfrist" in page
    drawn = page.split('name="drawn_at" value="', 1)[1].split('"', 1)[0]
    data = {"version": "2", "drawn_at": drawn}
    for _ in range(2):
        answer = post(client, _page(tender, "gesehen"), data, page=_page(tender))
        assert answer.status_code == 303
    assert "Nichts Neues" in client.get(_page(tender)).get_data(as_text=True)
    assert len(session.scalars(select(TenderSeen)).all()) == 1


def test_answer_after_the_page_was_drawn_stays_new(
    session: Session,
    client: FlaskClient,
    tender: Tender,
    person: User,
    firm: Organisation,
    moving_clock: MovableClock,
) -> None:
    drawn = clock.now().isoformat()
    asker = Asker(organisation_id=firm.id)
    enquiry = asking.ask(session, tender, asker, "Ist Karton zugelassen?", now=clock.now())
    session.commit()
    moving_clock.pass_(minutes=5)
    asking.answer(
        session,
        tenders.officer(session, tender),
        tender.id,
        [enquiry.id],
        question_text="Ist Karton zugelassen?",
        text="Ja, Karton ist zugelassen.",
        now=clock.now(),
    )
    session.commit()
    moving_clock.pass_(minutes=5)
    data = {"version": "1", "drawn_at": drawn}
    post(client, _page(tender, "gesehen"), data, page=_page(tender))
    page = client.get(_page(tender)).get_data(as_text=True)
    assert "Nichts Neues" not in page
    assert "beantwortet" in page


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"version": "x", "drawn_at": "2026-11-23T11:00:00+00:00"},
        {"version": "9" * 30, "drawn_at": "2026-11-23T11:00:00+00:00"},
        {"version": "1", "drawn_at": "gestern"},
        {"version": "1", "drawn_at": "2026-11-23T11:00:00"},
        {"version": "1", "drawn_at": "2999-01-01T00:00:00+00:00"},
        {"version": "1", "drawn_at": "\x00"},
    ],
)
def test_forged_mark_is_refused(
    session: Session, client: FlaskClient, tender: Tender, person: User, fields: dict[str, str]
) -> None:
    data = {"csrf_token": csrf(client, "/unternehmen/profil"), **fields}
    assert client.post(_page(tender, "gesehen"), data=data).status_code == 422
    assert session.scalars(select(TenderSeen)).all() == []


def test_older_tab_takes_nothing_back(
    session: Session, tender: Tender, person: User, firm: Organisation, moving_clock: MovableClock
) -> None:
    from vergabe.suppliers import seeing

    actor = people.actor_for(session, person, firm.id, now=clock.now())
    early = clock.now()
    late = moving_clock.pass_(hours=2)
    for drawn_at, version in ((late, 2), (early, 1)):
        seeing.mark_seen(
            session, actor, tender.id, version_number=version, drawn_at=drawn_at, now=late
        )
    seen = seeing.seen_by(session, actor, tender.id)
    assert seen is not None
    assert (seen.seen_at, seen.version_number) == (late, 2)
    assert news.news_of(session, actor, tender).since == late


def test_zip_of_new_documents_holds_only_those(
    session: Session, client: FlaskClient, tender: Tender, person: User
) -> None:
    address = _page(tender, "neue-unterlagen")
    answer = client.get(f"{address}?seit=0")
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert len(names) == len(tender.documents)
    assert client.get(f"{address}?seit=1").status_code == 404
    for wrong in ("", "?seit=", "?seit=-1", "?seit=x", "?seit=" + "9" * 40):
        assert client.get(address + wrong).status_code == 422


def test_deadlines_of_followed_tenders_are_behind_the_secret_link(
    session: Session, client: FlaskClient, tender: Tender, person: User, firm: Organisation
) -> None:
    page = post(client, "/unternehmen/kalender").get_data(as_text=True)
    address = page.split("/kalender/", 1)[1].split(".ics", 1)[0]
    path = f"/kalender/{address}.ics"
    assert tender.reference not in client.get(path).get_data(as_text=True)
    actor = people.actor_for(session, person, firm.id, now=clock.now())
    following.follow(session, actor, tender.id, now=clock.now())
    session.commit()
    first = Calendar.from_ical(client.get(path).data).walk("VEVENT")
    assert {event.decoded("dtstart") for event in first} >= {tender.submission_deadline}
    assert "Zuständig" not in client.get(path).get_data(as_text=True)
    _amend(session, tender)
    second = Calendar.from_ical(client.get(path).data).walk("VEVENT")
    # The same entries, moved: a calendar changes them instead of adding others.
    assert {str(event["uid"]) for event in first} == {str(event["uid"]) for event in second}
    session.refresh(tender)
    assert tender.submission_deadline in {event.decoded("dtstart") for event in second}
    assert post(client, "/unternehmen/kalender/widerruf", page="/unternehmen/kalender").status_code
    assert client.get(path).status_code == 404


def test_calendar_of_one_tender_is_open_to_everybody(client: FlaskClient, tender: Tender) -> None:
    answer = client.get(f"/bekanntmachungen/{tender.reference}/fristen.ics")
    assert answer.mimetype == "text/calendar"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert any("Angebotsfrist" in str(event["summary"]) for event in events)
    assert client.get("/bekanntmachungen/GIBTS-NICHT/fristen.ics").status_code == 404


def test_api_tells_what_is_new_and_takes_note(
    session: Session, client: FlaskClient, tender: Tender, moving_clock: MovableClock
) -> None:
    firm = suppliers.supplier(session, cpv=["34144"])
    headers = access.bearer(session, suppliers.supplier_person(session, firm), firm)
    found = client.get("/api/v1/supplier/matches", headers=headers).get_json()
    assert [each["reference"] for each in found["running"]] == [tender.reference]
    moving_clock.pass_(hours=1)
    _amend(session, tender)
    url = f"/api/v1/supplier/tenders/{tender.reference}"
    news = client.get(f"{url}/news", headers=headers).get_json()
    assert news["since"] is None
    assert news["differences"][0]["label"] == "Angebotsfrist"
    body = {"version_number": 2, "read_at": clock.now().isoformat()}
    assert client.post(f"{url}/seen", json=body, headers=headers).status_code == 204
    assert client.get(f"{url}/news", headers=headers).get_json()["differences"] == []
    late = {"version_number": 2, "read_at": "2999-01-01T00:00:00+00:00"}
    assert client.post(f"{url}/seen", json=late, headers=headers).status_code == 422
