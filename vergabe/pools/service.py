"""Commands of later steps on pools: into a tender, back from one, concluded."""

import datetime as dt
import uuid
from collections.abc import Collection

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.deadlines import service as deadlines
from vergabe.errors import Refused
from vergabe.pools import queries, rules
from vergabe.pools.changing import JOINING
from vergabe.pools.deciding import entries_in, let_go
from vergabe.pools.model import Pool
from vergabe.pools.queries import BoundDemand
from vergabe.pools.recording import record
from vergabe.pools.stages import STAGE_NAMES, Action, Stage


def locked_pool(session: Session, actor: Actor, pool_id: uuid.UUID) -> Pool:
    """Return a visible pool whose row nobody else can change until the commit."""
    return queries.locked_pool(session, actor, pool_id)


def start_tendering(
    session: Session, actor: Actor, pool: Pool, *, now: dt.datetime
) -> list[BoundDemand]:
    """Note that a tender is being made of a binding pool; return the demands that are bound.

    Once it is, nothing changes. Demands whose members did not join, or want none of them, are free
    again. Binding is derived: joining whose deadline has passed. Raises Refused with every reason.
    """
    brought = queries.brought_into(session, pool.id)
    bound = queries.bound_demands(session, pool.id, brought)
    if pool.stage == Stage.TENDERING:
        return bound
    facts = queries.pool_facts(session, pool, brought)
    reasons = rules.reasons_against_starting_tender(facts, now)
    if reasons:
        raise Refused.because(
            "pool_not_ready", "Aus dieser Bündelung lässt sich noch kein Verfahren machen.", reasons
        )
    pool.stage = rules.stage_after(facts, Action.START_TENDER, now)
    pool.binding_at = pool.binding_at or pool.joining_deadline
    session.flush()
    free = facts.demand_ids - {entry.demand.id for entry in bound}
    if free:
        _free_the_unbound(session, actor, pool, free, now=now)
    deadlines.meet(session, pool.id, JOINING, now=now)
    record(
        session,
        actor,
        pool,
        "tendering_started",
        f"Aus der Bündelung {pool.reference} wird ein Vergabeverfahren.",
        now=now,
        members=[member.organisation_name for member in facts.members],
    )
    return bound


def _free_the_unbound(
    session: Session,
    actor: Actor,
    pool: Pool,
    demand_ids: Collection[uuid.UUID],
    *,
    now: dt.datetime,
) -> None:
    """Let the demands go that nobody bound itself to: their members may buy them otherwise."""
    unbound = entries_in(session, pool.id, demand_ids)
    reason = "Ohne verbindlichen Beitritt beginnt das Vergabeverfahren ohne diesen Bedarf."
    let_go(session, actor, pool, unbound, reason, are_pooled=True, now=now)


def return_from_tender(
    session: Session, actor: Actor, pool: Pool, reason: str, *, now: dt.datetime
) -> None:
    """Note that the tender of a pool ended without a result; the pool binds on."""
    _step(session, actor, pool, Action.RETURN_FROM_TENDER, "returned_from_tender", reason, now=now)


def conclude(session: Session, actor: Actor, pool: Pool, *, now: dt.datetime) -> None:
    """Note that the tender of a pool has led to contracts."""
    _step(session, actor, pool, Action.CONCLUDE, "concluded", None, now=now)


def _step(
    session: Session,
    actor: Actor,
    pool: Pool,
    action: Action,
    recorded: str,
    reason: str | None,
    *,
    now: dt.datetime,
) -> None:
    facts = queries.pool_facts(session, pool)
    reasons = rules.reasons_against_stage(facts, action, now)
    if reasons:
        raise Refused.because("wrong_stage", reasons[0].message, reasons)
    pool.stage = rules.stage_after(facts, action, now)
    session.flush()
    record(
        session,
        actor,
        pool,
        recorded,
        f"Die Bündelung {pool.reference} ist jetzt {STAGE_NAMES[Stage(pool.stage)]}.",
        reason=reason,
        now=now,
    )
