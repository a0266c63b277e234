"""The standard rate of VAT by the day of supply."""

import datetime as dt

import pytest

from vergabe.law import vat
from vergabe.law.errors import NoRowInForce


@pytest.mark.parametrize(
    ("day", "basis_points"),
    [
        (dt.date(2020, 6, 30), 1900),
        (dt.date(2020, 7, 1), 1600),
        (dt.date(2020, 12, 31), 1600),
        (dt.date(2021, 1, 1), 1900),
        (dt.date(2027, 1, 1), 1900),
    ],
)
def test_the_rate_is_that_of_the_day_of_supply(day: dt.date, basis_points: int) -> None:
    found = vat.standard_rate(day)
    assert found.value == basis_points
    assert "UStG" in found.law


def test_before_the_first_known_row_there_is_no_rate() -> None:
    with pytest.raises(NoRowInForce):
        vat.standard_rate(dt.date(2006, 12, 31))
