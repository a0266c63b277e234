"""An amount divided by a cost key: shares that add up to the cent and explain themselves."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from vergabe import money
from vergabe.cost_keys import explaining
from vergabe.cost_keys.completeness import reasons_against_key
from vergabe.cost_keys.figures import MemberFigures, missing_figures
from vergabe.cost_keys.keys import CostKey, KeyKind
from vergabe.cost_keys.weights import has_usage, weights
from vergabe.errors import Refused, Violation

_CLAUSES = frozenset({"no_award_rule_missing", "vat_clause_missing"})
"""What an agreement lacks without it hindering the arithmetic."""


@dataclass(frozen=True)
class Share:
    """What one member bears of an amount; `cents` has the sign of the amount."""

    member: MemberFigures
    cents: int
    amount_cents: int
    weight_numerator: int
    weight_denominator: int
    reason: explaining.Reason

    @property
    def weight(self) -> Fraction:
        """Return the member's part of the whole, before rounding to cents; all add up to 1."""
        return Fraction(self.weight_numerator, self.weight_denominator or 1)

    @property
    def exact_cents(self) -> Fraction:
        """Return the share before rounding, in cents."""
        return self.weight * self.amount_cents

    @property
    def explanation(self) -> str:
        """Return how the share came about, in German: weight, exact share, rounding."""
        return explaining.sentence(self.reason, self.member, self.cents, self.exact_cents)


@dataclass(frozen=True)
class Shares:
    """An amount, the key, and one line per member in the fixed order; the lines add up exactly."""

    amount_cents: int
    key: CostKey
    lines: tuple[Share, ...]
    is_provisional: bool
    """By demand value while the usage that the key asks for is unknown."""

    @cached_property
    def cents(self) -> dict[uuid.UUID, int]:
        """Return member id → cents."""
        return {line.member.member_id: line.cents for line in self.lines}

    def of(self, member_id: uuid.UUID) -> Share:
        """Return the share of one member; KeyError if it has none."""
        for line in self.lines:
            if line.member.member_id == member_id:
                return line
        raise KeyError(member_id)


def reasons_against_shares(
    amount_cents: int, key: CostKey, members: Sequence[MemberFigures]
) -> list[Violation]:
    """Return why the amount cannot be divided by this key; empty means it can.

    Clauses that only the agreement lacks (no award, VAT) do not hinder the arithmetic.
    """
    reasons = [reason for reason in reasons_against_key(key) if reason.code not in _CLAUSES]
    reasons += missing_figures(key, members)
    if not reasons and amount_cents and not any(weights(amount_cents, key, members)):
        reasons.append(
            Violation(
                "nothing_to_divide_by",
                "Die Größe, nach der geteilt werden soll, ist bei allen Mitgliedern null.",
            )
        )
    return reasons


def shares(amount_cents: int, key: CostKey, members: Sequence[MemberFigures]) -> Shares:
    """Return `amount_cents` divided among `members`; the cents add up to it exactly.

    Largest remainder, ties by the members' fixed order (`position`, then id), so the order of
    `members` does not matter; no share is a cent or more off its exact value. A negative amount
    (a credit) is divided like the positive one, with the signs turned.
    Refused ("shares_not_possible") with every reason when figures are missing.
    Source: procurement-rules.md, section 11 (cost keys); design.md, section 3 (2).
    """
    ordered = sorted(members, key=lambda member: (member.position, member.member_id))
    reasons = reasons_against_shares(amount_cents, key, ordered)
    if reasons:
        raise Refused.because(
            "shares_not_possible", "Der Betrag lässt sich so nicht aufteilen.", reasons
        )
    by_member = weights(amount_cents, key, ordered)
    total = sum(by_member)
    cents = money.split(amount_cents, dict(enumerate(by_member)), range(len(ordered)))
    is_provisional = _is_provisional(key, ordered)
    reason = explaining.reason_of(amount_cents, key, ordered, is_provisional=is_provisional)
    return Shares(
        amount_cents,
        key,
        tuple(
            Share(member, cents[index], amount_cents, by_member[index], total, reason)
            for index, member in enumerate(ordered)
        ),
        is_provisional,
    )


def _is_provisional(key: CostKey, members: Sequence[MemberFigures]) -> bool:
    by_usage = key.kind in (KeyKind.USAGE, KeyKind.BASE_PLUS_VARIABLE)
    return by_usage and not has_usage(members)
