"""The money of a funding case: by cost line and member, in scenarios, and as proof of use. Pure.

Every table adds up to the cent, by row and by column. A member's cost of a line is its part of the
grant and its part of the own share; both are divided by the same key (largest remainder, ties by
the fixed order), so none is a cent off its exact value.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from vergabe import money
from vergabe.law.funding import FULL, Rounding, rounded, share

# A single line may be exceeded by a fifth if others save it (ANBest, no. 1.2; general knowledge).
LINE_TOLERANCE_BASIS_POINTS: Final = 2_000


@dataclass(frozen=True)
class CostLine:
    """A cost line as planned, in cents; eligible is a part of planned."""

    id: uuid.UUID
    name: str
    planned_cents: int
    eligible_cents: int


@dataclass(frozen=True)
class Part:
    """Grant and own share of something, in cents."""

    grant_cents: int = 0
    own_cents: int = 0

    @property
    def cost_cents(self) -> int:
        """What both cover."""
        return self.grant_cents + self.own_cents

    def __add__(self, other: "Part") -> "Part":
        return Part(self.grant_cents + other.grant_cents, self.own_cents + other.own_cents)


@dataclass(frozen=True)
class LineParts:
    """A cost line with what each member gets and bears of it."""

    line: CostLine
    total: Part
    by_member: Mapping[uuid.UUID, Part]


@dataclass(frozen=True)
class Financing:
    """The whole: lines, and the sums by member and of all."""

    lines: tuple[LineParts, ...]
    by_member: Mapping[uuid.UUID, Part]
    total: Part
    eligible_cents: int


def financing(
    lines: Sequence[CostLine],
    grant_cents: int,
    weights: Mapping[uuid.UUID, Fraction],
    order: Sequence[uuid.UUID],
) -> Financing:
    """Return how a grant and the own share spread over lines and members.

    weights: each member's part of the own share; order: fixed, for ties. The grant follows the
    eligible cost of the lines. Raises ValueError if the grant exceeds the eligible cost.
    """
    eligible = sum(line.eligible_cents for line in lines)
    if not 0 <= grant_cents <= eligible:
        raise ValueError("a grant lies between nothing and the eligible cost")
    places = range(len(lines))
    of_lines = money.split(
        grant_cents, {place: lines[place].eligible_cents for place in places}, places
    )
    parts = []
    for place, line in enumerate(lines):
        of_line = Part(of_lines[place], line.planned_cents - of_lines[place])
        granted = money.split(of_line.grant_cents, weights, order)
        borne = money.split(of_line.own_cents, weights, order)
        by_member = {member: Part(granted[member], borne[member]) for member in order}
        parts.append(LineParts(line, of_line, by_member))
    return Financing(
        lines=tuple(parts),
        by_member={
            member: sum((part.by_member[member] for part in parts), Part()) for member in order
        },
        total=sum((part.total for part in parts), Part()),
        eligible_cents=eligible,
    )


@dataclass(frozen=True)
class Spent:
    """An expense of a line, in cents; eligible is the part that counts."""

    line_id: uuid.UUID
    organisation_id: uuid.UUID
    amount_cents: int
    eligible_cents: int


@dataclass(frozen=True)
class ProofLine:
    """A line of the proof of use: planned, eligible, spent, recognised, with how many vouchers."""

    line: CostLine
    spent_cents: int
    recognised_cents: int
    expense_count: int

    @property
    def difference_cents(self) -> int:
        """Spent minus planned."""
        return self.spent_cents - self.line.planned_cents

    @property
    def is_overrun(self) -> bool:
        """Whether more than the tolerance was spent beyond the plan."""
        limit = self.line.planned_cents * (FULL + LINE_TOLERANCE_BASIS_POINTS)
        return self.spent_cents * FULL > limit


@dataclass(frozen=True)
class Proof:
    """The proof of use (Verwendungsnachweis); all in cents.

    final: what the grant comes to; open: still to be called; to_repay: received too much.
    """

    lines: tuple[ProofLine, ...]
    by_payer: Mapping[uuid.UUID, int]
    planned_cents: int
    spent_cents: int
    recognised_cents: int
    granted_cents: int
    final_cents: int
    received_cents: int
    steps: tuple[str, ...]

    @property
    def own_cents(self) -> int:
        """What is left to the members of what was spent."""
        return self.spent_cents - self.final_cents

    @property
    def open_cents(self) -> int:
        return max(0, self.final_cents - self.received_cents)

    @property
    def to_repay_cents(self) -> int:
        return max(0, self.received_cents - self.final_cents)


def proof(
    lines: Sequence[CostLine],
    expenses: Sequence[Spent],
    *,
    granted_cents: int,
    quota_basis_points: int,
    rounding: Rounding,
    received_cents: int,
) -> Proof:
    """Return the proof of use as it stands: the grant is at most the quota of what counts."""
    proven = tuple(_proof_line(line, expenses) for line in lines)
    recognised = sum(line.recognised_cents for line in proven)
    by_quota = rounded(recognised * quota_basis_points, FULL, rounding)
    final = min(granted_cents, by_quota)
    by_payer: dict[uuid.UUID, int] = {}
    for expense in expenses:
        payer = expense.organisation_id
        by_payer[payer] = by_payer.get(payer, 0) + expense.amount_cents
    return Proof(
        lines=proven,
        by_payer=by_payer,
        planned_cents=sum(line.line.planned_cents for line in proven),
        spent_cents=sum(line.spent_cents for line in proven),
        recognised_cents=recognised,
        granted_cents=granted_cents,
        final_cents=final,
        received_cents=received_cents,
        steps=_proof_steps(recognised, quota_basis_points, by_quota, granted_cents, final),
    )


def _proof_line(line: CostLine, expenses: Sequence[Spent]) -> ProofLine:
    own = [expense for expense in expenses if expense.line_id == line.id]
    return ProofLine(
        line,
        spent_cents=sum(expense.amount_cents for expense in own),
        recognised_cents=sum(expense.eligible_cents for expense in own),
        expense_count=len(own),
    )


def _proof_steps(
    recognised: int, quota: int, by_quota: int, granted: int, final: int
) -> tuple[str, ...]:
    counts = "die Bewilligung" if granted <= by_quota else "der Anteil an den Ausgaben"
    return (
        f"Anerkannte Ausgaben: {money.german(recognised)}.",
        f"{share(quota)} davon: {money.german(by_quota)}.",
        f"Bewilligt: {money.german(granted)}; es zählt der niedrigere Betrag: {counts}.",
        f"Zuwendung nach dem Verwendungsnachweis: {money.german(final)}.",
    )
