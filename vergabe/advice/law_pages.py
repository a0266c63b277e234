"""The law as it is stored, for everybody: all tables with sources, and what two days differ in."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.advice import calculator as counting
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import german_dates
from vergabe.law import holiday_check, overview, row_wording
from vergabe.law.tables import Evidence
from vergabe.law.working_days import FIRST_YEAR, LAND_NAMES, LANDS, LAST_YEAR, calendar_of
from vergabe.web.rights import public

pages = Blueprint("law", __name__)
ALL_TABLES: Final = "alle"
# The last change of the law that runs beside the old one (§ 187 (2) GWB).
_REFORM = dt.date(2026, 7, 1)


@pages.get("/recht")
@public
def tables() -> ResponseReturnValue:
    """What there is; all rows of one table, or those in force on a day, everything for print."""
    violations: list[Violation] = []
    day = _day("tag", violations)
    found = [
        (table, [row for row in table.rows if day is None or row.is_in_force(day)])
        for table in overview.all_tables()
    ]
    name = request.args.get("tabelle", "")
    # All rows together weigh 400 KB: they are sent to whoever asks for all.
    chosen = [each for each in found if name in (each[0].name, ALL_TABLES)]
    return render_template(
        "advice/tables.html",
        tables=found,
        chosen=chosen,
        name=name if chosen else "",
        all_tables=ALL_TABLES,
        day=day,
        typed=request.args.get("tag", ""),
        violations=violations,
        ending=overview.ending_soon(clock.berlin_day(clock.now())),
        evidence=list(Evidence),
        words=row_wording,
    ), (422 if violations else 200)


@pages.get("/recht/feiertage")
@public
def holidays() -> ResponseReturnValue:
    """The public holidays of a year in every Land, and what the yearly check says."""
    violations: list[Violation] = []
    year = _year(violations) or clock.berlin_day(clock.now()).year
    by_day: dict[dt.date, dict[str, list[str]]] = {}
    for land in LANDS:
        for day, name in calendar_of(land).holidays(year).items():
            by_day.setdefault(day, {}).setdefault(name, []).append(land)
    return render_template(
        "advice/holidays.html",
        year=year,
        typed=request.args.get("jahr", ""),
        rows=[(day, names) for day, names in sorted(by_day.items())],
        land_count=len(LANDS),
        differences=holiday_check.differences([year]),
        violations=violations,
    ), (422 if violations else 200)


def _year(violations: list[Violation]) -> int | None:
    text = request.args.get("jahr", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdecimal() and FIRST_YEAR <= int(text[:5]) <= LAST_YEAR:
        return int(text)
    message = f"Geben Sie ein Jahr von {FIRST_YEAR} bis {LAST_YEAR} an."
    violations.append(Violation("year_unknown", message, field="jahr"))
    return None


@pages.get("/recht/frist")
@public
def calculator() -> ResponseReturnValue:
    """The end of one period, with its arithmetic."""
    violations: Sequence[Violation] = ()
    answer = None
    try:
        answer = counting.count(request.args)
    except InvalidInput as error:
        violations = error.reasons
    return render_template(
        "advice/calculator.html",
        answer=answer,
        rules=counting.choices(),
        lands=list(LAND_NAMES.items()),
        entry=request.args,
        violations=violations,
    ), (422 if violations else 200)


@pages.get("/recht/vergleich")
@public
def comparison() -> ResponseReturnValue:
    """What differs between the law for procedures begun on two days."""
    violations: list[Violation] = []
    first = _day("von", violations) or _REFORM - dt.timedelta(days=1)
    second = _day("bis", violations) or _REFORM
    return render_template(
        "advice/comparison.html",
        first=first,
        second=second,
        typed={"von": request.args.get("von", ""), "bis": request.args.get("bis", "")},
        changes=[] if violations else overview.changes_between(first, second),
        violations=violations,
        words=row_wording,
    ), (422 if violations else 200)


def _day(name: str, violations: list[Violation]) -> dt.date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return german_dates.parse_date(text, field=name)
    except InvalidInput as error:
        violations.append(Violation(error.code, error.message, field=name))
        return None
