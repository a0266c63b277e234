"""Pools as pages, API and command line show them: plain values, nothing to decide any more."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.bylaws import facts as bylaws
from vergabe.charts.pictures import Pictures
from vergabe.cooperations import tasks
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.demands.model import Demand
from vergabe.demands.queries import ReleasedDemand
from vergabe.pools import queries, rules
from vergabe.pools.assessing import Alone, LawFacts, each_alone, law_facts
from vergabe.pools.explaining import demand_facts
from vergabe.pools.model import Joining, Pool, PoolComment, PoolDemand, Withdrawal
from vergabe.pools.pictures import value_pictures
from vergabe.pools.pool_facts import PoolFacts
from vergabe.pools.stages import Action, Stage, effective_stage
from vergabe.texts import lazy

STAGE_KINDS: Final[Mapping[Stage, str]] = {
    Stage.PROPOSED: "info",
    Stage.CONSULTATION: "info",
    Stage.JOINING: "warning",
    Stage.BINDING: "success",
    Stage.TENDERING: "success",
    Stage.CONCLUDED: "success",
    Stage.DISSOLVED: "neutral",
    Stage.REJECTED: "neutral",
}
UNDECIDED: Final = "undecided"
DECISION_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "joined": (lazy("beigetreten"), "success"),
    "declined": (lazy("tritt nicht bei"), "neutral"),
    "withdrawn": (lazy("ausgetreten"), "neutral"),
    UNDECIDED: (lazy("noch offen"), "warning"),
}
_SHAPING: Final = frozenset({Action.SPLIT, Action.MERGE, Action.REJECT})
_COORDINATED: Final = frozenset(
    {
        Action.START_CONSULTATION,
        Action.SPLIT,
        Action.MERGE,
        Action.REJECT,
        Action.OPEN_JOINING,
        Action.EXTEND_JOINING,
        Action.DISSOLVE,
    }
)


@dataclass(frozen=True)
class MemberView:
    """One member of a pool: its demands, its decision, what it is bound to (net cents)."""

    organisation_id: uuid.UUID
    name: str
    demands: tuple[ReleasedDemand, ...]
    decision: str
    joining: Joining | None
    asked_net_cents: int | None
    bound_net_cents: int | None

    @property
    def decision_name(self) -> tuple[str, str]:
        """The decision in German, and the kind of badge for it."""
        return DECISION_NAMES[self.decision]


@dataclass(frozen=True)
class PoolView:
    """A pool with everything its page shows."""

    pool: Pool
    stage: Stage
    facts: PoolFacts
    demands: tuple[ReleasedDemand, ...]
    members: tuple[MemberView, ...]
    comments: tuple[PoolComment, ...]
    withdrawals: tuple[Withdrawal, ...]
    actions: frozenset[Action]

    @property
    def total_net_cents(self) -> int:
        """Sum of the values of all demands, where one is stated."""
        return sum(member.asked_net_cents or 0 for member in self.members)

    @property
    def bound_net_cents(self) -> int:
        """Sum of what those who joined are bound to, where a value is stated."""
        return sum(member.bound_net_cents or 0 for member in self.members)

    @property
    def is_coordinated(self) -> bool:
        """Whether the actor may do something as the coordinator."""
        return bool(self.actions & _COORDINATED)

    def member(self, organisation_id: uuid.UUID | None) -> MemberView | None:
        """Return a member's part, None if it has no demand in the pool."""
        return next((m for m in self.members if m.organisation_id == organisation_id), None)


def stage_of(pool: Pool, now: dt.datetime) -> Stage:
    """Return the stage as time has made it."""
    return effective_stage(Stage(pool.stage), pool.joining_deadline, now)


def pool_view(session: Session, actor: Actor, pool: Pool, *, now: dt.datetime) -> PoolView:
    """Return a pool for its page, with the actions this actor may take now."""
    facts = queries.pool_facts(session, pool)
    demands = queries.demands_of(session, pool)
    joinings = {
        joining.organisation_id: joining
        for joining in session.scalars(select(Joining).where(Joining.pool_id == pool.id))
    }
    bound = {
        entry.demand.id: entry.value_net_cents for entry in queries.bound_demands(session, pool.id)
    }
    return PoolView(
        pool=pool,
        stage=stage_of(pool, now),
        facts=facts,
        demands=tuple(demands),
        members=tuple(members_of(demands, joinings, bound)),
        comments=tuple(_comments(session, pool)),
        withdrawals=tuple(_withdrawals(session, pool)),
        actions=actions_for(session, actor, pool, facts, now=now),
    )


def members_of(
    demands: Sequence[ReleasedDemand],
    joinings: Mapping[uuid.UUID, Joining],
    bound: Mapping[uuid.UUID, int | None],
) -> list[MemberView]:
    """Return the members that own these demands, in the order of names.

    bound: value by demand, of those that somebody bound itself to.
    """
    owned: dict[uuid.UUID, list[ReleasedDemand]] = {}
    for demand in sorted(demands, key=lambda demand: (demand.organisation_name, demand.reference)):
        owned.setdefault(demand.organisation_id, []).append(demand)
    return [
        MemberView(
            organisation_id=organisation_id,
            name=own[0].organisation_name,
            demands=tuple(own),
            decision=joining.decision if joining else UNDECIDED,
            joining=joining,
            asked_net_cents=_sum([demand.value_net_cents for demand in own]),
            bound_net_cents=_sum([bound[demand.id] for demand in own if demand.id in bound]),
        )
        for organisation_id, own in owned.items()
        for joining in [joinings.get(organisation_id)]
    ]


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _comments(session: Session, pool: Pool) -> Sequence[PoolComment]:
    query = select(PoolComment).where(PoolComment.pool_id == pool.id).order_by(PoolComment.at)
    return session.scalars(query.options(selectinload(PoolComment.organisation))).all()


def _withdrawals(session: Session, pool: Pool) -> Sequence[Withdrawal]:
    query = select(Withdrawal).where(Withdrawal.pool_id == pool.id)
    return session.scalars(
        query.order_by(Withdrawal.requested_at).options(
            selectinload(Withdrawal.organisation), selectinload(Withdrawal.consents)
        )
    ).all()


def may_do(session: Session, actor: Actor, pool: Pool, step: Step, *, now: dt.datetime) -> bool:
    """Return whether a step with a pool is the task of the actor's organisation, and theirs."""
    return tasks.may(session, actor, step, Governed(pool.cooperation, pool.area_id), now=now)


def actions_for(
    session: Session, actor: Actor, pool: Pool, facts: PoolFacts, *, now: dt.datetime
) -> frozenset[Action]:
    """Return what the stage allows now and this actor may do."""
    allowed = frozenset(rules.allowed_actions(facts, now))
    mine: set[Action] = set()
    if may_do(session, actor, pool, Step.OPEN_JOINING, now=now):
        mine |= allowed & (_COORDINATED - _SHAPING)
    if may_do(session, actor, pool, Step.PROPOSE_POOL, now=now):
        mine |= allowed & _SHAPING
    if not rules.reasons_against_starting_tender(facts, now) and may_do(
        session, actor, pool, Step.PREPARE_TENDER, now=now
    ):
        mine.add(Action.START_TENDER)
    own = facts.participant(actor.organisation_id) if actor.organisation_id else None
    may_join = actor.may(
        Permission.JOIN_POOLS,
        organisation_id=actor.organisation_id,
        cooperation_id=pool.cooperation_id,
    )
    if own is not None and may_join:
        member_actions = {Action.LEAVE, Action.CONSENT, Action.ASK_TO_WITHDRAW, Action.JOIN}
        if own.asks_to_withdraw:
            member_actions -= {Action.ASK_TO_WITHDRAW}
        mine |= allowed & (member_actions if own.is_in else {Action.JOIN, Action.DECLINE})
    return frozenset(mine)


@dataclass(frozen=True)
class Comparison:
    """What each member would do alone beside what all do together; None if nothing can be said."""

    together: LawFacts
    alone: tuple[Alone, ...]

    @property
    def pictures(self) -> Pictures | None:
        """The estimated values as bars, beside the EU threshold; None where none is known."""
        return value_pictures(self.together, self.alone)


def comparison(session: Session, view: PoolView, *, now: dt.datetime) -> Comparison | None:
    """Return the comparison of buying alone and together, by the law of today."""
    if not view.demands:
        return None
    cooperation = session.get_one(Cooperation, view.pool.cooperation_id)
    facts = [demand_facts(demand) for demand in view.demands]
    today = clock.berlin_day(now)
    owners = {demand.organisation_id for demand in view.demands}
    rule_sets = bylaws.rule_sets_by_id(session, owners, today)
    together = law_facts(
        facts,
        lead_land=cooperation.lead.land,
        joining_days=cooperation.joining_window_days,
        on=today,
        rule_sets=rule_sets,
    )
    return Comparison(together, tuple(each_alone(facts, on=today, rule_sets=rule_sets)))


def merge_candidates(session: Session, actor: Actor, pool: Pool) -> list[tuple[uuid.UUID, str]]:
    """Return id and name of the pools that this one could be merged with, newest first."""
    query = (
        queries.visible(actor)
        .where(
            Pool.area_id == pool.area_id,
            Pool.stage == pool.stage,
            Pool.id != pool.id,
        )
        .order_by(Pool.id.desc())
        .limit(200)
    )
    return [(other.id, f"{other.reference}: {other.title}") for other in session.scalars(query)]


def counts(session: Session, pools: Sequence[Pool]) -> dict[uuid.UUID, tuple[int, int]]:
    """Return pool id → number of members and demands, in one statement for a whole page."""
    rows = session.execute(
        select(PoolDemand.pool_id, Demand.organisation_id)
        .join(Demand, Demand.id == PoolDemand.demand_id)
        .where(PoolDemand.pool_id.in_([p.id for p in pools]), PoolDemand.removed_at.is_(None))
    )
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for pool_id, organisation_id in rows:
        found.setdefault(pool_id, []).append(organisation_id)
    return {pool_id: (len(set(owners)), len(owners)) for pool_id, owners in found.items()}


def quantities_of(view: MemberView) -> dict[uuid.UUID, Decimal | None]:
    """Return the quantities a member joined with, else those it asks for, by line."""
    said = queries.joined_quantities(view.joining) if view.joining else {}
    return {
        line.id: said.get(line.id, line.quantity)
        for demand in view.demands
        for line in demand.lines
    }
