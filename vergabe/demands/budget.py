"""What a municipality released this year and what waits, by cost centre: for the releaser."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from vergabe import clock, money
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.charts.bars import Bar, BarChart, BarRow, Piece
from vergabe.charts.pictures import Pictures, pictures_of
from vergabe.demands import queries
from vergabe.demands.model import Demand
from vergabe.demands.stages import Stage

MOST_ROWS: Final = 12
_RELEASED: Final = (
    Stage.RELEASED,
    Stage.POOLED,
    Stage.TENDERED,
    Stage.AWARDED,
    Stage.SETTLED,
)


@dataclass(frozen=True)
class CentreBudget:
    """Net cents of one cost centre: released since 1 January, and waiting for a release."""

    name: str
    released_net_cents: int
    waiting_net_cents: int
    waiting_count: int


def by_cost_centre(session: Session, actor: Actor, *, now: dt.datetime) -> list[CentreBudget]:
    """Return the cost centres with demands released this year or waiting; most money first."""
    new_year = dt.date(clock.berlin_day(now).year, 1, 1)
    since = clock.berlin_instant(new_year, dt.time())
    is_waiting = Demand.stage == Stage.SUBMITTED
    is_released = Demand.stage.in_(_RELEASED) & (Demand.released_at >= since)
    centre = func.coalesce(Demand.cost_centre, "")
    released = func.sum(case((is_released, Demand.released_net_cents), else_=0))
    waiting = func.sum(case((is_waiting, Demand.value_net_cents), else_=0))
    rows = session.execute(
        select(centre, released, waiting, func.sum(case((is_waiting, 1), else_=0)))
        .where(*queries.visible_to(actor, Permission.RELEASE_DEMANDS), is_waiting | is_released)
        .group_by(centre)
    )
    found = [
        CentreBudget(name or "ohne Kostenstelle", int(done or 0), int(waits or 0), int(count))
        for name, done, waits, count in rows
    ]
    found.sort(key=lambda row: (-(row.released_net_cents + row.waiting_net_cents), row.name))
    return found[:MOST_ROWS]


def picture(rows: Sequence[CentreBudget], year: int) -> Pictures | None:
    """Return the cost centres as bars; None where nothing has a value."""
    if not any(row.released_net_cents or row.waiting_net_cents for row in rows):
        return None
    chart = BarChart(
        f"Freigaben {year} je Kostenstelle (netto)",
        "Je Kostenstelle, was in diesem Jahr freigegeben ist und was auf Freigabe wartet. Die "
        "Beträge stehen in der Tabelle darunter.",
        tuple(
            BarRow(
                row.name,
                (
                    Bar(
                        (Piece(row.released_net_cents, 0), Piece(row.waiting_net_cents, 1)),
                        money.german(row.released_net_cents + row.waiting_net_cents),
                    ),
                ),
            )
            for row in rows
        ),
        (f"{year} freigegeben", "wartet auf Freigabe"),
    )
    return pictures_of(chart, "budget")
