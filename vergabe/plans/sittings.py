"""When a chain of bodies can decide: backwards from a day, or forwards from one. Pure functions.

Days are legal days in Europe/Berlin. Two bodies of a chain may meet on the same day.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

_ONE_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Sitting:
    """A meeting; papers_due_on: last day for papers, None if nobody entered one."""

    day: dt.date
    papers_due_on: dt.date | None = None


@dataclass(frozen=True)
class BodyCalendar:
    """A body and its meetings in the order of days; is_office: one person, any working day."""

    name: str
    sittings: tuple[Sitting, ...] = ()
    is_office: bool = False

    @property
    def is_known(self) -> bool:
        """Return whether anything is known of when it can decide."""
        return self.is_office or bool(self.sittings)


@dataclass(frozen=True)
class Decision:
    """One body's day in a chain."""

    body: str
    day: dt.date
    papers_due_on: dt.date | None = None


WorkingDay = Callable[[dt.date], bool]


def latest_decisions(
    chain: Sequence[BodyCalendar], before: dt.date, is_working_day: WorkingDay
) -> list[Decision] | None:
    """Return the latest day of each body so that the last of them decides before a day.

    In the order of the chain; None if some body has no meeting that early.
    """
    found: list[Decision] = []
    limit = before - _ONE_DAY
    for body in reversed(chain):
        sitting = _last_until(body, limit, is_working_day)
        if sitting is None:
            return None
        found.append(Decision(body.name, sitting.day, sitting.papers_due_on))
        limit = sitting.day
    return found[::-1]


def next_decisions(
    chain: Sequence[BodyCalendar], first: dt.date, is_working_day: WorkingDay
) -> list[Decision] | None:
    """Return the earliest day of each body from a day on, in the order of the chain.

    Papers that are due before `first` are too late. None if a body has no such meeting.
    """
    found: list[Decision] = []
    start = first
    for body in chain:
        sitting = _first_from(body, start, is_working_day, papers_from=first)
        if sitting is None:
            return None
        found.append(Decision(body.name, sitting.day, sitting.papers_due_on))
        start = sitting.day
    return found


def after_missing(
    chain: Sequence[BodyCalendar], index: int, missed_on: dt.date, is_working_day: WorkingDay
) -> dt.date | None:
    """Return when the chain decides if one body does not on a day; None if nobody knows.

    index: of the body in the chain; it decides at its next meeting, the ones behind it after that.
    """
    later = missed_on + _ONE_DAY
    found = next_decisions(chain[index:], later, is_working_day)
    return found[-1].day if found else None


def _last_until(body: BodyCalendar, limit: dt.date, is_working_day: WorkingDay) -> Sitting | None:
    if body.is_office:
        while not is_working_day(limit):
            limit -= _ONE_DAY
        return Sitting(limit)
    return next((s for s in reversed(body.sittings) if s.day <= limit), None)


def _first_from(
    body: BodyCalendar, start: dt.date, is_working_day: WorkingDay, *, papers_from: dt.date
) -> Sitting | None:
    if body.is_office:
        while not is_working_day(start):
            start += _ONE_DAY
        return Sitting(start)
    return next(
        (
            sitting
            for sitting in body.sittings
            if sitting.day >= start and (sitting.papers_due_on or sitting.day) >= papers_from
        ),
        None,
    )
