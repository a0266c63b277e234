"""Commands that change which demands are in a pool: split it, merge two."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from vergabe import clock, outbox
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.bylaws import facts as bylaws
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.task_rules import Step
from vergabe.demands import queries as demands
from vergabe.demands import service as demand_commands
from vergabe.demands.queries import ReleasedDemand
from vergabe.pools import queries, rules
from vergabe.pools.deciding import coordinated_pool, decide, entries_in, let_go
from vergabe.pools.events import PoolReshaped
from vergabe.pools.explaining import Explained, explain_selection
from vergabe.pools.model import Pool, PoolComment, PoolDemand
from vergabe.pools.proposing import end_proposal, new_pool, new_references, record_proposal
from vergabe.pools.recording import record
from vergabe.pools.stages import Stage


def split(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    demand_ids: Collection[uuid.UUID],
    *,
    version: int | None = None,
    now: dt.datetime,
) -> Pool | None:
    """Take demands out of a proposal or a pool in consultation.

    Returns the new pool they make, in the same stage; None if they belong to one member only and
    are free again. Raises NotFound, Forbidden, Stale, InvalidInput, Refused.
    """
    pool = coordinated_pool(session, actor, pool_id, version=version, step=Step.PROPOSE_POOL)
    facts = queries.pool_facts(session, pool)
    decide(rules.reasons_against_splitting(facts, demand_ids, now), "split_refused")
    moved = entries_in(session, pool.id, demand_ids)
    makes_pool = rules.forms_pool(facts, demand_ids)
    are_pooled = pool.stage != Stage.PROPOSED
    reason = f"Bündelung {pool.reference} geteilt"
    let_go(session, actor, pool, moved, reason, are_pooled=are_pooled, now=now)
    _describe_anew(session, pool, now=now)
    new = _new_pool(session, actor, pool, moved, now=now) if makes_pool else None
    where = f"in die Bündelung {new.reference}" if new else "aus der Bündelung"
    taken = demands.facts_of(session, demand_ids)
    moving = "Ein Bedarf ging" if len(taken) == 1 else f"{len(taken)} Bedarfe gingen"
    record(
        session,
        actor,
        pool,
        "split",
        f"{moving} {where}.",
        now=now,
        demands=[demand.reference for demand in taken],
        new_pool=new.reference if new else None,
    )
    if are_pooled:
        _tell(session, pool, new.id if new else None, taken, now=now)
    return new


def _new_pool(
    session: Session,
    actor: Actor,
    origin: Pool,
    entries: Sequence[PoolDemand],
    *,
    now: dt.datetime,
) -> Pool:
    cooperation = session.get_one(Cooperation, origin.cooperation_id)
    taken = demands.facts_of(session, [entry.demand_id for entry in entries])
    explained = _explained(session, cooperation, taken, now=now)
    (reference,) = new_references(session, cooperation, 1, now=now)
    pool = new_pool(
        actor,
        cooperation,
        origin.area_id,
        explained,
        reference,
        now=now,
        stage=origin.stage,
        consultation_text=origin.consultation_text,
        is_shaped=True,
    )
    session.add(pool)
    session.flush()
    record_proposal(session, actor, pool, explained, now=now)
    if origin.stage != Stage.PROPOSED:
        ids = [demand.id for demand in taken]
        demand_commands.mark_pooled(session, actor, ids, pool.reference, now=now)
    return pool


def merge(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    other_id: uuid.UUID,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> Pool:
    """Take all demands of another pool into this one and return it; the other one ends.

    Both are proposals, or both in consultation. Raises NotFound, Forbidden, Stale, Refused.
    """
    # Always in the same order: two merges across each other must not wait for each other.
    first, second = sorted({pool_id, other_id}) if pool_id != other_id else (pool_id, other_id)
    locked = {
        one: coordinated_pool(session, actor, one, step=Step.PROPOSE_POOL)
        for one in (first, second)
    }
    pool = coordinated_pool(session, actor, pool_id, version=version, step=Step.PROPOSE_POOL)
    other = locked[other_id]
    facts, theirs = queries.pool_facts(session, pool), queries.pool_facts(session, other)
    decide(rules.reasons_against_merging(facts, theirs, now), "merge_refused")
    moved = entries_in(session, other.id)
    taken = demands.facts_of(session, [entry.demand_id for entry in moved])
    for entry in moved:
        entry.removed_at = now
    # Their questions go with the demands: of a pool that has ended nobody answers any.
    session.execute(
        update(PoolComment)
        .where(PoolComment.pool_id == other.id, PoolComment.answer.is_(None))
        .values(pool_id=pool.id)
    )
    end_proposal(other, f"In der Bündelung {pool.reference} aufgegangen.", now=now)
    session.flush()
    session.add_all(
        PoolDemand(pool_id=pool.id, demand_id=e.demand_id, why={}, added_at=now) for e in moved
    )
    session.flush()
    _describe_anew(session, pool, now=now)
    summary = f"Die Bündelung {other.reference} ging in {pool.reference} auf."
    references = [demand.reference for demand in taken]
    for each in (pool, other):
        record(session, actor, each, "merged", summary, now=now, demands=references)
    if pool.stage != Stage.PROPOSED:
        _tell(session, pool, other.id, taken, now=now)
    return pool


def _describe_anew(session: Session, pool: Pool, *, now: dt.datetime) -> None:
    """Write title, arguments and key of a pool for the demands that it holds now."""
    cooperation = session.get_one(Cooperation, pool.cooperation_id)
    explained = _explained(session, cooperation, queries.demands_in(session, pool.id), now=now)
    why = explained.why()
    pool.title, pool.cpv = explained.proposal.title[:400], explained.proposal.cpv
    pool.proposal_key, pool.is_shaped = explained.proposal.key, True
    pool.reasons = explained.as_json()
    for entry in entries_in(session, pool.id):
        entry.why = why[entry.demand_id]
    session.flush()


def _explained(
    session: Session,
    cooperation: Cooperation,
    found: Sequence[ReleasedDemand],
    *,
    now: dt.datetime,
) -> Explained:
    lead = session.get_one(Organisation, cooperation.lead_organisation_id)
    today = clock.berlin_day(now)
    owners = {demand.organisation_id for demand in found}
    return explain_selection(
        found,
        lead_land=lead.land,
        joining_days=cooperation.joining_window_days,
        on=today,
        rule_sets=bylaws.rule_sets_by_id(session, owners, today),
    )


def _tell(
    session: Session,
    pool: Pool,
    other_id: uuid.UUID | None,
    moved: Sequence[ReleasedDemand],
    *,
    now: dt.datetime,
) -> None:
    owners = tuple(dict.fromkeys(demand.organisation_id for demand in moved))
    outbox.emit(session, PoolReshaped(pool.id, other_id, owners, now), now=now)
