"""Substitutes across members: offered by who needs one, accepted, ended by time."""

import datetime as dt
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Permission, Role
from vergabe.accounts import service as accounts
from vergabe.audit.model import RecordEntry
from vergabe.cooperations import substitutes
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.substitute_rules import State, Wish
from vergabe.cooperations.task_model import Substitution
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.messages.model import Message

FIRST, LAST = dt.date(2026, 11, 25), dt.date(2026, 12, 4)
WISH = Wish(
    "vera@juelich.example",
    Role.PROCUREMENT_OFFICER,
    FIRST,
    LAST,
    "Urlaub",
    "anna@kerpen.example",
)


@pytest.fixture(autouse=True)
def monday(moving_clock: MovableClock) -> MovableClock:
    return moving_clock


@pytest.fixture
def cooperation(session: Session) -> Cooperation:
    return cooperations.dlz(session)


@pytest.fixture
def vera(session: Session, cooperation: Cooperation) -> User:
    assert cooperation
    return access.person(
        session,
        cooperations.town(session, "Jülich"),
        Role.PROCUREMENT_OFFICER,
        email="vera@juelich.example",
        full_name="Vera Vertretung",
    )


@pytest.fixture
def boss(session: Session, cooperation: Cooperation) -> Actor:
    assert cooperation
    kerpen = cooperations.town(session, "Kerpen")
    access.person(
        session,
        kerpen,
        Role.PROCUREMENT_OFFICER,
        email="anna@kerpen.example",
        full_name="Anna Amt",
    )
    return access.actor(session, kerpen, Role.ADMINISTRATOR)


def at_home(session: Session, vera: User) -> Actor:
    town = cooperations.town(session, "Jülich")
    return people.actor_for(session, vera, town.id, now=clock.now())


def abroad(session: Session, vera: User) -> Actor:
    kerpen = cooperations.town(session, "Kerpen")
    return people.actor_for(session, vera, kerpen.id, now=clock.now())


def offered(
    session: Session, boss: Actor, cooperation: Cooperation, wish: Wish = WISH
) -> Substitution:
    return substitutes.offer_substitution(session, boss, cooperation.id, wish, now=clock.now())


def test_it_counts_from_the_first_day_to_the_last_and_ends_by_itself(
    session: Session, cooperation: Cooperation, vera: User, boss: Actor, monday: MovableClock
) -> None:
    found = offered(session, boss, cooperation)
    told = session.scalars(select(Message).where(Message.user_id == vera.id)).one()
    assert "Kerpen" in told.subject
    monday.at("2026-11-25T00:00:00+01:00")
    assert not abroad(session, vera).holds(Permission.EDIT_TENDERS)
    substitutes.accept_substitution(
        session, at_home(session, vera), cooperation.id, found.id, now=clock.now()
    )
    for instant, holds, state in (
        ("2026-11-25T00:00:00+01:00", True, State.RUNNING),
        ("2026-12-04T23:59:59+01:00", True, State.RUNNING),
        ("2026-12-05T00:00:00+01:00", False, State.OVER),
    ):
        monday.at(instant)
        actor = abroad(session, vera)
        assert actor.may(Permission.EDIT_TENDERS, cooperation_id=cooperation.id) is holds, instant
        assert substitutes.state_of(found, clock.berlin_day(clock.now())) is state
    monday.at("2026-12-01T12:00:00+01:00")
    assert abroad(session, vera).name == "Vera Vertretung, Jülich (in Vertretung für Anna Amt)"
    assert at_home(session, vera).name == "Vera Vertretung"


def test_it_counts_in_this_cooperation_alone(
    session: Session, cooperation: Cooperation, vera: User, boss: Actor, monday: MovableClock
) -> None:
    found = offered(session, boss, cooperation)
    substitutes.accept_substitution(
        session, at_home(session, vera), cooperation.id, found.id, now=clock.now()
    )
    assert substitutes.state_of(found, clock.berlin_day(clock.now())) is State.COMING
    other = cooperations.dlz(
        session, ("Kerpen", "Linnich"), key="zwei", reference_prefix="ZWEI", name="Andere"
    )
    monday.at("2026-12-01T12:00:00+01:00")
    actor = abroad(session, vera)
    assert actor.may(Permission.EDIT_TENDERS, cooperation_id=cooperation.id)
    assert not actor.may(Permission.EDIT_TENDERS, cooperation_id=other.id)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (replace(WISH, email="niemand@nirgends.example"), "email"),
        (replace(WISH, email="anna@kerpen.example"), "email"),
        (replace(WISH, role=Role.ADMINISTRATOR, substitute_for=""), "role"),
        (replace(WISH, valid_to=FIRST - dt.timedelta(days=1)), "valid_to"),
        (replace(WISH, valid_to=dt.date(2030, 1, 1)), "valid_to"),
        (replace(WISH, valid_from=dt.date(2026, 11, 22)), "valid_from"),
        (replace(WISH, valid_from=dt.date(1900, 1, 1)), "valid_from"),
        (replace(WISH, substitute_for="vera@juelich.example"), "substitute_for"),
        (replace(WISH, reason=" "), "reason"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, cooperation: Cooperation, vera: User, boss: Actor, wish: Wish, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        offered(session, boss, cooperation, wish)
    assert field in {violation.field for violation in refused.value.violations}
    assert session.scalars(select(Substitution)).all() == []


def test_only_who_administers_or_coordinates_the_member_may_ask(
    session: Session, cooperation: Cooperation, vera: User, boss: Actor
) -> None:
    kerpen = cooperations.town(session, "Kerpen")
    with pytest.raises(Forbidden):
        offered(session, access.actor(session, kerpen, Role.PROCUREMENT_OFFICER), cooperation)
    stranger = access.actor(session, access.organisation(session, "Fremd"), Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        offered(session, stranger, cooperation)


def test_only_the_person_accepts_and_a_declined_offer_stays_declined(
    session: Session, cooperation: Cooperation, vera: User, boss: Actor
) -> None:
    found = offered(session, boss, cooperation)
    assert offered(session, boss, cooperation).id == found.id
    with pytest.raises(NotFound):
        substitutes.accept_substitution(session, boss, cooperation.id, found.id, now=clock.now())
    me = at_home(session, vera)
    substitutes.decline_substitution(session, me, cooperation.id, found.id, now=clock.now())
    substitutes.decline_substitution(session, me, cooperation.id, found.id, now=clock.now())
    with pytest.raises(Refused):
        substitutes.accept_substitution(session, me, cooperation.id, found.id, now=clock.now())


def test_it_can_be_ended_at_once_by_the_member_and_by_the_person_but_no_other(
    session: Session, cooperation: Cooperation, vera: User, boss: Actor, monday: MovableClock
) -> None:
    me = at_home(session, vera)
    for who in (boss, me):
        found = offered(session, boss, cooperation)
        substitutes.accept_substitution(session, me, cooperation.id, found.id, now=clock.now())
        merzenich = access.actor(session, cooperation.lead, Role.ADMINISTRATOR)
        with pytest.raises(NotFound):
            _end(session, merzenich, cooperation, found)
        _end(session, who, cooperation, found)
        _end(session, who, cooperation, found)
        monday.at("2026-11-25T08:00+01:00")
        assert not abroad(session, vera).grants
        assert substitutes.state_of(found, clock.berlin_day(clock.now())) is State.OVER
        monday.at("2026-11-23T12:00+01:00")
    actions = session.scalars(
        select(RecordEntry.action).where(RecordEntry.action.startswith("substitution"))
    ).all()
    assert set(actions) == {"substitution_offered", "substitution_accepted", "substitution_ended"}


def _end(session: Session, who: Actor, cooperation: Cooperation, found: Substitution) -> None:
    substitutes.end_substitution(
        session, who, cooperation.id, found.id, reason="Anna ist zurück.", now=clock.now()
    )


def test_the_administration_can_end_the_role_itself(
    session: Session, cooperation: Cooperation, vera: User, boss: Actor
) -> None:
    found = offered(session, boss, cooperation)
    substitutes.accept_substitution(
        session, at_home(session, vera), cooperation.id, found.id, now=clock.now()
    )
    assert found.assignment_id is not None
    accounts.end_role(session, boss, found.assignment_id, now=clock.now())
    session.expire_all()
    assert substitutes.state_of(found, clock.berlin_day(clock.now())) is State.OVER


def test_the_page_offers_accepts_and_shows_the_list(
    session: Session, cooperation: Cooperation, vera: User, boss: Actor, client: FlaskClient
) -> None:
    kerpen = cooperations.town(session, "Kerpen")
    admin = access.person(session, kerpen, Role.ADMINISTRATOR)
    session.commit()
    access.log_in(client, admin)
    address = "/zusammenarbeit/dlz/vertretungen"
    token = _token(client.get(address).get_data(as_text=True))
    good = {
        "email": WISH.email,
        "role": "procurement_officer",
        "valid_from": "2026-11-25",
        "valid_to": "2026-12-04",
        "reason": "Urlaub",
        "substitute_for": WISH.substitute_for,
    }
    for change in ({"role": "x"}, {"valid_to": "31.02.2027"}, {"email": "x\x00y"}, {"reason": ""}):
        answer = client.post(address, data={"csrf_token": token} | good | change)
        assert answer.status_code == 422, change
    assert client.post(address, data={"csrf_token": token} | good).status_code == 303
    assert "Vera Vertretung" in client.get(address).get_data(as_text=True)
    found = session.scalars(select(Substitution)).one()
    refused = client.post(f"{address}/{found.id}/annahme", data={"csrf_token": token})
    assert refused.status_code == 404
    end = f"{address}/{found.id}/ende"
    answer = client.post(end, data={"csrf_token": token, "reason": "x" * 3000})
    assert answer.status_code == 422
    (field,) = html.fromstring(answer.get_data(as_text=True)).xpath("//*[@id='reason']")
    assert field.xpath("ancestor::form/@action") == [end]
    assert field.get("value") == "x" * 3000
    town = cooperations.town(session, "Jülich")
    headers = access.bearer(session, vera, town)
    api = f"/api/v1/cooperations/dlz/substitutions/{found.id}/acceptance"
    accepted = client.post(api, headers=headers)
    assert accepted.status_code == 200
    assert accepted.get_json()["state"] == "coming"


def test_all_that_is_wrong_with_an_offer_is_told_at_once(
    session: Session, cooperation: Cooperation, boss: Actor, client: FlaskClient
) -> None:
    kerpen = cooperations.town(session, "Kerpen")
    access.log_in(client, access.person(session, kerpen, Role.ADMINISTRATOR))
    address = "/zusammenarbeit/dlz/vertretungen"
    token = _token(client.get(address).get_data(as_text=True))
    wrong = {"email": "nobody@x.example", "role": "opener", "substitute_for": "nor@x.example"}
    nobody, absent, reason = "bei einem anderen Mitglied", "die Rolle, um die", "Nennen Sie den"
    for days, sentences in (
        ({"valid_from": "", "valid_to": "01.01.2025"}, ("den ersten Tag", "Vergangenheit")),
        ({"valid_from": "01.01.2025", "valid_to": ""}, ("frühestens heute", "den letzten Tag")),
        ({"valid_from": "02.12.2026", "valid_to": "01.12.2026"}, ("vor dem Beginn",)),
    ):
        answer = client.post(address, data={"csrf_token": token} | wrong | days)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        for sentence in (nobody, absent, reason, *sentences):
            assert sentence in page, (sentence, days)


def _token(page: str) -> str:
    return page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
