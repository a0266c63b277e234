"""Edges of counting, as tables; the walk against an independent counter is a file of its own."""

import datetime as dt

import pytest

from vergabe.law import counting
from vergabe.law.counting import Counting, count
from vergabe.law.errors import ImpossibleInput
from vergabe.law.working_days import is_working_day

NW = is_working_day("NW")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("event", "days", "land", "last"),
    [
        ("2026-09-01", 30, "NW", "2026-10-01"),
        ("2026-09-03", 30, "NW", "2026-10-05"),  # Saturday and Unity Day
        ("2026-03-04", 30, "RP", "2026-04-07"),  # Easter chain of four days
        ("2026-05-05", 30, "NW", "2026-06-05"),  # Corpus Christi
        ("2026-05-05", 30, "NI", "2026-06-04"),  # no holiday there
        ("2026-12-16", 15, "NW", "2026-12-31"),  # New Year's Eve is a working day
        ("2026-12-17", 15, "NW", "2027-01-04"),
        ("2028-01-30", 30, "NW", "2028-02-29"),  # leap day
        ("2026-04-02", 1, "NW", "2026-04-07"),  # one day: no two working days needed
        ("2026-04-02", 2, "NW", "2026-04-08"),  # two days hold two working days
        ("2026-04-02", 4, "NW", "2026-04-08"),
        ("2026-04-02", 5, "NW", "2026-04-08"),
        ("2026-04-02", 6, "NW", "2026-04-08"),
        ("2026-12-24", 5, "NW", "2026-12-29"),
        ("2026-05-29", 2, "NW", "2026-06-02"),
        ("2026-09-01", 1, "NW", "2026-09-02"),
        ("2026-09-01", 2, "NW", "2026-09-03"),
    ],
)
def test_calendar_days_of_regulation_1182(event: str, days: int, land: str, last: str) -> None:
    period = counting.eu_days(day(event), days, is_working_day(land))
    assert period.last_day == day(last)
    assert period.event_day == day(event)
    assert period.nominal_last_day == day(event) + dt.timedelta(days=days)
    assert period.is_shifted is (period.nominal_last_day != day(last))
    assert period.length == days
    assert period.counting is Counting.EU


@pytest.mark.parametrize(
    ("event", "deadline"),
    [
        ("2026-10-24T12:10:00+02:00", "2026-10-26T12:00:00+01:00"),  # clock set back
        ("2027-03-26T10:20:00+01:00", "2027-03-28T12:00:00+02:00"),  # clock set forward
        ("2026-09-01T10:00:00+02:00", "2026-09-03T11:00:00+02:00"),  # full hour does not count
        ("2026-09-01T09:59:59+02:00", "2026-09-03T10:00:00+02:00"),
        ("2026-09-01T22:30:00+02:00", "2026-09-03T23:00:00+02:00"),
        ("2026-09-01T23:10:00+02:00", "2026-09-04T00:00:00+02:00"),
    ],
)
def test_forty_eight_hours_are_elapsed_hours(event: str, deadline: str) -> None:
    period = counting.eu_hours(instant(event), 48)
    assert period.deadline_at == instant(deadline)
    assert period.deadline_local.isoformat() == deadline
    assert period.deadline_at.utcoffset() == dt.timedelta(0)


def test_hours_ending_at_midnight_belong_to_the_day_before() -> None:
    assert counting.eu_hours(instant("2026-09-01T23:10:00+02:00"), 48).last_day == day("2026-09-03")
    assert counting.eu_hours(instant("2026-09-01T22:10:00+02:00"), 48).last_day == day("2026-09-03")
    assert counting.eu_hours(instant("2026-09-02T00:10:00+02:00"), 48).last_day == day("2026-09-04")


def test_hours_need_a_time() -> None:
    with pytest.raises(ImpossibleInput, match="Uhrzeit"):
        counting.eu_hours(day("2026-09-01"), 48)


@pytest.mark.parametrize(
    ("event", "months", "last"),
    [
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-01-31", 1, "2026-03-02"),  # 28 February is a Saturday
        ("2026-10-31", 1, "2026-11-30"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-12-31", 2, "2027-03-01"),  # 28 February 2027 is a Sunday
        ("2026-11-30", 1, "2026-12-30"),
        ("2025-12-15", 24, "2027-12-15"),
    ],
)
def test_months(event: str, months: int, last: str) -> None:
    assert counting.eu_months(day(event), months, NW).last_day == day(last)


@pytest.mark.parametrize(
    ("event", "months", "last"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-06-30", 6, "2027-12-30"),
    ],
)
def test_months_under_the_bgb_are_not_shifted(event: str, months: int, last: str) -> None:
    period = counting.bgb_months(day(event), months)
    assert period.last_day == day(last)
    assert period.counting is Counting.BGB_MONTHS


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-01-15", -13, "2024-12-15"),
        ("2026-12-15", 0, "2026-12-15"),
        ("2024-02-29", -12, "2023-02-28"),
    ],
)
def test_adding_months(start: str, months: int, expected: str) -> None:
    assert counting.add_months(day(start), months) == day(expected)


def test_months_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(ImpossibleInput):
        counting.add_months(day("9999-12-01"), 1)
    with pytest.raises(ImpossibleInput):
        counting.add_months(day("0001-01-01"), -1)
    assert counting.add_months(day("9999-11-01"), 1) == day("9999-12-01")
    assert counting.add_months(day("0001-02-01"), -1) == day("0001-01-01")


@pytest.mark.parametrize(
    ("award", "contract_end", "last"),
    [
        ("2026-11-20", "2028-11-30", "2029-11-20"),
        ("2026-12-01", "2030-12-31", "2030-12-31"),
        ("2028-02-29", None, "2031-02-28"),
        ("2026-11-20", "2026-11-20", "2029-11-20"),
        ("2026-11-20", "2029-11-20", "2029-11-20"),
    ],
)
def test_retention(award: str, contract_end: str | None, last: str) -> None:
    end = None if contract_end is None else day(contract_end)
    period = counting.eu_years(day(award), 3, end)
    assert period.last_day == day(last)
    assert period.floor == end


def test_a_contract_cannot_end_before_the_award() -> None:
    with pytest.raises(ImpossibleInput, match="vor dem Zuschlag"):
        counting.eu_years(day("2026-11-20"), 3, day("2026-11-19"))


def test_bgb_days_end_where_they_end() -> None:
    period = counting.bgb_days(day("2026-09-03"), 10)
    assert period.last_day == day("2026-09-13")  # a Sunday
    assert period.counting is Counting.BGB
    assert not period.is_shifted


def test_section_193_shifts_to_the_next_working_day() -> None:
    period = counting.bgb193_days(day("2026-05-10"), 15, is_working_day("RP"))
    assert period.nominal_last_day == day("2026-05-25")  # Whit Monday
    assert period.last_day == day("2026-05-26")
    assert period.counting is Counting.BGB193
    # No two working days are asked for: a period of two days ends on the first working day.
    assert counting.bgb193_days(day("2026-04-02"), 2, NW).last_day == day("2026-04-07")


def test_both_readings_of_a_disputed_shift() -> None:
    period = counting.bgb_days(day("2026-09-03"), 10)
    shifted = counting.with_deadline_shifted(period, NW)
    assert shifted.last_day == day("2026-09-14")
    assert shifted.deadline_at == instant("2026-09-15T00:00:00+02:00")
    assert shifted.event == period.event
    assert shifted.event_day == period.event_day
    assert shifted.length == 10
    assert shifted.nominal_last_day == period.last_day
    assert shifted.is_shifted


@pytest.mark.parametrize(
    ("deadline", "days", "last"),
    [
        ("2026-10-15T10:00:00+02:00", 6, "2026-10-08"),
        ("2026-10-15T10:00:00+02:00", 4, "2026-10-10"),  # a Saturday: no shift backwards
        ("2026-03-02", 6, "2026-02-23"),
        ("2028-03-02", 1, "2028-02-29"),
    ],
)
def test_backward_periods_leave_full_days_between(deadline: str, days: int, last: str) -> None:
    event = instant(deadline) if "T" in deadline else day(deadline)
    period = counting.backward_days(event, days)
    assert period.last_day == day(last)
    assert (period.event_day - period.last_day).days == days + 1


@pytest.mark.parametrize(
    ("event", "days", "last"),
    [
        ("2026-03-30", 10, "2026-04-15"),
        ("2026-12-23", 3, "2026-12-29"),
        ("2026-09-04", 1, "2026-09-07"),
    ],
)
def test_working_days_skip_weekends_and_holidays(event: str, days: int, last: str) -> None:
    assert counting.eu_working_days(day(event), days, NW).last_day == day(last)


@pytest.mark.parametrize(
    ("last", "deadline"),
    [
        ("2026-03-28", "2026-03-29T00:00:00+01:00"),  # the day the clock is set forward
        ("2026-03-29", "2026-03-30T00:00:00+02:00"),
        ("2026-10-24", "2026-10-25T00:00:00+02:00"),
        ("2026-10-25", "2026-10-26T00:00:00+01:00"),
        ("2026-12-31", "2027-01-01T00:00:00+01:00"),
    ],
)
def test_a_period_ends_at_local_midnight(last: str, deadline: str) -> None:
    period = counting.bgb_days(day(last) - dt.timedelta(days=10), 10)
    assert period.deadline_local.isoformat() == deadline
    assert period.deadline_at.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("event", "event_day"),
    [
        ("2026-07-15T22:30:00+00:00", "2026-07-16"),
        ("2026-07-15T21:59:59+00:00", "2026-07-15"),
        ("2026-12-15T23:00:00+00:00", "2026-12-16"),
        ("2026-10-16T23:50:00+02:00", "2026-10-16"),
        ("2026-10-16T00:10:00+09:00", "2026-10-15"),
    ],
)
def test_the_event_day_is_the_day_in_berlin(event: str, event_day: str) -> None:
    assert counting.bgb_days(instant(event), 10).event_day == day(event_day)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ImpossibleInput, match="Zeitzone"):
        counting.bgb_days(dt.datetime(2026, 9, 1, 10), 10)  # noqa: DTZ001 (the point of the test)


@pytest.mark.parametrize("length", [0, -1, 36_601])
@pytest.mark.parametrize("how", [how for how in Counting if how is not Counting.EU_HOURS])
def test_impossible_lengths_are_refused(how: Counting, length: int) -> None:
    with pytest.raises(ImpossibleInput, match="Länge"):
        count(how, day("2026-09-01"), length, NW)


def test_the_longest_length_is_still_counted() -> None:
    assert counting.bgb_days(day("2026-09-01"), 36_600).last_day == day("2126-11-16")
    assert counting.bgb_days(day("2026-09-01"), 1).last_day == day("2026-09-02")


def test_a_day_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ImpossibleInput, match="Kalender"):
        count(Counting.BGB, dt.date.max, 10, NW)
    with pytest.raises(ImpossibleInput, match="Kalender"):
        count(Counting.BACKWARD, dt.date.min, 10, NW)


@pytest.mark.parametrize(
    ("how", "last"),
    [
        (Counting.EU, "2026-09-14"),
        (Counting.EU_WORKDAYS, "2026-09-17"),
        (Counting.EU_MONTHS, "2027-07-05"),
        (Counting.EU_YEARS, "2036-09-03"),
        (Counting.BGB, "2026-09-13"),
        (Counting.BGB193, "2026-09-14"),
        (Counting.BGB_MONTHS, "2027-07-03"),
        (Counting.BACKWARD, "2026-08-23"),
    ],
)
def test_count_dispatches_to_every_way_of_counting(how: Counting, last: str) -> None:
    assert count(how, day("2026-09-03"), 10, NW).last_day == day(last)


def test_count_dispatches_hours() -> None:
    period = count(Counting.EU_HOURS, instant("2026-09-03T10:30:00+02:00"), 10, NW)
    assert period.deadline_at == instant("2026-09-03T21:00:00+02:00")
    assert count(
        Counting.EU_YEARS, day("2026-09-03"), 3, NW, contract_end=day("2040-01-01")
    ).last_day == day("2040-01-01")
