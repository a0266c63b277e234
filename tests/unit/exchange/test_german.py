"""Numbers, amounts, dates, keys and texts as people write them."""

import contextlib
import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.errors import InvalidInput
from vergabe.exchange import codes, german, german_dates, plain_text, regional_keys
from vergabe.exchange.demand_columns import fold_header
from vergabe.exchange.demand_fields import parse_demand


@pytest.mark.parametrize(
    ("written", "number"),
    [
        *(("1.142.153,50", "1142153.50"), ("1 142 153,5", "1142153.5"), ("1234.5", "1234.5")),
        *(("1'234.50", "1234.50"), ("1’234’567", "1234567"), ("1\u00a0142\u202f153", "1142153")),
        *(("1,234", "1.234"), ("0.250", "0.250"), ("0,5", "0.5"), ("12.34", "12.34")),
        *(("1,234.50", "1234.50"), ("1,234,567", "1234567"), ("1.234.567", "1234567")),
        *(("-5,5", "-5.5"), ("−3", "-3"), ("+7", "7"), ("007", "7"), ("drei", "3")),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, number: str) -> None:
    assert german.parse_decimal(written) == Decimal(number)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "abc",
        "1.23,45",
        "1.234.56",
        "1..2",
        "1,2,3",
        ",5",
        "5,",
        "1e5",
        "１２",
        "0x10",
        "1 2",
        "½",
    ],
)
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        german.parse_decimal(written, field="items.0.quantity")
    assert refused.value.violations[0].code == "not_a_number"
    assert refused.value.field == "items.0.quantity"


def test_a_single_group_after_a_point_is_refused_with_both_readings() -> None:
    with pytest.raises(InvalidInput) as refused:
        german.parse_decimal("1.234")
    assert refused.value.code == "number_ambiguous"
    assert "1234" in refused.value.message
    assert "1,234" in refused.value.message


def test_a_number_that_came_as_a_number_is_never_ambiguous() -> None:
    assert german.parse_decimal(1.234) == Decimal("1.234")
    assert german.parse_decimal(1234) == 1234
    assert german.parse_decimal(0.1 + 0.2) == Decimal("0.3")


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), True, None, [], 10**30, Decimal("1E+999999"), Decimal("NaN")],
)
def test_typed_values_that_are_no_plausible_number_are_refused(value: Any) -> None:
    with pytest.raises(InvalidInput):
        german.parse_decimal(value)


def test_a_zero_with_a_giant_exponent_is_just_zero() -> None:
    assert str(german.parse_decimal(Decimal("0E+999999999"))) == "0"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_what_is_written_german_is_read_back(number: Decimal) -> None:
    assert german.parse_decimal(german.format_decimal(number), lone_group="thousands") == number


@given(st.decimals(min_value=0, max_value=10**9, places=3), st.sampled_from([" ", "\u00a0", "'"]))
def test_any_group_sign_is_read_back(number: Decimal, sign: str) -> None:
    written = f"{number:,.3f}".replace(",", sign).replace(".", ",")
    assert german.parse_decimal(written) == number


@given(st.text(alphabet="0123456789.,' -", max_size=20))
def test_any_mix_of_digits_and_signs_is_read_or_refused(text: str) -> None:
    try:
        number = german.parse_decimal(text)
    except InvalidInput:
        return
    read = [digit for digit in f"{abs(number):f}" if digit in "123456789"]
    assert read == [digit for digit in text if digit in "123456789"]


@given(st.text(max_size=60))
def test_no_text_breaks_a_parser(text: str) -> None:
    for parse in (
        german.parse_decimal,
        german.parse_quantity,
        german.parse_money_cents,
        german_dates.parse_date,
        german.parse_yes_no,
        regional_keys.parse_ags,
        regional_keys.parse_postcode,
    ):
        with contextlib.suppress(InvalidInput):
            parse(text)


@pytest.mark.parametrize(
    ("written", "number", "unit"),
    [
        *(("16.177,05m²", "16177.05", "MTK"), ("24 600 m2", "24600", "MTK")),
        *(("4.000t", "4000", "TNE"), ("13,8 GWh", "13.8", "GWH"), ("7,5 to", "7.5", "TNE")),
        *(("1.142.153 kWh", "1142153", "KWH"), ("100 Stk.", "100", "H87"), ("40", "40", None)),
    ],
)
def test_quantities_are_read_with_their_unit(written: str, number: str, unit: str | None) -> None:
    assert german.parse_quantity(written) == german.Quantity(Decimal(number), unit)


def test_a_rough_quantity_and_one_per_year_say_so() -> None:
    assert german.parse_quantity("ca. 646 Tonnen").is_approximate
    per_year = german.parse_quantity("6.630 MWh/a")
    assert per_year.value == 6630
    assert per_year.hint is not None


@pytest.mark.parametrize("written", ["10-12 Stk", "10 bis 12 Stück", "5 Bananen", "Stk", "3 x 5 m"])
def test_what_is_not_one_quantity_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput):
        german.parse_quantity(written)


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        *(("1.142.153,50 €", 114_215_350), ("231.400", 23_140_000), ("EUR 12", 1_200)),
        *(("Euro 12", 1_200), ("1.200,--", 120_000), ("1.200,-", 120_000), ("250 T€", 25_000_000)),
        *(("1,2 Mio. €", 120_000_000), (12.5, 1_250), (Decimal("0.01"), 1), ("-5", -500)),
    ],
)
def test_amounts_are_read_as_cents(written: Any, cents: int) -> None:
    assert german.parse_money_cents(written) == cents


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("0,234", "fraction_of_cent"), ("99 USD", "not_a_number"), ("", "not_a_number")),
        *((10**12, "amount_too_large"), ("1.234 T€", "number_ambiguous")),
    ],
)
def test_wrong_amounts_are_refused(written: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        german.parse_money_cents(written)
    assert refused.value.code == code


def test_a_unit_price_with_one_group_is_ambiguous_unless_euros_stand_beside_it() -> None:
    with pytest.raises(InvalidInput):
        german.parse_money_cents("1.234", lone_group="refuse")
    assert german.parse_money_cents("1.234 €", lone_group="refuse") == 123_400


@pytest.mark.parametrize(
    "value",
    [
        *("31.12.2026", "31. 12. 2026", "31. Dezember 2026", "2026-12-31", "2026-12-31T00:00:00"),
        *(dt.date(2026, 12, 31), dt.datetime.fromisoformat("2026-12-31T15:30"), 46387, 46387.0),
    ],
)
def test_days_are_read_as_people_and_spreadsheets_write_them(value: Any) -> None:
    assert german_dates.parse_date(value) == dt.date(2026, 12, 31)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *(("31.12.26", "two_digit_year"), ("30.02.2026", "no_such_day"), (2027, "not_a_date")),
        *(("12/31/2026", "not_a_date"), ("KW 12/2027", "not_a_date"), ("sofort", "not_a_date")),
        *(("46387", "not_a_date"), ("31.12.0026", "year_out_of_range"), (True, "not_a_date")),
        *(("2026-13-01", "no_such_day"), (float("nan"), "not_a_date"), (None, "not_a_date")),
        (10**400, "not_a_date"),
    ],
)
def test_unclear_days_are_refused(value: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        german_dates.parse_date(value, field="needed_from")
    assert (refused.value.code, refused.value.field) == (code, "needed_from")


@given(st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_every_day_is_read_back(day: dt.date) -> None:
    assert german_dates.parse_date(german_dates.format_date(day)) == day
    assert german_dates.parse_date(day.isoformat()) == day
    assert german_dates.parse_date((day - dt.date(1899, 12, 30)).days) == day


@pytest.mark.parametrize(
    ("written", "truth"), [("ja", True), ("Nein", False), ("x", True), (0, False)]
)
def test_yes_and_no_are_read(written: Any, truth: bool) -> None:
    assert german.parse_yes_no(written) is truth


def test_keys_get_back_the_zero_a_spreadsheet_dropped() -> None:
    assert regional_keys.parse_ags(5358040) == "05358040"
    assert regional_keys.parse_ags(5358040.0) == "05358040"
    assert regional_keys.parse_ars("53580040040") == "053580040040"
    assert regional_keys.parse_kreis_key("5358") == "05358"
    assert regional_keys.parse_verband_key("010510044") == "010510044"
    assert regional_keys.ags_of_ars("053580040040") == "05358040"
    assert regional_keys.parse_postcode(1067.0) == "01067"


@pytest.mark.parametrize("value", ["99358040", "535804", "0535804a", "", None, "053580400"])
def test_keys_of_wrong_length_or_land_are_refused(value: Any) -> None:
    with pytest.raises(InvalidInput):
        regional_keys.parse_ags(value)


def test_texts_are_composed_and_freed_of_what_nobody_sees() -> None:
    written = "\ufeffBu\u0308ro\u00admo\u0308bel\u200b\r\nzwei\vdrei  \n"
    assert plain_text.many_lines(written, max_length=100) == "Büromöbel\nzwei\ndrei"
    assert plain_text.one_line(written, max_length=100) == "Büromöbel zwei drei"
    assert plain_text.many_lines("\uf0b7 Punkt", max_length=100) == "• Punkt"


def test_markup_and_entities_stay_text() -> None:
    written = "<script>alert(1)</script> Sanit&amp;amp;r"
    assert plain_text.one_line(written, max_length=100) == written


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "a\ud800b", "a\ufffeb", "a\x81b"])
def test_characters_that_no_text_has_are_refused_not_removed(bad: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        plain_text.many_lines(bad, max_length=100, field="title")
    assert refused.value.code == "control_character"
    assert "Stelle 2" in refused.value.message


def test_texts_that_are_too_long_are_refused_with_the_limit() -> None:
    with pytest.raises(InvalidInput, match=r"600 Zeichen, erlaubt sind 400"):
        plain_text.one_line("x" * 600, max_length=400)
    with pytest.raises(InvalidInput, match="erlaubt sind 400"):
        plain_text.one_line("x" * 10_000_000, max_length=400)
    with pytest.raises(InvalidInput):
        plain_text.one_line(12, max_length=400)


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    for clean in (plain_text.one_line, plain_text.many_lines):
        try:
            once = clean(text, max_length=1_000)
        except InvalidInput:
            continue
        assert clean(once, max_length=1_000) == once


@pytest.mark.parametrize("filler", [" ", "\u00a0", "1", "(", ",", "\n", "-"])
def test_long_nonsense_is_answered_at_once(filler: str) -> None:
    nonsense = "a" + filler * 80_000 + "b"
    started = time.process_time()
    for parse in (
        german.parse_quantity,
        german.parse_money_cents,
        german_dates.parse_date,
        codes.normalise_cpv,
        codes.normalise_unit,
        fold_header,
    ):
        with contextlib.suppress(InvalidInput):
            parse(nonsense)
    with contextlib.suppress(InvalidInput):
        plain_text.many_lines(nonsense, max_length=20_000)
    parse_demand({"title": nonsense, "cpv_main": nonsense, "nuts": nonsense, "nature": nonsense})
    assert time.process_time() - started < 1
