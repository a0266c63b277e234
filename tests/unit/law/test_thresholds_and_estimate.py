import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from vergabe.law.errors import ImpossibleInput, NoRowInForce
from vergabe.law.estimate import (
    Method,
    Position,
    estimate,
    main_contract_type,
    position_step,
    position_value,
    small_lots,
)
from vergabe.law.thresholds import ContractType, eu_threshold, next_change

ON = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (ContractType.WORKS, 5_538_000, 5_404_000),
        (ContractType.SUPPLIES, 221_000, 216_000),
        (ContractType.SERVICES, 221_000, 216_000),
        (ContractType.DESIGN_CONTEST, 221_000, 216_000),
        (ContractType.SOCIAL_SERVICES, 750_000, 750_000),
        (ContractType.WORKS_CONCESSION, 5_538_000, 5_404_000),
        (ContractType.SERVICE_CONCESSION, 5_538_000, 5_404_000),
        (ContractType.UTILITIES_SUPPLIES, 443_000, 432_000),
        (ContractType.UTILITIES_SERVICES, 443_000, 432_000),
        (ContractType.UTILITIES_WORKS, 5_538_000, 5_404_000),
    ],
)
def test_thresholds_by_day(kind: ContractType, old: int, new: int) -> None:
    for day in (dt.date(2024, 1, 1), dt.date(2025, 12, 31)):
        assert eu_threshold(kind, day).value == old * 100
    for day in (dt.date(2026, 1, 1), dt.date(2027, 12, 31)):
        assert eu_threshold(kind, day).value == new * 100


@pytest.mark.parametrize("day", [dt.date(2023, 12, 31), dt.date(2028, 1, 1)])
def test_a_day_without_threshold_is_refused(day: dt.date) -> None:
    with pytest.raises(NoRowInForce, match="Schwellenwert"):
        eu_threshold(ContractType.SUPPLIES, day)


def test_a_threshold_explains_itself() -> None:
    found = eu_threshold(ContractType.SUPPLIES, ON)
    assert found.rule == "EU-TH-supplies-services"
    assert found.law.startswith("§ 106")
    assert found.evidence == "S"
    assert "01.10.2026" in found.steps[0]
    assert "216.000,00" in found.steps[1]
    assert "2025/2152" in found.steps[1]
    printed = found.as_dict()
    assert printed["value"] == 216_000_00
    assert printed["inputs"] == {"contract_type": "supplies", "on": "2026-10-01"}
    assert printed["row"]["in_force_to"] == "2027-12-31"
    assert printed["evidence_label"] == "belegt"


def test_the_next_threshold_is_known_where_the_tables_reach() -> None:
    following = next_change(ContractType.SUPPLIES, dt.date(2025, 12, 1))
    assert following is not None
    assert following.net_eur == 216_000
    assert next_change(ContractType.SUPPLIES, dt.date(2027, 12, 1)) is None


def position(amount_eur: int, **more: Any) -> Position:
    values: dict[str, Any] = {"municipality": "Merzenich", "land": "NW"}
    return Position(**(values | more), amount_cents=amount_eur * 100)


@pytest.mark.parametrize(
    ("made", "value", "said"),
    [
        (position(100), 100_00, "§ 3 Abs. 1 VgV"),
        (position(100, options_net_cents=50_00, prizes_net_cents=5_00), 155_00, "55,00"),
        (position(119, method=Method.TOTAL_GROSS, vat_rate=Decimal("0.19")), 100_00, "19 %"),
        (position(107, method=Method.TOTAL_GROSS, vat_rate=Decimal("0.07")), 100_00, "7 %"),
        (position(100, method=Method.TOTAL_GROSS, vat_rate=Decimal("0.19")), 84_03, "19 %"),
        (position(100, method=Method.TOTAL_GROSS, vat_rate=Decimal(0)), 100_00, " 0 %"),
        (position(10, method=Method.MONTHLY, term_months=36), 360_00, "36 Monate"),
        (position(10, method=Method.MONTHLY, term_months=1), 10_00, "1 Monat ×"),
        (position(10, method=Method.MONTHLY, term_months=36, extension_months=12), 480_00, "48"),
        (position(10, method=Method.MONTHLY, term_months=48, extension_months=1), 480_00, "48"),
        (position(10, method=Method.MONTHLY, term_months=47), 470_00, "47"),
        (position(10, method=Method.MONTHLY), 480_00, "Abs. 11"),
        (position(10, method=Method.MONTHLY, options_net_cents=1_00), 481_00, "1,00"),
        (position(100, method=Method.FRAMEWORK), 100_00, "Höchstwert"),
        (
            position(100, method=Method.RECURRING_PREVIOUS_YEAR, expected_change_net_cents=-20_00),
            80_00,
            "Vorjahr",
        ),
        (position(100, method=Method.RECURRING_PREVIOUS_YEAR), 100_00, "Abs. 10 Nr. 1"),
        (position(100, method=Method.INNOVATION_PARTNERSHIP), 100_00, "Abs. 5"),
        (position(100, method=Method.RECURRING_NEXT_YEAR), 100_00, "Abs. 10 Nr. 2"),
        (position(100, method=Method.AUTHORITY_SUPPLIED), 100_00, "beigestellt"),
        (
            position(100, method=Method.INNOVATION_PARTNERSHIP, later_purchases_net_cents=900_00),
            1_000_00,
            "Abs. 5",
        ),
        (position(100, method=Method.DESIGN_CONTEST, prizes_net_cents=20_00), 120_00, "Abs. 12"),
    ],
)
def test_every_method_of_section_3(made: Position, value: int, said: str) -> None:
    assert position_value(made, ON) == value
    assert said in position_step(made, ON)


@pytest.mark.parametrize(
    ("made", "field"),
    [
        (position(-1), "amount_cents"),
        (position(1, options_net_cents=-1), "options_net_cents"),
        (position(1, prizes_net_cents=-1), "prizes_net_cents"),
        (position(1, extension_months=-1), "extension_months"),
        (position(1, later_purchases_net_cents=-1), "later_purchases_net_cents"),
        (position(1, method=Method.MONTHLY, term_months=0), "term_months"),
        (position(1, method=Method.TOTAL_GROSS), "vat_rate"),
        (position(1, method=Method.TOTAL_GROSS, vat_rate=Decimal(19)), "vat_rate"),
        (position(1, method=Method.TOTAL_GROSS, vat_rate=Decimal(1)), "vat_rate"),
        (position(1, method=Method.TOTAL_GROSS, vat_rate=Decimal("-0.1")), "vat_rate"),
        (
            position(1, method=Method.RECURRING_PREVIOUS_YEAR, expected_change_net_cents=-1_01),
            "expected_change_net_cents",
        ),
    ],
)
def test_impossible_positions_are_refused(made: Position, field: str) -> None:
    with pytest.raises(ImpossibleInput) as caught:
        position_value(made, ON)
    assert caught.value.field == field


def test_a_decline_to_zero_is_possible() -> None:
    made = position(1, method=Method.RECURRING_PREVIOUS_YEAR, expected_change_net_cents=-1_00)
    assert position_value(made, ON) == 0
    assert position_value(position(1, method=Method.MONTHLY, term_months=1), ON) == 1_00


@pytest.mark.parametrize(("cents", "reaches"), [(215_999_99, False), (216_000_00, True)])
def test_the_threshold_is_reached_at_the_very_cent(cents: int, reaches: bool) -> None:
    made = Position(municipality="Inden", land="NW", amount_cents=cents)
    found = estimate([made], ContractType.SUPPLIES, ON).value
    assert found.reaches_threshold is reaches
    assert found.distance_net_cents == cents - 216_000_00


def test_members_are_added_up_and_groups_kept_apart() -> None:
    positions = [
        position(100, group="A", municipality="Inden", lot="1"),
        position(50, group="A", municipality="Inden", lot="2"),
        position(30, group="B", municipality="Inden", lot="1"),
        position(20, group="A", municipality="Jülich"),
    ]
    found = estimate(positions, ContractType.SERVICES, ON).value
    assert found.group == "A"
    assert found.total_net_cents == 170_00
    assert found.group_totals == {"A": 170_00, "B": 30_00}
    assert found.by_municipality == {"Inden": 150_00, "Jülich": 20_00}
    assert found.by_lot == {"1": 100_00, "2": 50_00}
    assert found.small_lots is None
    other = estimate(positions, ContractType.SERVICES, ON, evaluate_group="B").value
    assert other.total_net_cents == 30_00
    assert other.by_municipality == {"Inden": 30_00}


def test_an_estimate_needs_positions_of_its_group() -> None:
    with pytest.raises(ImpossibleInput):
        estimate([], ContractType.SERVICES, ON)
    with pytest.raises(ImpossibleInput, match="Z"):
        estimate([position(1)], ContractType.SERVICES, ON, evaluate_group="Z")


def test_supplied_by_the_authority_counts_for_works_only() -> None:
    positions = [position(5_400_000), position(4_000, method=Method.AUTHORITY_SUPPLIED)]
    assert estimate(positions, ContractType.WORKS, ON).value.reaches_threshold
    assert estimate(positions, ContractType.WORKS_CONCESSION, ON).value.reaches_threshold
    with pytest.raises(ImpossibleInput, match="Bauleistungen"):
        estimate(positions, ContractType.SERVICES, ON)


LOTS = {"L1": 250_000_00, "L2": 75_000_00, "L3": 60_000_00, "L4": 15_000_00}


SUPPLIES, WORKS = ContractType.SUPPLIES, ContractType.WORKS
# Exactly 20 % of all lots is allowed, exactly 80,000 euro in one lot is not.
AT_CAP = {"A": 320_000_00, "B": 79_999_99, "C": 1}
OVER_CAP = {"A": 319_999_99, "B": 79_999_99, "C": 2}


@pytest.mark.parametrize(
    ("lots", "designated", "kind", "applies", "together"),
    [
        (LOTS, ("L3", "L4"), SUPPLIES, True, 75_000_00),
        (LOTS, ("L2", "L4"), SUPPLIES, False, 90_000_00),
        (LOTS, ("L3", "L3"), SUPPLIES, True, 60_000_00),
        (AT_CAP, ("B", "C"), SUPPLIES, True, 80_000_00),
        (OVER_CAP, ("B", "C"), SUPPLIES, False, 80_000_01),
        ({"A": 320_000_00, "B": 80_000_00}, ("B",), SUPPLIES, False, 80_000_00),
        ({"A": 9_000_000_00, "B": 999_999_99}, ("B",), WORKS, True, 999_999_99),
        ({"A": 9_000_000_00, "B": 1_000_000_00}, ("B",), WORKS, False, 1_000_000_00),
    ],
)
def test_small_lots(
    lots: dict[str, int],
    designated: tuple[str, ...],
    kind: ContractType,
    applies: bool,
    together: int,
) -> None:
    found = small_lots(lots, designated, kind, ON)
    assert found.applies is applies
    assert found.sum_net_cents == together
    assert found.cap_net_cents == sum(lots.values()) // 5


def test_small_lots_of_an_estimate() -> None:
    positions = [position(cents // 100, lot=lot) for lot, cents in LOTS.items()]
    found = estimate(positions, ContractType.SUPPLIES, ON, designated_small_lots=["L3", "L4"])
    assert found.value.small_lots is not None
    assert found.value.small_lots.applies
    assert "die Ausnahme gilt (" in found.steps[-1]
    assert "erreicht den EU-Schwellenwert" in found.steps[-2]
    with pytest.raises(ImpossibleInput, match="L9"):
        estimate(positions, ContractType.SUPPLIES, ON, designated_small_lots=["L9"])
    refused = estimate(positions, ContractType.SUPPLIES, ON, designated_small_lots=["L1"])
    assert "die Ausnahme gilt nicht" in refused.steps[-1]


def test_steps_of_an_estimate_below() -> None:
    found = estimate([position(100, label="Streusalz")], ContractType.SUPPLIES, ON)
    assert found.steps[0].startswith("Streusalz: 100,00")
    assert "01.10.2026" in found.steps[1]
    assert "bleibt unter dem EU-Schwellenwert" in found.steps[2]
    assert found.rule == "VgV-3"


def test_the_higher_value_decides_between_supplies_and_services() -> None:
    kind = main_contract_type({ContractType.SUPPLIES: 5, ContractType.SERVICES: 6})
    assert kind is ContractType.SERVICES
    kind = main_contract_type({ContractType.SERVICES: 5, ContractType.SOCIAL_SERVICES: 6})
    assert kind is ContractType.SOCIAL_SERVICES
    assert main_contract_type({ContractType.WORKS: 1}) is ContractType.WORKS
    with pytest.raises(ImpossibleInput, match="Hauptgegenstand"):
        main_contract_type({ContractType.WORKS: 5, ContractType.SERVICES: 6})
    with pytest.raises(ImpossibleInput):
        main_contract_type({})


def test_every_contract_type_has_a_german_name() -> None:
    assert len({kind.label for kind in ContractType}) == len(ContractType)
    assert [kind for kind in ContractType if kind.is_works] == [
        ContractType.WORKS,
        ContractType.WORKS_CONCESSION,
        ContractType.UTILITIES_WORKS,
    ]


def test_a_rate_with_a_fraction_is_written_with_a_comma() -> None:
    made = Position(
        municipality="Inden",
        land="NW",
        amount_cents=119_500,
        method=Method.TOTAL_GROSS,
        vat_rate=Decimal("0.195"),
    )
    assert "ohne 19,5 % Umsatzsteuer" in position_step(made, ON)
