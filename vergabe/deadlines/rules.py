"""Where a deadline stands, and when to remind of it. Pure functions."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe import clock

REMINDER_DAYS: Final = (7, 3, 1)
REMIND_AT: Final = dt.time(8, 0)


class State(StrEnum):
    """Stages of a deadline (design.md, section 2); `missed` follows from the clock alone."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    LIFTED = "lifted"


STATE_NAMES: Final = {
    State.RUNNING: "läuft",
    State.MET: "eingehalten",
    State.MISSED: "abgelaufen",
    State.LIFTED: "aufgehoben",
}


@dataclass(frozen=True)
class DeadlineFacts:
    """What decides where a deadline stands; instants are aware UTC."""

    due_at: dt.datetime
    met_at: dt.datetime | None
    lifted_at: dt.datetime | None


def state(facts: DeadlineFacts, now: dt.datetime) -> State:
    """Return where the deadline stands at this instant; `due_at` is the first that is too late."""
    if facts.lifted_at is not None:
        return State.LIFTED
    if facts.met_at is not None:
        return State.MET
    return State.MISSED if now >= facts.due_at else State.RUNNING


def reminder_instants(
    due_at: dt.datetime, days: Iterable[int], *, now: dt.datetime
) -> list[tuple[int, dt.datetime]]:
    """Return days before and instant of each reminder still ahead, earliest first.

    Reminders come at 8 in the morning (Europe/Berlin) so many calendar days before the day of the
    deadline, so that they are read; one that would come after the deadline is left out.
    """
    due_day = clock.berlin_day(due_at)
    wanted = (
        (count, clock.berlin_instant(due_day - dt.timedelta(days=count), REMIND_AT))
        for count in sorted(set(days), reverse=True)
    )
    return [(count, at) for count, at in wanted if now < at < due_at]
