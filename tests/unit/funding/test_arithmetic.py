"""Grants over lines and members: sums exact in both directions, whatever the figures."""

import uuid
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.funding.arithmetic import CostLine, Spent, financing, proof
from vergabe.law.funding import Rounding

THREE = [uuid.UUID(int=number) for number in (1, 2, 3)]
LINE_IDS = [uuid.UUID(int=number) for number in range(10, 20)]


def line(index: int, planned: int, eligible: int | None = None) -> CostLine:
    part = planned if eligible is None else eligible
    return CostLine(LINE_IDS[index], f"Position {index}", planned, part)


def test_emh_divides_its_own_share_equally() -> None:
    equal = dict.fromkeys(THREE, Fraction(1, 3))
    found = financing([line(0, 74_780_000)], 67_302_000, equal, THREE)
    assert found.total.own_cents == 7_478_000
    assert [part.own_cents for part in found.by_member.values()] == [
        2_492_667,
        2_492_667,
        2_492_666,
    ]
    assert sum(part.grant_cents for part in found.by_member.values()) == 67_302_000


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[CostLine], int, dict[uuid.UUID, Fraction]]:
    planned = draw(st.lists(st.integers(0, 10**9), min_size=1, max_size=6))
    lines = [line(i, p, draw(st.integers(0, p))) for i, p in enumerate(planned)]
    grant = draw(st.integers(0, sum(entry.eligible_cents for entry in lines)))
    parts = draw(st.lists(st.integers(0, 10**6), min_size=3, max_size=3).filter(any))
    weights = {m: Fraction(p, sum(parts)) for m, p in zip(THREE, parts, strict=True)}
    return lines, grant, weights


@given(plans())
def test_rows_and_columns_add_up_and_nobody_is_a_cent_off(
    plan: tuple[list[CostLine], int, dict[uuid.UUID, Fraction]],
) -> None:
    lines, grant, weights = plan
    found = financing(lines, grant, weights, THREE)
    assert found.total.grant_cents == grant
    assert found.total.cost_cents == sum(entry.planned_cents for entry in lines)
    for part in found.lines:
        assert part.total.cost_cents == part.line.planned_cents
        assert part.total.grant_cents <= part.line.eligible_cents
        assert sum(p.own_cents for p in part.by_member.values()) == part.total.own_cents
        assert sum(p.grant_cents for p in part.by_member.values()) == part.total.grant_cents
        for member, own in part.by_member.items():
            assert own.own_cents >= 0
            assert own.grant_cents >= 0
            assert abs(own.own_cents - weights[member] * part.total.own_cents) < 1
            assert abs(own.grant_cents - weights[member] * part.total.grant_cents) < 1
    for member, own in found.by_member.items():
        assert own.own_cents == sum(part.by_member[member].own_cents for part in found.lines)


def test_more_than_the_eligible_cost_cannot_be_divided() -> None:
    with pytest.raises(ValueError, match="eligible"):
        financing([line(0, 100, 50)], 51, dict.fromkeys(THREE, Fraction(1, 3)), THREE)


def test_a_project_without_lines_has_nothing_to_divide() -> None:
    found = financing([], 0, dict.fromkeys(THREE, Fraction(1, 3)), THREE)
    assert found.total.cost_cents == 0
    assert all(part.cost_cents == 0 for part in found.by_member.values())


def spent(index: int, amount: int, eligible: int | None = None, payer: int = 0) -> Spent:
    return Spent(LINE_IDS[index], THREE[payer], amount, amount if eligible is None else eligible)


def test_less_spent_means_less_granted_and_money_to_repay() -> None:
    found = proof(
        [line(0, 1000), line(1, 500)],
        [spent(0, 700, 600), spent(0, 100, payer=1), spent(1, 0)],
        granted_cents=1200,
        quota_basis_points=9000,
        rounding=Rounding.CENT_DOWN,
        received_cents=700,
    )
    assert (found.spent_cents, found.recognised_cents) == (800, 700)
    assert (found.final_cents, found.own_cents, found.to_repay_cents) == (630, 170, 70)
    assert found.open_cents == 0
    assert found.by_payer == {THREE[0]: 700, THREE[1]: 100}
    assert found.lines[0].difference_cents == -200


def test_more_spent_never_raises_the_grant() -> None:
    found = proof(
        [line(0, 1000)],
        [spent(0, 1200)],
        granted_cents=900,
        quota_basis_points=9000,
        rounding=Rounding.CENT_DOWN,
        received_cents=0,
    )
    assert (found.final_cents, found.open_cents) == (900, 900)
    assert not found.lines[0].is_overrun
    assert "niedrigere Betrag: die Bewilligung" in found.steps[2]


@pytest.mark.parametrize(("amount", "is_overrun"), [(1200, False), (1201, True)])
def test_a_line_may_be_exceeded_by_a_fifth(amount: int, is_overrun: bool) -> None:
    found = proof(
        [line(0, 1000)],
        [spent(0, amount)],
        granted_cents=900,
        quota_basis_points=9000,
        rounding=Rounding.CENT_DOWN,
        received_cents=0,
    )
    assert found.lines[0].is_overrun is is_overrun


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 10**9), st.integers(0, 100)), max_size=12),
    st.integers(1, 10**9),
    st.integers(0, 10**9),
)
def test_the_proof_adds_up(
    entries: list[tuple[int, int, int]], granted: int, received: int
) -> None:
    expenses = [
        spent(index, amount, amount * percent // 100, payer=index)
        for index, amount, percent in entries
    ]
    found = proof(
        [line(0, 10**9), line(1, 10**9)],
        expenses,
        granted_cents=granted,
        quota_basis_points=9000,
        rounding=Rounding.CENT_DOWN,
        received_cents=received,
    )
    assert found.spent_cents == sum(found.by_payer.values())
    assert found.spent_cents == sum(each.spent_cents for each in found.lines)
    assert found.final_cents + found.own_cents == found.spent_cents
    assert found.final_cents <= granted
    assert found.received_cents + found.open_cents - found.to_repay_cents == found.final_cents
