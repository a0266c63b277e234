"""The one clock: aware UTC instants, fixed once per request or job; legal days in Europe/Berlin."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final
from zoneinfo import ZoneInfo

BERLIN: Final = ZoneInfo("Europe/Berlin")

_fixed: ContextVar[dt.datetime | None] = ContextVar("vergabe_clock", default=None)
# Only for tests and rehearsals: a whole process can live on another day.
_offset: dt.timedelta = dt.timedelta(0)


def read() -> dt.datetime:
    """Return the true present instant (aware UTC), even when the clock is fixed."""
    return dt.datetime.now(dt.UTC) + _offset


def now() -> dt.datetime:
    """Return the instant (aware UTC) at which the current request or job happens.

    Within `fixed` it is one and the same instant, so that everything a command writes agrees.
    """
    return _fixed.get() or read()


@contextlib.contextmanager
def fixed(at: dt.datetime | None = None) -> Iterator[dt.datetime]:
    """Fix the clock for one request or job; `at` defaults to the present instant.

    Raises ValueError for a naive instant.
    """
    instant = at if at is not None else read()
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _fixed.set(instant.astimezone(dt.UTC))
    try:
        yield instant.astimezone(dt.UTC)
    finally:
        _fixed.reset(token)


def shift(offset: dt.timedelta) -> None:
    """Let this whole process live `offset` away from real time (rehearsals and tests only)."""
    global _offset
    _offset = offset


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """Let this process live at other instants meanwhile (`shift_to`), then go back to its own time.

    Only for demonstrations, which tell of weeks within seconds.
    """
    before = _offset
    try:
        yield
    finally:
        shift(before)


def shift_to(instant: dt.datetime) -> None:
    """Let this whole process live at an aware instant from now on (see `shift`)."""
    shift(_offset + (instant - read()))


def berlin_day(instant: dt.datetime) -> dt.date:
    """Return the legal day (Europe/Berlin) on which an aware instant lies."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(BERLIN).date()


def start_of_day(day: dt.date) -> dt.datetime:
    """Return the first instant (aware UTC) of a legal day in Europe/Berlin."""
    return dt.datetime.combine(day, dt.time(), tzinfo=BERLIN).astimezone(dt.UTC)


def berlin_instant(day: dt.date, time: dt.time) -> dt.datetime:
    """Return the instant (aware UTC) of a wall-clock time in Europe/Berlin.

    A time that the clock change skips moves forward by the skipped hour; a time that occurs twice
    means its first occurrence (ZoneInfo, fold=0).
    """
    local = dt.datetime.combine(day, time.replace(tzinfo=None), tzinfo=BERLIN)
    return local.astimezone(dt.UTC)
