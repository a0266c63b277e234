"""How long it took from the invitation to the first joint notice, in calendar days."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.demands.model import CallForDemands, Demand
from vergabe.plans.model import Milestone
from vergabe.pools.model import PoolDemand
from vergabe.tenders.model import Tender

BY_MILESTONE: Final = "Einladung"
BY_CALL: Final = "Bedarfsabfrage"


@dataclass(frozen=True)
class Measure:
    """Calendar days from an invitation to the first joint notice.

    invited_on: None if nobody noted an invitation and nobody was asked for demands; invited_by: a
    German word for what counts as the invitation; noticed_on: None as long as nothing is published.
    """

    invited_on: dt.date | None
    invited_by: str
    noticed_on: dt.date | None
    today: dt.date

    @property
    def days(self) -> int | None:
        """Return the calendar days so far, or until the notice; None without an invitation."""
        if self.invited_on is None:
            return None
        return ((self.noticed_on or self.today) - self.invited_on).days

    @property
    def is_final(self) -> bool:
        return self.invited_on is not None and self.noticed_on is not None


def of_cooperation(session: Session, cooperation_id: uuid.UUID, *, now: dt.datetime) -> Measure:
    """Return the measure of a cooperation: its first invitation, its first notice.

    The invitation is the earliest milestone of this kind that is done, else the first call for
    demands.
    """
    invited_on = session.scalar(
        select(func.min(Milestone.done_on)).where(
            Milestone.cooperation_id == cooperation_id,
            Milestone.kind == "invitation",
            Milestone.pool_id.is_(None),
        )
    )
    noticed_at = session.scalar(
        select(func.min(Tender.published_at)).where(Tender.cooperation_id == cooperation_id)
    )
    called_at = session.scalar(
        select(func.min(CallForDemands.opens_at)).where(
            CallForDemands.cooperation_id == cooperation_id,
            # A call that came later did not lead to the first notice.
            CallForDemands.opens_at <= (noticed_at or now),
        )
    )
    return _measure(invited_on, called_at, noticed_at, now)


def of_pool(session: Session, pool_id: uuid.UUID, *, now: dt.datetime) -> Measure:
    """Return the measure of one project; the call for demands is that of its first demand."""
    invited_on = session.scalar(
        select(func.min(Milestone.done_on)).where(
            Milestone.pool_id == pool_id, Milestone.kind == "invitation"
        )
    )
    called_at = session.scalar(
        select(func.min(CallForDemands.opens_at))
        .join(Demand, Demand.call_id == CallForDemands.id)
        .join(PoolDemand, PoolDemand.demand_id == Demand.id)
        .where(PoolDemand.pool_id == pool_id, CallForDemands.opens_at <= now)
    )
    noticed_at = session.scalar(
        select(func.min(Tender.published_at)).where(Tender.pool_id == pool_id)
    )
    return _measure(invited_on, called_at, noticed_at, now)


def _measure(
    invited_on: dt.date | None,
    called_at: dt.datetime | None,
    noticed_at: dt.datetime | None,
    now: dt.datetime,
) -> Measure:
    called_on = clock.berlin_day(called_at) if called_at else None
    return Measure(
        invited_on=invited_on or called_on,
        invited_by=BY_MILESTONE if invited_on else BY_CALL if called_on else "",
        noticed_on=clock.berlin_day(noticed_at) if noticed_at else None,
        today=clock.berlin_day(now),
    )
