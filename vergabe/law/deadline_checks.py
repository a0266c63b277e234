"""Whether a deadline a person has chosen is lawful, and what to think of before choosing it.

A deadline is the first instant that is too late. Source: procurement-rules.md, 7.1, 8.1, 8.4.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Final

from vergabe.errors import Violation
from vergabe.law import german
from vergabe.law.minimum_periods import ProcedureFacts, minimum_period
from vergabe.law.periods import Deadline
from vergabe.law.results import Result
from vergabe.law.working_days import LAND_NAMES, calendar_of
from vergabe.law.zone import BERLIN, local_day, midnight

_RECOMMENDED_HOUR: Final = 10
_ONE_DAY: Final = dt.timedelta(days=1)
_PHASE_NAMES: Final = {
    "tender": "die Angebotsfrist",
    "participation": "die Teilnahmefrist",
    "interest-confirmation": "die Frist für Interessensbestätigungen",
}


def reasons_against_deadline(
    facts: ProcedureFacts,
    phase: str,
    event: dt.date | dt.datetime,
    deadline_at: dt.datetime,
    *,
    field: str | None = None,
) -> list[Violation]:
    """Return why a chosen deadline (aware instant) is unlawful; empty means it is lawful."""
    minimum = minimum_period(facts, phase, event)
    found = minimum.value
    if found is None:
        if deadline_at <= midnight(local_day(event)):
            return [Violation("deadline_before_event", _before_event(event), field=field)]
        return []
    if deadline_at >= found.deadline_at:
        return []
    return [
        Violation(
            "deadline_too_short",
            too_short(minimum, found, phase, deadline_at),
            law=minimum.law,
            field=field,
        )
    ]


def _before_event(event: dt.date | dt.datetime) -> str:
    return f"Das Ende der Frist liegt nicht nach ihrem Beginn am {german.date(local_day(event))}."


def too_short(
    minimum: Result[Deadline | None], found: Deadline, phase: str, deadline_at: dt.datetime
) -> str:
    """Return the German sentence that refuses a deadline as too short and names the remedy."""
    chosen = (deadline_at.astimezone(BERLIN).date() - found.period.event_day).days
    name = _PHASE_NAMES.get(phase, "die Frist")
    return (
        f"{german.count(chosen, 'Tag ist', 'Tage sind')} zu kurz: {name} läuft mindestens "
        f"{german.count(found.period.length, 'Tag', 'Tage')} ({minimum.law}). "
        f"Frühestes Ende ist {german.instant(found.deadline_at)}."
    )


def recommended_deadline(minimum: Deadline, lands: Iterable[str]) -> dt.datetime:
    """Return 10:00 local time of the first day after the minimum that is a working day everywhere.

    lands: of the lead first, then of all members. Product convention (8.1, 8.4).
    """
    day = minimum.last_day + _ONE_DAY
    calendars = [calendar_of(land) for land in lands]
    while not all(calendar.is_working_day(day) for calendar in calendars):
        day += _ONE_DAY
    return at_recommended_hour(day)


def at_recommended_hour(day: dt.date) -> dt.datetime:
    """Return 10:00 local time of a day as an instant in UTC."""
    local = dt.datetime(day.year, day.month, day.day, _RECOMMENDED_HOUR, tzinfo=BERLIN)
    return local.astimezone(dt.UTC)


def holiday_warnings(deadline_at: dt.datetime, lead_land: str, lands: Iterable[str]) -> list[str]:
    """Return German warnings if a deadline does not fall on a working day in every Land involved.

    The Land of the lead decides the law; users should meet working days everywhere (8.4).
    """
    day = deadline_at.astimezone(BERLIN).date()
    warnings = []
    reason = calendar_of(lead_land).why_no_working_day(day)
    if reason is not None:
        warnings.append(
            f"Das Ende der Frist, {german.long_date(day)}, ist am Sitz der Federführung "
            f"({LAND_NAMES[calendar_of(lead_land).land]}) kein Arbeitstag ({reason})."
        )
    closed = {
        calendar_of(land).land: name
        for land in lands
        if (name := calendar_of(land).holiday_name(day)) is not None
    }
    if reason is None and closed:
        names = german.join([LAND_NAMES[land] for land in sorted(closed)])
        holiday = next(iter(closed.values()))
        warnings.append(f"{german.long_date(day)} ist nur in {names} ein Feiertag ({holiday}).")
    return warnings


def holidays_in_period(first: dt.date, last: dt.date, land: str) -> tuple[tuple[dt.date, str], ...]:
    """Return the public holidays of a Land from `first` to `last` that fall on weekdays."""
    calendar = calendar_of(land)
    days = (first + step * _ONE_DAY for step in range((last - first).days + 1))
    return tuple(
        (day, name)
        for day in days
        if day.weekday() < 5 and (name := calendar.holiday_name(day)) is not None
    )
