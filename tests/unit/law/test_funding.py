"""Grants by version of the directive: figures, roundings, and what cannot be."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.law import funding
from vergabe.law.errors import ImpossibleInput, NoRowInForce, UnknownRule
from vergabe.law.funding import GrantFacts, Rounding
from vergabe.money import german

SIX = ("NW",) * 6
OF_2019, OF_2021, OF_2026 = dt.date(2019, 9, 2), dt.date(2021, 10, 2), dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("programme", "on", "lands", "eligible", "expected"),
    [
        # issue 3: six partners, 315,000 under the directive of 2021 and 270,000 under that of 2019
        ("NW-IKZ", OF_2021, SIX, 40_000_000, 31_500_000),
        ("NW-IKZ", OF_2026, SIX, 40_000_000, 31_500_000),
        ("NW-IKZ", OF_2019, SIX, 40_000_000, 27_000_000),
        # where cost is too low for the ceiling, the quota decides: 90 % and 80 %
        ("NW-IKZ", OF_2021, SIX, 34_999_999, 31_499_999),
        ("NW-IKZ", OF_2021, SIX, 35_000_000, 31_500_000),
        ("NW-IKZ", OF_2019, SIX, 30_000_000, 24_000_000),
        ("NW-IKZ", OF_2021, ("NW",) * 2, 99_000_000, 17_500_000),
        # only partners of the Land count; one alone has its own ceiling since 2021
        ("NW-IKZ", OF_2021, ("NW", "RP", "NW"), 99_000_000, 17_500_000),
        ("NW-IKZ", OF_2021, ("NW", "RP"), 99_000_000, 7_500_000),
        # field.md 1.4: 90 % of 747,800 is about 673,000
        ("RP-EMH", dt.date(2021, 6, 28), ("RP",) * 3, 74_780_000, 67_302_000),
        ("NW-IKZ", OF_2021, SIX, 0, 0),
    ],
)
def test_a_directive_gives_its_figures(
    programme: str, on: dt.date, lands: tuple[str, ...], eligible: int, expected: int
) -> None:
    result = funding.grant(programme, GrantFacts(eligible, lands), on)
    assert result.value.amount_cents == expected
    assert result.value.own_cents == eligible - expected
    assert german(expected) in result.steps[-1]


def test_the_steps_show_the_whole_arithmetic() -> None:
    steps = funding.grant("NW-IKZ", GrantFacts(40_000_000, SIX), OF_2026).steps
    assert steps == (
        "Förderung interkommunaler Zusammenarbeit (IKZ NRW), Richtlinie 2021, Fassung am "
        "23.11.2026.",
        "Höchstbetrag bei 6 Beteiligten: 175.000,00\xa0€ für zwei und 4 × 35.000,00\xa0€ für die "
        "weiteren = 315.000,00\xa0€.",
        "Fördersatz: 90\xa0% (nach der Richtlinie).",
        "90\xa0% von 400.000,00\xa0€ zuwendungsfähigen Ausgaben = 360.000,00\xa0€ (auf ganze Cent "
        "abgerundet).",
        "Zuwendung: 315.000,00\xa0€ (auf den Höchstbetrag begrenzt; Eigenanteil an den "
        "zuwendungsfähigen Ausgaben: 85.000,00\xa0€).",
    )


def test_a_weak_budget_raised_the_quota_in_2019_only() -> None:
    weak = GrantFacts(20_000_000, ("NW", "NW", "NW"), has_weak_budget=True)
    assert funding.grant("NW-IKZ", weak, OF_2019).value.quota_basis_points == 9000
    assert funding.grant("NW-IKZ", weak, OF_2021).value.quota_basis_points == 9000
    usual = GrantFacts(20_000_000, ("NW", "NW", "NW"))
    assert funding.grant("NW-IKZ", usual, OF_2019).value.quota_basis_points == 8000


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.CENT_DOWN, 1_111_111),
        (Rounding.EURO_DOWN, 1_111_100),
        (Rounding.HUNDRED_DOWN, 1_110_000),
        (Rounding.CENT_HALF_UP, 1_111_112),
    ],
)
def test_rounding_is_chosen_and_stated(rounding: Rounding, expected: int) -> None:
    facts = GrantFacts(2_222_223, ("NW",), quota_basis_points=5000, rounding=rounding)
    result = funding.grant("individual", facts, OF_2026)
    assert result.value.amount_cents == expected
    assert funding.ROUNDING_NAMES[rounding] in " ".join(result.steps)


def test_what_the_notice_sets_goes_before_the_directive() -> None:
    facts = GrantFacts(40_000_000, SIX, quota_basis_points=7050, ceiling_cents=20_000_000)
    result = funding.grant("NW-IKZ", facts, OF_2026)
    assert result.value.amount_cents == 20_000_000
    assert "70,5\xa0% (für diesen Fall festgesetzt)" in result.steps[3]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ImpossibleInput, match="nennt keinen Fördersatz"):
        funding.grant("individual", GrantFacts(1, ("NW",)), OF_2026)
    with pytest.raises(ImpossibleInput, match="mindestens zwei"):
        funding.grant("NW-IKZ", GrantFacts(1, ("NW",)), OF_2019)
    with pytest.raises(ImpossibleInput, match="negativ"):
        funding.grant("NW-IKZ", GrantFacts(-1, SIX), OF_2026)
    for quota in (0, 10_001, -5):
        with pytest.raises(ImpossibleInput, match="100 Prozent"):
            funding.grant("individual", GrantFacts(1, (), quota_basis_points=quota), OF_2026)
    with pytest.raises(NoRowInForce):
        funding.grant("NW-IKZ", GrantFacts(1, SIX), dt.date(2018, 1, 1))
    with pytest.raises(UnknownRule):
        funding.grant("XY", GrantFacts(1, SIX), OF_2026)


@given(
    st.integers(0, 10**12),
    st.integers(1, 10_000),
    st.sampled_from(Rounding),
    st.none() | st.integers(0, 10**11),
)
def test_grant_and_own_share_add_up_and_never_exceed_the_cost(
    eligible: int, quota: int, rounding: Rounding, ceiling: int | None
) -> None:
    facts = GrantFacts(eligible, (), False, quota, ceiling, rounding)
    found = funding.grant("individual", facts, OF_2026).value
    assert found.amount_cents + found.own_cents == eligible
    assert 0 <= found.amount_cents <= eligible
    assert ceiling is None or found.amount_cents <= ceiling


@pytest.mark.parametrize("row", funding.rows(), ids=lambda row: f"{row.id}-{row.in_force_from}")
def test_every_version_names_law_source_and_rounding(row: funding.ProgrammeRow) -> None:
    assert row.law
    assert row.source
    assert Rounding(row.rounding)
    assert row.quota_basis_points is None or 0 < row.quota_basis_points <= funding.FULL
