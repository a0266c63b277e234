"""What is lawful in a plan and yet unwise: holidays, the turn of the year, councils, dispatch days.

Product conventions on top of the statutory minimum. Source: procurement-rules.md, 7.1, 8.1, 8.3,
8.4 and 9.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from vergabe.law import german, tables
from vergabe.law.deadline_checks import holiday_warnings
from vergabe.law.legs import PlanFacts, begun, minimum_of, waiting_after
from vergabe.law.timetable import Step, Timetable
from vergabe.law.working_days import LAND_NAMES, calendar_of
from vergabe.law.zone import local_day

_ONE_DAY: Final = dt.timedelta(days=1)
_PHASES: Final = {"submission": "tender", "participation": "participation"}
_NAMES: Final = {"submission": "Angebotsfrist", "participation": "Teilnahmefrist"}
# Between these days (month, day) hardly anybody writes bids, whatever the schools do.
_CHRISTMAS_FIRST, _CHRISTMAS_LAST = (12, 24), (1, 6)


def plan_warnings(facts: PlanFacts, plan: Timetable) -> tuple[str, ...]:
    """Return German sentences about what to mind in a plan although it is lawful.

    Raises LawError where a rule is missing for the days of the plan.
    """
    facts = begun(facts, plan.day("published"))
    found: list[str] = []
    for step in plan.steps:
        if step.key in _PHASES:
            found += _about_deadline(facts, step)
    found += _about_waiting(facts, plan)
    return tuple(dict.fromkeys(found))


def _about_deadline(facts: PlanFacts, step: Step) -> Iterator[str]:
    name = _NAMES[step.key]
    if (step.ends_on.month, step.ends_on.day) in ((12, 24), (12, 31)):
        yield (
            f"Die {name} endet am {german.long_date(step.ends_on)}: rechtlich ein Arbeitstag, aber "
            "unklug. Viele Unternehmen und Verwaltungen arbeiten nicht; besser nach Neujahr."
        )
    if step.ends_at is not None and step.is_known:
        yield from holiday_warnings(step.ends_at, facts.land, facts.all_lands)
    minimum = minimum_of(facts, _PHASES[step.key], step.begins_on).value
    if minimum is None:
        return
    yield from _only_elsewhere(facts, minimum.last_day, step.ends_on, name)
    if local_day(minimum.deadline_at) <= step.ends_on and _is_the_minimum(facts, step):
        seasons = free_times(facts.all_lands, step.begins_on + _ONE_DAY, step.ends_on)
        if seasons:
            yield (
                f"Die {name} ist genau die Mindestfrist und enthält {german.join(seasons)}. "
                "Die Frist muss angemessen sein (§ 20 Abs. 1 VgV): besser verlängern."
            )


def _is_the_minimum(facts: PlanFacts, step: Step) -> bool:
    """Return whether nobody chose more than the minimum for the period of a step."""
    minimum = minimum_of(facts, _PHASES[step.key], step.begins_on).value
    if minimum is None:
        return False
    calendars = [calendar_of(land) for land in facts.all_lands]
    day = local_day(minimum.deadline_at)
    while not all(calendar.is_working_day(day) for calendar in calendars):
        day += _ONE_DAY
    return step.ends_on <= day


def _only_elsewhere(
    facts: PlanFacts, last_day: dt.date, ends_on: dt.date, name: str
) -> Iterator[str]:
    """Yield a sentence for each day that moved the end only because of another member's Land."""
    lead = calendar_of(facts.land)
    day = last_day + _ONE_DAY
    while day < ends_on:
        closed = [
            land for land in facts.all_lands if calendar_of(land).holiday_name(day) is not None
        ]
        if closed and lead.is_working_day(day):
            holiday = calendar_of(closed[0]).holiday_name(day)
            lands = german.join([LAND_NAMES[calendar_of(land).land] for land in closed])
            yield (
                f"{german.long_date(day)} ist nur in {lands} ein Feiertag ({holiday}); die {name} "
                f"endet deshalb erst am {german.long_date(ends_on)}."
            )
        day += _ONE_DAY


def _about_waiting(facts: PlanFacts, plan: Timetable) -> Iterator[str]:
    if "released" not in plan.days:
        return
    waiting = waiting_after(facts, plan.day("decided"))
    if waiting is not None:
        yield from (f"Wartefrist: {warning}" for warning in waiting.warnings)


def free_times(lands: tuple[str, ...], first: dt.date, last: dt.date) -> list[str]:
    """Return the school holidays and the Christmas days between two days (inclusive), in German.

    Länder without stored school holidays add nothing.
    """
    codes = dict.fromkeys(calendar_of(land).land for land in lands)
    found = [
        f"die {row['name']} in {LAND_NAMES[code]} ({german.date(row['first'])} bis "
        f"{german.date(row['last'])})"
        for code in codes
        for row in tables.raw("school_holidays")
        if row["land"] == code and row["first"] <= last and row["last"] >= first
    ]
    if not any("Weihnachtsferien" in text for text in found) and _touches_christmas(first, last):
        found.append("die Tage um Weihnachten und Neujahr")
    return found


def _touches_christmas(first: dt.date, last: dt.date) -> bool:
    return any(
        dt.date(year, *_CHRISTMAS_FIRST) <= last and dt.date(year + 1, *_CHRISTMAS_LAST) >= first
        for year in range(first.year - 1, last.year + 1)
    )
