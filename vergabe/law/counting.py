"""Counting periods (Fristberechnung): Regulation 1182/71, BGB, working days, hours, backwards.

Each function takes the event and the length and returns a `Period`. The event day never counts.
The calendar is an argument: a function that says whether a day is a working day at the place where
the act has to be done. Source: procurement-rules.md, section 8.
"""

import calendar as month_lengths
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.law.errors import ImpossibleInput
from vergabe.law.working_days import WorkingDay
from vergabe.law.zone import BERLIN, aware, end_of, last_day_before, local_day

_ONE_DAY: Final = dt.timedelta(days=1)
_ONE_HOUR: Final = dt.timedelta(hours=1)
# Longer than any period of procurement law, short enough to stay inside the known calendar.
_LONGEST: Final = 36_600


class Counting(StrEnum):
    """How a period is counted; the codes of the test vectors, BGB-MONTHS being our own."""

    EU = "EU"
    EU_HOURS = "EU-HOURS"
    EU_WORKDAYS = "EU-WORKDAYS"
    EU_MONTHS = "EU-MONTHS"
    EU_YEARS = "EU-YEARS"
    BGB = "BGB"
    BGB193 = "BGB193"
    BGB_MONTHS = "BGB-MONTHS"
    BACKWARD = "BACKWARD"


@dataclass(frozen=True, slots=True)
class Period:
    """A computed period.

    event: what triggered it, a legal day or an aware instant; event_day: its day in Europe/Berlin.
    nominal_last_day: before any shift. last_day: the last calendar day after all shifts.
    deadline_at: the first instant after the period, aware UTC (00:00 local time of the next day;
    for hours the exact instant). floor: for retention the day the contract ends.
    """

    counting: Counting
    event: dt.date | dt.datetime
    event_day: dt.date
    length: int
    nominal_last_day: dt.date
    last_day: dt.date
    deadline_at: dt.datetime
    floor: dt.date | None = None

    @property
    def deadline_local(self) -> dt.datetime:
        """Return the first instant after the period in local time."""
        return self.deadline_at.astimezone(BERLIN)

    @property
    def is_shifted(self) -> bool:
        """Return whether the end was moved because of non-working days."""
        return self.last_day != self.nominal_last_day


def _checked(length: int, unit: str = "Tage") -> int:
    if not 1 <= length <= _LONGEST:
        raise ImpossibleInput(
            f"Die Länge der Frist muss zwischen 1 und {_LONGEST} liegen, nicht {length} ({unit}).",
            field="nominal_length",
        )
    return length


def _next_working_day(day: dt.date, is_working_day: WorkingDay) -> dt.date:
    while not is_working_day(day):
        day += _ONE_DAY
    return day


def eu_days(event: dt.date | dt.datetime, days: int, is_working_day: WorkingDay) -> Period:
    """Return a period in calendar days under Regulation 1182/71, Art. 3 (1), (4), (5).

    Shifted to the next working day; a period of two days or more holds two working days at least.
    """
    event_day = local_day(event)
    nominal = event_day + _checked(days) * _ONE_DAY
    last = _next_working_day(nominal, is_working_day)
    if days >= 2:
        # The last day is a working day: one more has to lie before it.
        while not _holds_another(event_day, last, is_working_day):
            last = _next_working_day(last + _ONE_DAY, is_working_day)
    return Period(Counting.EU, event, event_day, days, nominal, last, end_of(last))


def _holds_another(after: dt.date, last: dt.date, is_working_day: WorkingDay) -> bool:
    """Return whether a working day lies strictly between two days; mostly the day before."""
    day = last - _ONE_DAY
    while day > after:
        if is_working_day(day):
            return True
        day -= _ONE_DAY
    return False


def eu_hours(event: dt.date | dt.datetime, hours: int) -> Period:
    """Return a period in hours under Regulation 1182/71, Art. 3 (1), (2) (a).

    The clock hour of the event does not count; elapsed hours, also across a clock change; no
    shift. Raises ImpossibleInput if the event is a day without time.
    """
    if not isinstance(event, dt.datetime):
        raise ImpossibleInput(
            "Eine Frist nach Stunden braucht einen Zeitpunkt mit Uhrzeit.", field="start"
        )
    hour = aware(event).astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    deadline_at = hour + (_checked(hours, "Stunden") + 1) * _ONE_HOUR
    last = last_day_before(deadline_at)
    return Period(Counting.EU_HOURS, event, local_day(event), hours, last, last, deadline_at)


def eu_working_days(event: dt.date | dt.datetime, days: int, is_working_day: WorkingDay) -> Period:
    """Return a period in working days: the event day and non-working days do not count."""
    event_day = last = local_day(event)
    left = _checked(days, "Arbeitstage")
    while left:
        last += _ONE_DAY
        if is_working_day(last):
            left -= 1
    return Period(Counting.EU_WORKDAYS, event, event_day, days, last, last, end_of(last))


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day number `months` later (or earlier), else the last day of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise ImpossibleInput(f"Der Tag liegt außerhalb des Kalenders (Jahr {year}).")
    return dt.date(year, month + 1, min(day.day, month_lengths.monthrange(year, month + 1)[1]))


def eu_months(event: dt.date | dt.datetime, months: int, is_working_day: WorkingDay) -> Period:
    """Return a period in months under Regulation 1182/71, Art. 3 (2) (c), (4)."""
    event_day = local_day(event)
    nominal = add_months(event_day, _checked(months, "Monate"))
    last = _next_working_day(nominal, is_working_day)
    return Period(Counting.EU_MONTHS, event, event_day, months, nominal, last, end_of(last))


def eu_years(event: dt.date | dt.datetime, years: int, contract_end: dt.date | None) -> Period:
    """Return a retention period: the later of `contract_end` and the day `years` later; no shift.

    Raises ImpossibleInput if the contract ends before the event. Law: § 8 (4) VgV.
    """
    event_day = local_day(event)
    if contract_end is not None and contract_end < event_day:
        raise ImpossibleInput("Der Vertrag endet vor dem Zuschlag.", field="params.contract_end")
    nominal = add_months(event_day, 12 * _checked(years, "Jahre"))
    last = nominal if contract_end is None else max(nominal, contract_end)
    return Period(
        Counting.EU_YEARS, event, event_day, years, nominal, last, end_of(last), contract_end
    )


def bgb_days(event: dt.date | dt.datetime, days: int) -> Period:
    """Return a period in days under §§ 187 (1), 188 (1) BGB, without any shift."""
    event_day = local_day(event)
    last = event_day + _checked(days) * _ONE_DAY
    return Period(Counting.BGB, event, event_day, days, last, last, end_of(last))


def bgb193_days(event: dt.date | dt.datetime, days: int, is_working_day: WorkingDay) -> Period:
    """Return a period in days under §§ 187 (1), 188 (1) BGB, shifted by § 193 BGB."""
    event_day = local_day(event)
    nominal = event_day + _checked(days) * _ONE_DAY
    last = _next_working_day(nominal, is_working_day)
    return Period(Counting.BGB193, event, event_day, days, nominal, last, end_of(last))


def bgb_months(event: dt.date | dt.datetime, months: int) -> Period:
    """Return a period in months under § 188 (2), (3) BGB, without any shift."""
    event_day = local_day(event)
    last = add_months(event_day, _checked(months, "Monate"))
    return Period(Counting.BGB_MONTHS, event, event_day, months, last, last, end_of(last))


def backward_days(event: dt.date | dt.datetime, days: int) -> Period:
    """Return the last day on which `days` full calendar days still lie before the event's day.

    No shift (Regulation 1182/71, Art. 3 (4) sentence 2).
    """
    event_day = local_day(event)
    last = event_day - (_checked(days) + 1) * _ONE_DAY
    return Period(Counting.BACKWARD, event, event_day, days, last, last, end_of(last))


def count(
    counting: Counting,
    event: dt.date | dt.datetime,
    length: int,
    is_working_day: WorkingDay,
    *,
    contract_end: dt.date | None = None,
) -> Period:
    """Return the period counted in the given way. Raises ImpossibleInput for impossible input.

    contract_end concerns EU-YEARS (retention) only.
    """
    try:
        match counting:
            case Counting.EU:
                return eu_days(event, length, is_working_day)
            case Counting.BGB:
                return bgb_days(event, length)
            case Counting.EU_YEARS:
                return eu_years(event, length, contract_end)
            case _:
                return _count_seldom(counting, event, length, is_working_day)
    except OverflowError as error:
        raise ImpossibleInput("Der Tag liegt außerhalb des Kalenders.", field="start") from error


def _count_seldom(
    counting: Counting, event: dt.date | dt.datetime, length: int, is_working_day: WorkingDay
) -> Period:
    match counting:
        case Counting.EU_HOURS:
            return eu_hours(event, length)
        case Counting.EU_WORKDAYS:
            return eu_working_days(event, length, is_working_day)
        case Counting.EU_MONTHS:
            return eu_months(event, length, is_working_day)
        case Counting.BGB193:
            return bgb193_days(event, length, is_working_day)
        case Counting.BGB_MONTHS:
            return bgb_months(event, length)
        case _:
            return backward_days(event, length)


def with_deadline_shifted(period: Period, is_working_day: WorkingDay) -> Period:
    """Return the same period with its end moved to the next working day (§ 193 BGB).

    For periods whose shift is disputed: both readings are shown side by side.
    """
    last = _next_working_day(period.last_day, is_working_day)
    return Period(
        Counting.BGB193,
        period.event,
        period.event_day,
        period.length,
        period.nominal_last_day,
        last,
        end_of(last),
    )
