"""Counting against a slow, independently written day-walker, over 2020 to 2040 and all Länder."""

import datetime as dt
import importlib.util
from pathlib import Path
from types import ModuleType

from hypothesis import given, settings
from hypothesis import strategies as st

from vergabe.law import counting
from vergabe.law.working_days import LANDS, is_working_day


def _walker() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "slow_walker", Path(__file__).with_name("slow_walker.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


walker = _walker()
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))
LAND = st.sampled_from(LANDS)
LENGTHS = st.one_of(st.integers(1, 12), st.integers(1, 120))
MANY = settings(max_examples=300, deadline=None)


@MANY
@given(DAYS, LAND)
def test_working_days_agree(day: dt.date, land: str) -> None:
    assert is_working_day(land)(day) == walker.works(day, land)


@MANY
@given(DAYS, LENGTHS, LAND)
def test_calendar_days_agree(event: dt.date, days: int, land: str) -> None:
    period = counting.eu_days(event, days, is_working_day(land))
    assert period.last_day == walker.eu(event, days, land)
    assert period.deadline_at == walker.too_late_from(period.last_day)


@MANY
@given(DAYS, LENGTHS, LAND)
def test_working_day_periods_agree(event: dt.date, days: int, land: str) -> None:
    found = counting.eu_working_days(event, days, is_working_day(land)).last_day
    assert found == walker.eu_working_days(event, days, land)


@MANY
@given(DAYS, st.integers(1, 60), LAND)
def test_months_agree(event: dt.date, months: int, land: str) -> None:
    nominal = walker.months_later(event, months)
    assert counting.bgb_months(event, months).last_day == nominal
    found = counting.eu_months(event, months, is_working_day(land)).last_day
    assert found == walker.next_working(nominal, land)


@MANY
@given(DAYS, st.integers(1, 10), st.integers(0, 5_000))
def test_years_agree(event: dt.date, years: int, term: int) -> None:
    end = event + dt.timedelta(days=term)
    found = counting.eu_years(event, years, end).last_day
    assert found == max(end, walker.months_later(event, 12 * years))


@MANY
@given(DAYS, LENGTHS, LAND)
def test_bgb_agrees_with_and_without_shift(event: dt.date, days: int, land: str) -> None:
    plain = walker.bgb(event, days)
    assert counting.bgb_days(event, days).last_day == plain
    shifted = counting.bgb193_days(event, days, is_working_day(land)).last_day
    assert shifted == walker.next_working(plain, land)


@MANY
@given(DAYS, LENGTHS)
def test_backward_agrees(event: dt.date, days: int) -> None:
    assert counting.backward_days(event, days).last_day == walker.backward(event, days)


@MANY
@given(st.integers(0, 21 * 365 * 24 * 3600), st.integers(1, 200))
def test_hours_agree(seconds: int, hours: int) -> None:
    event = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    assert counting.eu_hours(event, hours).deadline_at == walker.hours(event, hours)


@MANY
@given(DAYS, LENGTHS, LAND)
def test_later_start_never_ends_earlier(event: dt.date, days: int, land: str) -> None:
    works = is_working_day(land)
    first = counting.eu_days(event, days, works)
    second = counting.eu_days(event + dt.timedelta(days=1), days, works)
    assert second.last_day >= first.last_day


@MANY
@given(DAYS, LENGTHS, LAND)
def test_longer_period_never_ends_earlier(event: dt.date, days: int, land: str) -> None:
    works = is_working_day(land)
    assert (
        counting.eu_days(event, days + 1, works).last_day
        >= counting.eu_days(event, days, works).last_day
    )


@MANY
@given(DAYS, LENGTHS, LAND)
def test_no_shifted_period_ends_on_a_day_without_work(event: dt.date, days: int, land: str) -> None:
    works = is_working_day(land)
    for period in (
        counting.eu_days(event, days, works),
        counting.eu_months(event, days, works),
        counting.eu_working_days(event, days, works),
        counting.bgb193_days(event, days, works),
    ):
        assert walker.works(period.last_day, land)
        assert period.last_day >= period.nominal_last_day
