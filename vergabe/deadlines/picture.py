"""What falls when: deadlines as a picture, above the list that says the same."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from vergabe import clock
from vergabe.charts.pictures import Pictures, pictures_of
from vergabe.charts.timeline import DayLine, Mark, MarkKind, Row, Timeline
from vergabe.deadlines.model import Deadline
from vergabe.law.zone import last_day_before

MOST_ROWS: Final = 12
FURTHEST: Final = dt.timedelta(days=400)
"""Ends beyond this (an offer's validity) would press all others together; the list has them."""


def picture_of(deadlines: Iterable[Deadline], *, now: dt.datetime) -> Pictures | None:
    """Return the running deadlines, a row for each matter, the nearest on top; None without any."""
    found: dict[str, list[Deadline]] = {}
    for each in _running(deadlines, now):
        found.setdefault(each.subject_reference, []).append(each)
    rows = [_matter(reference, of_one) for reference, of_one in found.items()]
    return _drawn(rows, now)


def one_by_one(deadlines: Iterable[Deadline], *, now: dt.datetime) -> Pictures | None:
    """Return the running deadlines of one matter, a row for each; None without any."""
    rows = [
        Row(each.title, _words(each), marks=(_mark(each),)) for each in _running(deadlines, now)
    ]
    return _drawn(rows, now)


def _running(deadlines: Iterable[Deadline], now: dt.datetime) -> list[Deadline]:
    found = [
        each
        for each in deadlines
        if each.met_at is None and each.lifted_at is None and now < each.due_at < now + FURTHEST
    ]
    return sorted(found, key=lambda each: each.due_at)


def _matter(reference: str, deadlines: Sequence[Deadline]) -> Row:
    nearest = deadlines[0]
    return Row(
        reference,
        f"{nearest.title}: {_words(nearest)}",
        marks=tuple(_mark(each) for each in deadlines),
    )


def _mark(deadline: Deadline) -> Mark:
    return Mark(
        last_day_before(deadline.due_at), MarkKind.DEADLINE, f"{deadline.title}, {_words(deadline)}"
    )


def _words(deadline: Deadline) -> str:
    local = deadline.due_at.astimezone(clock.BERLIN)
    time = "24:00" if local.time() == dt.time() else f"{local:%H:%M}"
    return f"{last_day_before(deadline.due_at):%d.%m.}, {time} Uhr"


def _drawn(rows: Sequence[Row], now: dt.datetime) -> Pictures | None:
    if not rows:
        return None
    today = clock.berlin_day(now)
    shown = tuple(rows[:MOST_ROWS])
    more = f" Gezeigt sind die nächsten {MOST_ROWS}." if len(rows) > MOST_ROWS else ""
    timeline = Timeline(
        "Fristen der nächsten Zeit",
        f"Was wann endet, das Nächste oben.{more} Alle Fristen stehen in der Liste darunter.",
        shown,
        (DayLine(today, f"heute, {today:%d.%m.%Y}"),),
    )
    return pictures_of(timeline, "deadlines")
