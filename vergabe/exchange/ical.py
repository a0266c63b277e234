"""Deadlines as a calendar (iCalendar, RFC 5545): plain data in, bytes out.

The library is loaded with the first calendar: most processes write none.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vergabe import clock

if TYPE_CHECKING:
    from icalendar import Alarm, Event

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
ALARM_BEFORE: Final = dt.timedelta(days=1)
_REFRESH: Final = dt.timedelta(hours=1)
_SECOND: Final = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class CalendarEntry:
    """One deadline in a calendar.

    uid: never changes, so that calendars update the entry instead of adding another; at: the first
    instant that is too late; changed_at: when the entry last changed (both aware UTC);
    revision: rises with every change; has_alarm: remind one day before.
    """

    uid: uuid.UUID
    at: dt.datetime
    changed_at: dt.datetime
    revision: int
    title: str
    description: str
    url: str
    is_cancelled: bool = False
    has_alarm: bool = True


def calendar(name: str, entries: Iterable[CalendarEntry]) -> bytes:
    """Return a calendar of deadlines; the same entries give the same bytes.

    Instants are written in UTC, so that no time zone has to travel along; a calendar shows them in
    its reader's zone. Raises ValueError for an instant without zone.
    """
    from icalendar import Calendar

    whole = Calendar()
    whole.add("prodid", "-//Vergabe//Fristen//DE")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("name", name)
    whole.add("x-wr-calname", name)
    whole.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    whole.add("x-published-ttl", _REFRESH)
    for entry in entries:
        whole.add_component(_event(entry))
    return bytes(whole.to_ical())


def _event(entry: CalendarEntry) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", str(entry.uid))
    event.add("dtstamp", _utc(entry.changed_at))
    event.add("last-modified", _utc(entry.changed_at))
    event.add("sequence", entry.revision)
    event.add("dtstart", _shown_at(entry.at))
    event.add("summary", entry.title)
    event.add("description", entry.description)
    event.add("url", entry.url)
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    if entry.has_alarm and not entry.is_cancelled:
        event.add_component(_alarm(entry))
    return event


def _alarm(entry: CalendarEntry) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm


def _shown_at(end: dt.datetime) -> dt.datetime:
    """Return where a calendar shows an end: one at midnight on the day that ends with it."""
    local = end.astimezone(clock.BERLIN)
    return _utc(end - _SECOND if local.time() == dt.time() else end)


def _utc(instant: dt.datetime) -> dt.datetime:
    """Return the instant in UTC without its fraction: iCalendar knows whole seconds only.

    Rounded down: a calendar may show a deadline a fraction of a second early, never late.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(dt.UTC).replace(microsecond=0)
