"""Rows and cells of any table, with addresses that people find again in their own file."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from vergabe.errors import InvalidInput, Violation

CellValue = str | int | float | Decimal | bool | dt.date | dt.time | dt.timedelta | None
# How well the texts of a row serve as headers; a row scoring below 2 is no header.
HeaderScore = Callable[[Sequence[str]], int]

# Titles and logos stand above the header in many sheets.
HEADER_SEARCHED_ROWS: Final = 20
MIN_HEADER_SCORE: Final = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One value and where it stands: `C7` in a workbook, `Zeile 7, Feld Titel` in a text file.

    problem: why the value cannot be trusted, such as a formula that ended in an error.
    """

    value: CellValue
    address: str
    problem: Violation | None = None

    @property
    def is_blank(self) -> bool:
        if self.problem is not None:
            return False
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the user's program shows it, and its cells by header.

    problem: what is wrong with the row as a whole, such as too many fields.
    """

    number: int
    cells: dict[str, Cell] = field(default_factory=dict)
    problem: Violation | None = None

    @property
    def is_blank(self) -> bool:
        return self.problem is None and all(cell.is_blank for cell in self.cells.values())


@dataclass(frozen=True)
class Table:
    """The headers of a table with their addresses, and its rows, read one after the other."""

    headers: dict[str, str]
    rows: Iterator[Row]


def any_text(texts: Sequence[str]) -> int:
    """Score a header by how many texts it has: for tables whose headers nobody knows before."""
    return sum(1 for text in texts if text.strip())


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0: A, B, … Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def named_headers(texts: Sequence[str]) -> list[str]:
    """Return one name per column: blanks trimmed, repeated ones numbered, empty ones empty."""
    names: list[str] = []
    for text in texts:
        name = " ".join(text.split())
        count = sum(1 for other in names if other == name or other.startswith(f"{name} ("))
        names.append(f"{name} ({count + 1})" if name and count else name)
    return names


def header_row(rows: Iterable[tuple[int, Sequence[str]]], score: HeaderScore) -> int | None:
    """Return the number of the best header among the first rows, or None if none is good enough."""
    best: tuple[int, int] | None = None
    for position, (number, texts) in enumerate(rows):
        if position >= HEADER_SEARCHED_ROWS:
            break
        found = score(texts)
        if found >= MIN_HEADER_SCORE and (best is None or found > best[0]):
            best = (found, number)
    return best[1] if best else None


def no_header() -> InvalidInput:
    """Return the refusal of a table in which no row looks like a header."""
    return InvalidInput(
        "no_header",
        f"In den ersten {HEADER_SEARCHED_ROWS} Zeilen wurde keine Kopfzeile gefunden. Die "
        "erste Zeile soll die Spalten nennen, mindestens „Titel“ und „CPV“. Am einfachsten geht es "
        "mit der Vorlage.",
    )
