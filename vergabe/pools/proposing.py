"""Proposing pools over released demands: a preview, and the rows that members can work with.

The proposals of an area are made afresh each time. What is there already stays; a proposal nobody
has touched and whose demands have changed is replaced; one that people put together (split or
merged) stays as long as its demands are free; what was rejected is not proposed again unchanged.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.bylaws import facts as bylaws
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations import tasks
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.rules import BRINGS_DEMANDS
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.demands import queries as demands
from vergabe.demands.queries import ReleasedDemand
from vergabe.demands.references import next_references
from vergabe.errors import NotFound
from vergabe.pools.explaining import SETTINGS, Explained, cpv_label, demand_facts, explain
from vergabe.pools.grouping import propose
from vergabe.pools.model import Pool, PoolDemand
from vergabe.pools.recording import record
from vergabe.pools.stages import Stage

REPLACED: Final = "Ersetzt: Die freigegebenen Bedarfe haben sich geändert."


@dataclass(frozen=True)
class Preview:
    """What would be proposed for one area; `is_new` is false for what stands there already."""

    area: TaskArea
    explained: Explained
    is_new: bool


def preview_pools(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    area_id: uuid.UUID | None = None,
    *,
    now: dt.datetime,
) -> list[Preview]:
    """Return the proposals that `propose_pools` would leave behind, without writing anything.

    area_id None: every area in which this is the task of the actor's organisation. Raises NotFound,
    Forbidden.
    """
    cooperation = cooperations.visible_cooperation(session, actor, cooperation_id, now=now)
    return [
        Preview(area, explained, is_new=explained.proposal.key not in plan.standing)
        for area in _own_areas(session, actor, cooperation, area_id, now=now)
        for plan in [_plan(session, cooperation, area, now=now)]
        for explained in plan.wanted
    ]


def propose_pools(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    area_id: uuid.UUID | None = None,
    *,
    now: dt.datetime,
) -> list[Pool]:
    """Propose pools over the released demands of a cooperation and return the standing proposals.

    Demands stay released until a consultation starts. Proposing twice changes nothing; two people
    at once come one after the other. Raises NotFound, Forbidden.
    """
    cooperation = cooperations.visible_cooperation(session, actor, cooperation_id, now=now)
    areas = _own_areas(session, actor, cooperation, area_id, now=now)
    cooperations.locked_cooperation(session, cooperation.id)
    standing: list[Pool] = []
    for area in areas:
        plan = _plan(session, cooperation, area, now=now)
        _replace(session, actor, plan.outdated, now=now)
        kept = _refreshed(plan)
        made = _store(session, actor, cooperation, area, plan.missing, now=now)
        standing += [*plan.shaped, *kept, *made]
    return sorted(standing, key=lambda pool: pool.reference)


def _own_areas(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    area_id: uuid.UUID | None,
    *,
    now: dt.datetime,
) -> list[TaskArea]:
    """Return the areas in which the actor may propose pools; Forbidden if there is none."""
    areas = _areas(session, cooperation, area_id)
    places = [Governed(cooperation, area.id) for area in areas] or [Governed(cooperation)]
    allowed = [tasks.may(session, actor, Step.PROPOSE_POOL, where, now=now) for where in places]
    if not any(allowed):
        tasks.require(session, actor, Step.PROPOSE_POOL, places[0], now=now)
    return [area for area, is_allowed in zip(areas, allowed, strict=False) if is_allowed]


def _areas(session: Session, cooperation: Cooperation, area_id: uuid.UUID | None) -> list[TaskArea]:
    query = select(TaskArea).where(TaskArea.cooperation_id == cooperation.id)
    if area_id is not None:
        query = query.where(TaskArea.id == area_id)
    found = list(session.scalars(query.order_by(TaskArea.position)))
    if area_id is not None and not found:
        raise NotFound("Das Aufgabengebiet")
    return found


@dataclass(frozen=True)
class _Plan:
    """What stands in an area, and what should.

    standing: proposals nobody has touched, by key; shaped: those that people put together and that
    still hold; outdated: those to be replaced; wanted: what is proposed now.
    """

    standing: dict[str, Pool]
    shaped: list[Pool]
    outdated: list[Pool]
    wanted: list[Explained]

    @property
    def missing(self) -> list[Explained]:
        return [found for found in self.wanted if found.proposal.key not in self.standing]


def _plan(session: Session, cooperation: Cooperation, area: TaskArea, *, now: dt.datetime) -> _Plan:
    today = clock.berlin_day(now)
    depths = cooperations.depths(session, area.id, today)
    free = {
        demand.id: demand
        for demand in demands.released_facts(session, cooperation.id, area.id)
        if depths.get(demand.organisation_id) in BRINGS_DEMANDS
    }
    pools = _proposed(session, area)
    shaped = [pool for pool in pools if pool.is_shaped and _holds(pool, free)]
    taken = {entry.demand_id for pool in shaped for entry in active(pool)}
    wanted = _wanted(
        session, cooperation, [d for d in free.values() if d.id not in taken], on=today
    )
    keys = {explained.proposal.key for explained in wanted}
    standing = {p.proposal_key: p for p in pools if not p.is_shaped and p.proposal_key in keys}
    kept = {pool.id for pool in (*shaped, *standing.values())}
    return _Plan(
        standing={key: pool for key, pool in standing.items() if key is not None},
        shaped=shaped,
        outdated=[pool for pool in pools if pool.id not in kept],
        wanted=wanted,
    )


def _proposed(session: Session, area: TaskArea) -> list[Pool]:
    query = (
        select(Pool)
        .where(Pool.area_id == area.id, Pool.stage == Stage.PROPOSED)
        .order_by(Pool.id)
        .options(selectinload(Pool.entries))
    )
    return list(session.scalars(query.execution_options(populate_existing=True)))


def active(pool: Pool) -> list[PoolDemand]:
    """Return the entries of the demands that are in a pool now."""
    return [entry for entry in pool.entries if entry.removed_at is None]


def _holds(pool: Pool, free: dict[uuid.UUID, ReleasedDemand]) -> bool:
    return all(entry.demand_id in free for entry in active(pool))


def _wanted(
    session: Session,
    cooperation: Cooperation,
    free: Sequence[ReleasedDemand],
    *,
    on: dt.date,
) -> list[Explained]:
    """Return the proposals over these demands that nobody has rejected, with their arguments."""
    rejected = set(
        session.scalars(
            select(Pool.proposal_key).where(
                Pool.cooperation_id == cooperation.id, Pool.stage == Stage.REJECTED
            )
        )
    )
    lead_land = session.get_one(Organisation, cooperation.lead_organisation_id).land
    found = propose([demand_facts(demand) for demand in free], SETTINGS, cpv_label)
    by_id = {demand.id: demand for demand in free}
    owners = {demand.organisation_id for demand in free}
    rule_sets = bylaws.rule_sets_by_id(session, owners, on)
    return [
        explain(
            proposal,
            (by_id[demand_id] for demand_id in proposal.demand_ids),
            lead_land=lead_land,
            joining_days=cooperation.joining_window_days,
            on=on,
            rule_sets=rule_sets,
        )
        for proposal in found
        if proposal.key not in rejected
    ]


def _replace(session: Session, actor: Actor, outdated: Iterable[Pool], *, now: dt.datetime) -> None:
    """End proposals whose demands have changed; without a key they may come back one day."""
    for pool in outdated:
        end_proposal(pool, REPLACED, now=now)
        summary = f"Der Vorschlag {pool.reference} wurde ersetzt."
        record(session, actor, pool, "proposal_replaced", summary, now=now, reason=REPLACED)
    # The new proposals may hold the same demands: these rows must let them go first.
    session.flush()


def end_proposal(pool: Pool, reason: str, *, now: dt.datetime) -> None:
    """Let a pool that takes another shape go: its demands are free, its key may come back."""
    pool.stage, pool.stage_reason, pool.proposal_key = Stage.REJECTED, reason, None
    for entry in active(pool):
        entry.removed_at = now


def _refreshed(plan: _Plan) -> list[Pool]:
    """Return the standing proposals, with the arguments as they are today."""
    for explained in plan.wanted:
        pool = plan.standing.get(explained.proposal.key)
        reasons = explained.as_json()
        if pool is not None and pool.reasons != reasons:
            pool.reasons = reasons
    return list(plan.standing.values())


def _store(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    area: TaskArea,
    missing: Sequence[Explained],
    *,
    now: dt.datetime,
) -> list[Pool]:
    if not missing:
        return []
    references = new_references(session, cooperation, len(missing), now=now)
    pools = [
        new_pool(actor, cooperation, area.id, explained, reference, now=now)
        for explained, reference in zip(missing, references, strict=True)
    ]
    session.add_all(pools)
    session.flush()
    for pool, explained in zip(pools, missing, strict=True):
        record_proposal(session, actor, pool, explained, now=now)
    return pools


def new_references(
    session: Session, cooperation: Cooperation, count: int, *, now: dt.datetime
) -> list[str]:
    """Return the next references of pools: `BUE-DLZ-2026-0003`."""
    prefix, year = f"BUE-{cooperation.reference_prefix}", clock.berlin_day(now).year
    numbers = next_references(session, prefix, year, count)
    return [f"{prefix}-{year}-{number:04d}" for number in numbers]


def new_pool(
    actor: Actor,
    cooperation: Cooperation,
    area_id: uuid.UUID,
    explained: Explained,
    reference: str,
    *,
    now: dt.datetime,
    **more: Any,
) -> Pool:
    """Return a pool, not stored yet, over the demands of a proposal."""
    why = explained.why()
    facts: dict[str, Any] = {
        "id": ids.new_id(),
        "reference": reference,
        "cooperation_id": cooperation.id,
        "area_id": area_id,
        "stage": Stage.PROPOSED,
        "title": explained.proposal.title[:400],
        "cpv": explained.proposal.cpv,
        "proposal_key": explained.proposal.key,
        "reasons": explained.as_json(),
        "created_by_id": actor.user_id,
        "created_at": now,
        "entries": [
            PoolDemand(demand_id=demand.id, why=why[demand.id], added_at=now)
            for demand in explained.demands
        ],
    }
    return Pool(**(facts | more))


def record_proposal(
    session: Session, actor: Actor, pool: Pool, explained: Explained, *, now: dt.datetime
) -> None:
    """Open the chain of a pool with what was proposed and why."""
    members = list(dict.fromkeys(demand.organisation_name for demand in explained.demands))
    record(
        session,
        actor,
        pool,
        "proposed",
        f"Die Bündelung {pool.reference} „{pool.title}“ wurde vorgeschlagen.",
        now=now,
        members=members,
        demands=[demand.reference for demand in explained.demands],
        total_net_cents=explained.proposal.total_net_cents,
        speaks_for=[reason.text for reason in explained.speaks_for],
        speaks_against=[reason.text for reason in explained.speaks_against],
        regime=explained.law.regime_name,
    )
