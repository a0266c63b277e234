from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.demands.quantities import as_meant, shown_back
from vergabe.errors import InvalidInput
from vergabe.exchange.german import format_decimal, parse_money_cents, parse_quantity
from vergabe.money import german


@pytest.mark.parametrize(
    ("typed", "value", "unit"),
    [
        ("ca. 3 Stück", "3", "H87"),
        ("1,5 t", "1.5", "TNE"),
        ("2 x 40 kg", "80", "KGM"),
        ("2×40kg", "80", "KGM"),
        ("3 mal 2,5 l", "7.5", "LTR"),
        ("12 Monate", "12", "MON"),
        ("250 m²", "250", "MTK"),
        ("3.000", "3000", None),
        ("3.000 Stück", "3000", "H87"),
        ("1.234,5", "1234.5", None),
        ("1 250 Stk.", "1250", "H87"),
        ("drei", "3", None),
    ],
)
def test_quantities_are_read_as_people_write_them(typed: str, value: str, unit: str | None) -> None:
    found = parse_quantity(as_meant(typed, ""))
    assert (found.value, found.unit_code) == (Decimal(value), unit)


@pytest.mark.parametrize(
    "typed", ["1.234", "10.005", "3 bis 5 Stück", "2 x 3 x 4 kg", "x 4", "1,2,3"]
)
def test_what_may_mean_two_things_is_asked(typed: str) -> None:
    with pytest.raises(InvalidInput):
        parse_quantity(as_meant(typed, ""))


def test_both_readings_are_named() -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_quantity(as_meant("1.234", ""))
    assert "1234" in raised.value.violations[0].message
    assert "1,234" in raised.value.violations[0].message


def test_unit_in_the_field_beside_settles_the_point() -> None:
    assert parse_quantity(as_meant("1.250", "Stück")).value == 1250
    assert parse_quantity(as_meant("5.000", "Stück")).unit_code == "H87"


numbers = st.decimals(
    min_value=Decimal("0.001"), max_value=10**9, places=3, allow_nan=False, allow_infinity=False
)
units = st.sampled_from(["Stück", "kg", "m²", "Monate", "t", "Std."])


@given(numbers, units, st.sampled_from(["", "ca. ", "rund ", "etwa "]), st.booleans())
def test_any_written_quantity_comes_back(
    number: Decimal, unit: str, before: str, is_beside: bool
) -> None:
    written = format_decimal(number)
    if is_beside:
        found = parse_quantity(as_meant(written, unit))
    else:
        found = parse_quantity(as_meant(f"{before}{written} {unit}", ""))
    assert found.value == number
    assert found.unit_code is not None


@pytest.mark.parametrize("typed", ["3 x 5 m", "2 x 40 cm"])
def test_what_may_be_a_size_is_asked(typed: str) -> None:
    with pytest.raises(InvalidInput):
        parse_quantity(typed)


@given(st.integers(2, 500), numbers.filter(lambda n: n < 10**6), units)
def test_packages_are_multiplied_out(count: int, each: Decimal, unit: str) -> None:
    found = parse_quantity(f"{count} x {format_decimal(each)} {unit}")
    assert found.value == count * each
    assert found.is_product


@given(numbers, units)
def test_what_is_shown_back_means_the_same(number: Decimal, unit: str) -> None:
    shown = shown_back(f"{format_decimal(number)} {unit}")
    assert parse_quantity(as_meant(shown, "")).value == number


@given(st.text(max_size=40), st.text(max_size=20))
def test_no_text_breaks_the_reading(quantity: str, unit: str) -> None:
    shown_back(quantity, unit)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12.500", 1_250_000),
        ("12500,-", 1_250_000),
        ("12.500,-- €", 1_250_000),
        ("1,2 Mio", 120_000_000),
        ("1,2 Mio.", 120_000_000),
        ("250 T€", 25_000_000),
        ("12 500,50", 1_250_050),
        ("EUR 99", 9_900),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, cents: int) -> None:
    assert parse_money_cents(typed) == cents


@given(
    st.integers(0, 10**12),
    st.sampled_from(["{}", "{} €", "€ {}", "{} EUR", " {} ", "{} Euro"]),
)
def test_any_written_amount_comes_back_to_the_cent(cents: int, pattern: str) -> None:
    plain = german(cents).replace("€", "").strip()
    assert parse_money_cents(pattern.format(plain)) == cents
    if cents % 100 == 0:
        whole = plain.removesuffix(",00")
        assert parse_money_cents(f"{whole},-") == cents
        assert parse_money_cents(whole) == cents
