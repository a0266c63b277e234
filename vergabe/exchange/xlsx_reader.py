"""XLSX workbooks, read with python-calamine after `workbook_guard` has looked through them."""

import datetime as dt
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, TypeVar

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.sheet_rows import (
    HEADER_SEARCHED_ROWS,
    Cell,
    CellValue,
    HeaderScore,
    Row,
    Table,
    column_letters,
    header_row,
    named_headers,
    no_header,
)
from vergabe.exchange.sheet_source import damaged
from vergabe.exchange.workbook_guard import checked_workbook
from vergabe.exchange.workbook_parts import SheetScan

T = TypeVar("T")

_MAX_SHEETS: Final = 50


def read_xlsx(stream: BinaryIO, score: HeaderScore) -> Table:
    """Return the table on the first visible sheet that has a header.

    Values come typed: text, float, bool, date, datetime (as the sheet shows it, without a zone).
    Cells whose formula ended in an error or has no stored result carry a `problem`. Raises
    InvalidInput if the file is no readable workbook or no sheet has a header, TooLarge beyond the
    limits.
    """
    checked = checked_workbook(stream)
    workbook = _calamine(lambda: CalamineWorkbook.from_filelike(io.BytesIO(checked.content)))
    for index, sheet in enumerate(workbook.sheets_metadata[:_MAX_SHEETS]):
        if (sheet.typ, sheet.visible) != (SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible):
            continue
        grid = _grid(workbook, index)
        texts = [(number, [_text(value) for value in values]) for number, values in grid.searched()]
        header = header_row(texts, score)
        if header is not None:
            names = named_headers(next(cells for number, cells in texts if number == header))
            headers = {
                name: f"{column_letters(grid.first_column + position)}{header}"
                for position, name in enumerate(names)
                if name
            }
            return Table(
                headers, _rows(grid, names, header, checked.sheets.get(sheet.name, SheetScan()))
            )
    raise no_header()


@dataclass(frozen=True)
class _Grid:
    """The values of a sheet; `first_row` and `first_column` (from 0) are the first filled ones."""

    values: Callable[[], Iterator[Sequence[object]]]
    first_row: int
    first_column: int

    def numbered(self) -> Iterator[tuple[int, Sequence[object]]]:
        """Yield all rows, the empty ones above included, with their numbers from 1."""
        rows = self.values()
        # A cell is turned into its value only here, and may turn out to have none.
        return enumerate(iter(lambda: _calamine(lambda: next(rows, None)), None), start=1)

    def searched(self) -> list[tuple[int, Sequence[object]]]:
        """Return the rows among which the header is sought."""
        last = self.first_row + HEADER_SEARCHED_ROWS
        return list(itertools.islice(self.numbered(), self.first_row, last))


def _grid(workbook: CalamineWorkbook, index: int) -> _Grid:
    sheet = _calamine(lambda: workbook.get_sheet_by_index(index))
    row, column = sheet.start or (0, 0)
    return _Grid(sheet.iter_rows, row, column)


def _calamine(action: Callable[[], T]) -> T:
    try:
        return action()
    except (CalamineError, OSError, ValueError):
        raise _unreadable() from None
    except BaseException as error:
        # What the reader ends in where it did not reckon with a value, such as a day billions of
        # years away, is no Exception, and its class is nowhere to be imported from.
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable() from None


def _unreadable() -> InvalidInput:
    return damaged(
        "Die Arbeitsmappe konnte nicht gelesen werden. Bitte öffnen Sie sie in Ihrem Programm "
        "und speichern Sie sie erneut als „Excel-Arbeitsmappe (.xlsx)“."
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _rows(grid: _Grid, names: Sequence[str], header: int, scan: SheetScan) -> Iterator[Row]:
    for number, values in grid.numbered():
        if number <= header:
            continue
        cells = {}
        for position, name in enumerate(names):
            if name:
                column = grid.first_column + position
                cells[name] = Cell(
                    _value(values[position]),
                    f"{column_letters(column)}{number}",
                    _problem(scan.faults.get((number - 1, column))),
                )
        yield Row(number, cells)


def _value(value: object) -> CellValue:
    if isinstance(value, str | int | float | bool | dt.date | dt.time | dt.timedelta):
        return value
    return None


def _problem(fault: str | None) -> Violation | None:
    if fault is None:
        return None
    if fault:
        message = (
            f"Die Formel in der Zelle endet mit dem Fehler {fault}. Bitte berichtigen Sie sie oder "
            "geben Sie den Wert ein."
        )
        return Violation("formula_error", message)
    message = (
        "Die Formel in der Zelle hat kein gespeichertes Ergebnis. Bitte öffnen Sie die Datei in "
        "Ihrem Programm und speichern Sie sie, oder geben Sie den Wert ein."
    )
    return Violation("formula_without_result", message)
