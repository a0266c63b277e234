"""Who takes part in a funded project, and by which key its own share is divided."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.lands import land_of
from vergabe.access.model import Organisation
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Member
from vergabe.cost_keys.figures import MemberFigures
from vergabe.cost_keys.keys import CostKey, KeyKind, read_key
from vergabe.cost_keys.shares import Shares, reasons_against_shares, shares
from vergabe.demands.queries import ReleasedDemand
from vergabe.errors import Violation
from vergabe.funding.model import FundingCase
from vergabe.pools import queries as pools
from vergabe.pools.model import Joining, Pool
from vergabe.pools.stages import Stage as PoolStage
from vergabe.pools.stages import effective_stage

_OPEN: frozenset[PoolStage] = frozenset(
    {PoolStage.PROPOSED, PoolStage.CONSULTATION, PoolStage.JOINING}
)


@dataclass(frozen=True)
class Partner:
    """A municipality that takes part, with its place in the fixed order and its demand (net)."""

    organisation: Organisation
    position: int
    demand_value_net_cents: int | None

    @property
    def id(self) -> uuid.UUID:
        return self.organisation.id

    @property
    def land(self) -> str:
        return land_of(self.organisation)


@dataclass(frozen=True)
class Division:
    """How the own share is divided; without `shares`, `reasons` say what is missing."""

    key: CostKey
    shares: Shares | None
    reasons: tuple[Violation, ...]

    @property
    def weights(self) -> Mapping[uuid.UUID, Fraction] | None:
        if self.shares is None:
            return None
        return {line.member.member_id: line.weight for line in self.shares.lines}

    @property
    def order(self) -> list[uuid.UUID]:
        return [line.member.member_id for line in self.shares.lines] if self.shares else []


def partners(
    session: Session, pool: Pool, case: FundingCase | None, *, now: dt.datetime
) -> list[Partner]:
    """Return who takes part, in the cooperation's fixed order.

    From the application on those of that day; before it who has a demand in the pool and has not
    declined, and once joining has closed who has joined. Values are those of the demands as asked,
    of who has joined once it has closed those of the quantities joined with; of a pool that has
    ended as they were at its end: grants are paid back later.
    """
    brought = pools.brought_at_last(session, pool)
    is_open = effective_stage(PoolStage(pool.stage), pool.joining_deadline, now) in _OPEN
    values = _values(brought.demands)
    if not is_open:
        bound = pools.bound_demands(session, pool.id, brought)
        values |= _values([entry.as_demand() for entry in bound])
    wanted = [uuid.UUID(text) for text in case.participants] if case else []
    if not wanted:
        wanted = _taking_part(list(values), brought.joinings, is_open=is_open)
    query = select(Member.organisation_id, Member.position).where(
        Member.cooperation_id == pool.cooperation_id
    )
    positions = {row.organisation_id: row.position for row in session.execute(query)}
    found = session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))
    listed = [Partner(o, positions.get(o.id, len(positions) + 1), values.get(o.id)) for o in found]
    return sorted(listed, key=lambda partner: (partner.position, partner.id))


def _values(demands: Iterable[ReleasedDemand]) -> dict[uuid.UUID, int | None]:
    values: dict[uuid.UUID, int | None] = {}
    for demand in demands:
        before = values.get(demand.organisation_id)
        known = demand.value_net_cents
        values[demand.organisation_id] = before if known is None else (before or 0) + known
    return values


def _taking_part(
    owners: Sequence[uuid.UUID], joinings: Mapping[uuid.UUID, Joining], *, is_open: bool
) -> list[uuid.UUID]:
    decisions = {key: joining.decision for key, joining in joinings.items()}
    if is_open:
        return [o for o in owners if decisions.get(o) not in ("declined", "withdrawn")]
    return [o for o in owners if decisions.get(o) == "joined"]


def key_of(session: Session, case: FundingCase, among: Sequence[Partner], day: dt.date) -> CostKey:
    """Return the cost key of the own share: the case's own, else the agreement's on a day."""
    if case.key_kind is None:
        return read_key(cooperations.cost_key_of(session, case.cooperation, day))
    days = [p.organisation.inhabitants_on for p in among if p.organisation.inhabitants_on]
    return CostKey(kind=KeyKind(case.key_kind), inhabitants_on=max(days) if days else None)


def division(amount_cents: int, key: CostKey, among: Sequence[Partner]) -> Division:
    """Return how an amount is divided among partners by a key, or what is missing for it."""
    figures = [_figures(partner) for partner in among]
    reasons = reasons_against_shares(amount_cents, key, figures)
    if reasons:
        return Division(key, None, tuple(reasons))
    return Division(key, shares(amount_cents, key, figures), ())


def _figures(partner: Partner) -> MemberFigures:
    organisation = partner.organisation
    return MemberFigures(
        member_id=organisation.id,
        key=organisation.ags or organisation.ars or "",
        name=organisation.name,
        position=partner.position,
        inhabitants=organisation.inhabitants,
        inhabitants_on=organisation.inhabitants_on,
        demand_value_net_cents=partner.demand_value_net_cents,
    )
