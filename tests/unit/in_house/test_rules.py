"""What a check of an own provider needs for each result (§ 108 GWB)."""

import datetime as dt
from typing import Any

import pytest

from tests.factories.in_house import entry
from vergabe.errors import InvalidInput
from vergabe.in_house import entries
from vergabe.in_house.entries import CheckEntry
from vergabe.in_house.rules import (
    Alternative,
    CheckFacts,
    Result,
    conditions,
    figures,
    reasons_against_result,
)

TODAY = dt.date(2026, 11, 23)


def facts(**more: Any) -> CheckFacts:
    said = entry(**more)
    return CheckFacts(**{name: getattr(said, name) for name in CheckFacts.__dataclass_fields__})


@pytest.mark.parametrize("result", list(Result))
def test_a_complete_check_may_end_with_any_result_that_is_reasoned(result: Result) -> None:
    assert reasons_against_result(facts(), result, "Begründet.") == []
    (reason,) = reasons_against_result(facts(), result, "")
    assert reason.field == "reason"


@pytest.mark.parametrize(
    ("change", "field", "law"),
    [
        ({"has_control": None}, "has_control", "Nr. 1"),
        ({"has_control": False}, "has_control", "Nr. 1"),
        ({"control_note": ""}, "has_control", "Nr. 1"),
        ({"activities_basis_points": None}, "activities_basis_points", "Nr. 2"),
        ({"activities_basis_points": 8_000}, "activities_basis_points", "Nr. 2"),
        ({"activities_note": ""}, "activities_basis_points", "Nr. 2"),
        ({"has_private_capital": True}, "has_private_capital", "Nr. 3"),
        ({"has_private_capital": None}, "has_private_capital", "Nr. 3"),
        ({"capital_note": ""}, "has_private_capital", "Nr. 3"),
        ({"offer_amount_net_cents": None}, "offer_amount_net_cents", None),
        ({"offered_on": None}, "offer_amount_net_cents", None),
        ({"alternatives": ()}, "alternatives.0.name", None),
        ({"criteria": ""}, "criteria", None),
        ({"comparison": ""}, "comparison", None),
    ],
)
def test_a_direct_order_needs_each_condition_and_the_comparison(
    change: dict[str, Any], field: str, law: str | None
) -> None:
    (reason,) = reasons_against_result(facts(**change), Result.IN_HOUSE, "Begründet.")
    assert reason.field == field
    assert law is None or law in (reason.law or "")


def test_just_over_eighty_percent_is_enough() -> None:
    assert reasons_against_result(facts(activities_basis_points=8_001), Result.IN_HOUSE, "x") == []


def test_the_market_needs_an_answer_of_the_provider() -> None:
    silent = CheckFacts()
    (reason,) = reasons_against_result(silent, Result.TENDER, "x")
    assert reason.code == "provider_not_asked"
    declined = CheckFacts(declined_on=TODAY)
    assert reasons_against_result(declined, Result.TENDER, "x") == []
    offered = facts(criteria="", comparison="")
    found = {reason.field for reason in reasons_against_result(offered, Result.TENDER, "x")}
    assert found == {"criteria", "comparison"}
    assert reasons_against_result(silent, Result.NOT_SUITABLE, "Bietet das nicht an.") == []


def test_every_condition_says_what_it_still_needs() -> None:
    assert [item.is_met for item in conditions(CheckFacts())] == [None, None, None]
    assert all(item.reason for item in conditions(CheckFacts()))
    assert not any(item.reason for item in conditions(facts()))


@pytest.mark.parametrize(
    ("offer", "amounts", "difference", "basis_points"),
    [
        (80_000, (100_000, 120_000), -20_000, -2_000),
        (120_000, (100_000,), 20_000, 2_000),
        (100_000, (100_000,), 0, 0),
        (100_001, (300_000, 99_999), 2, 0),
        (66_667, (100_000,), -33_333, -3_333),
    ],
)
def test_the_comparison_in_figures_is_with_the_cheapest(
    offer: int, amounts: tuple[int, ...], difference: int, basis_points: int
) -> None:
    alternatives = tuple(Alternative(f"A{i}", amount) for i, amount in enumerate(amounts))
    found = figures(facts(offer_amount_net_cents=offer, alternatives=alternatives))
    assert found is not None
    assert (found.difference_net_cents, found.difference_basis_points) == (difference, basis_points)
    assert found.cheapest.amount_net_cents == min(amounts)
    assert figures(facts(alternatives=())) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"offer_amount_net_cents": 0}, "offer_amount_net_cents"),
        ({"offer_amount_net_cents": 10**16}, "offer_amount_net_cents"),
        ({"offered_on": None}, "offered_on"),
        ({"offer_amount_net_cents": None}, "offer_amount_net_cents"),
        ({"offered_on": dt.date(2026, 11, 24)}, "offered_on"),
        ({"offered_on": dt.date(1, 1, 1)}, "offered_on"),
        ({"declined_on": TODAY}, "declined_on"),
        ({"activities_basis_points": 10_001}, "activities_basis_points"),
        ({"activities_basis_points": -1}, "activities_basis_points"),
        ({"control_note": "a\0b"}, "control_note"),
        ({"comparison": "x" * 20_000}, "comparison"),
        ({"alternatives": (Alternative("", 1),)}, "alternatives.0.name"),
        ({"alternatives": (Alternative("x" * 600, 1),)}, "alternatives.0.name"),
        ({"alternatives": (Alternative("A", 0),)}, "alternatives.0.amount_net_cents"),
        ({"alternatives": (Alternative("A", 1),) * 11}, "alternatives.0.name"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        entries.checked(entry(**change), TODAY)
    assert [violation.field for violation in raised.value.violations] == [field]


def test_an_empty_check_may_be_kept() -> None:
    assert entries.checked(CheckEntry(), TODAY) == CheckEntry()
