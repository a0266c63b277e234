import datetime as dt

import pytest

from vergabe.law import holiday_check
from vergabe.law.errors import ImpossibleInput
from vergabe.law.working_days import (
    LAND_BY_KEY,
    LAND_NAMES,
    LANDS,
    calendar_of,
    holidays_only_in,
    is_working_day,
    land_code,
)


def test_there_are_sixteen_lands_with_keys() -> None:
    assert len(LANDS) == len(LAND_BY_KEY) == len(LAND_NAMES) == 16
    assert LAND_BY_KEY["05"] == "NW"
    assert LAND_BY_KEY["07"] == "RP"
    assert sorted(LAND_BY_KEY) == [f"{number:02d}" for number in range(1, 17)]


@pytest.mark.parametrize("text", ["NW", "nw", " DE-NW ", "05", "05358028", "053580028028", "05358"])
def test_land_is_understood_in_every_spelling(text: str) -> None:
    assert land_code(text) == "NW"
    assert calendar_of(text) is calendar_of("NW")


@pytest.mark.parametrize("text", ["", "XX", "17", "5", "DE", "NRW", "99358028", "0535"])
def test_unknown_land_is_refused(text: str) -> None:
    with pytest.raises(ImpossibleInput) as caught:
        calendar_of(text)
    assert caught.value.field == "land"
    assert caught.value.code == "impossible_input"


@pytest.mark.parametrize(
    ("land", "day", "works"),
    [
        ("NW", "2026-06-04", False),  # Corpus Christi
        ("NI", "2026-06-04", True),
        ("NW", "2027-11-01", False),  # All Saints
        ("HE", "2027-11-01", True),
        ("NW", "2028-10-31", True),  # Reformation Day
        ("NI", "2028-10-31", False),
        ("BY", "2028-08-15", True),  # only parts of Bavaria
        ("SL", "2028-08-15", False),
        ("SN", "2026-11-18", False),  # Repentance Day
        ("ST", "2026-11-18", True),
        ("TH", "2027-09-20", False),
        ("BW", "2027-01-06", False),
        ("NW", "2026-12-24", True),
        ("NW", "2026-12-31", True),
        ("NW", "2026-02-16", True),  # Rosenmontag
        ("RP", "2026-10-03", False),
        ("BE", "2025-05-08", False),
        ("BB", "2025-05-08", True),
        ("NW", "2026-08-01", False),  # Saturday
        ("NW", "2026-08-02", False),  # Sunday
    ],
)
def test_working_days_follow_the_holidays_of_the_land(land: str, day: str, works: bool) -> None:
    assert is_working_day(land)(dt.date.fromisoformat(day)) is works


def test_names_of_days_without_work() -> None:
    calendar = calendar_of("NW")
    assert calendar.holiday_name(dt.date(2026, 6, 4)) == "Fronleichnam"
    assert calendar.why_no_working_day(dt.date(2026, 6, 4)) == "Fronleichnam"
    assert calendar.why_no_working_day(dt.date(2026, 6, 6)) == "Samstag"
    assert calendar.why_no_working_day(dt.date(2026, 6, 5)) is None
    assert calendar.holiday_name(dt.date(2026, 6, 5)) is None
    assert list(calendar.holidays(2026)) == sorted(calendar.holidays(2026))


def test_next_previous_and_count() -> None:
    calendar = calendar_of("NW")
    good_friday = dt.date(2026, 4, 3)
    assert calendar.next_working_day(good_friday) == dt.date(2026, 4, 7)
    assert calendar.previous_working_day(good_friday) == dt.date(2026, 4, 2)
    assert calendar.next_working_day(dt.date(2026, 4, 2)) == dt.date(2026, 4, 2)
    assert calendar.previous_working_day(dt.date(2026, 4, 2)) == dt.date(2026, 4, 2)
    assert calendar.working_days_between(dt.date(2026, 4, 2), dt.date(2026, 4, 7)) == 2
    assert calendar.working_days_between(dt.date(2026, 4, 2), dt.date(2026, 4, 1)) == 0


def test_holiday_of_one_land_only() -> None:
    corpus_christi = dt.date(2026, 6, 4)
    assert holidays_only_in("RP", ("NI", "HH"), corpus_christi)
    assert not holidays_only_in("RP", ("NI", "NW"), corpus_christi)
    assert not holidays_only_in("NI", ("HH",), corpus_christi)


@pytest.mark.parametrize("year", [1990, 2100])
def test_years_without_known_holidays_are_refused(year: int) -> None:
    with pytest.raises(ImpossibleInput, match=str(year)):
        calendar_of("NW").is_working_day(dt.date(year, 6, 1))
    with pytest.raises(ImpossibleInput):
        calendar_of("NW").next_working_day(dt.date(year, 6, 1))


@pytest.mark.parametrize("year", [1991, 2099])
def test_edge_years_are_known(year: int) -> None:
    assert len(calendar_of("NW").holidays(year)) >= 10


def test_library_and_our_own_table_agree_for_all_lands() -> None:
    assert holiday_check.differences(range(2019, 2041)) == []


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, "2024-03-31"), (2025, "2025-04-20"), (2026, "2026-04-05"), (2038, "2038-04-25")],
)
def test_easter(year: int, day: str) -> None:
    assert holiday_check.easter_sunday(year) == dt.date.fromisoformat(day)


def test_easter_over_four_centuries() -> None:
    # Dates at the ends of the range and in the corrected years of the cycle.
    known = {
        1818: "1818-03-22",
        1943: "1943-04-25",
        1954: "1954-04-18",
        1981: "1981-04-19",
        2049: "2049-04-18",
        2076: "2076-04-19",
        2106: "2106-04-18",
        2133: "2133-04-19",
        2285: "2285-03-22",
    }
    assert {year: holiday_check.easter_sunday(year).isoformat() for year in known} == known


def test_holidays_begin_in_the_year_the_law_says() -> None:
    days = holiday_check.expected_holidays
    assert dt.date(2018, 10, 31) in days("NI", 2018)
    assert dt.date(2017, 10, 31) not in days("NI", 2017)
    assert dt.date(2023, 3, 8) in days("MV", 2023)
    assert dt.date(2022, 3, 8) not in days("MV", 2022)
    assert dt.date(2025, 5, 8) in days("BE", 2025)
    assert dt.date(2026, 5, 8) not in days("BE", 2026)
    assert days("SN", 2028)[dt.date(2028, 11, 22)] == "Buß- und Bettag"
    assert dt.date(2027, 11, 17) in days("SN", 2027)
