"""Cost keys: what is complete, and how each kind divides, as a table."""

import datetime as dt
import tomllib
import uuid
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vergabe.cooperations import configuration_schema
from vergabe.cost_keys.completeness import reasons_against_key
from vergabe.cost_keys.figures import MemberFigures
from vergabe.cost_keys.keys import CostKey, KeyKind, NoAward, borne_by, read_key, without_award
from vergabe.cost_keys.shares import reasons_against_shares, shares
from vergabe.errors import Refused

DAY = dt.date(2022, 12, 31)
CLAUSES = {"no_award": "equal", "vat_clause": "Zuzüglich Umsatzsteuer, falls sie anfällt."}


def member(
    position: int, inhabitants: int | None = 100, value: int | None = 100, **more: Any
) -> MemberFigures:
    return MemberFigures(
        member_id=uuid.UUID(int=position + 1),
        key=f"0535800{position}",
        name=f"Ort {position}",
        position=position,
        inhabitants=inhabitants,
        inhabitants_on=DAY,
        demand_value_net_cents=value,
        **more,
    )


THREE = (member(0, 10_302, 0), member(1, 33_158, 300_00), member(2, 67_239, 700_00))


def key(**stored: Any) -> CostKey:
    return read_key(stored)


def cents(amount: int, of: CostKey, members: Sequence[MemberFigures] = THREE) -> list[int]:
    return [line.cents for line in shares(amount, of, members).lines]


@pytest.mark.parametrize(
    ("stored", "codes"),
    [
        ({"kind": "equal", **CLAUSES}, set()),
        ({"kind": "demand_value", **CLAUSES}, set()),
        ({"kind": "usage", **CLAUSES}, set()),
        ({"kind": "inhabitants", "inhabitants_on": "2022-12-31", **CLAUSES}, set()),
        ({"kind": "base_plus_variable", "base_cents": 1, **CLAUSES}, set()),
        (
            {"kind": "mixed", "equal_basis_points": 1, "demand_value_basis_points": 9999} | CLAUSES,
            set(),
        ),
        ({"kind": "one_bearer", "bearer": "05162", **CLAUSES}, set()),
        ({"kind": "equal", "bearer": "05162", "bearer_basis_points": 5000, **CLAUSES}, set()),
        ({}, {"cost_key_missing", "no_award_rule_missing", "vat_clause_missing"}),
        ({"kind": "dice", **CLAUSES}, {"cost_key_missing"}),
        ({"kind": "equal"}, {"no_award_rule_missing", "vat_clause_missing"}),
        ({"kind": "equal", **CLAUSES, "vat_clause": "  "}, {"vat_clause_missing"}),
        ({"kind": "equal", **CLAUSES, "no_award": "later"}, {"no_award_rule_missing"}),
        ({"kind": "inhabitants", **CLAUSES}, {"key_day_missing"}),
        ({"kind": "equal", **CLAUSES, "no_award": "inhabitants"}, {"key_day_missing"}),
        ({"kind": "base_plus_variable", **CLAUSES}, {"base_fee_missing"}),
        ({"kind": "mixed", "equal_basis_points": 9999, **CLAUSES}, {"weights_incomplete"}),
        (
            {"kind": "mixed", "equal_basis_points": 11000, "inhabitants_basis_points": -1000}
            | CLAUSES,
            {"weights_incomplete"},
        ),
        ({"kind": "one_bearer", **CLAUSES}, {"bearer_missing"}),
        (
            {"kind": "one_bearer", "bearer": "05162", "bearer_basis_points": 4_000, **CLAUSES},
            {"part_beside_one_bearer"},
        ),
        ({"kind": "equal", "bearer_basis_points": 1, **CLAUSES}, {"bearer_missing"}),
        (
            {"kind": "equal", "bearer": "05162", "bearer_basis_points": 10001, **CLAUSES},
            {"bearer_share_impossible"},
        ),
    ],
)
def test_what_is_missing_in_a_key_is_listed(stored: dict[str, Any], codes: set[str]) -> None:
    reasons = reasons_against_key(read_key(stored))
    assert {reason.code for reason in reasons} == codes
    assert all(reason.field and reason.field.startswith("cost_key.") for reason in reasons)


@pytest.mark.parametrize(
    ("of", "amount", "expected"),
    [
        (key(kind="equal"), 100, [34, 33, 33]),
        (key(kind="equal"), -100, [-34, -33, -33]),
        (key(kind="equal"), 2, [1, 1, 0]),
        (key(kind="equal"), 0, [0, 0, 0]),
        (key(kind="inhabitants", inhabitants_on="2022-12-31"), 110_699, [10302, 33158, 67239]),
        (key(kind="demand_value"), 1_000, [0, 300, 700]),
        # Nobody has used anything yet: provisionally by demand.
        (key(kind="usage"), 1_000, [0, 300, 700]),
        # 300 equally, the remaining 700 by demand: 100 + 0, 100 + 210, 100 + 490.
        (key(kind="base_plus_variable", base_cents=300), 1_000, [100, 310, 590]),
        # Less than the base: all of it equally.
        (key(kind="base_plus_variable", base_cents=300), 90, [30, 30, 30]),
        (key(kind="base_plus_variable", base_cents=300), -1_000, [-100, -310, -590]),
        # Half equally (500), half by demand.
        (
            key(kind="mixed", equal_basis_points=5000, demand_value_basis_points=5000),
            3_000,
            [500, 950, 1550],
        ),
        (key(kind="one_bearer", bearer="05358001"), 77, [0, 77, 0]),
        # The bearer takes 40 of 100 beforehand and its third of the remaining 60.
        (key(kind="equal", bearer="05358001", bearer_basis_points=4000), 100, [20, 60, 20]),
    ],
)
def test_each_kind_of_key_divides_as_agreed(of: CostKey, amount: int, expected: list[int]) -> None:
    assert cents(amount, of) == expected


def test_a_county_without_a_demand_bears_only_its_part() -> None:
    county = member(3, value=None, takes_part=False)
    of = borne_by(key(kind="demand_value"), county.key, 9000)
    assert cents(1_000, of, (*THREE, county)) == [0, 30, 70, 900]
    assert cents(1_000, borne_by(of, county.key, 10_000), (*THREE, county)) == [0, 0, 0, 1_000]


def test_one_cent_over_forty_members_goes_to_the_first() -> None:
    forty = [member(position) for position in range(40)]
    assert cents(1, key(kind="equal"), forty) == [1] + [0] * 39
    assert cents(1, key(kind="equal"), forty[::-1]) == [1] + [0] * 39


def test_known_usage_replaces_the_provisional_measure() -> None:
    used = [member(position, value=0, usage=position) for position in range(3)]
    found = shares(300, key(kind="usage"), used)
    assert not found.is_provisional
    assert [line.cents for line in found.lines] == [0, 100, 200]
    assert shares(300, key(kind="usage"), THREE).is_provisional


@pytest.mark.parametrize(
    ("of", "members", "code"),
    [
        (key(kind="equal"), (), "no_members"),
        (key(kind="equal"), (member(0), member(0)), "member_repeated"),
        (key(kind="demand_value"), (member(0, value=None),), "demand_value_missing"),
        (key(kind="demand_value"), (member(0, value=0),), "nothing_to_divide_by"),
        (
            key(kind="inhabitants", inhabitants_on="2022-12-31"),
            (member(0, None),),
            "inhabitants_missing",
        ),
        (
            key(kind="inhabitants", inhabitants_on="2023-12-31"),
            (member(0),),
            "inhabitants_of_other_day",
        ),
        (key(kind="usage"), (member(0, usage=1), member(1)), "usage_missing"),
        (key(kind="one_bearer", bearer="05162"), THREE, "bearer_not_member"),
        (key(), THREE, "cost_key_missing"),
        (
            key(kind="mixed", equal_basis_points=5000, demand_value_basis_points=5000),
            (member(0, value=0),),
            "nothing_to_divide_by",
        ),
    ],
)
def test_missing_figures_are_named(
    of: CostKey, members: tuple[MemberFigures, ...], code: str
) -> None:
    assert code in {reason.code for reason in reasons_against_shares(100, of, members)}
    with pytest.raises(Refused, match="lässt sich so nicht aufteilen") as caught:
        shares(100, of, members)
    assert code in {reason.code for reason in caught.value.violations}


def test_a_share_explains_its_arithmetic() -> None:
    found = shares(1_000_00, key(kind="inhabitants", inhabitants_on="2022-12-31"), THREE)
    assert found.lines[1].weight == Fraction(33158, 110699)
    sentence = found.lines[1].explanation.replace("\N{NO-BREAK SPACE}", " ")
    assert sentence == (
        "33.158 von 110.699 Einwohnern (Stichtag 31.12.2022). Genau 299,532967… € von 1.000,00 €, "
        "abgerundet auf 299,53 €, damit die Anteile zusammen den Betrag ergeben."
    )
    credit = shares(-1_00, key(kind="equal"), THREE).lines[0].explanation
    assert "Genau -0,333333…" in credit
    assert "aufgerundet auf -0,34" in credit


@pytest.mark.parametrize(
    "stored",
    [
        {"kind": "equal"},
        {"kind": "inhabitants", "inhabitants_on": "2022-12-31"},
        {"kind": "demand_value"},
        {"kind": "usage"},
        {"kind": "base_plus_variable", "base_cents": 50},
        {"kind": "mixed", "equal_basis_points": 2500, "inhabitants_basis_points": 7500}
        | {"inhabitants_on": "2022-12-31"},
        {"kind": "one_bearer", "bearer": "05358001"},
        {"kind": "equal", "bearer": "05358001", "bearer_basis_points": 1250},
    ],
)
def test_every_kind_of_key_explains_every_share(stored: dict[str, Any]) -> None:
    beginnings = ("1 von", "Trägt", "Vom Rest", "vom Grundbetrag", "vorläufig", "zu 25")
    for line in shares(1_000_01, read_key(stored), THREE).lines:
        figures = (f"{line.member.inhabitants:,}".replace(",", "."), "0,00", "300,00", "700,00")
        assert line.explanation.startswith(beginnings + figures)
        assert "Genau" in line.explanation


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (NoAward.KEY, [0, 30, 70]),
        (NoAward.EQUAL, [34, 33, 33]),
        (NoAward.INHABITANTS, [9, 30, 61]),
        (NoAward.DEMAND_VALUE, [0, 30, 70]),
        (NoAward.LEAD_BEARS, [100, 0, 0]),
    ],
)
def test_without_an_award_the_agreed_rule_divides(rule: NoAward, expected: list[int]) -> None:
    agreed = key(kind="demand_value", no_award=rule.value, inhabitants_on="2022-12-31")
    of = without_award(agreed, lead=THREE[0].key)
    assert of is not None
    assert cents(100, of) == expected


def test_without_an_agreed_rule_nobody_owes_by_guesswork() -> None:
    assert without_award(key(kind="equal"), lead="05358040") is None


def test_names_of_keys_are_german() -> None:
    assert read_key({"kind": "equal"}).name == "gleiche Anteile"
    assert read_key({}).name == "kein Kostenschlüssel vereinbart"
    half = borne_by(CostKey(kind=KeyKind.EQUAL), "05162", 1250).name
    assert half == "12,5\N{NO-BREAK SPACE}% trägt ein Mitglied, den Rest gleiche Anteile"


def test_a_negative_figure_is_no_figure() -> None:
    with pytest.raises(ValueError, match="negative"):
        member(0, value=-1)


@pytest.mark.parametrize("name", ["dlz", "rkn", "heinsberg", "emh"])
def test_the_four_known_groups_have_a_complete_cost_rule(name: str) -> None:
    path = Path(__file__).parents[3] / "examples" / "cooperations" / f"{name}.toml"
    file = configuration_schema.read(tomllib.loads(path.read_text(encoding="utf-8")))
    assert reasons_against_key(read_key(file.cost_key)) == []
