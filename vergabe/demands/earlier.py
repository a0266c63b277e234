"""What a municipality asked for in an earlier year, to be asked for once more."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.demands import drafts, queries
from vergabe.demands.conversion import as_input
from vergabe.demands.model import Demand
from vergabe.demands.stages import Stage
from vergabe.errors import InvalidInput

MOST_SHOWN: Final = 200
MOST_AT_ONCE: Final = 100
YEARS_BACK: Final = 3
_NOT_REPEATED: Final = (Stage.DRAFT, Stage.WITHDRAWN)


@dataclass(frozen=True)
class Earlier:
    """A demand of an earlier year; needed_from, needed_until: days that a copy would have.

    is_repeated: a demand with the same title was written down later.
    """

    demand: Demand
    needed_from: dt.date | None
    needed_until: dt.date | None
    is_repeated: bool


def years(now: dt.datetime) -> list[int]:
    """Return the years that can be chosen: this one and those before it, the newest first."""
    this_year = clock.berlin_day(now).year
    return [this_year - back for back in range(YEARS_BACK + 1)]


def of_year(session: Session, actor: Actor, year: int, *, now: dt.datetime) -> list[Earlier]:
    """Return the demands of a year, by title: those needed in it, else those written in it."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    begins = clock.berlin_instant(first, dt.time())
    ends = clock.berlin_instant(dt.date(year + 1, 1, 1), dt.time())
    written = and_(
        Demand.needed_from.is_(None), Demand.created_at >= begins, Demand.created_at < ends
    )
    conditions = queries.visible_to(actor, Permission.EDIT_DEMANDS)
    demands = session.scalars(
        select(Demand)
        .where(
            *conditions,
            Demand.stage.not_in(_NOT_REPEATED),
            or_(Demand.needed_from.between(first, last), written),
        )
        .order_by(Demand.title, Demand.id)
        .limit(MOST_SHOWN)
    ).all()
    titles = {demand.title for demand in demands}
    rows = session.execute(
        select(Demand.title, Demand.id)
        .where(*conditions, Demand.title.in_(titles), Demand.stage != Stage.WITHDRAWN)
        .order_by(Demand.id)
    )
    newest = {row.title: row.id for row in rows}
    return [_earlier(demand, newest[demand.title], clock.berlin_day(now)) for demand in demands]


def _earlier(demand: Demand, newest_id: uuid.UUID, today: dt.date) -> Earlier:
    first, last = drafts.days_of_copy(as_input(demand), today)
    return Earlier(demand, first, last, is_repeated=newest_id != demand.id)


def copy_several(
    session: Session, actor: Actor, demand_ids: Sequence[uuid.UUID], *, now: dt.datetime
) -> list[Demand]:
    """Write drafts with what earlier demands asked for, their days moved on by whole years.

    Raises InvalidInput if none or too many are chosen, NotFound if one is not the actor's to see.
    """
    if not demand_ids:
        message = "Bitte wählen Sie mindestens einen Bedarf aus."
        raise InvalidInput("choice_missing", message, field="demand_ids")
    if len(demand_ids) > MOST_AT_ONCE:
        message = f"Bitte wählen Sie höchstens {MOST_AT_ONCE} Bedarfe auf einmal."
        raise InvalidInput("choice_too_large", message, field="demand_ids")
    return [
        drafts.copy_demand(session, actor, demand_id, now=now)
        for demand_id in dict.fromkeys(demand_ids)
    ]
