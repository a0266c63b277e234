"""Public holidays and working days of each Land (Feiertage, Arbeitstage).

State-wide public holidays only, from the library `holidays` (pinned) and the table
`holiday_overrides`. A working day is Monday to Friday and no public holiday; 24 and 31 December
are working days. Source: procurement-rules.md, sections 8.1 and 9.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import holidays

from vergabe.law import german, tables
from vergabe.law.errors import ImpossibleInput

WorkingDay = Callable[[dt.date], bool]

# The library's rules for the Länder begin with unity; later than this nobody knows the holidays.
FIRST_YEAR: Final = 1991
LAST_YEAR: Final = 2099
_ONE_DAY: Final = dt.timedelta(days=1)
_SATURDAY: Final = 5

LAND_NAMES: Final[Mapping[str, str]] = {row["code"]: row["name"] for row in tables.raw("lands")}
LAND_BY_KEY: Final[Mapping[str, str]] = {row["key"]: row["code"] for row in tables.raw("lands")}
LANDS: Final = tuple(LAND_NAMES)


def land_code(text: str) -> str:
    """Return the two-letter code of a Land given as `NW`, `DE-NW`, `05` or an AGS or ARS.

    Raises ImpossibleInput if it is none of the sixteen.
    """
    wanted = text.strip().upper().removeprefix("DE-")
    if wanted in LAND_NAMES:
        return wanted
    if wanted.isdecimal() and len(wanted) in (2, 5, 8, 9, 12) and wanted[:2] in LAND_BY_KEY:
        return LAND_BY_KEY[wanted[:2]]
    raise ImpossibleInput(f"Das Land „{text}“ ist nicht bekannt.", field="land")


class Calendar:
    """The working days of one Land. Get it from `calendar_of`, which keeps one per Land."""

    def __init__(self, land: str) -> None:
        self.land: Final = land
        self.name: Final = LAND_NAMES[land]
        self._years: dict[int, Mapping[dt.date, str]] = {}

    def holidays(self, year: int) -> Mapping[dt.date, str]:
        """Return the public holidays of a year with their German names, in order of the days."""
        found = self._years.get(year)
        if found is None:
            found = _holidays(self.land, year)
            self._years[year] = found
        return found

    def holiday_name(self, day: dt.date) -> str | None:
        """Return the name of the public holiday on this day, or None."""
        return self.holidays(day.year).get(day)

    def is_working_day(self, day: dt.date) -> bool:
        """Return whether the day is Monday to Friday and no public holiday in this Land."""
        return day.weekday() < _SATURDAY and day not in self.holidays(day.year)

    def next_working_day(self, day: dt.date) -> dt.date:
        """Return the day itself if it is a working day, else the next one."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def previous_working_day(self, day: dt.date) -> dt.date:
        """Return the day itself if it is a working day, else the last one before it."""
        while not self.is_working_day(day):
            day -= _ONE_DAY
        return day

    def working_days_between(self, first: dt.date, last: dt.date) -> int:
        """Return the number of working days from `first` to `last`, both included."""
        span = (last - first).days + 1
        return sum(self.is_working_day(first + dt.timedelta(days=step)) for step in range(span))

    def why_no_working_day(self, day: dt.date) -> str | None:
        """Return the holiday's name, else the weekday, if no work is done; None on working days."""
        name = self.holiday_name(day)
        if name is not None:
            return name
        return german.weekday(day) if day.weekday() >= _SATURDAY else None


@cache
def calendar_of(land: str) -> Calendar:
    """Return the calendar of a Land (`NW`, `05`, an AGS …). Raises ImpossibleInput."""
    code = land_code(land)
    return Calendar(code) if code == land else calendar_of(code)


def is_working_day(land: str) -> WorkingDay:
    """Return the test for working days of a Land, to be handed to the counting functions."""
    return calendar_of(land).is_working_day


def holidays_only_in(land: str, others: tuple[str, ...], day: dt.date) -> bool:
    """Return whether `day` is a public holiday in `land` and in none of `others`."""
    return calendar_of(land).holiday_name(day) is not None and not any(
        calendar_of(other).holiday_name(day) for other in others
    )


def _holidays(land: str, year: int) -> Mapping[dt.date, str]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ImpossibleInput(
            f"Für das Jahr {year} sind keine Feiertage bekannt (nur {FIRST_YEAR} bis {LAST_YEAR}).",
            field="start",
        )
    found = library_holidays(land, year)
    for row in tables.raw("holiday_overrides"):
        if row["land"] == land and row["day"].year == year:
            if row["is_holiday"]:
                found[row["day"]] = row["name"]
            else:
                found.pop(row["day"], None)
    return dict(sorted(found.items()))


def library_holidays(land: str, year: int) -> dict[dt.date, str]:
    """Return what the pinned library says, without the override table (for the yearly check)."""
    return dict(holidays.country_holidays("DE", subdiv=land, years=year, language="de").items())
