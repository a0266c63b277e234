"""The cost key of the version of the agreement that counts is the one that everybody reads."""

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, funding, pools
from tests.factories import cooperations as factory
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.cost_keys.keys import KeyKind, read_key
from vergabe.council_papers import gathering
from vergabe.funding import sharing
from vergabe.pools import changing, withdrawing
from vergabe.votes import subject

pytestmark = pytest.mark.usefixtures("moving_clock")


def test_key_of_a_new_version_counts_in_votes_papers_and_grants(
    session: Session, moving_clock: MovableClock
) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.binding_pool(session, cooperation, demands)
    frozen = subject.subject_of(session, pool, "Kaufen?", "", now=clock.now())
    assert frozen["cost_key"]["kind"] == "demand_value"
    factory.agreement(
        session,
        cooperation,
        number=2,
        cost_key=dict(factory.COST_KEY) | {"kind": "equal"},
        in_force_on=dt.date(2026, 11, 1),
    )
    session.expire(cooperation)
    now = clock.now()
    after = subject.subject_of(session, pool, "Kaufen?", "", now=now)
    assert after["cost_key"]["kind"] == "equal"
    assert subject.sha256_of(after) != subject.sha256_of(frozen)
    case = funding.draft(session, pool)
    among = sharing.partners(session, pool, case, now=now)
    assert sharing.key_of(session, case, among, clock.berlin_day(now)).kind is KeyKind.EQUAL
    actor = access.actor(session, factory.town(session, "Jülich"), Role.COORDINATOR)
    town = factory.town(session, "Jülich")
    facts = gathering.paper_facts(session, actor, pool, town, None, None, is_public=True, now=now)
    assert facts.cost_key == read_key({"kind": "equal"}).name


def test_values_of_a_grant_follow_the_quantities_joined_with(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    (item,) = demands[0].items
    assert item.quantity is not None
    pool = pools.binding_pool(
        session, cooperation, demands, quantities={item.id: item.quantity / 2}
    )
    asked = demands[0].value_net_cents
    assert asked is not None
    among = sharing.partners(session, pool, None, now=clock.now())
    values = {partner.id: partner.demand_value_net_cents for partner in among}
    assert values[demands[0].organisation_id] == asked // 2
    assert values[demands[1].organisation_id] == demands[1].value_net_cents


def test_values_of_a_grant_outlast_the_pool_that_is_dissolved(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.binding_pool(session, cooperation, demands)
    before = sharing.partners(session, pool, None, now=clock.now())
    for each in demands:
        person = access.actor(session, each.organisation, Role.RELEASER)
        withdrawing.ask_to_withdraw(session, person, pool.id, "Kein Geld.", now=clock.now())
    coordination = access.actor(session, cooperation.lead, Role.COORDINATOR)
    changing.dissolve(session, coordination, pool.id, "Kein Geld.", now=clock.now())
    assert len(before) == len(demands)
    assert sharing.partners(session, pool, None, now=clock.now()) == before
