"""Legal days and instants: the calendar of Europe/Berlin."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from vergabe.law.errors import ImpossibleInput

BERLIN: Final = ZoneInfo("Europe/Berlin")
_ONE_DAY: Final = dt.timedelta(days=1)
_INSTANT: Final = dt.timedelta(microseconds=1)


def local_day(event: dt.date | dt.datetime) -> dt.date:
    """Return the legal day of an event: a day as it is, an aware instant's day in Europe/Berlin.

    Raises ImpossibleInput for an instant without a time zone.
    """
    if not isinstance(event, dt.datetime):
        return event
    return aware(event).astimezone(BERLIN).date()


def aware(at: dt.datetime) -> dt.datetime:
    """Return the instant itself; raises ImpossibleInput if it has no time zone."""
    if at.tzinfo is None:
        raise ImpossibleInput(
            f"Dem Zeitpunkt {at.isoformat()} fehlt die Zeitzone (etwa +02:00 oder Z).",
            field="start",
        )
    return at


def midnight(day: dt.date) -> dt.datetime:
    """Return 00:00 local time of a day as an instant in UTC."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(dt.UTC)


def end_of(day: dt.date) -> dt.datetime:
    """Return the first instant after a day (00:00 local time of the next one), in UTC."""
    return midnight(day + _ONE_DAY)


def last_day_before(deadline_at: dt.datetime) -> dt.date:
    """Return the last local day on which it is not too late yet: the day of the last instant.

    A deadline at 10:00 belongs to its own day, one at 00:00 to the day before.
    """
    return (aware(deadline_at) - _INSTANT).astimezone(BERLIN).date()
