"""Reading forms: what people type is understood or refused with a sentence, never a crash."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.errors import InvalidInput
from vergabe.tenders.forms import FormReader, day_and_time

ANY_TEXT = st.text(max_size=60)


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("100", 10_000),
        ("30,5", 3_050),
        ("30,5 %", 3_050),
        ("0,01", 1),
        ("", None),
        ("33.33", 3_333),
    ],
)
def test_percentages(typed: str, points: int | None) -> None:
    reader = FormReader({"weight": typed})
    assert reader.basis_points("weight") == points
    assert reader.violations == []


@pytest.mark.parametrize("typed", ["abc", "33,333", "1e5", "50 Prozent", "%", "99999999999999"])
def test_percentages_that_are_none(typed: str) -> None:
    reader = FormReader({"weight": typed})
    assert reader.basis_points("weight") is None
    assert [violation.field for violation in reader.violations] == ["weight"]


@pytest.mark.parametrize("time", ["10:00", "10.00", "10 Uhr", "10:00 Uhr", "10"])
def test_an_instant_is_german_time(time: str) -> None:
    reader = FormReader({"end_day": "31.12.2026", "end_time": time})
    assert reader.moment("end") == dt.datetime(2026, 12, 31, 9, 0, tzinfo=dt.UTC)


def test_in_summer_an_hour_is_another_instant() -> None:
    reader = FormReader({"end_day": "2026-07-01", "end_time": "10:00"})
    assert reader.moment("end") == dt.datetime(2026, 7, 1, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("day", "time", "code"),
    [
        ("31.12.2026", "", "moment_incomplete"),
        ("", "10:00", "moment_incomplete"),
        ("30.02.2026", "10:00", "no_such_day"),
        ("12/31/2026", "10:00", "not_a_date"),
        ("31.12.2026", "25:00", "time_malformed"),
        ("31.12.2026", "10:60", "time_malformed"),
        ("31.12.0026", "10:00", "year_out_of_range"),
    ],
)
def test_instants_that_are_none(day: str, time: str, code: str) -> None:
    reader = FormReader({"end_day": day, "end_time": time})
    assert reader.moment("end") is None
    assert [violation.code for violation in reader.violations] == [code]
    with pytest.raises(InvalidInput):
        reader.raise_if_wrong()


@given(ANY_TEXT, ANY_TEXT)
def test_whatever_is_typed_is_read_or_refused(first: str, second: str) -> None:
    reader = FormReader({"a": first, "a_day": first, "a_time": second})
    reader.money("a")
    reader.day("a")
    reader.whole("a")
    reader.basis_points("a")
    reader.moment("a")
    reader.identifier("a")
    assert reader.version() == -1
    assert all(violation.message for violation in reader.violations)


@given(st.integers(0, 60 * 24 * 365 * 90))
def test_what_a_form_shows_it_reads_again(minutes: int) -> None:
    instant = dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    values = day_and_time("end", instant)
    read = FormReader(values).moment("end")
    # The hour that occurs twice in October means its first occurrence.
    assert read in (instant, instant - dt.timedelta(hours=1))


def test_a_form_without_version_is_outdated() -> None:
    assert FormReader({}).version() == -1
    assert FormReader({"version": "x"}).version() == -1
    assert FormReader({"version": " 7 "}).version() == 7
