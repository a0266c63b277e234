"""Ends of periods in words: how long it still is, and the instant to the second."""

import datetime as dt
from typing import Final

from vergabe import clock
from vergabe.texts import gettext as _
from vergabe.texts import language, marked, ngettext

WEEKDAYS: Final = (
    marked("Montag"),
    marked("Dienstag"),
    marked("Mittwoch"),
    marked("Donnerstag"),
    marked("Freitag"),
    marked("Samstag"),
    marked("Sonntag"),
)
MONTHS: Final = (
    marked("Januar"),
    marked("Februar"),
    marked("März"),
    marked("April"),
    marked("Mai"),
    marked("Juni"),
    marked("Juli"),
    marked("August"),
    marked("September"),
    marked("Oktober"),
    marked("November"),
    marked("Dezember"),
)


def months(count: int | None) -> str:
    """Return a length in months, `1 Monat`; nothing for None."""
    return "" if count is None else ngettext("%(count)s Monat", "%(count)s Monate", count)


def until(due_at: dt.datetime, now: dt.datetime) -> str:
    """Return how long it is until an instant: `in 3 Tagen und 4 Stunden`, or since it.

    The two largest of days, hours and minutes, rounded down: what is said to be left is left.
    """
    is_over = now >= due_at
    minutes = int(abs(due_at - now).total_seconds() // 60)
    if minutes == 0:
        return _("gerade abgelaufen") if is_over else _("in weniger als einer Minute")
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        minutes = 0
    parts = [
        text
        for count, text in (
            (days, ngettext("%(count)s Tag", "%(count)s Tagen", days)),
            (hours, ngettext("%(count)s Stunde", "%(count)s Stunden", hours)),
            (minutes, ngettext("%(count)s Minute", "%(count)s Minuten", minutes)),
        )
        if count
    ]
    time = parts[0] if len(parts) == 1 else _("%(one)s und %(two)s", one=parts[0], two=parts[1])
    return _("seit %(time)s abgelaufen", time=time) if is_over else _("in %(time)s", time=time)


def exact(value: dt.datetime) -> str:
    """Return an aware instant as `Freitag, 27. November 2026, 10:00:00 Uhr (deutsche Zeit)`.

    An end at midnight is written as 24:00:00 of the day before, as in `weekday_moment`.
    """
    local = value.astimezone(clock.BERLIN)
    day, time = local.date(), f"{local:%H:%M:%S}"
    if local.time() == dt.time():
        day, time = day - dt.timedelta(days=1), "24:00:00"
    return _("%(day)s, %(time)s Uhr (deutsche Zeit)", day=long_day(day), time=time)


def long_day(value: dt.date) -> str:
    """Return a legal day as `Freitag, 27. November 2026`."""
    weekday, month = _(WEEKDAYS[value.weekday()]), _(MONTHS[value.month - 1])
    dot = "." if language() == "de" else ""
    return f"{weekday}, {value.day}{dot} {month} {value.year}"
