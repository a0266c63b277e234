import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from vergabe.demands import forms
from vergabe.demands.forms import DemandEntry
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.demand_input import DemandInput, ItemInput

TODAY = dt.date(2026, 11, 23)
FULL = DemandInput(
    title="Mobiliar „Nord“",
    cpv_main="39100000",
    external_reference="4711",
    description="Zwei\nZeilen",
    cpv_additional=("39110000", "39120000"),
    nature="supplies",
    items=(ItemInput("Stuhl", Decimal("1000"), "H87", 114_250), ItemInput("Aufbau")),
    estimated_value_net_cents=1_142_153_50,
    needed_from=dt.date(2027, 3, 1),
    needed_until=dt.date(2027, 12, 31),
    nuts="DEA26",
    place_street="Rathausplatz 1",
    place_postcode="52428",
    place_city="Jülich",
    cost_centre="0815",
    must_haves="- stapelbar",
    contact="Frau Muster",
    remarks="eilig",
)


def posted(entry: DemandEntry) -> DemandEntry:
    """Return the form as a browser sends it back untouched."""
    form = MultiDict({**entry.values, "item_rows": str(len(entry.items))})
    for row, item in enumerate(entry.items):
        for name, value in item.items():
            form[f"items.{row}.{name}"] = value
    return forms.entry_from_form(form)


def test_untouched_form_means_the_demand_it_was_filled_from() -> None:
    entry = forms.entry_from_input(FULL)
    assert len(entry.items) == 3
    assert forms.input_of(posted(entry), TODAY) == FULL


@settings(max_examples=200, deadline=None)
@given(
    quantity=st.decimals(Decimal("0.001"), Decimal(10**5), places=3),
    price=st.integers(0, 10**6),
    value=st.integers(1, 10**12),
)
def test_every_number_comes_back_as_it_went(quantity: Decimal, price: int, value: int) -> None:
    line = ItemInput("Stuhl", quantity, "H87", price)
    demand = replace(FULL, items=(line,), estimated_value_net_cents=value)
    assert forms.input_of(posted(forms.entry_from_input(demand)), TODAY) == demand


def test_errors_name_the_rows_of_the_form_and_not_the_lines_of_the_demand() -> None:
    blank = dict.fromkeys(forms.ITEM_FIELDS, "")
    wrong = blank | {"text": "Stuhl", "quantity": "2", "unit": "Krüge"}
    entry = replace(forms.entry_from_input(FULL), items=(blank, blank, wrong))
    with pytest.raises(InvalidInput) as caught:
        forms.input_of(entry, TODAY)
    assert [violation.field for violation in caught.value.violations] == ["items.2.unit"]


def test_folds_open_where_something_is_wrong_or_filled() -> None:
    assert forms.folds_to_open(DemandEntry(), []) == set()
    wrong = [Violation("x", "x", field="nuts"), Violation("x", "x", field="items.0.text")]
    assert forms.folds_to_open(DemandEntry(), wrong) == {"place", "items"}
    assert forms.folds_to_open(forms.entry_from_input(FULL), []) == {"items"}
