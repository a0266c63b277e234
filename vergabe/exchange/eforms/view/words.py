"""Values of eForms as Germans say them: days, instants, amounts, durations, yes and no.

Each function returns None for what it cannot read: then the value is shown as it is.
"""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Final

from vergabe import clock
from vergabe.exchange import codes

_WEEKDAYS: Final = (
    "Montag",
    "Dienstag",
    "Mittwoch",
    "Donnerstag",
    "Freitag",
    "Samstag",
    "Sonntag",
)
_MONTHS: Final = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_UNITS: Final = {
    "DAY": ("Tag", "Tage"),
    "WEEK": ("Woche", "Wochen"),
    "MONTH": ("Monat", "Monate"),
    "YEAR": ("Jahr", "Jahre"),
    "HUR": ("Stunde", "Stunden"),
    "MIN": ("Minute", "Minuten"),
}
_LONGEST_NUMBER: Final = 40
# The schema asks for an award date where there is none yet; this day is what is written then.
_FILLER: Final = "2000-01-01"


def day(text: str) -> str | None:
    """Return `Freitag, 8. Januar 2027` for a date with or without zone."""
    if text.startswith(_FILLER):
        return "1. Januar 2000 (Platzhalter, kein echtes Datum)"
    try:
        found = dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
    return f"{_WEEKDAYS[found.weekday()]}, {found.day}. {_MONTHS[found.month - 1]} {found.year}"


def time(text: str) -> str | None:
    """Return `10:00 Uhr` for a time of day; its zone is named unless there is none."""
    try:
        found = dt.time.fromisoformat(text)
    except ValueError:
        return None
    zone = f" ({_zone(found.utcoffset())})" if found.tzinfo else ""
    return f"{_clock(found)} Uhr{zone}"


def instant(date: str, of_day: str) -> tuple[str, str] | None:
    """Return an instant in words, in German time, and in ISO 8601 as it stands in the notice.

    A notice that was written for another zone has its own time in brackets.
    """
    try:
        written = dt.datetime.fromisoformat(f"{date[:10]}T{of_day}")
    except ValueError:
        return None
    iso = f"{date[:10]}T{of_day}"
    if written.tzinfo is None:
        return f"{day(date)}, {_clock(written.time())} Uhr", iso
    try:
        here = written.astimezone(clock.BERLIN)
    except OverflowError:
        return None
    words = f"{day(here.date().isoformat())}, {_clock(here.time())} Uhr"
    if here.utcoffset() != written.utcoffset():
        own = f"{written:%d.%m.%Y}, {_clock(written.time())} Uhr, {_zone(written.utcoffset())}"
        words += f" deutscher Zeit (in der Bekanntmachung: {own})"
    return words, iso


def _clock(found: dt.time) -> str:
    return f"{found:%H:%M:%S}" if found.second else f"{found:%H:%M}"


def _zone(offset: dt.timedelta | None) -> str:
    minutes = int((offset or dt.timedelta()).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def amount(text: str, currency: str) -> str | None:
    """Return `1.250.000,00 Euro`; other currencies by their German name, else their code."""
    number = _number(text)
    if number is None:
        return None
    known = codes.currency(currency)
    name = "Euro" if currency == "EUR" else known.label_de if known else currency
    decimals = max(2, -int(number.as_tuple().exponent))
    return f"{_german(number, decimals)} {name}"


def measure(text: str, unit: str) -> str | None:
    """Return `48 Monate`; a unit nobody knows stays a code."""
    number = _number(text)
    if number is None:
        return None
    one, many = _UNITS.get(unit, (unit, unit))
    return f"{_german(number, None)} {one if number == 1 else many}"


def yes_no(text: str) -> str | None:
    """Return Ja or Nein."""
    return {"true": "Ja", "1": "Ja", "false": "Nein", "0": "Nein"}.get(text)


def _number(text: str) -> Decimal | None:
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    # An exponent like 1E+99999 would be written out in full.
    return number if isinstance(exponent, int) and abs(exponent) <= _LONGEST_NUMBER else None


def _german(number: Decimal, decimals: int | None) -> str:
    text = f"{number:,f}" if decimals is None else f"{number:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))
