"""VAT of passing a cost on: the status, its reason, the law of the day of supply."""

import datetime as dt

import pytest

from vergabe.cost_shares.vat_rules import VatEntry, VatGround, decide, tax_cents
from vergabe.errors import InvalidInput

LAST_DAY = dt.date(2026, 12, 31)
NEXT_DAY = dt.date(2027, 1, 1)


@pytest.mark.parametrize(
    ("entry", "day", "status", "rate"),
    [
        (VatEntry(ground=VatGround.OLD_LAW), LAST_DAY, "old_law", 0),
        (VatEntry(ground=VatGround.RESERVED_BY_LAW), NEXT_DAY, "not_taxable", 0),
        (VatEntry(ground=VatGround.LONG_TERM_COOPERATION), NEXT_DAY, "not_taxable", 0),
        (
            VatEntry(ground=VatGround.SMALL_TURNOVER, yearly_turnover_net_cents=17_500_00),
            NEXT_DAY,
            "not_taxable",
            0,
        ),
        (
            VatEntry(ground=VatGround.OTHER_NOT_TAXABLE, reason="Auskunft des Finanzamts"),
            NEXT_DAY,
            "not_taxable",
            0,
        ),
        (VatEntry(ground=VatGround.TAXABLE, reason="Leistung am Markt"), NEXT_DAY, "taxable", 1900),
        (
            VatEntry(ground=VatGround.TAXABLE, reason="Leistung am Markt"),
            dt.date(2020, 8, 1),
            "taxable",
            1600,
        ),
    ],
)
def test_each_ground_gives_its_status_and_a_reason(
    entry: VatEntry, day: dt.date, status: str, rate: int
) -> None:
    found = decide(entry, day)
    assert (found.status, found.rate_basis_points) == (status, rate)
    assert len(found.reason) > 9
    assert "UStG" in found.law


@pytest.mark.parametrize(
    ("entry", "day", "field"),
    [
        (VatEntry(ground=None), LAST_DAY, "vat_ground"),
        # The option for the old law ends with 2026: the day of supply decides.
        (VatEntry(ground=VatGround.OLD_LAW), NEXT_DAY, "vat_ground"),
        (VatEntry(ground=VatGround.TAXABLE, reason="kurz"), NEXT_DAY, "vat_reason"),
        (VatEntry(ground=VatGround.SMALL_TURNOVER), NEXT_DAY, "yearly_turnover"),
        (
            VatEntry(ground=VatGround.SMALL_TURNOVER, yearly_turnover_net_cents=17_500_01),
            NEXT_DAY,
            "yearly_turnover",
        ),
    ],
)
def test_what_the_law_of_the_day_does_not_know_is_refused(
    entry: VatEntry, day: dt.date, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        decide(entry, day)
    assert caught.value.violations[0].field == field
    assert caught.value.violations[0].law == "§ 2b UStG"


@pytest.mark.parametrize(
    ("net", "rate", "tax"),
    [(100, 1900, 19), (3, 1900, 1), (2, 1900, 0), (50, 1900, 10), (-50, 1900, -10), (99, 0, 0)],
)
def test_tax_is_rounded_half_away_from_zero(net: int, rate: int, tax: int) -> None:
    assert tax_cents(net, rate) == tax
