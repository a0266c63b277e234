"""A timeline as SVG: rows with bars and marks over a scale of days (Zeitleiste).

Plain data in, markup out; whoever draws gives a table with the same facts beside it. Kinds of bars
differ in pattern as well as in colour. Wide pictures have the titles at the left, narrow ones above
the bars, so that nothing has to scroll on a phone.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_ONE_DAY: Final = dt.timedelta(days=1)


class BarKind(StrEnum):
    """What a bar stands for."""

    STATUTORY = "statutory"
    CHOSEN = "chosen"
    DONE = "done"
    SLACK = "slack"
    LATE = "late"


class MarkKind(StrEnum):
    """What a mark on one day stands for."""

    LATEST = "latest"
    COUNCIL = "council"
    MILESTONE = "milestone"
    REACHED = "reached"
    DEADLINE = "deadline"


BAR_NAMES: Final = {
    BarKind.STATUTORY: "gesetzliche Frist",
    BarKind.CHOSEN: "gewählte Dauer",
    BarKind.DONE: "steht fest",
    BarKind.SLACK: "Puffer",
    BarKind.LATE: "zu spät",
}
MARK_NAMES: Final = {
    MarkKind.LATEST: "spätester Tag",
    MarkKind.COUNCIL: "Gremiensitzung",
    MarkKind.MILESTONE: "Meilenstein",
    MarkKind.REACHED: "erreicht",
    MarkKind.DEADLINE: "Frist",
}


@dataclass(frozen=True)
class Bar:
    """A stretch of days, both ends included; note: what a pointer resting on it shows."""

    first: dt.date
    last: dt.date
    kind: BarKind
    note: str = ""


@dataclass(frozen=True)
class Mark:
    """Something on one day."""

    day: dt.date
    kind: MarkKind
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the picture; subtitle: its days in words. A heading has neither bars nor marks."""

    title: str
    subtitle: str = ""
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    is_heading: bool = False


@dataclass(frozen=True)
class DayLine:
    """A line across all rows, such as today; kind: `today` or `wish`."""

    day: dt.date
    label: str
    kind: str = "today"


@dataclass(frozen=True)
class Timeline:
    """What is drawn. title and description are what a screen reader says instead of the picture.

    holidays: public holidays (only those within the picture are drawn). Weekends are drawn too
    where days are wide enough to be seen.
    """

    title: str
    description: str
    rows: tuple[Row, ...]
    lines: tuple[DayLine, ...] = ()
    holidays: tuple[dt.date, ...] = ()

    def span(self) -> tuple[dt.date, dt.date]:
        """Return first and last day of the picture, with some air; ValueError if it is empty."""
        days = [line.day for line in self.lines]
        for row in self.rows:
            days += [mark.day for mark in row.marks]
            days += [day for bar in row.bars for day in (bar.first, bar.last)]
        if not days:
            raise ValueError("a timeline needs at least one day")
        air = max(1, (max(days) - min(days)).days // 50) * _ONE_DAY
        return min(days) - air, max(days) + air

    def bar_kinds(self) -> Sequence[BarKind]:
        used = {bar.kind for row in self.rows for bar in row.bars}
        return [kind for kind in BarKind if kind in used]

    def mark_kinds(self) -> Sequence[MarkKind]:
        used = {mark.kind for row in self.rows for mark in row.marks}
        return [kind for kind in MarkKind if kind in used]
