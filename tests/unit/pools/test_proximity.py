import datetime as dt
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.pool_facts import demand
from vergabe.pools.facts import GroupingSettings
from vergabe.pools.proximity import (
    FAR_FUTURE,
    FAR_PAST,
    cpv_digits,
    cpv_relation,
    need_interval,
    shared_digits,
    significant,
    unit_families,
)
from vergabe.pools.traits import cpv_closeness, may_meet, traits, windows_meet

CODE = st.from_regex(r"[0-9]{8}", fullmatch=True)
SETTINGS = GroupingSettings()


def close(first: str, second: str) -> float:
    both = traits([demand("a"), demand("b")], [first, second], SETTINGS)
    table, _ = cpv_closeness(both.as_column(), both.as_row())
    return float(table[0, 1])


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("39130000-2", "39130000"),
        ("50", "50000000"),
        (" 09310000 ", "09310000"),
        ("k. A.", "00000000"),
    ],
)
def test_codes_are_read_with_check_digit_and_short(code: str, digits: str) -> None:
    assert cpv_digits(code) == digits


@pytest.mark.parametrize(
    ("code", "digits"),
    [("34144210", "3414421"), ("34144000", "34144"), ("30000000", "30"), ("00000000", "00")],
)
def test_zeros_at_the_end_carry_no_meaning(code: str, digits: str) -> None:
    assert significant(code) == digits


@pytest.mark.parametrize(
    ("first", "second", "shared", "relation"),
    [
        ("34144210", "34144210", 7, "gleicher CPV-Code"),
        ("34144210", "34144000", 5, "ein CPV-Code umfasst den anderen"),
        ("34144212", "34144213", 7, "gleiche CPV-Kategorie"),
        ("39130000", "39160000", 3, "gleiche CPV-Gruppe"),
        ("90911200", "90919300", 4, "gleiche CPV-Klasse"),
        ("34144210", "34928000", 2, "gleiche CPV-Abteilung"),
        ("34144210", "35110000", 0, "verschiedene CPV-Abteilungen"),
        ("30213000", "30000000", 2, "ein CPV-Code umfasst den anderen"),
    ],
)
def test_relation_of_two_codes(first: str, second: str, shared: int, relation: str) -> None:
    assert shared_digits(first, second) == shared
    assert cpv_relation(first, second) == relation


def test_general_code_of_the_same_thing_is_nearer_than_a_sibling_class() -> None:
    assert (
        close("34144210", "34144000")
        > close("34144210", "34140000")
        > close("34144210", "34131000")
    )
    assert close("34144212", "34144213") > close("34144210", "34144000")


def test_same_general_code_says_less_than_the_same_narrow_code() -> None:
    assert close("48000000", "48000000") < 0.5 < close("34144210", "34144210")


@given(CODE, CODE)
def test_closeness_of_codes_is_symmetric_bounded_and_counts_shared_digits(a: str, b: str) -> None:
    both = traits([demand("a"), demand("b")], [a, b], SETTINGS)
    table, shared = cpv_closeness(both.as_column(), both.as_row())
    assert table[0, 1] == table[1, 0]
    assert 0 <= table[0, 1] <= table[0, 0] <= 1
    assert shared[0, 1] == shared_digits(a, b)


@given(CODE, CODE)
def test_codes_that_share_nothing_are_not_close(a: str, b: str) -> None:
    assert (close(a, b) == 0) == (shared_digits(a, b) == 0)


def test_units_of_one_kind_share_a_family_and_times_have_none() -> None:
    assert unit_families(["KGM"]) == unit_families(["TNE"]) != 0
    assert unit_families(["H87"]) & unit_families(["XBX"])
    assert unit_families(["H87"]) & unit_families(["MTK"]) == 0
    assert unit_families(["MON", "HUR", "unknown"]) == 0


@pytest.mark.parametrize(
    ("begin", "end", "first", "last"),
    [
        (None, None, FAR_PAST, FAR_FUTURE),
        ("2027-01-01", "2027-12-31", "2027-01-01", "2027-12-31"),
        ("2027-01-01", None, "2027-01-01", "2027-06-30"),
        (None, "2027-06-30", "2027-01-01", "2027-06-30"),
        ("9999-12-01", None, "9999-12-01", FAR_FUTURE),
        (None, "0001-01-02", FAR_PAST, "0001-01-02"),
    ],
)
def test_need_without_an_end_lasts_half_a_year(
    begin: str | None, end: str | None, first: str | int, last: str | int
) -> None:
    def ordinal(day: str | int) -> int:
        return day if isinstance(day, int) else dt.date.fromisoformat(day).toordinal()

    begin_on = dt.date.fromisoformat(begin) if begin else None
    end_on = dt.date.fromisoformat(end) if end else None
    assert need_interval(begin_on, end_on, 180) == (ordinal(first), ordinal(last))


def meet(a: dict, b: dict, *, same_subject: bool = True, **settings: Any) -> bool:
    chosen = GroupingSettings(**settings)
    both = traits([demand("a", **a), demand("b", **b)], ["34144210", "34144210"], chosen)
    rows, columns = both.as_column(), both.as_row()
    _, shared = cpv_closeness(rows, columns)
    table = may_meet(rows, columns, shared, (shared > 0) & same_subject, chosen)
    table &= windows_meet(rows, columns, chosen)
    assert table[0, 1] == table[1, 0]
    return bool(table[0, 1])


@pytest.mark.parametrize(
    ("a", "b", "settings", "allowed"),
    [
        ({"nature": "supplies"}, {"nature": None}, {}, True),
        ({"nature": "works"}, {"nature": "supplies"}, {}, False),
        ({"nature": "works"}, {"nature": None}, {}, True),
        ({"nature": "supplies"}, {"nature": "services"}, {}, True),
        (
            {"nature": "supplies"},
            {"nature": "services"},
            {"mix_supplies_and_services": False},
            False,
        ),
        ({"area_key": "x"}, {"area_key": "y"}, {}, False),
        ({"area_key": "x"}, {"area_key": None}, {}, True),
    ],
)
def test_nature_and_area_must_not_contradict(
    a: dict, b: dict, settings: dict, *, allowed: bool
) -> None:
    assert meet(a, b, **settings) is allowed


def test_supplies_and_services_meet_only_where_both_name_one_subject() -> None:
    assert not meet({"nature": "supplies"}, {"nature": "services"}, same_subject=False)


DAY = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))


@given(st.lists(st.tuples(st.none() | DAY, st.integers(0, 200)), min_size=1, max_size=5))
def test_needs_meet_pair_by_pair_whatever_the_other_rows_say(
    needs: list[tuple[dt.date | None, int]],
) -> None:
    demands = [
        demand("a", needed_from=day, needed_until=day and day + dt.timedelta(days=length))
        for day, length in needs
    ]
    several = traits(demands, ["90911200"] * len(demands), SETTINGS)
    table = windows_meet(several.as_column(), several.as_row(), SETTINGS)
    for i, j in product(range(len(demands)), repeat=2):
        assert table[i, j] == meet(
            {"needed_from": demands[i].needed_from, "needed_until": demands[i].needed_until},
            {"needed_from": demands[j].needed_from, "needed_until": demands[j].needed_until},
        )


@pytest.mark.parametrize(("days", "allowed"), [(60, True), (61, False)])
def test_needs_may_lie_as_many_days_apart_as_the_setting_says(days: int, *, allowed: bool) -> None:
    end = dt.date(2027, 3, 31)
    early = {"needed_from": dt.date(2027, 1, 1), "needed_until": end}
    begin = end + dt.timedelta(days=days)
    late = {"needed_from": begin, "needed_until": begin + dt.timedelta(days=30)}
    assert meet(early, late) is allowed
    assert meet(early, late, window_gap_days=days)
