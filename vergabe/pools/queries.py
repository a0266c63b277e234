"""Reads of pools, narrowed to what the actor may see."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission, roles_with
from vergabe.cooperations import reach, task_queries
from vergabe.cooperations.model import Mandate, Member
from vergabe.cooperations.task_rules import TENDER_STEPS, Step
from vergabe.db import Base
from vergabe.demands import queries as demands
from vergabe.demands.model import Demand
from vergabe.demands.queries import LineFacts as DemandLine
from vergabe.demands.queries import ReleasedDemand
from vergabe.demands.rules import lines_net_cents
from vergabe.errors import NotFound
from vergabe.pools import later_queries
from vergabe.pools.later_queries import CallOffEntry
from vergabe.pools.model import Joining, Pool, PoolDemand, Withdrawal
from vergabe.pools.pool_facts import LineFacts, ParticipantFacts, PoolFacts
from vergabe.pools.stages import Stage
from vergabe.web import paging
from vergabe.web.paging import Page

WHAT = "Die Bündelung"


def visible(actor: Actor) -> Select[Pool]:
    """Members of a cooperation see its pools, service providers those that they work on.

    Who is bound to a pool and has left the cooperation since still sees that pool: it stays bound,
    and its consent is needed when others want to withdraw. The operator sees all. A role that is
    limited to one cooperation shows its pools alone.
    """
    query = select(Pool)
    if actor.is_operator:
        return query
    roles = roles_with(Permission.VIEW_POOLS)
    limits = [
        grant.cooperation_id
        for grant in actor.grants
        if grant.role in roles and grant.organisation_id == actor.organisation_id
    ]
    if not limits:
        return query.where(Pool.id.is_(None))
    if None not in limits:
        query = query.where(Pool.cooperation_id.in_(limits))
    return query.where(_is_of(actor.organisation_id, clock.berlin_day(clock.now())))


# A condition is as dear to make as to ask the database; it is the same all day.
@lru_cache(maxsize=512)
def _is_of(organisation_id: uuid.UUID | None, today: dt.date) -> ColumnElement[bool]:
    """An organisation sees pools of its cooperations, those it joined, those it works on."""
    member_of = select(Member.cooperation_id).where(
        Member.organisation_id == organisation_id,
        Member.counts_on(today),
    )
    # Looked up for each pool that is shown: a list of all it ever joined grows.
    is_bound = (
        select(Joining.id)
        .where(
            Joining.pool_id == Pool.id,
            Joining.organisation_id == organisation_id,
            Joining.decision == "joined",
        )
        .correlate_except(Joining)
        .exists()
    )
    return Pool.cooperation_id.in_(member_of) | is_bound | _works_on(organisation_id, today)


def visible_parts(
    session: Session, actor: Actor, now: dt.datetime
) -> list[list[ColumnElement[bool]]]:
    """Return the same narrowing as `visible`, in parts that an index serves each."""
    reached = reach.reach_of(session, actor, Permission.VIEW_POOLS, now=now)
    return reached.branches(Pool.cooperation_id, visible(actor).whereclause)


def _works_on(org: uuid.UUID | None, today: dt.date) -> ColumnElement[bool]:
    """A service provider sees the pools of the areas in which the task matrix names it.

    And the pool behind each tender that it works on; tenders are a later step of the flow, so their
    table is read by its name.
    """
    tender = Base.metadata.tables["tender"]
    under = task_queries.serves_under(
        org, TENDER_STEPS, today, agreement=tender.c.agreement_id, area=Pool.area_id
    )
    return task_queries.serves(
        org, Step, today, cooperation=Pool.cooperation_id, area=Pool.area_id
    ) | exists().where(tender.c.pool_id == Pool.id, under)


def visible_pool(session: Session, actor: Actor, pool_id: uuid.UUID) -> Pool:
    """Return a pool with its demands and joinings; NotFound unless it is visible."""
    found = session.scalars(
        visible(actor)
        .where(Pool.id == pool_id)
        .options(
            selectinload(Pool.entries).selectinload(PoolDemand.demand),
            selectinload(Pool.joinings).selectinload(Joining.organisation),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found


def locked_pool(session: Session, actor: Actor, pool_id: uuid.UUID) -> Pool:
    """Return a visible pool whose row nobody else can change until the commit."""
    found = session.scalars(
        visible(actor)
        .where(Pool.id == pool_id)
        .with_for_update(of=Pool)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found


def pools_page(
    session: Session,
    actor: Actor,
    *,
    stage: Stage | None = None,
    cooperation_id: uuid.UUID | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    now: dt.datetime,
) -> Page[Any]:
    """Return a page of visible pools, newest first.

    stage: as time has made it; None leaves out only what was rejected or dissolved.
    """
    conditions = [in_stage(stage, now)]
    if cooperation_id is not None:
        conditions.append(Pool.cooperation_id == cooperation_id)
    return paging.newest_of(
        session,
        select(Pool).options(selectinload(Pool.area), selectinload(Pool.cooperation)),
        Pool.id,
        visible_parts(session, actor, now),
        *conditions,
        cursor=cursor,
        limit=limit,
    )


def in_stage(stage: Stage | None, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition of a stage as time has made it; None: neither rejected nor dissolved."""
    if stage is None:
        return Pool.stage.not_in((Stage.REJECTED, Stage.DISSOLVED))
    if stage is Stage.JOINING:
        return (Pool.stage == Stage.JOINING) & (Pool.joining_deadline > now)
    if stage is Stage.BINDING:
        ended = (Pool.stage == Stage.JOINING) & (Pool.joining_deadline <= now)
        return ended | (Pool.stage == Stage.BINDING)
    return Pool.stage == stage


def has_demands_of(organisation_id: uuid.UUID | None) -> ColumnElement[bool]:
    """Return the condition that demands of an organisation are in a pool now.

    Looked up for each pool that is asked about: all that it ever brought in grows.
    """
    return Pool.entries.any(
        PoolDemand.removed_at.is_(None)
        & PoolDemand.demand.has(Demand.organisation_id == organisation_id)
    )


def demands_in(session: Session, pool_id: uuid.UUID) -> list[ReleasedDemand]:
    """Return the facts of the demands that are in a pool now, in order of ids."""
    ids = session.scalars(
        select(PoolDemand.demand_id).where(
            PoolDemand.pool_id == pool_id, PoolDemand.removed_at.is_(None)
        )
    )
    return demands.facts_of(session, ids)


def ended_at(session: Session, pool: Pool) -> dt.datetime | None:
    """Return when a pool was rejected or dissolved and let its demands go; None if it was not."""
    if pool.stage not in (Stage.REJECTED, Stage.DISSOLVED):
        return None
    last = select(func.max(PoolDemand.removed_at)).where(PoolDemand.pool_id == pool.id)
    return session.scalar(last)


def demands_of(session: Session, pool: Pool) -> list[ReleasedDemand]:
    """Return the demands in a pool; of a pool that has ended, those it had at the end."""
    last = ended_at(session, pool)
    if last is None:
        return demands_in(session, pool.id)
    ids = select(PoolDemand.demand_id).where(
        PoolDemand.pool_id == pool.id,
        PoolDemand.removed_at.is_(None) | (PoolDemand.removed_at == last),
    )
    return demands.facts_of(session, session.scalars(ids))


@dataclass(frozen=True)
class Brought:
    """What is in a pool, read once for several questions: demands, and joinings by member."""

    demands: Sequence[ReleasedDemand]
    joinings: Mapping[uuid.UUID, Joining]


def brought_into(session: Session, pool_id: uuid.UUID) -> Brought:
    """Return what is in a pool now."""
    return Brought(demands_in(session, pool_id), _joinings(session, pool_id))


def brought_at_last(session: Session, pool: Pool) -> Brought:
    """Return what is in a pool; of one that has ended, what was in it at the end."""
    return Brought(demands_of(session, pool), _joinings(session, pool.id))


def _joinings(session: Session, pool_id: uuid.UUID) -> dict[uuid.UUID, Joining]:
    joinings = session.scalars(select(Joining).where(Joining.pool_id == pool_id))
    return {joining.organisation_id: joining for joining in joinings}


def pool_facts(session: Session, pool: Pool, brought: Brought | None = None) -> PoolFacts:
    """Return a pool as its rules see it: participants, joinings, withdrawals."""
    brought = brought or brought_into(session, pool.id)
    withdrawals = list(
        session.scalars(
            select(Withdrawal)
            .where(Withdrawal.pool_id == pool.id, Withdrawal.refused_at.is_(None))
            .options(selectinload(Withdrawal.consents))
        )
    )
    grouped: dict[uuid.UUID, list[ReleasedDemand]] = {}
    for demand in brought.demands:
        grouped.setdefault(demand.organisation_id, []).append(demand)
    participants = [
        _participant(organisation_id, own, brought.joinings.get(organisation_id), withdrawals)
        for organisation_id, own in grouped.items()
    ]
    return PoolFacts(
        id=pool.id,
        cooperation_id=pool.cooperation_id,
        area_key=pool.area.key,
        stage=Stage(pool.stage),
        participants=tuple(sorted(participants, key=lambda p: p.organisation_name)),
        joining_deadline=pool.joining_deadline,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )


def _participant(
    organisation_id: uuid.UUID,
    own: Sequence[ReleasedDemand],
    joining: Joining | None,
    withdrawals: Sequence[Withdrawal],
) -> ParticipantFacts:
    has_joined = joining is not None and joining.decision in ("joined", "withdrawn")
    mine = [w for w in withdrawals if w.organisation_id == organisation_id]
    left = next((w.effective_at for w in mine if w.effective_at is not None), None)
    return ParticipantFacts(
        organisation_id=organisation_id,
        organisation_name=own[0].organisation_name,
        demand_ids=frozenset(demand.id for demand in own),
        lines=tuple(LineFacts(line.id, line.text, line.quantity) for d in own for line in d.lines),
        joined_at=joining.decided_at if joining is not None and has_joined else None,
        withdrawn_at=left,
        mandate_reference=joining.mandate_reference if joining is not None else "",
        consents_to=frozenset(
            w.organisation_id
            for w in withdrawals
            if any(c.organisation_id == organisation_id and c.is_given for c in w.consents)
        ),
        asks_to_withdraw=any(w.effective_at is None for w in mine),
    )


@dataclass(frozen=True)
class BoundDemand:
    """A demand as its member bound itself to it: lines carry the quantities it joined with."""

    demand: ReleasedDemand
    value_net_cents: int | None

    def as_demand(self) -> ReleasedDemand:
        """Return the demand with the value that follows from the quantities."""
        return replace(self.demand, value_net_cents=self.value_net_cents)


def bound_demands(
    session: Session, pool_id: uuid.UUID, brought: Brought | None = None
) -> list[BoundDemand]:
    """Return the demands of the members that joined, with the quantities they are bound to.

    Lines taken at quantity 0 are left out. The value follows the quantities: priced lines count
    price × quantity; where the demand names only a total, the total changes in the proportion of
    the quantities and is never raised by rounding. Who names a quantity only now is bound to what
    it costs.
    """
    brought = brought or brought_into(session, pool_id)
    joined = {
        organisation_id: joined_quantities(joining)
        for organisation_id, joining in brought.joinings.items()
        if joining.decision == "joined"
    }
    bound = [
        bind(demand, joined[demand.organisation_id])
        for demand in brought.demands
        if demand.organisation_id in joined
    ]
    return [entry for entry in bound if entry is not None]


def joined_quantities(joining: Joining) -> dict[uuid.UUID, Decimal]:
    """Return line id → quantity that a member bound itself to, where its demand names one."""
    return {
        uuid.UUID(entry["line_id"]): Decimal(entry["quantity"])
        for entry in joining.quantities
        if entry.get("quantity") is not None
    }


def bind(demand: ReleasedDemand, wanted: Mapping[uuid.UUID, Decimal]) -> BoundDemand | None:
    """Return a demand with these quantities and the value that follows; None if all are 0.

    A line that `wanted` does not name keeps the quantity of the demand.
    """
    if not demand.lines:
        return BoundDemand(demand, demand.value_net_cents)
    lines = tuple(
        replace(line, quantity=wanted.get(line.id, line.quantity))
        for line in demand.lines
        if wanted.get(line.id, Decimal(1)) != 0
    )
    if not lines:
        return None
    value = _value(demand, lines)
    return BoundDemand(replace(demand, lines=lines), value)


def _value(demand: ReleasedDemand, taken: Sequence[DemandLine]) -> int | None:
    """Return the value of the lines as they are taken, net in cents; None where there is none."""
    quantities = {line.id: line.quantity for line in taken}
    is_changed = any(line.quantity != quantities.get(line.id) for line in demand.lines)
    if demand.value_net_cents is None or not is_changed:
        return demand.value_net_cents
    if demand.value_net_cents == lines_net_cents(demand.lines):
        return lines_net_cents(taken) or None
    # A total covers what was asked for without a number, unless the number now costs more.
    unnumbered = {line.id for line in demand.lines if line.quantity is None}
    numbered_now = lines_net_cents(line for line in taken if line.id in unnumbered)
    return max(_in_proportion(demand.value_net_cents, demand.lines, quantities), numbered_now or 0)


def _in_proportion(
    value_net_cents: int,
    lines: Sequence[DemandLine],
    quantities: Mapping[uuid.UUID, Decimal | None],
) -> int:
    counted = [line for line in lines if line.quantity]
    is_priced = all(line.unit_price_net_cents is not None for line in counted)
    before = after = Decimal(0)
    for line in counted:
        weight = (line.unit_price_net_cents or 0) if is_priced else 1
        before += (line.quantity or 0) * weight
        after += (quantities.get(line.id) or 0) * weight
    return int(value_net_cents * after / before) if before else value_net_cents


def call_off_list(session: Session, pool_id: uuid.UUID) -> list[CallOffEntry]:
    """Return the named list of who may call off from the contract later, with maximum quantities.

    Members that joined and asked for it, then announced later joiners. Once the joining window has
    closed nothing on it changes but by a withdrawal with everybody's consent or a later joining.
    """
    joinings = session.scalars(
        select(Joining)
        .where(Joining.pool_id == pool_id)
        .options(selectinload(Joining.organisation))
    )
    later = later_queries.announced(session, pool_id)
    return later_queries.call_off_entries(list(joinings), later)


def tenders_of(session: Session, pool_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Return id and reference of the procedures that began from a pool, the newest first."""
    # Tenders are a later step of the flow: their table is read by its name.
    tender = Base.metadata.tables["tender"]
    rows = session.execute(
        select(tender.c.id, tender.c.reference)
        .where(tender.c.pool_id == pool_id)
        .order_by(tender.c.reference.desc())
    )
    return [(row.id, row.reference) for row in rows]


def mandate_of(session: Session, mandate_id: uuid.UUID) -> Mandate | None:
    """Return a mandate by its id."""
    return session.get(Mandate, mandate_id)
