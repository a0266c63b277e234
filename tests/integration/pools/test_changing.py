"""The coordinator's commands: consult, split, merge, reject, open and extend joining, dissolve."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, pools
from tests.factories.messages import all_messages
from vergabe import clock, worker
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.deadlines.model import Deadline
from vergabe.demands.model import Demand
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.pools import changing, consulting, grouping, joining, queries, shaping, withdrawing
from vergabe.pools.joining import JoiningEntry
from vergabe.pools.model import Pool

pytestmark = pytest.mark.usefixtures("moving_clock")
FOUR = ("Merzenich", "Jülich", "Kerpen", "Inden")


def coordinator(session: Session, pool: Pool) -> Actor:
    return access.actor(session, pool.cooperation.lead, Role.COORDINATOR)


def proposal(
    session: Session, towns: tuple[str, ...] = FOUR[:3]
) -> tuple[Pool, list[Demand], Actor]:
    cooperation, demands = pools.towns_with_engines(session, towns)
    pool = pools.proposed_pool(session, cooperation, demands)
    return pool, demands, coordinator(session, pool)


def test_consultation_binds_the_demands_to_the_pool_and_tells_the_members(
    app: Flask, session: Session
) -> None:
    pool, demands, actor = proposal(session)
    people = [access.person(session, d.organisation, Role.REQUESTER) for d in demands]
    changing.start_consultation(session, actor, pool.id, "  Bitte bis Freitag. ", now=clock.now())
    session.commit()
    assert pool.consultation_text == "Bitte bis Freitag."
    assert {demand.stage for demand in demands} == {"pooled"}
    worker.drain(app)
    worker.drain(app)
    told = {message.user_id for message in all_messages(session, kind="pool")}
    assert told >= {person.id for person in people}
    assert len(told) == len(all_messages(session, kind="pool")), "nobody is told twice"
    with pytest.raises(Refused):
        changing.start_consultation(session, actor, pool.id, now=clock.now())


def test_a_demand_withdrawn_meanwhile_stops_the_consultation(session: Session) -> None:
    pool, demands, actor = proposal(session)
    demands[0].stage = "withdrawn"
    session.flush()
    with pytest.raises(Refused):
        changing.start_consultation(session, actor, pool.id, now=clock.now())
    assert demands[1].stage == "released"


def test_comments_are_answered_once(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    kerpen = access.actor(session, demands[2].organisation, Role.REQUESTER)
    for _ in range(2):
        found = consulting.comment(session, kerpen, pool.id, "Uns fehlt Allrad.", now=clock.now())
    assert len(audit.entries(session, f"pool:{pool.id}")) == 1
    with pytest.raises(Forbidden):
        consulting.answer(session, kerpen, pool.id, found.id, "Ja.", now=clock.now())
    actor = coordinator(session, pool)
    for _ in range(2):
        consulting.answer(session, actor, pool.id, found.id, "Kommt ins LV.", now=clock.now())
    assert found.answer == "Kommt ins LV."
    with pytest.raises(Refused):
        consulting.answer(session, actor, pool.id, found.id, "Doch nicht.", now=clock.now())
    with pytest.raises(NotFound):
        consulting.answer(session, actor, pool.id, uuid.uuid4(), "Ja.", now=clock.now())


@pytest.mark.parametrize("text", ["", "  ", "x\x00y", "x" * 4001])
def test_unusable_comments_are_refused(session: Session, text: str) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    actor = access.actor(session, demands[0].organisation, Role.REQUESTER)
    with pytest.raises(InvalidInput) as refused:
        consulting.comment(session, actor, pool.id, text, now=clock.now())
    assert refused.value.violations[0].field == "text"


def test_nobody_comments_on_a_mere_proposal(session: Session) -> None:
    pool, demands, _ = proposal(session)
    actor = access.actor(session, demands[0].organisation, Role.REQUESTER)
    with pytest.raises(Refused):
        consulting.comment(session, actor, pool.id, "Früh dran.", now=clock.now())


def test_splitting_makes_two_pools_with_their_own_arguments(session: Session) -> None:
    pool, demands, actor = proposal(session, FOUR)
    taken = {demands[2].id, demands[3].id}
    new = shaping.split(session, actor, pool.id, taken, now=clock.now())
    assert new is not None
    assert new.stage == "proposed"
    assert {d.id for d in queries.demands_in(session, new.id)} == taken
    assert new.proposal_key == grouping.pool_key(list(taken))
    assert pool.proposal_key == grouping.pool_key([demands[0].id, demands[1].id])
    assert pool.reasons["total_net_cents"] == 90_000_000
    with pytest.raises(InvalidInput):
        shaping.split(session, actor, pool.id, taken, now=clock.now())


def test_splitting_off_one_member_frees_its_demand(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    actor = coordinator(session, pool)
    assert shaping.split(session, actor, pool.id, [demands[2].id], now=clock.now()) is None
    assert [demand.stage for demand in demands] == ["pooled", "pooled", "released"]
    summaries = [entry.summary for entry in audit.entries(session, f"pool:{pool.id}")]
    assert "Ein Bedarf ging aus der Bündelung." in summaries
    with pytest.raises(InvalidInput):
        shaping.split(session, actor, pool.id, [demands[1].id], now=clock.now())


def test_splitting_in_consultation_keeps_the_stage(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session, FOUR)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    ids = [demands[0].id, demands[1].id]
    new = shaping.split(session, coordinator(session, pool), pool.id, ids, now=clock.now())
    assert new is not None
    assert new.stage == "consultation"
    assert {demand.stage for demand in demands} == {"pooled"}


def test_merging_ends_the_other_pool(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session, FOUR)
    first = pools.proposed_pool(session, cooperation, demands[:2])
    second = pools.proposed_pool(session, cooperation, demands[2:])
    actor = coordinator(session, first)
    shaping.merge(session, actor, first.id, second.id, now=clock.now())
    assert len(queries.demands_in(session, first.id)) == 4
    assert second.stage == "rejected"
    assert second.stage_reason == f"In der Bündelung {first.reference} aufgegangen."
    with pytest.raises(Refused):
        shaping.merge(session, actor, first.id, second.id, now=clock.now())
    with pytest.raises(Refused):
        shaping.merge(session, actor, first.id, first.id, now=clock.now())
    with pytest.raises(NotFound):
        shaping.merge(session, actor, first.id, uuid.uuid4(), now=clock.now())


def test_questions_without_an_answer_go_with_the_demands(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session, FOUR)
    first = pools.pool_in_consultation(session, cooperation, demands[:2])
    second = pools.pool_in_consultation(session, cooperation, demands[2:])
    actor = coordinator(session, first)
    asker = access.actor(session, demands[3].organisation, Role.REQUESTER)
    done, asked = (
        consulting.comment(session, asker, second.id, text, now=clock.now())
        for text in ("Uns fehlt Allrad.", "Wann wird geliefert?")
    )
    consulting.answer(session, actor, second.id, done.id, "Kommt ins LV.", now=clock.now())
    shaping.merge(session, actor, first.id, second.id, now=clock.now())
    assert len(consulting.unanswered_by(session, first)) == 1
    consulting.answer(session, actor, first.id, asked.id, "Im Mai.", now=clock.now())
    assert (done.pool_id, asked.pool_id) == (second.id, first.id)


def test_rejecting_needs_a_reason_and_frees_the_demands(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    actor = coordinator(session, pool)
    with pytest.raises(InvalidInput):
        changing.reject(session, actor, pool.id, " ", now=clock.now())
    changing.reject(session, actor, pool.id, "Zu verschieden.", now=clock.now())
    assert {demand.stage for demand in demands} == {"released"}
    with pytest.raises(Refused):
        changing.reject(session, actor, pool.id, "Zu verschieden.", now=clock.now())


def test_the_window_lasts_the_days_of_the_cooperation(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    actor = coordinator(session, pool)
    changing.open_joining(session, actor, pool.id, now=clock.now())
    # 23 November and 21 whole days after it: the first instant of 15 December in Berlin.
    assert pool.joining_deadline == dt.datetime(2026, 12, 14, 23, 0, tzinfo=dt.UTC)
    deadline = session.scalars(select(Deadline)).one()
    assert (deadline.subject_id, deadline.kind) == (pool.id, "joining")
    assert deadline.due_at == pool.joining_deadline
    with pytest.raises(Refused):
        changing.open_joining(session, actor, pool.id, now=clock.now())


def test_the_window_is_only_ever_extended(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    actor, before = coordinator(session, pool), pool.joining_deadline
    assert before is not None
    for wrong in (before, before - dt.timedelta(days=1), before + dt.timedelta(days=900)):
        with pytest.raises(InvalidInput):
            changing.extend_joining(session, actor, pool.id, wrong, now=clock.now())
    later = before + dt.timedelta(days=7)
    changing.extend_joining(session, actor, pool.id, later, now=clock.now())
    assert pool.joining_deadline == later
    with pytest.raises(Refused):
        changing.extend_joining(session, actor, pool.id, later + dt.timedelta(1), now=later)


def test_an_open_pool_can_be_dissolved_a_binding_one_not(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.joining_pool(session, cooperation, demands)
    actor = coordinator(session, pool)
    for demand in demands:
        member = access.actor(session, demand.organisation, Role.RELEASER)
        wanted = {item.id: item.quantity for item in demand.items}
        entry = JoiningEntry(wanted, "Ratsbeschluss")
        joining.join(session, member, pool.id, entry, now=clock.now())
    assert pool.joining_deadline is not None
    with pytest.raises(Refused) as refused:
        changing.dissolve(session, actor, pool.id, "Kein Bedarf", now=pool.joining_deadline)
    assert {v.code for v in refused.value.violations} == {"consent_missing"}
    changing.dissolve(session, actor, pool.id, "Kein Bedarf", now=clock.now())
    assert pool.stage == "dissolved"
    assert {demand.stage for demand in demands} == {"released"}


def test_when_all_want_to_leave_the_last_consent_empties_the_pool(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session, FOUR[:2])
    pool = pools.binding_pool(session, cooperation, demands)
    first, second = (access.actor(session, d.organisation, Role.RELEASER) for d in demands)
    request = withdrawing.ask_to_withdraw(session, first, pool.id, "A", now=clock.now())
    withdrawing.ask_to_withdraw(session, second, pool.id, "B", now=clock.now())
    withdrawing.consent(session, second, pool.id, request.id, is_given=True, now=clock.now())
    assert {demand.stage for demand in demands} == {"released"}
    changing.dissolve(session, coordinator(session, pool), pool.id, "Leer", now=clock.now())
    assert pool.stage == "dissolved"


def test_the_later_of_two_officers_is_told(session: Session) -> None:
    pool, _, actor = proposal(session)
    seen = pool.version
    changing.start_consultation(session, actor, pool.id, version=seen, now=clock.now())
    with pytest.raises(Stale):
        changing.reject(session, actor, pool.id, "Grund", version=seen, now=clock.now())


def test_only_coordinators_change_pools(session: Session) -> None:
    pool, demands, _ = proposal(session)
    releaser = access.actor(session, demands[0].organisation, Role.RELEASER)
    commands: tuple[Callable[[], object], ...] = (
        lambda: changing.start_consultation(session, releaser, pool.id, now=clock.now()),
        lambda: changing.reject(session, releaser, pool.id, "x", now=clock.now()),
        lambda: changing.open_joining(session, releaser, pool.id, now=clock.now()),
        lambda: shaping.split(session, releaser, pool.id, [demands[0].id], now=clock.now()),
    )
    for command in commands:
        with pytest.raises(Forbidden):
            command()
    stranger = access.actor(session, cooperations.town(session, "Linnich"), Role.COORDINATOR)
    with pytest.raises(NotFound):
        changing.reject(session, stranger, pool.id, "x", now=clock.now())
