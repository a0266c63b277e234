"""The yearly self-check of holidays: the pinned library against our own table of the law.

A difference means that the library or a holiday act changed; a row in `holiday_overrides` or in
`public_holidays` settles it. Source: procurement-rules.md, section 9.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from vergabe.law import german, tables
from vergabe.law.working_days import LAND_NAMES, LANDS, calendar_of

_ONE_DAY = dt.timedelta(days=1)


def easter_sunday(year: int) -> dt.date:
    """Return Easter Sunday of the Gregorian calendar (Gauss's computation, Lichtenberg's form)."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    golden = year % 19
    seed = (19 * golden + moon) % 30
    correction = (seed + golden // 11) // 29
    boundary = 21 + seed - correction
    first_sunday = 7 - (year + year // 4 + sun) % 7
    distance = 7 - (boundary - first_sunday) % 7
    return dt.date(year, 3, 1) + dt.timedelta(days=boundary + distance - 1)


def expected_holidays(land: str, year: int) -> Mapping[dt.date, str]:
    """Return the holidays our own table gives a Land in a year."""
    found: dict[dt.date, str] = {}
    for row in tables.raw("public_holidays"):
        if _applies(row, land, year):
            found[_day(row, year)] = row["name"]
    return found


def _applies(row: Mapping[str, Any], land: str, year: int) -> bool:
    lands = row.get("lands")
    if lands is not None and land not in lands:
        return False
    only = row.get("only_year")
    return year >= row.get("from_year", 0) and (only is None or only == year)


def _day(row: Mapping[str, Any], year: int) -> dt.date:
    if "easter" in row:
        return easter_sunday(year) + dt.timedelta(days=int(row["easter"]))
    if row.get("rule") == "repentance":
        # The Wednesday before 23 November.
        before = dt.date(year, 11, 22)
        return before - ((before.weekday() - 2) % 7) * _ONE_DAY
    return dt.date(year, row["month"], row["day"])


def differences(years: Iterable[int]) -> list[str]:
    """Return German sentences, one per working day on which the two calendars disagree.

    Holidays that fall on a Sunday change no period and are left out.
    """
    found = []
    for year in years:
        for land in LANDS:
            actual = calendar_of(land).holidays(year)
            expected = expected_holidays(land, year)
            found += [
                f"{LAND_NAMES[land]}, {german.date(day)}: Die Feiertage stimmen nicht überein "
                f"(hinterlegt: {expected.get(day, 'kein Feiertag')}; Bibliothek mit Korrekturen: "
                f"{actual.get(day, 'kein Feiertag')})."
                for day in sorted(actual.keys() ^ expected.keys())
                if day.weekday() != 6
            ]
    return found
