"""Rows of a demand sheet become demands: one row, or several below each other with one number."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.errors import Violation
from vergabe.exchange.demand_columns import Columns
from vergabe.exchange.demand_fields import ParsedDemand, as_text, parse_demand
from vergabe.exchange.sheet_rows import Cell, Row

# What spreadsheets write in place of a result, in German and English.
_FORMULA_ERROR: Final = re.compile(
    r"#(?:NV|N/A|BEZUG!|REF!|WERT!|VALUE!|NAME\?|DIV/0!|ZAHL!|NUM!|NULL!|ÜBERLAUF!|SPILL!)"
)
# Fields of `DemandInput` whose columns go by another name.
_FIELD_OF_COLUMN: Final = {
    "estimated_value_net": "estimated_value_net_cents",
    "unit_price_net": "unit_price_net_cents",
    "unit": "unit_code",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A row, as the user's program counts it, and the address of a cell or row."""

    row: int
    address: str


@dataclass(frozen=True, slots=True)
class RowsRead:
    """One demand as read from its rows.

    faults: what is wrong with rows and cells before their meaning; places: by field path.
    """

    parsed: ParsedDemand
    rows: tuple[int, ...]
    faults: tuple[tuple[Place, Violation], ...]
    places: dict[str, Place]


def read_groups(rows: Iterable[Row], columns: Columns) -> Iterator[RowsRead]:
    """Yield one demand per row, or per block of rows that belong together.

    Rows belong together if they stand below each other and have the same „Bedarf-Nr.“, or if the
    later ones have neither number, title nor CPV code but an item.
    """
    block: list[Row] = []
    for row in rows:
        if row.is_blank:
            continue
        if block and not _continues(row, block[0], columns):
            yield _read_block(block, columns)
            block = []
        block.append(row)
    if block:
        yield _read_block(block, columns)


def _continues(row: Row, first: Row, columns: Columns) -> bool:
    reference = _text(row, columns, "external_reference")
    if reference:
        return reference == _text(first, columns, "external_reference")
    has_own_start = _text(row, columns, "title") or _text(row, columns, "cpv_main")
    return not has_own_start and _has_item(row, columns)


def _cell(row: Row, header: str | None) -> Cell | None:
    return row.cells.get(header) if header else None


def _text(row: Row, columns: Columns, name: str) -> str:
    cell = _cell(row, columns.demand.get(name))
    if cell is None or cell.value is None:
        return ""
    return str(as_text(cell.value)).strip()


def _has_item(row: Row, columns: Columns) -> bool:
    title_header = columns.demand.get("title")
    cells = [_cell(row, h) for h in columns.item.values() if h != title_header]
    return any(cell is not None and not cell.is_blank for cell in cells)


class _Block:
    """Collects values, lines, places and faults while the rows of one demand are walked."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.values: dict[str, object] = {}
        self.items: list[dict[str, object]] = []
        self.faults: list[tuple[Place, Violation]] = []
        self.places: dict[str, Place] = {}

    def add(self, row: Row) -> None:
        if row.problem is not None:
            self.faults.append((Place(row.number, f"Zeile {row.number}"), row.problem))
        for name, header in self.columns.demand.items():
            cell = row.cells.get(header)
            if cell is not None and not self._is_item_text(name, header):
                self._add_value(name, cell, row.number)
        if _has_item(row, self.columns):
            self._add_item(row)

    def _is_item_text(self, name: str, header: str) -> bool:
        """Return whether a title is only the text of a later line (lists with one text column)."""
        is_shared = name == "title" and header == self.columns.item.get("text")
        return is_shared and "title" in self.values

    def _add_value(self, name: str, cell: Cell, number: int) -> None:
        path = _FIELD_OF_COLUMN.get(name, name)
        place = Place(number, cell.address)
        if not self._is_usable(cell, path, place):
            self.places.setdefault(path, place)
            return
        if name not in self.values:
            self.values[name] = cell.value
            self.places[path] = place
        elif as_text(self.values[name]) != as_text(cell.value):
            message = (
                f"Hier steht etwas anderes als in {self.places[path].address}, obwohl beide Zeilen "
                "zu einem Bedarf gehören. Bitte lassen Sie das Feld leer oder gleichen Sie es an."
            )
            self.faults.append((place, Violation("rows_contradict", message, field=path)))

    def _is_usable(self, cell: Cell, path: str, place: Place) -> bool:
        problem = cell.problem
        if isinstance(cell.value, str) and _FORMULA_ERROR.fullmatch(cell.value.strip()):
            message = f"In der Zelle steht der Formelfehler {cell.value.strip()}."
            problem = Violation("formula_error", f"{message} Bitte geben Sie den Wert ein.")
        if problem is not None:
            fault = Violation(problem.code, problem.message, field=path)
            self.faults.append((place, fault))
            return False
        return not cell.is_blank

    def _add_item(self, row: Row) -> None:
        path = f"items.{len(self.items)}"
        self.places[path] = Place(row.number, f"Zeile {row.number}")
        item: dict[str, object] = {}
        for name, header in self.columns.item.items():
            cell = row.cells.get(header)
            if cell is None:
                continue
            field = f"{path}.{_FIELD_OF_COLUMN.get(name, name)}"
            self.places[field] = Place(row.number, cell.address)
            if self._is_usable(cell, field, self.places[field]):
                item[name] = cell.value
        # A line without a text of its own is what the demand as a whole is called.
        item.setdefault("text", self.values.get("title"))
        self.items.append(item)


def _read_block(rows: Sequence[Row], columns: Columns) -> RowsRead:
    block = _Block(columns)
    for row in rows:
        block.add(row)
    return RowsRead(
        parse_demand(block.values, block.items),
        tuple(row.number for row in rows),
        tuple(block.faults),
        block.places,
    )
