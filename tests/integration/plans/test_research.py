"""Key figures for research: no names, the same each time, made for the coordination alone."""

import datetime as dt

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, cost_shares, demands, plans, tenders
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.errors import Forbidden
from vergabe.files import current
from vergabe.plans import research

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

SECRET = "s" * 40


def test_figures_name_nobody_and_are_the_same_each_time(
    session: Session, moving_clock: MovableClock
) -> None:
    tender = tenders.published(session, current.store())
    cooperation, now = tender.cooperation, clock.now()
    town = cooperations.town(session, "Jülich")
    town.inhabitants, town.inhabitants_on = 33_164, dt.date(2022, 12, 31)
    plans.milestone(session, cooperation, kind="invitation", done_on=dt.date(2026, 6, 23))
    demands.call(session, cooperation)
    cost_shares.effort(session, tender.pool, "Jülich")
    actor = access.actor(session, cooperation.lead, Role.COORDINATOR)
    moving_clock.pass_(days=1)
    found = research.figures_of(session, actor, cooperation, SECRET, now=clock.now())
    again = research.figures_of(session, actor, cooperation, SECRET, now=clock.now())
    assert again == found
    assert found.days_to_first_notice == (clock.berlin_day(now) - dt.date(2026, 6, 23)).days
    (project,) = found.projects
    assert project.members == sorted(member.member for member in found.members)
    assert project.demands == 3
    assert project.days_to_notice is not None
    assert project.minutes_worked > 0
    assert project.value_net_euro is not None
    assert abs(project.value_net_euro * 100 - (tender.estimated_value_net_cents or 0)) <= 500_00
    assert [m.size for m in found.members].count("25000-49999") == 1
    assert {(m.calls_asked, m.calls_answered) for m in found.members} <= {(1, 0), (0, 0)}
    text = orjson.dumps(found.as_dict()).decode()
    for name in ("Merzenich", "Jülich", "Kerpen", "DLZ", "dlz", str(town.id), tender.reference):
        assert name not in text
    other = research.figures_of(session, actor, cooperation, "t" * 40, now=clock.now())
    assert {m.member for m in other.members}.isdisjoint(m.member for m in found.members)


def test_a_member_makes_no_figures_of_the_others(
    session: Session, client: FlaskClient, moving_clock: MovableClock
) -> None:
    cooperation = cooperations.dlz(session)
    member = access.actor(session, cooperations.town(session, "Jülich"), Role.COORDINATOR)
    with pytest.raises(Forbidden):
        research.figures_of(session, member, cooperation, SECRET, now=clock.now())
    path = "/api/v1/cooperations/dlz/figures"
    for town, status in (("Merzenich", 200), ("Jülich", 403), ("Linnich", 404)):
        organisation = cooperations.town(session, town)
        person = access.person(session, organisation, Role.COORDINATOR)
        headers = access.bearer(session, person, organisation)
        assert client.get(path, headers=headers).status_code == status, town


def test_the_coordination_downloads_the_figures_from_the_plan(
    session: Session, client: FlaskClient, moving_clock: MovableClock
) -> None:
    cooperation = cooperations.dlz(session)
    person = access.person(session, cooperation.lead, Role.COORDINATOR)
    session.commit()
    access.log_in(client, person)
    assert "kennzahlen.json" in client.get("/zusammenarbeit/dlz/zeitplan").get_data(as_text=True)
    answer = client.get("/zusammenarbeit/dlz/zeitplan/kennzahlen.json")
    assert answer.status_code == 200
    assert len(answer.get_json()["members"]) == 3
    assert "attachment" in answer.headers["Content-Disposition"]
