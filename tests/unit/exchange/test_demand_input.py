"""The shape of a demand: what is wrong, what is odd, how raw fields are read."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.exchange.demand_fields import parse_demand
from vergabe.exchange.demand_input import (
    ITEMS_MAX,
    DemandInput,
    ItemInput,
    check_demand_input,
    demand_warnings,
    is_placeholder_value,
    lines_total_net_cents,
)
from vergabe.exchange.demand_records import demand_from_record

TODAY = dt.date(2026, 11, 23)
ITEM = ItemInput("Notebook", Decimal(40), "H87", 89_050)
DEMAND = DemandInput("Notebooks", "30213100", items=(ITEM,), estimated_value_net_cents=4_000_000)


def test_a_sound_demand_has_nothing_against_it() -> None:
    assert check_demand_input(DEMAND, TODAY) == []
    assert demand_warnings(DEMAND, TODAY) == []
    assert lines_total_net_cents(DEMAND) == 3_562_000


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"title": ""}, "title", "title_missing"),
        ({"title": "x" * 600}, "title", "too_long"),
        ({"description": "x" * 20_001}, "description", "too_long"),
        ({"cpv_main": ""}, "cpv_main", "cpv_missing"),
        ({"cpv_main": "00000000"}, "cpv_main", "code_unknown"),
        ({"cpv_additional": ("30213100", "1")}, "cpv_additional.1", "code_unknown"),
        ({"nature": "goods"}, "nature", "nature_unknown"),
        ({"nuts": "DEX"}, "nuts", "code_unknown"),
        ({"estimated_value_net_cents": -1}, "estimated_value_net_cents", "negative_amount"),
        ({"estimated_value_net_cents": 10**15}, "estimated_value_net_cents", "amount_too_large"),
        ({"items": (ITEM,) * (ITEMS_MAX + 1)}, "items", "too_many_items"),
        ({"needed_from": dt.date(2099, 1, 1)}, "needed_from", "too_far_ahead"),
        (
            {"needed_from": dt.date(2027, 2, 1), "needed_until": dt.date(2027, 1, 31)},
            "needed_until",
            "period_reversed",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_field(
    change: dict[str, Any], field: str, code: str
) -> None:
    found = check_demand_input(replace(DEMAND, **change), TODAY)
    assert [(violation.field, violation.code) for violation in found] == [(field, code)]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"text": ""}, "text", "item_text_missing"),
        ({"text": "x" * 1_001}, "text", "too_long"),
        ({"quantity": Decimal(0)}, "quantity", "quantity_not_positive"),
        ({"quantity": Decimal(-5)}, "quantity", "quantity_not_positive"),
        ({"quantity": Decimal("NaN")}, "quantity", "quantity_not_positive"),
        ({"quantity": Decimal(10**9 + 1)}, "quantity", "quantity_too_large"),
        ({"quantity": Decimal("0.0001")}, "quantity", "quantity_too_fine"),
        ({"unit_code": "STK"}, "unit_code", "unit_unknown"),
        ({"unit_price_net_cents": -1}, "unit_price_net_cents", "price_out_of_range"),
    ],
)
def test_what_is_wrong_with_a_line_is_named_with_its_position(
    change: dict[str, Any], field: str, code: str
) -> None:
    demand = replace(DEMAND, items=(ITEM, replace(ITEM, **change)))
    found = check_demand_input(demand, TODAY)
    assert [(violation.field, violation.code) for violation in found] == [
        (f"items.1.{field}", code)
    ]


def test_the_longest_real_texts_fit() -> None:
    demand = replace(DEMAND, title="x" * 376, description="y" * 16_000)
    assert check_demand_input(demand, TODAY) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"estimated_value_net_cents": 100, "items": ()}, "placeholder_value"),
        ({"needed_from": dt.date(2026, 11, 22)}, "date_past"),
        ({"cpv_additional": ("30213100",)}, "cpv_repeated"),
        ({"estimated_value_net_cents": 3_000_000}, "lines_above_value"),
    ],
)
def test_what_is_odd_is_a_warning_only(change: dict[str, Any], code: str) -> None:
    demand = replace(DEMAND, **change)
    assert check_demand_input(demand, TODAY) == []
    assert [violation.code for violation in demand_warnings(demand, TODAY)] == [code]


def test_today_is_no_past_day_and_two_euros_are_no_placeholder() -> None:
    assert demand_warnings(replace(DEMAND, needed_from=TODAY), TODAY) == []
    assert is_placeholder_value(100)
    assert not is_placeholder_value(101)


def test_raw_fields_are_read_as_people_type_them() -> None:
    parsed = parse_demand(
        {
            "title": "  Streusalz\nWinter ",
            "cpv_main": "14410000-8; 34927100-2",
            "nature": "Lieferung",
            "estimated_value_net": "231.400",
            "needed_from": "1.3.2027",
            "nuts": "dea26",
            "place_postcode": 1067.0,
            "cost_centre": 4711.0,
        },
        [{"text": "Salz", "quantity": "4.000t", "unit_price_net": "61,50 €"}],
    )
    assert parsed.errors == ()
    assert parsed.demand == DemandInput(
        title="Streusalz Winter",
        cpv_main="14410000",
        cpv_additional=("34927100",),
        nature="supplies",
        items=(ItemInput("Salz", Decimal(4000), "TNE", 6_150),),
        estimated_value_net_cents=23_140_000,
        needed_from=dt.date(2027, 3, 1),
        nuts="DEA26",
        place_postcode="01067",
        cost_centre="4711",
    )


def test_all_errors_of_a_form_come_at_once_with_their_fields() -> None:
    parsed = parse_demand(
        {"title": "a\x00b", "cpv_main": "00000000", "needed_from": "31.12.26", "nature": "Kram"},
        [
            {"text": "x", "quantity": "1.234", "unit": "Bananen"},
            {"text": "y", "quantity": "5 t", "unit": "kg"},
        ],
    )
    assert {(violation.field, violation.code) for violation in parsed.errors} == {
        ("title", "control_character"),
        ("cpv_main", "cpv_unknown"),
        ("needed_from", "two_digit_year"),
        ("nature", "nature_unknown"),
        ("items.0.quantity", "number_ambiguous"),
        ("items.0.unit_code", "unit_unknown"),
        ("items.1.unit_code", "units_differ"),
    }


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("DEA26", ("DEA26", None, None)),
        ("52399 Merzenich", (None, "52399", "Merzenich")),
        ("Rathaus Merzenich", (None, None, "Rathaus Merzenich")),
        ("Inden", (None, None, "Inden")),
    ],
)
def test_a_place_of_performance_is_a_code_or_words(
    written: str, place: tuple[str | None, ...]
) -> None:
    demand = parse_demand({"nuts": written}).demand
    assert (demand.nuts, demand.place_postcode, demand.place_city) == place


def test_an_unknown_region_is_refused() -> None:
    assert [v.code for v in parse_demand({"nuts": "DEX99"}).errors] == ["nuts_unknown"]


def test_rough_and_yearly_quantities_are_taken_with_a_warning() -> None:
    parsed = parse_demand({}, [{"text": "Strom", "quantity": "ca. 6.630 MWh/a"}])
    assert parsed.errors == ()
    assert parsed.demand.items[0].unit_code == "MWH"
    assert [v.code for v in parsed.warnings] == ["quantity_approximate", "unit_per_year"]


def test_a_json_record_of_our_own_form_is_read() -> None:
    parsed = demand_from_record(
        {
            "reference": "IT-7",
            "title": "Notebooks",
            "cpv_main": "30213100-6",
            "estimated_value_net": {"amount_cents": 4_000_000, "currency": "EUR"},
            "items": [
                {
                    "text": "Notebook",
                    "quantity": 40,
                    "unit_code": "H87",
                    "unit_price_net_cents": 89_050,
                }
            ],
        }
    )
    assert parsed.errors == ()
    assert parsed.demand == replace(DEMAND, external_reference="IT-7")


def test_wrong_types_in_a_json_record_are_named() -> None:
    parsed = demand_from_record(
        {
            "title": ["Notebooks"],
            "cpv_main": {"code": 1},
            "estimated_value_net_cents": "12",
            "needed_from": 12.5,
            "items": [
                3,
                {
                    "text": 1,
                    "quantity": [1],
                    "unit_price_net": {"amount_cents": 1, "currency": "USD"},
                },
            ],
            "farbe": "blau",
        }
    )
    assert {violation.field for violation in parsed.errors} == {
        "title",
        "cpv_main",
        "estimated_value_net_cents",
        "needed_from",
        "items.0",
        "items.1.quantity",
        "items.1.unit_price_net_cents",
    }
    assert [violation.field for violation in parsed.warnings] == ["farbe"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    [
        *("title", "cpv_main", "CPV", "nature", "estimated_value_net", "estimated_value_net_cents"),
        *("needed_from", "nuts", "PLZ", "items", "cpv_additional", "cost_centre", "x"),
    ]
)


@given(st.dictionaries(_KEYS, _JSON, max_size=8))
def test_no_json_object_breaks_the_reading(record: dict[str, Any]) -> None:
    parsed = demand_from_record(record)
    check_demand_input(parsed.demand, TODAY)
    demand_warnings(parsed.demand, TODAY)
