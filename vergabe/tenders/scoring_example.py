"""What weights do, by an example of two bids and the usual formulas. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.money import german
from vergabe.web.formatting import percent

LOW_CENTS: Final = 100_000_00
HIGH_CENTS: Final = 110_000_00
FEW, MANY = 70, 90
"""Points of 100 that bid A (cheap) and bid B (good) get for quality."""


@dataclass(frozen=True)
class Line:
    """A criterion with the points of both bids, in hundredths of a point of 100."""

    name: str
    weight_basis_points: int
    how: str
    points_a: int
    points_b: int


@dataclass(frozen=True)
class Example:
    """Two bids compared; sums in hundredths of a point."""

    lines: Sequence[Line]

    @property
    def sum_a(self) -> int:
        return sum(line.points_a for line in self.lines)

    @property
    def sum_b(self) -> int:
        return sum(line.points_b for line in self.lines)

    @property
    def sentence(self) -> str:
        if self.sum_a == self.sum_b:
            return "Beide Angebote lägen gleichauf."
        if self.sum_a > self.sum_b:
            return "Mit diesen Gewichten läge das günstige Angebot A vorn."
        return "Mit diesen Gewichten läge das bessere, aber teurere Angebot B vorn."


def example_of(criteria: Sequence[tuple[str, str, int]]) -> Example:
    """Return how two bids would score; criteria: name, kind and weight in basis points."""
    return Example([_line(*criterion) for criterion in criteria])


def _line(name: str, kind: str, weight: int) -> Line:
    if kind in ("price", "cost"):
        how = f"Gewicht × niedrigster Preis ÷ Preis; A {german(LOW_CENTS)}, B {german(HIGH_CENTS)}"
        return Line(name, weight, how, weight, weight * LOW_CENTS // HIGH_CENTS)
    how = f"Gewicht × Punkte ÷ 100; A {FEW} Punkte, B {MANY} Punkte"
    return Line(name, weight, how, weight * FEW // 100, weight * MANY // 100)


def points(hundredths: int) -> str:
    """Return points as people write them: 6364 → `63,64`."""
    return percent(hundredths).removesuffix("%").strip()
