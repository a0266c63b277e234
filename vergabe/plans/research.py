"""Key figures of a cooperation for those who study it: pseudonyms instead of names.

Pseudonyms are keyed hashes: the same each time on this installation, and nobody without its secret
can compute them. Few members can still be guessed from their size: it is no anonymous data.
"""

import datetime as dt
import hashlib
import hmac
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.cooperations.model import Cooperation, Member
from vergabe.cost_shares.model import Effort
from vergabe.demands import call_queries
from vergabe.enquiries.model import Enquiry
from vergabe.plans import measures
from vergabe.pools.model import Pool, PoolDemand
from vergabe.tenders.model import Tender

_SIZES: Final = (10_000, 25_000, 50_000, 100_000)
_DIGITS: Final = 10
_ROUNDED_TO_CENTS: Final = 1_000_00


@dataclass(frozen=True)
class MemberFigures:
    """A member: kind, Land and class of size; how many calls asked it, how many it answered."""

    member: str
    kind: str
    land: str | None
    size: str
    calls_asked: int
    calls_answered: int


@dataclass(frozen=True)
class ProjectFigures:
    """A project: who takes part, how long each part took (calendar days), what it was worth.

    division: first two digits of the CPV code; value_net_euro: rounded to 1,000 euros.
    """

    project: str
    division: str
    stage: str
    members: Sequence[str]
    demands: int
    value_net_euro: int | None
    days_to_binding: int | None
    days_to_notice: int | None
    days_from_invitation: int | None
    enquiries: int
    minutes_worked: int
    is_cancelled: bool


@dataclass(frozen=True)
class Figures:
    """All figures of a cooperation on a legal day."""

    cooperation: str
    day: dt.date
    days_to_first_notice: int | None
    members: Sequence[MemberFigures]
    projects: Sequence[ProjectFigures]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON-able data."""
        return asdict(self) | {"day": self.day.isoformat()}


def figures_of(
    session: Session, actor: Actor, cooperation: Cooperation, secret: str, *, now: dt.datetime
) -> Figures:
    """Return the figures of a cooperation; the same data and secret give the same figures.

    For the coordination of the lead and the operator; Forbidden for others.
    """
    actor.require(
        Permission.EDIT_PLANS,
        cooperation_id=cooperation.id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )

    def pseudonym(subject: uuid.UUID) -> str:
        digest = hmac.new(secret.encode(), f"research:{subject}".encode(), hashlib.sha256)
        return digest.hexdigest()[:_DIGITS]

    measure = measures.of_cooperation(session, cooperation.id, now=now)
    return Figures(
        cooperation=pseudonym(cooperation.id),
        day=clock.berlin_day(now),
        days_to_first_notice=measure.days if measure.is_final else None,
        members=_members(session, cooperation, pseudonym, now=now),
        projects=_projects(session, cooperation, pseudonym, now=now),
    )


_Pseudonym = Callable[[uuid.UUID], str]


def _members(
    session: Session, cooperation: Cooperation, pseudonym: _Pseudonym, *, now: dt.datetime
) -> list[MemberFigures]:
    _total, rates = call_queries.rates(session, cooperation.id, now=now)
    by_id = {each.organisation_id: each.rate for each in rates}
    rows = session.scalars(
        select(Member)
        .where(Member.cooperation_id == cooperation.id)
        .options(selectinload(Member.organisation))
    )
    found = [
        MemberFigures(
            member=pseudonym(row.organisation_id),
            kind=row.organisation.kind,
            land=row.organisation.land,
            size=size_class(row.organisation),
            calls_asked=by_id[row.organisation_id].asked if row.organisation_id in by_id else 0,
            calls_answered=by_id[row.organisation_id].answered
            if row.organisation_id in by_id
            else 0,
        )
        for row in rows
    ]
    # By pseudonym: the order of the members would betray who is who.
    return sorted(found, key=lambda each: each.member)


def size_class(organisation: Organisation) -> str:
    """Return the class of inhabitants: "10000-24999", "100000+", or "" where they are unknown."""
    inhabitants = organisation.inhabitants
    if inhabitants is None:
        return ""
    lower = max((bound for bound in _SIZES if bound <= inhabitants), default=0)
    upper = next((bound for bound in _SIZES if bound > inhabitants), None)
    return f"{lower}+" if upper is None else f"{lower}-{upper - 1}"


def _projects(
    session: Session, cooperation: Cooperation, pseudonym: _Pseudonym, *, now: dt.datetime
) -> list[ProjectFigures]:
    pools = session.scalars(
        select(Pool)
        .where(Pool.cooperation_id == cooperation.id)
        .options(selectinload(Pool.entries).selectinload(PoolDemand.demand))
    ).all()
    tenders = {
        tender.pool_id: tender
        for tender in session.scalars(
            select(Tender).where(Tender.cooperation_id == cooperation.id).order_by(Tender.id)
        )
    }
    asked = Counter(
        session.scalars(
            select(Enquiry.tender_id).where(
                Enquiry.tender_id.in_([tender.id for tender in tenders.values()])
            )
        )
    )
    worked: Counter[uuid.UUID] = Counter()
    rows = session.execute(
        select(Effort.pool_id, Effort.minutes).where(
            Effort.pool_id.in_([pool.id for pool in pools])
        )
    )
    for pool_id, minutes in rows:
        worked[pool_id] += minutes
    found = [
        _project(
            pool,
            tenders.get(pool.id),
            pseudonym,
            days=measures.of_pool(session, pool.id, now=now),
            asked=asked,
            minutes=worked[pool.id],
        )
        for pool in pools
    ]
    return sorted(found, key=lambda each: each.project)


def _project(
    pool: Pool,
    tender: Tender | None,
    pseudonym: _Pseudonym,
    *,
    days: measures.Measure,
    asked: Counter[uuid.UUID],
    minutes: int,
) -> ProjectFigures:
    demands = [entry.demand for entry in pool.entries if entry.removed_at is None]
    return ProjectFigures(
        project=pseudonym(pool.id),
        division=pool.cpv[:2],
        stage=tender.stage if tender is not None else pool.stage,
        members=sorted({pseudonym(demand.organisation_id) for demand in demands}),
        demands=len(demands),
        value_net_euro=_rounded(tender.estimated_value_net_cents if tender else None),
        days_to_binding=_days(pool.created_at, pool.binding_at),
        days_to_notice=_days(pool.created_at, tender.published_at if tender else None),
        days_from_invitation=days.days if days.is_final else None,
        enquiries=asked[tender.id] if tender is not None else 0,
        minutes_worked=minutes,
        is_cancelled=tender is not None and tender.cancelled_at is not None,
    )


def _rounded(cents: int | None) -> int | None:
    if cents is None:
        return None
    return (cents + _ROUNDED_TO_CENTS // 2) // _ROUNDED_TO_CENTS * 1_000


def _days(first: dt.datetime, last: dt.datetime | None) -> int | None:
    return (clock.berlin_day(last) - clock.berlin_day(first)).days if last is not None else None
