"""The axis of a chart over days: which ticks fit, with German names of months.

Days are legal days; a position is a number of pixels from the left.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from vergabe.charts.drawing import text_width

MONTHS: Final = (
    *("Jan", "Feb", "März", "Apr", "Mai", "Juni"),
    *("Juli", "Aug", "Sept", "Okt", "Nov", "Dez"),
)
_ONE_DAY: Final = dt.timedelta(days=1)
_GAP: Final = 6
# Beyond this length no tick for days, beyond that none for months could ever fit.
_MOST_DAYS_BY_DAY: Final = 400
_MOST_DAYS_BY_MONTH: Final = 15_000


@dataclass(frozen=True)
class Tick:
    """A day with what is written at it."""

    day: dt.date
    label: str


@dataclass(frozen=True)
class Scale:
    """Days from `first` to `last` (both whole) between the pixels `left` and `right`."""

    first: dt.date
    last: dt.date
    left: float
    right: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def pixels_per_day(self) -> float:
        return (self.right - self.left) / self.days

    def start_of(self, day: dt.date) -> float:
        """Return where a day begins, kept within the scale."""
        position = self.left + (day - self.first).days * self.pixels_per_day
        return min(max(position, self.left), self.right)

    def end_of(self, day: dt.date) -> float:
        """Return where a day ends, kept within the scale."""
        position = self.left + ((day - self.first).days + 1) * self.pixels_per_day
        return min(max(position, self.left), self.right)

    def middle_of(self, day: dt.date) -> float:
        return (self.start_of(day) + self.end_of(day)) / 2


def ticks(scale: Scale, size: float) -> tuple[list[Tick], list[Tick]]:
    """Return the ticks of the axis and, above them, the months or years that they belong to.

    size: of the font. The finest ticks are taken whose labels do not touch each other.
    """
    for lower, upper in _choices(scale):
        if _fits(lower, scale, size):
            return lower, _spaced(upper, scale, size)
    return [], []


def _choices(scale: Scale) -> Iterator[tuple[list[Tick], list[Tick]]]:
    if scale.days <= _MOST_DAYS_BY_DAY:
        months = [Tick(day, f"{MONTHS[day.month - 1]} {day.year}") for day in _months(scale, 1)]
        for step in (1, 2, 7, 14):
            yield list(_day_ticks(scale, step)), months
    if scale.days <= _MOST_DAYS_BY_MONTH:
        years = [Tick(day, str(day.year)) for day in _years(scale, 1)]
        for step in (1, 3, 6):
            found = [Tick(day, MONTHS[day.month - 1]) for day in _months(scale, step)]
            yield found, years
    for step in (1, 2, 5, 10, 20, 50, 100):
        yield [Tick(day, str(day.year)) for day in _years(scale, step)], []


def _day_ticks(scale: Scale, step: int) -> Iterator[Tick]:
    day = scale.first
    if step >= 7:
        day += (7 - day.weekday()) % 7 * _ONE_DAY
    while day <= scale.last:
        yield Tick(day, f"{day.day}." if step < 7 else f"{day.day}.{day.month}.")
        day += step * _ONE_DAY


def _months(scale: Scale, step: int) -> Iterator[dt.date]:
    """Yield the first days of months in the scale, and its first day for the first, begun month."""
    for year in range(scale.first.year, scale.last.year + 1):
        for month in range(1, 13, step):
            day = dt.date(year, month, 1)
            if scale.first <= day <= scale.last:
                yield day
            elif step == 1 and (year, month) == (scale.first.year, scale.first.month):
                yield scale.first


def _years(scale: Scale, step: int) -> Iterator[dt.date]:
    for year in range(scale.first.year, scale.last.year + 1):
        day = dt.date(year, 1, 1)
        if day >= scale.first and year % step == 0:
            yield day
        elif step == 1 and year == scale.first.year:
            yield scale.first


def _width(tick: Tick, size: float) -> float:
    return text_width(tick.label, size) + _GAP


def _fits(found: list[Tick], scale: Scale, size: float) -> bool:
    if not found:
        return False
    ends = [scale.start_of(tick.day) + _width(tick, size) for tick in found]
    starts = [scale.start_of(tick.day) for tick in found[1:]] + [scale.right + _GAP]
    # The first and the last label may give way; what lies between must fit.
    crowded = [end > start for end, start in zip(ends, starts, strict=True)]
    return not any(crowded[1:-1]) and len(crowded) - sum(crowded) >= min(2, len(crowded))


def _spaced(found: list[Tick], scale: Scale, size: float) -> list[Tick]:
    return list(spaced(found, scale, size))


def spaced(found: Iterable[Tick], scale: Scale, size: float) -> Iterator[Tick]:
    """Yield the ticks whose labels touch neither the next label nor the end of the scale.

    A label that would touch the next one gives way to it.
    """
    known = list(found)
    for index, tick in enumerate(known):
        limit = scale.start_of(known[index + 1].day) if index + 1 < len(known) else scale.right
        reserve = _GAP if index + 1 == len(known) else 0
        if scale.start_of(tick.day) + _width(tick, size) <= limit + reserve:
            yield tick
