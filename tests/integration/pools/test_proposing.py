"""Proposals over released demands: made once, replaced when demands change, never forced back."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, pools
from tests.factories import demands as demand_factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations.model import Cooperation
from vergabe.demands.model import Demand
from vergabe.errors import Forbidden, NotFound
from vergabe.pools import changing, proposing, shaping
from vergabe.pools.model import Pool

pytestmark = pytest.mark.usefixtures("moving_clock")


def coordinator(session: Session, cooperation: Cooperation) -> Actor:
    return access.actor(session, cooperation.lead, Role.COORDINATOR)


def proposals(session: Session) -> list[Pool]:
    query = select(Pool).where(Pool.stage == "proposed").order_by(Pool.reference)
    return list(session.scalars(query))


def test_three_towns_with_the_same_need_make_one_proposal(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    actor = coordinator(session, cooperation)
    (pool,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    assert pool.reference == "BUE-DLZ-2026-0001"
    assert pool.stage == "proposed"
    assert {entry.demand_id for entry in pool.entries} == {demand.id for demand in demands}
    assert {demand.stage for demand in demands} == {"released"}
    assert pool.reasons["total_net_cents"] == 3 * 45_000_000
    law = pool.reasons["law"]
    assert law["reaches_threshold"]
    assert law["method"] == "open"
    assert law["minimum_days"] == 30
    assert pool.reasons["for"][0]["code"] == "members"
    assert "threshold_reached" in {reason["code"] for reason in pool.reasons["against"]}
    (entry,) = audit.entries(session, f"pool:{pool.id}")
    assert entry.action == "proposed"
    assert entry.details["members"].count("Jülich") == 1


def test_proposing_twice_makes_nothing_twice(session: Session) -> None:
    cooperation, _ = pools.towns_with_engines(session)
    actor = coordinator(session, cooperation)
    (first,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    version = first.version
    session.expire_all()
    (second,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    assert second.id == first.id
    assert second.version == version
    assert len(audit.entries(session, f"pool:{first.id}")) == 1


def test_preview_writes_nothing_and_says_what_is_new(session: Session) -> None:
    cooperation, _ = pools.towns_with_engines(session)
    actor = coordinator(session, cooperation)
    (found,) = proposing.preview_pools(session, actor, cooperation.id, now=clock.now())
    assert found.is_new
    assert not proposals(session)
    proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    (found,) = proposing.preview_pools(session, actor, cooperation.id, now=clock.now())
    assert not found.is_new


def test_changed_demands_replace_an_untouched_proposal(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    actor = coordinator(session, cooperation)
    (old,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    demands[2].stage = "withdrawn"
    session.flush()
    (new,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    assert old.stage == "rejected"
    assert old.stage_reason == proposing.REPLACED
    assert len(proposing.active(new)) == 2
    demands[2].stage = "released"
    session.flush()
    (third,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    assert len(proposing.active(third)) == 3, "what was only replaced may come back"


def test_what_was_rejected_is_not_proposed_again_unchanged(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    actor = coordinator(session, cooperation)
    (pool,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    changing.reject(session, actor, pool.id, "Jede Wehr beschafft selbst.", now=clock.now())
    assert proposing.propose_pools(session, actor, cooperation.id, now=clock.now()) == []
    demands.append(
        demand_factory.demand(session, cooperation, cooperations.town(session, "Jülich"))
    )
    assert len(proposing.propose_pools(session, actor, cooperation.id, now=clock.now())) == 1


def test_what_people_put_together_stays(session: Session) -> None:
    towns = ("Merzenich", "Jülich", "Kerpen", "Inden")
    cooperation, demands = pools.towns_with_engines(session, towns)
    actor = coordinator(session, cooperation)
    (pool,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    ids = {demand.id for demand in demands[:2]}
    other = shaping.split(session, actor, pool.id, ids, now=clock.now())
    assert other is not None
    after = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    assert {found.id for found in after} == {pool.id, other.id}
    demands[0].stage = "withdrawn"
    session.flush()
    after = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    assert pool in after
    assert other not in after


def test_pools_in_consultation_are_left_alone(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pools.pool_in_consultation(session, cooperation, demands)
    actor = coordinator(session, cooperation)
    assert proposing.propose_pools(session, actor, cooperation.id, now=clock.now()) == []


def test_members_that_take_no_demands_into_the_area_are_left_out(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    for member in cooperation.members:
        if member.organisation_id == demands[1].organisation_id:
            member.participations[0].depth = "information"
    session.flush()
    actor = coordinator(session, cooperation)
    (pool,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    assert demands[1].id not in {entry.demand_id for entry in pool.entries}


def test_unlike_needs_make_no_proposal(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    for name, title, cpv in (
        ("Merzenich", "Streusalz lose", "14410000"),
        ("Jülich", "Beratung zur Umsatzsteuer", "79221000"),
    ):
        town = cooperations.town(session, name)
        demand_factory.demand(session, cooperation, town, title=title, cpv=cpv)
    actor = coordinator(session, cooperation)
    assert proposing.propose_pools(session, actor, cooperation.id, now=clock.now()) == []


def test_arguments_follow_the_day(session: Session, moving_clock: MovableClock) -> None:
    cooperation, _ = pools.towns_with_engines(
        session, needed_from=dt.date(2027, 5, 1), needed_until=dt.date(2027, 5, 31)
    )
    actor = coordinator(session, cooperation)
    (pool,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    assert "need_date_missed" not in {reason["code"] for reason in pool.reasons["against"]}
    now = moving_clock.pass_(days=120)
    proposing.propose_pools(session, actor, cooperation.id, now=now)
    assert "need_date_missed" in {reason["code"] for reason in pool.reasons["against"]}


def test_only_coordinators_propose_and_strangers_see_nothing(session: Session) -> None:
    cooperation, _ = pools.towns_with_engines(session)
    requester = access.actor(session, cooperation.lead, Role.REQUESTER)
    with pytest.raises(Forbidden):
        proposing.propose_pools(session, requester, cooperation.id, now=clock.now())
    stranger = access.actor(session, cooperations.town(session, "Linnich"), Role.COORDINATOR)
    with pytest.raises(NotFound):
        proposing.propose_pools(session, stranger, cooperation.id, now=clock.now())


@pytest.mark.parametrize("land", ["BY", None])
def test_a_land_without_known_rules_is_said_not_guessed(session: Session, land: str | None) -> None:
    cooperation, demands = pools.towns_with_engines(
        session, items=(("Einsatzjacke", 50, "H87", 60_000),), title="Einsatzjacken", cpv="35811100"
    )
    for demand in demands:
        demand.organisation.land = land
    session.flush()
    actor = coordinator(session, cooperation)
    (pool,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    law = pool.reasons["law"]
    assert bool(law["warnings"]) == (land == "BY")
    assert law["regime_name"]


def test_a_demand_is_never_in_two_proposals(session: Session) -> None:
    towns = ("Merzenich", "Jülich", "Kerpen", "Inden", "Linnich", "Niederzier")
    cooperation, _ = pools.towns_with_engines(session, towns)
    for name in towns:
        demand_factory.demand(
            session,
            cooperation,
            cooperations.town(session, name),
            title="Atemschutzgeräte",
            cpv="35111100",
            items=(("Pressluftatmer", 20, "H87", 120_000),),
        )
    actor = coordinator(session, cooperation)
    found = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
    ids = [entry.demand_id for pool in found for entry in pool.entries]
    assert len(ids) == len(set(ids)) == len(session.scalars(select(Demand)).all())
