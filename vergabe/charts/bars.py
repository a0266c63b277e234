"""Bars from left to right (Balkendiagramm): rates, comparisons, shares. Plain data, no drawing.

Every bar carries its figure in words, so there is no axis to read values from; the caller writes
the words, in German, and shows the same figures in a table beside the picture.
"""

from dataclasses import dataclass
from typing import Final

SERIES_MOST: Final = 4
"""So many looks can be told apart in black and white."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a bar; series: index into the names of the chart; note: for a pointer."""

    value: int
    series: int = 0
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar, its pieces one behind the other; text: its figure in words.

    full: where the bar would end if it were complete, drawn as a frame; None draws none.
    """

    pieces: tuple[Piece, ...]
    text: str
    full: int | None = None

    @property
    def length(self) -> int:
        return max(sum(piece.value for piece in self.pieces), self.full or 0)


@dataclass(frozen=True)
class BarRow:
    """What is compared: a label with one bar, or with several beside each other (grouped)."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class BarChart:
    """What is drawn. title and description are what a screen reader says instead of the picture.

    series: names of what the pieces stand for; the key is drawn where there are several. Raises
    ValueError for negative values, unknown series, or more series than can be told apart.
    """

    title: str
    description: str
    rows: tuple[BarRow, ...]
    series: tuple[str, ...] = ("",)

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= SERIES_MOST:
            raise ValueError(f"a chart has 1 to {SERIES_MOST} series")
        pieces = [piece for row in self.rows for bar in row.bars for piece in bar.pieces]
        if any(piece.value < 0 for piece in pieces):
            raise ValueError("bars cannot be negative")
        if any(not 0 <= piece.series < len(self.series) for piece in pieces):
            raise ValueError("a piece belongs to no series")

    @property
    def longest(self) -> int:
        """Return the length that fills the width; at least 1."""
        return max((bar.length for row in self.rows for bar in row.bars), default=0) or 1


def plain_row(label: str, value: int, text: str, *, full: int | None = None) -> BarRow:
    """Return a row with one bar of the first series."""
    return BarRow(label, (Bar((Piece(value),), text, full),))


def rate_row(label: str, part: int, whole: int) -> BarRow:
    """Return a row that tells how many of how many: a filled frame with `3 von 6 (50 %)`.

    The frame has the same width in every row, whatever the whole is. Nothing asked is an empty one.
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is no rate")
    points = part * 10_000 // whole if whole else 0
    percent = f" ({points // 100}\N{NO-BREAK SPACE}%)" if whole else ""
    return plain_row(label, points, f"{part} von {whole}{percent}", full=10_000)
