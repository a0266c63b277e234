"""What a municipality released this year and what waits, by cost centre: for the releaser."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
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
_NOTHING: Final = (0, 0)
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
    visible = queries.visible_to(actor, Permission.RELEASE_DEMANDS)
    # Two statements, each along an index of its own: what earlier years released is not looked at.
    waiting = _sums(session, Demand.value_net_cents, *visible, Demand.stage == Stage.SUBMITTED)
    released = _sums(
        session,
        Demand.released_net_cents,
        *visible,
        Demand.released_at >= since,
        Demand.stage.in_(_RELEASED),
    )
    found = [
        CentreBudget(
            name or "ohne Kostenstelle",
            released.get(name, _NOTHING)[0],
            *waiting.get(name, _NOTHING),
        )
        for name in released.keys() | waiting.keys()
    ]
    found.sort(key=lambda row: (-(row.released_net_cents + row.waiting_net_cents), row.name))
    return found[:MOST_ROWS]


def _sums(
    session: Session, amount: Any, *conditions: ColumnElement[bool]
) -> dict[str, tuple[int, int]]:
    """Return by cost centre ("" for none) the net cents and the number of demands."""
    centre = func.coalesce(Demand.cost_centre, "")
    query = select(centre, func.sum(amount), func.count()).where(*conditions).group_by(centre)
    return {name: (int(cents or 0), count) for name, cents, count in session.execute(query)}


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
