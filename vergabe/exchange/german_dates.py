"""Dates as people in German administrations write them; errors as in `vergabe.exchange.german`."""

import datetime as dt
import re
from typing import Final

from vergabe.exchange.codes import refusal

# Nobody plans a purchase for a day outside of these; a number outside is no date of a spreadsheet.
EARLIEST_YEAR: Final = 1990
LATEST_YEAR: Final = 2100
# Day 0 of spreadsheets, shifted by one for the 29 February 1900 that they count and that never was.
_SPREADSHEET_EPOCH: Final = dt.date(1899, 12, 30)

_GERMAN: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2}|\d{4})")
_GERMAN_MONTH: Final = re.compile(r"(\d{1,2})\.\s?([A-Za-zä]+)\.?\s(\d{2}|\d{4})")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *("januar jan jänner", "februar feb", "märz mär mrz maerz", "april apr", "mai"),
            *("juni jun", "juli jul", "august aug", "september sep sept", "oktober okt"),
            *("november nov", "dezember dez"),
        ),
        start=1,
    )
    for name in names.split()
}


def parse_date(value: object, *, field: str | None = None) -> dt.date:
    """Return the day that a text or a cell means: `31.12.2026`, `31. Dezember 2026`, `2026-12-31`.

    A date cell is taken as it is, its time of day (midnight in every spreadsheet) is dropped; a
    bare number in a cell is the serial day of a spreadsheet. Raises InvalidInput for days that do
    not exist, two-digit years, other orders (12/31/2026), weeks, quarters and years before 1990 or
    after 2100. A day of the calendar, so without any time zone.
    """
    if isinstance(value, dt.datetime):
        return _plausible(value.date(), field)
    if isinstance(value, dt.date):
        return _plausible(value, field)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_serial(value, field)
    if not isinstance(value, str):
        raise _not_a_date(repr(value), field)
    text = " ".join(value.split())
    year, month, day = _parts(text, field)
    try:
        found = dt.date(int(year), month, int(day))
    except ValueError:
        raise refusal(
            "no_such_day",
            f"Den Tag „{text[:40]}“ gibt es im Kalender nicht. Bitte prüfen Sie Tag und Monat.",
            field,
        ) from None
    return _plausible(found, field)


def _parts(text: str, field: str | None) -> tuple[str, int, str]:
    """Return year, month and day of a text in one of the known forms."""
    if not text.isascii() and "ä" not in text.casefold():
        raise _not_a_date(text, field)
    if match := _ISO.fullmatch(text):
        return match[1], int(match[2]), match[3]
    if match := _GERMAN.fullmatch(text):
        day, month, year = match[1], int(match[2]), match[3]
    elif (match := _GERMAN_MONTH.fullmatch(text)) and match[2].casefold() in _MONTHS:
        day, month, year = match[1], _MONTHS[match[2].casefold()], match[3]
    else:
        raise _not_a_date(text, field)
    if len(year) == 2:
        raise refusal(
            "two_digit_year",
            f"Das Jahr in „{text}“ hat nur zwei Ziffern. Schreiben Sie es mit vier Ziffern, "
            f"zum Beispiel {day}.{month:02d}.20{year}.",
            field,
        )
    return year, month, day


def _from_serial(number: float, field: str | None) -> dt.date:
    first = (dt.date(EARLIEST_YEAR, 1, 1) - _SPREADSHEET_EPOCH).days
    last = (dt.date(LATEST_YEAR, 12, 31) - _SPREADSHEET_EPOCH).days
    if not first <= number < last + 1:
        # Not as a float: a whole number of a file may be larger than any.
        raise _not_a_date(str(number), field)
    return _SPREADSHEET_EPOCH + dt.timedelta(days=int(number))


def _plausible(day: dt.date, field: str | None) -> dt.date:
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise refusal(
            "year_out_of_range",
            f"Das Jahr {day.year} ist unplausibel. Möglich sind {EARLIEST_YEAR} bis {LATEST_YEAR}.",
            field,
        )
    return day


def _not_a_date(written: str, field: str | None) -> Exception:
    printable = "".join(char if char.isprintable() else " " for char in written[:40]).strip()
    return refusal(
        "not_a_date",
        f"„{printable}“ ist kein Datum. Schreiben Sie Tag, Monat und Jahr, zum Beispiel "
        "31.12.2026.",
        field,
    )


def format_date(day: dt.date) -> str:
    """Return a day as Germans write it: `31.12.2026`."""
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"
