"""How the explanations write days, instants and numbers in German."""

import datetime as dt
from typing import Final

from vergabe.law.zone import BERLIN

WEEKDAYS: Final = (
    "Montag",
    "Dienstag",
    "Mittwoch",
    "Donnerstag",
    "Freitag",
    "Samstag",
    "Sonntag",
)


def date(day: dt.date) -> str:
    """Return a day as `01.09.2026`."""
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"


def weekday(day: dt.date) -> str:
    """Return the name of the weekday."""
    return WEEKDAYS[day.weekday()]


def long_date(day: dt.date) -> str:
    """Return a day as `Dienstag, 01.09.2026`."""
    return f"{weekday(day)}, {date(day)}"


def instant(at: dt.datetime) -> str:
    """Return an aware instant in local time as `Dienstag, 01.09.2026, 10:00 Uhr`."""
    local = at.astimezone(BERLIN)
    return f"{long_date(local.date())}, {local.hour}:{local.minute:02d} Uhr"


def join(words: list[str] | tuple[str, ...], last: str = "und") -> str:
    """Return words as `A, B und C`; an empty list gives an empty text."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def count(number: int, one: str, many: str) -> str:
    """Return `1 Tag` or `3 Tage`."""
    return f"{number} {one if abs(number) == 1 else many}"
