"""The weight of each member under a cost key, as whole numbers over one common denominator."""

from collections.abc import Sequence
from typing import Final

from vergabe.cost_keys.figures import MemberFigures
from vergabe.cost_keys.keys import ALL_BASIS_POINTS, CostKey, KeyKind

Weights = list[int]
"""Whole numbers in the order of the members; only their proportion counts."""


def weights(amount_cents: int, key: CostKey, members: Sequence[MemberFigures]) -> Weights:
    """Return the weight of each member for this amount, in the order of `members`.

    All figures that the key asks for must be there (`reasons_against_shares`). All zero when
    there is nothing to divide by. Only base plus variable depends on the amount.
    """
    if key.kind is KeyKind.ONE_BEARER:
        return [int(member.key == key.bearer) for member in members]
    by_kind = _by_kind(amount_cents, key, members)
    part = key.bearer_basis_points
    if not part:
        return by_kind
    # part / 10000 goes to the bearer, the rest by the weights of the kind.
    total = sum(by_kind)
    return [
        total * part * (member.key == key.bearer) + weight * (ALL_BASIS_POINTS - part)
        for member, weight in zip(members, by_kind, strict=True)
    ]


def _by_kind(amount_cents: int, key: CostKey, members: Sequence[MemberFigures]) -> Weights:
    if key.kind is KeyKind.INHABITANTS:
        return _inhabitants(members)
    if key.kind is KeyKind.DEMAND_VALUE:
        return _demand_values(members)
    if key.kind is KeyKind.USAGE:
        return usage(members)
    if key.kind is KeyKind.MIXED:
        return _mixed(key, members)
    if key.kind is KeyKind.BASE_PLUS_VARIABLE:
        return _base_plus_variable(amount_cents, key, members)
    return _equal(members)


def _equal(members: Sequence[MemberFigures]) -> Weights:
    return [int(member.takes_part) for member in members]


def _inhabitants(members: Sequence[MemberFigures]) -> Weights:
    return [(member.inhabitants or 0) if member.takes_part else 0 for member in members]


def _demand_values(members: Sequence[MemberFigures]) -> Weights:
    return [(member.demand_value_net_cents or 0) if member.takes_part else 0 for member in members]


def has_usage(members: Sequence[MemberFigures]) -> bool:
    """Return whether usage is known; until then the value of the demands stands in for it."""
    return any(member.usage is not None for member in members if member.takes_part)


def usage(members: Sequence[MemberFigures]) -> Weights:
    """Return the weights by usage, provisionally by demand value while no usage is known."""
    if not has_usage(members):
        return _demand_values(members)
    return [(member.usage or 0) if member.takes_part else 0 for member in members]


_PARTS: Final = (
    (_equal, "equal_basis_points"),
    (_inhabitants, "inhabitants_basis_points"),
    (_demand_values, "demand_value_basis_points"),
)


def _mixed(key: CostKey, members: Sequence[MemberFigures]) -> Weights:
    # w0 / n + w1 · inh / Σ inh + w2 · val / Σ val, times n · Σ inh · Σ val.
    parts = [(get(members), getattr(key, name)) for get, name in _PARTS if getattr(key, name) > 0]
    sums = [sum(values) for values, _ in parts]
    denominator = 1
    for total in sums:
        denominator *= total
    result = [0] * len(members)
    if not denominator:
        return result
    for (values, basis_points), total in zip(parts, sums, strict=True):
        factor = basis_points * (denominator // total)
        result = [sum_ + factor * value for sum_, value in zip(result, values, strict=True)]
    return result


def _base_plus_variable(
    amount_cents: int, key: CostKey, members: Sequence[MemberFigures]
) -> Weights:
    # An amount below the base is divided equally, all of it.
    amount = abs(amount_cents)
    base = min(key.base_cents or 0, amount)
    equal = _equal(members)
    if base == amount:
        return equal
    by_usage = usage(members)
    usage_sum = sum(by_usage)
    if not usage_sum:
        return [0] * len(members)
    # base / n + (amount - base) · use / Σ use, times n · Σ use.
    return [
        base * one * usage_sum + (amount - base) * used * sum(equal)
        for one, used in zip(equal, by_usage, strict=True)
    ]
