"""Proposals that wait for a decision, as cards: who, how much, why, alone beside together."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.bylaws import facts as bylaws
from vergabe.cooperations import tasks
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.demands import queries as demands
from vergabe.demands.queries import ReleasedDemand
from vergabe.law.rule_sets import RuleSet
from vergabe.pools import queries
from vergabe.pools.assessing import LawFacts, each_alone, law_facts
from vergabe.pools.explaining import demand_facts
from vergabe.pools.model import Pool, PoolDemand
from vergabe.pools.stages import Stage

MOST: Final = 4
_MOST_READ: Final = 100
_STRONGEST: Final = 3
# What the card says anyway: members, sums, one procedure; lots are to be thought of every time.
_TOLD: Final = frozenset({"members", "one_procedure", "total_value", "below_threshold", "lots"})


@dataclass(frozen=True)
class Aspect:
    """One line of the comparison, in words."""

    name: str
    alone: str
    together: str


@dataclass(frozen=True)
class ProposalCard:
    """A proposal with what its coordinator has to know to decide, or to look closer.

    speaks_for, speaks_against: the strongest reasons, as stored with the pool; more_reasons: how
    many others its page has.
    """

    pool: Pool
    members: Sequence[str]
    demand_count: int
    speaks_for: Sequence[Mapping[str, Any]]
    speaks_against: Sequence[Mapping[str, Any]]
    more_reasons: int
    comparison: Sequence[Aspect]
    may_consult: bool
    may_reject: bool

    @property
    def may_decide(self) -> bool:
        return self.may_consult or self.may_reject


@dataclass(frozen=True)
class Waiting:
    """The newest proposals that wait for the actor, and whether there are more of them."""

    cards: Sequence[ProposalCard]
    has_more: bool


def waiting(session: Session, actor: Actor, *, now: dt.datetime) -> Waiting:
    """Return the newest proposals that the actor may decide; nothing for whoever decides none."""
    if not actor.holds(Permission.EDIT_POOLS):
        return Waiting([], has_more=False)
    found = session.scalars(
        queries.visible(actor)
        .where(queries.in_stage(Stage.PROPOSED, now))
        .order_by(Pool.id.desc())
        .limit(_MOST_READ)
        .options(joinedload(Pool.area), joinedload(Pool.cooperation))
    ).all()
    rights = _Rights(session, actor, now)
    own = [pool for pool in found if any(rights.of(pool))]
    return Waiting(cards_of(session, actor, own[:MOST], now=now), has_more=len(own) > MOST)


def cards_of(
    session: Session, actor: Actor, pools: Sequence[Pool], *, now: dt.datetime
) -> list[ProposalCard]:
    """Return proposals as cards, by the law of today; the same few statements for any number."""
    today = clock.berlin_day(now)
    in_pool = _demands_of(session, pools)
    owners = {demand.organisation_id for own in in_pool.values() for demand in own}
    rule_sets = bylaws.rule_sets_by_id(session, owners, today)
    rights = _Rights(session, actor, now)
    return [_card(pool, in_pool[pool.id], rule_sets, rights.of(pool), today) for pool in pools]


class _Rights:
    """What the actor may do with proposals, asked once for each cooperation and area."""

    def __init__(self, session: Session, actor: Actor, now: dt.datetime) -> None:
        self._session, self._actor, self._now = session, actor, now
        self._known: dict[tuple[uuid.UUID, uuid.UUID], tuple[bool, bool]] = {}

    def of(self, pool: Pool) -> tuple[bool, bool]:
        """Return whether the actor may start the consultation, and whether it may reject."""
        key = (pool.cooperation_id, pool.area_id)
        if key not in self._known:
            self._known[key] = (
                self._may(Step.OPEN_JOINING, pool),
                self._may(Step.PROPOSE_POOL, pool),
            )
        return self._known[key]

    def _may(self, step: Step, pool: Pool) -> bool:
        where = Governed(pool.cooperation, pool.area_id)
        return tasks.may(self._session, self._actor, step, where, now=self._now)


def _demands_of(session: Session, pools: Iterable[Pool]) -> dict[uuid.UUID, list[ReleasedDemand]]:
    found: dict[uuid.UUID, list[ReleasedDemand]] = {pool.id: [] for pool in pools}
    rows = session.execute(
        select(PoolDemand.demand_id, PoolDemand.pool_id).where(
            PoolDemand.pool_id.in_(list(found)), PoolDemand.removed_at.is_(None)
        )
    )
    pool_of = {row.demand_id: row.pool_id for row in rows}
    for demand in demands.facts_of(session, pool_of):
        found[pool_of[demand.id]].append(demand)
    return found


def _card(
    pool: Pool,
    own: Sequence[ReleasedDemand],
    rule_sets: Mapping[uuid.UUID, RuleSet],
    rights: tuple[bool, bool],
    today: dt.date,
) -> ProposalCard:
    speaks_for = pool.reasons.get("for", [])
    speaks_against = pool.reasons.get("against", [])
    shown = strongest(speaks_for), strongest(speaks_against)
    is_proposed = pool.stage == Stage.PROPOSED
    return ProposalCard(
        pool=pool,
        members=sorted({demand.organisation_name for demand in own}),
        demand_count=len(own),
        speaks_for=shown[0],
        speaks_against=shown[1],
        more_reasons=len(speaks_for) + len(speaks_against) - sum(map(len, shown)),
        comparison=compared(own, pool, rule_sets, today) if own else [],
        may_consult=is_proposed and rights[0],
        may_reject=is_proposed and rights[1],
    )


def strongest(reasons: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the weightiest reasons that the card does not tell elsewhere, else the first."""
    telling = [reason for reason in reasons if reason.get("code") not in _TOLD]
    return list(telling[:_STRONGEST] or reasons[:1])


def compared(
    own: Sequence[ReleasedDemand],
    pool: Pool,
    rule_sets: Mapping[uuid.UUID, RuleSet],
    on: dt.date,
) -> list[Aspect]:
    """Return what it means to buy these demands alone and together, by the law of a legal day."""
    facts = [demand_facts(demand) for demand in own]
    together = law_facts(
        facts,
        lead_land=pool.cooperation.lead.land,
        joining_days=pool.cooperation.joining_window_days,
        on=on,
        rule_sets=rule_sets,
    )
    alone = [each.law for each in each_alone(facts, on=on, rule_sets=rule_sets)]
    return [
        Aspect("Verfahren", str(len(alone)), "1"),
        _aspect("Regelwerk", _regimes(alone), _regimes([together])),
        _aspect("Angebotsfrist", _periods(alone), _periods([together])),
    ]


def _aspect(name: str, alone: str, together: str) -> Aspect:
    return Aspect(name, alone, "wie allein" if together == alone else together)


def _regimes(laws: Sequence[LawFacts]) -> str:
    """Return what all share as it is, else each with how often it occurs."""
    counted = Counter(law.regime_name for law in laws)
    if len(counted) == 1:
        return next(iter(counted))
    return ", ".join(f"{number} × {name}" for name, number in counted.most_common())


def _periods(laws: Sequence[LawFacts]) -> str:
    days = sorted({law.minimum_days for law in laws if law.minimum_days})
    if not days:
        return "angemessen, ohne feste Zahl von Tagen"
    span = str(days[0]) if len(days) == 1 else f"{days[0]} bis {days[-1]}"
    is_open = any(not law.minimum_days for law in laws)
    return f"mindestens {span} Tage{', teils ohne feste Zahl' if is_open else ''}"
