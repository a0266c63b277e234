import datetime as dt
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access
from tests.factories import councils as factory
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.councils import queries, service
from vergabe.councils.model import Body
from vergabe.councils.rules import BodyEntry, Kind, MeetingEntry
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

MARCH, APRIL = dt.date(2027, 3, 18), dt.date(2027, 4, 22)


@pytest.fixture
def town(session: Session) -> Organisation:
    return access.organisation(session, "Jülich")


@pytest.fixture
def officer(session: Session, town: Organisation) -> Actor:
    return access.actor(session, town, Role.COORDINATOR)


def test_calendar_answers_next_last_and_between(session: Session, town: Organisation) -> None:
    rat = factory.body(session, town, "Rat", meets_on=[MARCH, APRIL])
    factory.body(session, town, "Hauptausschuss", meets_on=[dt.date(2027, 3, 4)])

    def following(day: dt.date) -> dt.date | None:
        found = queries.next_meeting(session, rat.id, day)
        return found.day if found else None

    def previous(day: dt.date) -> dt.date | None:
        found = queries.last_meeting(session, rat.id, day)
        return found.day if found else None

    one = dt.timedelta(days=1)
    assert [following(day) for day in (MARCH, MARCH + one, APRIL + one)] == [MARCH, APRIL, None]
    assert [previous(day) for day in (APRIL, APRIL - one, MARCH - one)] == [APRIL, MARCH, None]
    found = queries.meetings(
        session, organisation_id=town.id, first_day=dt.date(2027, 3, 4), last_day=MARCH
    )
    assert [(m.body.name, m.day.day) for m in found] == [("Hauptausschuss", 4), ("Rat", 18)]
    with pytest.raises(ValueError, match="which bodies"):
        queries.meetings(session)


def test_bodies_of_a_day_are_those_that_exist_then(session: Session, town: Organisation) -> None:
    factory.body(session, town, "Alter Ausschuss", active_to=dt.date(2026, 12, 31))
    factory.body(session, town, "Neuer Ausschuss", active_from=dt.date(2027, 1, 1))
    assert [b.name for b in queries.bodies_of(session, [town.id], day=dt.date(2026, 12, 31))] == [
        "Alter Ausschuss"
    ]
    assert [b.name for b in queries.bodies_of(session, [town.id], day=dt.date(2027, 1, 1))] == [
        "Neuer Ausschuss"
    ]


def test_body_and_meetings_are_kept_and_recorded(
    session: Session, town: Organisation, officer: Actor
) -> None:
    body = service.add_body(session, officer, BodyEntry(" Rat ", Kind.COUNCIL), now=NOON)
    entries = [MeetingEntry(APRIL), MeetingEntry(MARCH, dt.date(2027, 3, 4))]
    assert service.add_meetings(session, officer, body.id, entries, now=NOON) == 2
    assert service.add_meetings(session, officer, body.id, entries, now=NOON) == 0
    moved = [MeetingEntry(MARCH, dt.date(2027, 3, 1))]
    assert service.add_meetings(session, officer, body.id, moved, now=NOON) == 1
    service.remove_meeting(session, officer, body.id, body.meetings[0].id, now=NOON)
    assert [m.day for m in queries.meetings(session, body_ids=[body.id])] in ([MARCH], [APRIL])
    told = list(audit.entries(session, f"organisation:{town.id}"))
    actions = [entry.action for entry in told]
    assert actions == ["body_added", "meetings_added", "meetings_added", "meeting_removed"]
    assert told[1].summary == "„Rat“: 2 Sitzungstage eingetragen."
    assert told[2].summary == "„Rat“: 1 Sitzungstag eingetragen."


def test_same_name_twice_is_refused(session: Session, officer: Actor) -> None:
    service.add_body(session, officer, BodyEntry("Rat"), now=NOON)
    with pytest.raises(Refused, match="gibt es schon"):
        service.add_body(session, officer, BodyEntry("Rat"), now=NOON)


def test_change_keeps_meetings_inside_and_asks_for_the_version(
    session: Session, town: Organisation, officer: Actor
) -> None:
    body = factory.body(session, town, "Rat", meets_on=[MARCH])
    wanted = BodyEntry("Rat", Kind.COUNCIL, active_to=MARCH)
    service.change_body(session, officer, body.id, wanted, version=body.version, now=NOON)
    with pytest.raises(Stale):
        service.change_body(session, officer, body.id, wanted, version=1, now=NOON)
    too_short = BodyEntry("Rat", Kind.COUNCIL, active_to=dt.date(2027, 3, 17))
    with pytest.raises(Refused, match="gibt es dieses Gremium nicht"):
        service.change_body(session, officer, body.id, too_short, version=None, now=NOON)


def test_another_towns_bodies_are_not_found(session: Session, officer: Actor) -> None:
    other = factory.body(session, access.organisation(session, "Inden"), "Rat", meets_on=[MARCH])
    for work in (
        lambda: queries.own_body(session, officer, other.id),
        lambda: service.add_meetings(session, officer, other.id, [MeetingEntry(APRIL)], now=NOON),
        lambda: service.change_body(
            session, officer, other.id, BodyEntry("x"), version=None, now=NOON
        ),
        lambda: service.remove_meeting(session, officer, other.id, other.meetings[0].id, now=NOON),
    ):
        with pytest.raises(NotFound):
            work()


def test_reading_roles_keep_no_calendar(session: Session, town: Organisation) -> None:
    auditor = access.actor(session, town, Role.AUDITOR)
    with pytest.raises(Forbidden):
        service.add_body(session, auditor, BodyEntry("Rat"), now=NOON)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "party"},
        {"active_from": MARCH, "active_to": dt.date(2027, 1, 1)},
    ],
)
def test_table_refuses_what_no_command_would_write(
    session: Session, town: Organisation, wrong: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        factory.body(session, town, "Rat", **wrong)


def test_papers_are_never_due_after_the_meeting(session: Session, town: Organisation) -> None:
    body = factory.body(session, town, "Rat")
    with pytest.raises(IntegrityError):
        factory.meeting(session, body, MARCH, papers_due_on=APRIL)


def _post(client: FlaskClient, url: str, form: dict[str, str], page: str | None = None) -> Any:
    text = client.get(page or url).get_data(as_text=True)
    token = text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    return client.post(url, data=form | {"csrf_token": token})


def test_pages_keep_bodies_and_a_pasted_calendar(
    client: FlaskClient, session: Session, town: Organisation
) -> None:
    user = access.person(session, town, Role.COORDINATOR)
    session.commit()
    access.log_in(client, user)
    assert _post(client, "/gremien", {"name": "Rat", "kind": "council"}).status_code == 303
    body = queries.body_by_name(session, town.id, "Rat")
    assert body is not None
    page = f"/gremien/{body.id}"
    pasted = {"days": "Do, 18.03.2027, Vorlagen bis 04.03.2027\n22.04.2027"}
    assert _post(client, f"{page}/sitzungen", pasted, page).status_code == 303
    shown = client.get(page).get_data(as_text=True)
    for expected in ("18.03.2027", "04.03.2027", "22.04.2027"):
        assert expected in shown
    assert "04.03.2027" in client.get("/gremien").get_data(as_text=True)
    meeting = queries.meetings(session, body_ids=[body.id])[0]
    assert _post(client, f"{page}/sitzungen/{meeting.id}/streichen", {}, page).status_code == 303
    again = _post(client, f"{page}/sitzungen/{meeting.id}/streichen", {}, page)
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({}, 422, "Nennen Sie das Gremium"),
        ({"name": "x" * 600, "kind": "council"}, 422, "erlaubt sind 200"),
        ({"name": "Rat\x00", "kind": "council"}, 422, "Steuerzeichen"),
        ({"name": "Rat", "kind": "party"}, 422, "Art des Gremiums"),
        ({"name": "<b>Rat", "kind": "council", "active_from": "gestern"}, 422, "kein Datum"),
        ({"name": "Kreistag", "kind": "council"}, 409, "gibt es schon"),
    ],
)
def test_bad_body_comes_back_and_stores_nothing(
    client: FlaskClient,
    session: Session,
    town: Organisation,
    form: dict[str, str],
    status: int,
    words: str,
) -> None:
    factory.body(session, town, "Kreistag")
    user = access.person(session, town, Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, user)
    answer = _post(client, "/gremien", form)
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)
    assert len(queries.bodies_of(session, [town.id])) == 1


def test_bad_calendar_and_stale_change_come_back(
    client: FlaskClient, session: Session, town: Organisation
) -> None:
    body = factory.body(session, town, "Rat", meets_on=[MARCH])
    user = access.person(session, town, Role.COORDINATOR)
    session.commit()
    access.log_in(client, user)
    page = f"/gremien/{body.id}"
    for text, words in (
        ("", "mindestens einen"),
        ("morgen\n<b>", "Zeile 1"),
        ("1.1.3000", "1.1.3"),
    ):
        answer = _post(client, f"{page}/sitzungen", {"days": text}, page)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    stale = _post(client, page, {"name": "Rat", "kind": "council", "version": "0"}, page)
    assert stale.status_code == 412
    wrong = _post(client, page, {"name": "", "kind": "council", "version": "1"}, page)
    assert wrong.status_code == 422
    assert len(queries.meetings(session, body_ids=[body.id])) == 1


def test_api_keeps_the_same(client: FlaskClient, session: Session, town: Organisation) -> None:
    user = access.person(session, town, Role.COORDINATOR)
    headers = access.bearer(session, user, town)
    made = client.post("/api/v1/bodies", json={"name": "Rat", "kind": "council"}, headers=headers)
    assert made.status_code == 201
    url = f"/api/v1/bodies/{made.get_json()['id']}"
    days = {"meetings": [{"day": "2027-03-18", "papers_due_on": "2027-03-04"}]}
    put = client.post(f"{url}/meetings", json=days, headers=headers).get_json()
    assert put["meetings"][0]["papers_due_on"] == "2027-03-04"
    change = {"name": "Stadtrat", "kind": "council"}
    assert client.put(url, json=change, headers=headers).status_code == 428
    etag = client.get(url, headers=headers).headers["ETag"]
    changed = client.put(url, json=change, headers=headers | {"If-Match": etag})
    assert changed.get_json()["name"] == "Stadtrat"
    meeting = f"{url}/meetings/{put['meetings'][0]['id']}"
    assert client.delete(meeting, headers=headers).get_json()["meetings"] == []
    assert client.delete(meeting, headers=headers).status_code == 404
    assert len(client.get("/api/v1/bodies", headers=headers).get_json()["items"]) == 1
    assert client.get(f"/api/v1/bodies/{uuid.uuid4()}", headers=headers).status_code == 404
    wrong: list[Any] = [[], [{"day": "18.03.2027"}], 7]
    for meetings in wrong:
        bad = {"meetings": meetings}
        assert client.post(f"{url}/meetings", json=bad, headers=headers).status_code == 422
    assert session.get(Body, uuid.UUID(made.get_json()["id"]))
    stranger = access.organisation(session, "Inden")
    other = access.bearer(session, access.person(session, stranger, Role.COORDINATOR), stranger)
    assert client.get(url, headers=other).status_code == 404


def test_invalid_days_of_the_service_are_all_named(
    session: Session, town: Organisation, officer: Actor
) -> None:
    body = factory.body(session, town, "Rat", active_to=MARCH)
    entries = [MeetingEntry(APRIL), MeetingEntry(MARCH, APRIL)]
    with pytest.raises(InvalidInput) as caught:
        service.add_meetings(session, officer, body.id, entries, now=NOON)
    assert [v.code for v in caught.value.violations] == ["body_not_active", "papers_after_meeting"]
