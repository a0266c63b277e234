import datetime as dt
import uuid

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from tests.factories import deadlines as factory
from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.audit import queries as records
from vergabe.cooperations.model import Cooperation, Member
from vergabe.deadlines import queries, rules, service
from vergabe.deadlines.model import Deadline
from vergabe.deadlines.queries import DeadlineFilter
from vergabe.deadlines.rules import State

MICRO = dt.timedelta(microseconds=1)


def token_of(client: FlaskClient, path: str) -> str:
    page = client.get(path).get_data(as_text=True)
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


@pytest.fixture
def dlz(session: Session) -> Cooperation:
    return cooperations.dlz(session)


@pytest.fixture
def officer(session: Session, dlz: Cooperation) -> User:
    lead = cooperations.town(session, "Merzenich")
    return access.person(session, lead, Role.PROCUREMENT_OFFICER, full_name="Olga Offiz")


def _stranger(session: Session) -> User:
    return access.person(session, cooperations.town(session, "Inden"), Role.PROCUREMENT_OFFICER)


def test_condition_in_the_database_says_the_same_as_the_rule(
    session: Session, dlz: Cooperation
) -> None:
    now = clock.now()
    for offset in (-MICRO, dt.timedelta(0), MICRO):
        for ended in ("", "met", "lifted"):
            made = factory.deadline(session, dlz, due_at=now + offset, title=f"{offset} {ended}")
            if ended == "met":
                service.meet(session, made.subject_id, "submission", now=now)
            if ended == "lifted":
                service.lift(session, made.subject_id, None, "entfällt", now=now)
    for state in State:
        found = set(session.scalars(select(Deadline).where(queries.is_in_state(state, now))))
        expected = {
            each
            for each in session.scalars(select(Deadline))
            if rules.state(rules.DeadlineFacts(each.due_at, each.met_at, each.lifted_at), now)
            is state
        }
        assert found == expected
        assert expected


def test_pages_of_the_list_hold_everything_once_in_order(
    session: Session, dlz: Cooperation
) -> None:
    due_at = clock.now() + dt.timedelta(days=3)
    for number in range(7):
        factory.deadline(session, dlz, due_at=due_at + dt.timedelta(days=number // 3))
    actor, cursor, seen = Actor.operator("Test"), None, []
    while True:
        page = queries.deadlines_page(
            session, actor, DeadlineFilter(), now=clock.now(), cursor=cursor, limit=2
        )
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len({each.id for each in seen}) == len(seen) == 7
    assert [each.due_at for each in seen] == sorted(each.due_at for each in seen)


def test_members_see_the_deadline_and_others_do_not(
    session: Session, client: FlaskClient, dlz: Cooperation
) -> None:
    deadline = factory.deadline(session, dlz, title="Angebotsfrist Löschfahrzeuge")
    kerpen = cooperations.town(session, "Kerpen")
    member, stranger = access.person(session, kerpen, Role.AUDITOR), _stranger(session)
    session.commit()
    paths = (f"/fristen/{deadline.id}", f"/vergabeverfahren/{deadline.subject_id}/fristen")
    access.log_in(client, member)
    page = client.get("/fristen").get_data(as_text=True)
    assert "Angebotsfrist Löschfahrzeuge" in page
    assert "§ 15 Abs. 2, 4 VgV" in page
    assert "30 Tage: 23.12.2026." in page
    assert [client.get(path).status_code for path in paths] == [200, 200]
    client.get("/abmelden")
    other = client.application.test_client()
    access.log_in(other, stranger)
    assert "Angebotsfrist Löschfahrzeuge" not in other.get("/fristen").get_data(as_text=True)
    assert [other.get(path).status_code for path in paths] == [404, 404]
    answer = client.get(
        "/api/v1/deadlines", headers=access.bearer(session, stranger, _inden(session))
    )
    assert answer.json == {"items": [], "next_cursor": None}


def _inden(session: Session) -> Organisation:
    return cooperations.town(session, "Inden")


def test_role_limited_to_another_cooperation_shows_nothing(
    session: Session, dlz: Cooperation
) -> None:
    factory.deadline(session, dlz)
    other = cooperations.dlz(
        session, towns=("Merzenich", "Inden"), key="zwei", reference_prefix="ZWO"
    )
    lead = cooperations.town(session, "Merzenich")
    user = access.person(session, lead, Role.AUDITOR, cooperation_id=other.id)
    actor = people.actor_for(session, user, lead.id, now=clock.now())
    page = queries.deadlines_page(session, actor, DeadlineFilter(), now=clock.now())
    assert page.items == []


def test_member_that_left_sees_nothing_from_the_next_day_on(
    session: Session, dlz: Cooperation
) -> None:
    factory.deadline(session, dlz)
    kerpen = cooperations.town(session, "Kerpen")
    actor = access.actor(session, kerpen, Role.AUDITOR)
    membership = session.scalars(select(Member).where(Member.organisation_id == kerpen.id)).one()
    membership.left_on = clock.berlin_day(clock.now())
    session.flush()
    wanted = DeadlineFilter()
    assert queries.deadlines_page(session, actor, wanted, now=clock.now()).items
    tomorrow = clock.now() + dt.timedelta(days=1)
    assert not queries.deadlines_page(session, actor, wanted, now=tomorrow).items


def test_missed_ones_stand_on_top_in_words(
    session: Session, client: FlaskClient, moving_clock: MovableClock
) -> None:
    dlz = cooperations.dlz(session)
    lead = cooperations.town(session, "Merzenich")
    officer = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    now = moving_clock.now()
    factory.deadline(session, dlz, title="Vorbei", due_at=now + dt.timedelta(minutes=1))
    factory.deadline(session, dlz, title="Läuft noch", due_at=now + dt.timedelta(days=2))
    session.commit()
    moving_clock.pass_(hours=3, minutes=6, seconds=30)
    access.log_in(client, officer)
    page = client.get("/fristen").get_data(as_text=True)
    assert page.index("Vorbei") < page.index("Läuft noch")
    assert "seit 3 Stunden und 5 Minuten" in page
    assert "noch 1 Tag, 20 Stunden und 53 Minuten" in page


@pytest.mark.parametrize(
    "query", ["stand=quatsch", "gruppe=1", "ab=%FF", "ab=MjAyNnww", "art=" + "x" * 600]
)
def test_senseless_filters_get_an_answer_in_german(
    session: Session, client: FlaskClient, officer: User, query: str
) -> None:
    session.commit()
    access.log_in(client, officer)
    assert client.get(f"/fristen?{query}").status_code in (200, 422)


def test_officer_puts_people_in_charge_and_it_is_recorded(
    session: Session, client: FlaskClient, dlz: Cooperation, officer: User
) -> None:
    deadline = factory.deadline(session, dlz)
    lead = cooperations.town(session, "Merzenich")
    colleague = access.person(session, lead, Role.REQUESTER, full_name="Karl Kollege")
    session.commit()
    access.log_in(client, officer)
    path = f"/fristen/{deadline.id}"
    data = {
        "csrf_token": token_of(client, path),
        "responsible_id": str(officer.id),
        "substitute_id": str(colleague.id),
    }
    for _ in range(2):  # the second click gives the same state
        assert client.post(f"{path}/zustaendig", data=data).status_code == 303
    assert "Vertretung: Karl Kollege" in client.get(path).get_data(as_text=True)
    acts = records.entries(session, f"tender:{deadline.subject_id}")
    assert [act.action for act in acts] == ["deadline_people_set"]
    assert not records.breaks(session, f"tender:{deadline.subject_id}")


@pytest.mark.parametrize(
    ("responsible", "substitute", "sentence"),
    [
        ("quatsch\x00", "", "aus der Liste"),
        (str(uuid.UUID(int=9)), "", "heute keine Rolle"),
        ("", "OFFICER", "wer zuständig ist"),
        ("OFFICER", "OFFICER", "zwei verschiedene"),
        ("STRANGER", "", "heute keine Rolle"),
    ],
)
def test_wrong_people_are_refused_at_the_field(
    session: Session,
    client: FlaskClient,
    dlz: Cooperation,
    officer: User,
    responsible: str,
    substitute: str,
    sentence: str,
) -> None:
    deadline = factory.deadline(session, dlz)
    named = {"OFFICER": str(officer.id), "STRANGER": str(_stranger(session).id)}
    session.commit()
    access.log_in(client, officer)
    path = f"/fristen/{deadline.id}"
    data = {
        "csrf_token": token_of(client, path),
        "responsible_id": named.get(responsible, responsible),
        "substitute_id": named.get(substitute, substitute),
    }
    answer = client.post(f"{path}/zustaendig", data=data)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    session.refresh(deadline)
    assert deadline.responsible_id is None


def test_officer_of_another_member_may_not_choose_people(
    session: Session, dlz: Cooperation, client: FlaskClient
) -> None:
    deadline = factory.deadline(session, dlz)
    kerpen = cooperations.town(session, "Kerpen")
    user = access.person(session, kerpen, Role.PROCUREMENT_OFFICER)
    headers = access.bearer(session, user, kerpen)
    body = {"responsible_id": str(user.id), "substitute_id": None}
    answer = client.put(f"/api/v1/deadlines/{deadline.id}/people", json=body, headers=headers)
    assert answer.status_code == 403


def test_people_of_an_ended_deadline_stay(
    session: Session, client: FlaskClient, dlz: Cooperation, officer: User
) -> None:
    deadline = factory.deadline(session, dlz)
    service.lift(session, deadline.subject_id, None, "entfällt", now=clock.now())
    headers = access.bearer(session, officer, cooperations.town(session, "Merzenich"))
    body = {"responsible_id": str(officer.id)}
    answer = client.put(f"/api/v1/deadlines/{deadline.id}/people", json=body, headers=headers)
    assert answer.status_code == 409
    assert "aufgehoben" in answer.json["detail"]


def test_api_tells_state_and_calculation(
    session: Session, client: FlaskClient, dlz: Cooperation, officer: User
) -> None:
    deadline = factory.deadline(session, dlz)
    headers = access.bearer(session, officer, cooperations.town(session, "Merzenich"))
    (item,) = client.get("/api/v1/deadlines?state=running", headers=headers).json["items"]
    assert item["id"] == str(deadline.id)
    assert item["state"] == "running"
    assert item["due_at"].endswith("Z")
    assert item["calculation"]["steps"] == factory.CALCULATION["steps"]
    assert client.get("/api/v1/deadlines?state=met", headers=headers).json["items"] == []
    assert client.get("/api/v1/deadlines?state=bald", headers=headers).status_code == 422


def test_calendar_link_shows_the_deadlines_of_the_persons_cooperations_only(
    session: Session, client: FlaskClient, dlz: Cooperation, officer: User
) -> None:
    running = factory.deadline(session, dlz, title="Läuft")
    lifted = factory.deadline(session, dlz, title="Entfällt")
    service.lift(session, lifted.subject_id, None, "aufgehoben", now=clock.now())
    other = cooperations.dlz(
        session, towns=("Inden", "Linnich"), key="zwei", reference_prefix="ZWO"
    )
    factory.deadline(session, other, title="Fremd")
    session.commit()
    access.log_in(client, officer)
    page = client.post("/fristen/kalender", data={"csrf_token": token_of(client, "/fristen")})
    assert page.status_code == 201
    link = page.get_data(as_text=True).split("http://localhost", 1)[1].split("<", 1)[0]
    outside = client.application.test_client()
    answer = outside.get(link)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    events = {
        event["UID"]: event for event in icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    }
    assert set(events) == {str(running.id), str(lifted.id)}
    assert events[str(lifted.id)]["STATUS"] == "CANCELLED"
    assert events[str(running.id)].decoded("DTSTART") == running.due_at.replace(microsecond=0)
    again = outside.get(link, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_renewed_revoked_and_wrong_secrets_are_not_found(
    session: Session, client: FlaskClient, dlz: Cooperation, officer: User
) -> None:
    headers = access.bearer(session, officer, cooperations.town(session, "Merzenich"))

    def renew() -> str:
        url: str = client.post("/api/v1/calendar-link", headers=headers).json["url"]
        return url.removeprefix("http://localhost")

    first = renew()
    assert client.get(first).status_code == 200
    second = renew()
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert second.split("/")[-1].removesuffix(".ics") not in (
        session.get_one(User, officer.id).calendar_secret_hash or ""
    )
    assert client.delete("/api/v1/calendar-link", headers=headers).status_code == 204
    for path in (second, "/kalender/x.ics", "/kalender/" + "a" * 43 + ".ics", "/kalender/%00.ics"):
        assert client.get(path).status_code == 404


def test_calendar_of_somebody_locked_out_is_not_found(
    session: Session, client: FlaskClient, dlz: Cooperation, officer: User
) -> None:
    headers = access.bearer(session, officer, cooperations.town(session, "Merzenich"))
    url = client.post("/api/v1/calendar-link", headers=headers).json["url"]
    path = url.removeprefix("http://localhost")
    officer.active = False
    session.commit()
    assert client.get(path).status_code == 404
