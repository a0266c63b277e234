"""Demand sheets: CSV, XLSX and JSON Lines become demands, with a report per row and cell.

Everything wrong is reported, not only the first; whether anything is stored when something is wrong
is the caller's decision (imports are all or nothing: store only if not `has_errors`).
"""

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from vergabe.errors import Violation
from vergabe.exchange import demand_columns
from vergabe.exchange.csv_reader import read_csv
from vergabe.exchange.demand_fields import ParsedDemand
from vergabe.exchange.demand_input import DemandInput, check_demand_input, demand_warnings
from vergabe.exchange.demand_records import demand_from_record
from vergabe.exchange.demand_sheet_rows import Place, RowsRead, read_groups
from vergabe.exchange.json_lines import JsonLine, read_json_lines
from vergabe.exchange.notice_records import (
    MunicipalityRef,
    demand_from_notice_record,
    is_notice_record,
)
from vergabe.exchange.sheet_rows import HeaderScore, Table
from vergabe.exchange.sheet_source import opened
from vergabe.exchange.xlsx_reader import read_xlsx

Severity = Literal["error", "warning"]

# A file with more errors than this is of another kind; nobody reads further.
MAX_ERRORS: Final = 2_000


@dataclass(frozen=True, slots=True)
class CellFinding:
    """One thing found in a sheet.

    row: as the user's program counts it, 0 for the sheet as a whole; address: `C7`, or `Zeile 7,
    Feld Titel`; field: path in `DemandInput`, if any; message: a German sentence with the remedy.
    """

    row: int
    address: str
    field: str | None
    code: str
    message: str
    severity: Severity

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SheetDemand:
    """One demand of a sheet, the rows it came from and, where the file says it, whose it is."""

    demand: DemandInput
    rows: tuple[int, ...]
    municipality: MunicipalityRef | None = None


@dataclass(frozen=True)
class DemandSheet:
    """The demands of a file that are free of errors, and everything found in it.

    sha256: of the file as it came, to recognise the same file a second time.
    """

    demands: tuple[SheetDemand, ...]
    findings: tuple[CellFinding, ...]
    sha256: str

    @property
    def errors(self) -> tuple[CellFinding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[CellFinding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def has_errors(self) -> bool:
        return bool(self.errors)


@dataclass(frozen=True, slots=True)
class _Read:
    """One demand as read, what was wrong and odd with it, and where each field path stands."""

    parsed: ParsedDemand
    rows: tuple[int, ...]
    place_of: Callable[[str | None], Place]
    faults: tuple[tuple[Place, Violation], ...] = ()
    municipality: MunicipalityRef | None = None


def read_demand_rows(source: BinaryIO | Path, filename: str, *, today: dt.date) -> DemandSheet:
    """Return the demands of a CSV, XLSX or JSON Lines file (also packed with gzip).

    The kind is told by the content. Rows with the same „Bedarf-Nr.“ form one demand with several
    lines. `today` (Europe/Berlin) is for dates in the past. Findings come in the order of the file.
    Raises InvalidInput if the file cannot be read at all (kind, macros, password, character set,
    header), TooLarge beyond the limits of `sheet_source`.
    """
    with opened(source, filename) as file:
        report = _Report(today)
        if file.kind == "jsonl":
            report.add_all(_from_json(read_json_lines(file.stream), report))
        else:
            table = read_table(file.stream, file.kind, demand_columns.header_score)
            report.add_all(_from_table(table, report))
        return report.sheet(file.sha256)


def read_table(stream: BinaryIO, kind: Literal["xlsx", "csv"], score: HeaderScore) -> Table:
    """Return the table of an opened file; `score` says how well a row serves as header."""
    return read_xlsx(stream, score) if kind == "xlsx" else read_csv(stream, score)


class _Report:
    """Collects demands and findings, and compares the demands of a file with each other."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.demands: list[SheetDemand] = []
        self.findings: list[CellFinding] = []
        self.errors_count = 0
        self.rows_by_content: dict[tuple[MunicipalityRef | None, DemandInput], int] = {}
        self.rows_by_reference: dict[str, int] = {}

    def add(self, place: Place, violation: Violation, severity: Severity) -> None:
        self.errors_count += severity == "error"
        self.findings.append(
            CellFinding(
                place.row,
                place.address,
                violation.field,
                violation.code,
                violation.message,
                severity,
            )
        )

    def add_all(self, found: Iterable[_Read]) -> None:
        """Take demands until the file is at its end or has too many errors."""
        is_empty = True
        for read in found:
            is_empty = False
            self._take(read)
            if self.errors_count > MAX_ERRORS:
                message = (
                    f"Die Datei hat mehr als {MAX_ERRORS} Fehler, die übrigen Zeilen wurden nicht "
                    "geprüft. Bitte prüfen Sie, ob es die richtige Datei ist."
                )
                self.add(read.place_of(None), Violation("too_many_errors", message), "error")
                return
        if is_empty and not self.errors_count:
            message = "Die Datei enthält keinen Bedarf: Unter der Kopfzeile steht nichts."
            self.add(Place(0, "Datei"), Violation("no_rows", message), "error")

    def _take(self, read: _Read) -> None:
        demand = read.parsed.demand
        faults = [*read.faults, *((read.place_of(v.field), v) for v in read.parsed.errors)]
        unread = {violation.field for _, violation in faults}
        checks = [*check_demand_input(demand, self.today), *self._repeated_reference(read)]
        faults += [(read.place_of(v.field), v) for v in checks if v.field not in unread]
        for place, violation in faults:
            self.add(place, violation, "error")
        odd = [
            *read.parsed.warnings,
            *demand_warnings(demand, self.today),
            *([] if faults else self._twin(read)),
            *_example(demand),
        ]
        for violation in odd:
            self.add(read.place_of(violation.field), violation, "warning")
        if not faults:
            self.demands.append(SheetDemand(demand, read.rows, read.municipality))

    def _repeated_reference(self, read: _Read) -> list[Violation]:
        reference = read.parsed.demand.external_reference
        if reference is None:
            return []
        first = self.rows_by_reference.setdefault(reference, read.rows[0])
        if first == read.rows[0]:
            return []
        message = (
            f"Die Kennung „{reference}“ steht schon in Zeile {first}. Zeilen desselben Bedarfs "
            "stehen direkt untereinander; verschiedene Bedarfe brauchen verschiedene Kennungen."
        )
        return [Violation("reference_twice", message, field="external_reference")]

    def _twin(self, read: _Read) -> list[Violation]:
        demand = replace(read.parsed.demand, external_reference=None, remarks=None)
        content = (read.municipality, demand)
        first = self.rows_by_content.setdefault(content, read.rows[0])
        if first == read.rows[0]:
            return []
        message = (
            f"Derselbe Bedarf steht schon in Zeile {first}. Wenn es zwei verschiedene sind, geben "
            "Sie ihnen bitte verschiedene Titel."
        )
        return [Violation("duplicate_row", message, field="title")]

    def sheet(self, sha256: str) -> DemandSheet:
        ordered = sorted(self.findings, key=lambda finding: finding.row)
        return DemandSheet(tuple(self.demands), tuple(ordered), sha256)


def _example(demand: DemandInput) -> list[Violation]:
    if demand.external_reference != demand_columns.EXAMPLE_REFERENCE:
        return []
    message = "Das ist das Beispiel aus der Vorlage. Bitte löschen Sie seine Zeilen."
    return [Violation("template_example", message, field="external_reference")]


def _from_table(table: Table, report: _Report) -> Iterator[_Read]:
    columns = demand_columns.Columns(table.headers)
    for address, violation in columns.errors:
        report.add(Place(0, address), violation, "error")
    for address, violation in columns.warnings:
        report.add(Place(0, address), violation, "warning")
    for read in read_groups(table.rows, columns):
        yield _Read(read.parsed, read.rows, functools.partial(_cell_place, read), read.faults)


def _cell_place(read: RowsRead, path: str | None) -> Place:
    """Return where a field path stands: its cell, else the cell or row it is part of."""
    while path:
        if path in read.places:
            return read.places[path]
        path = path.rpartition(".")[0]
    return Place(read.rows[0], f"Zeile {read.rows[0]}")


def _from_json(lines: Iterator[JsonLine], report: _Report) -> Iterator[_Read]:
    for line in lines:
        place_of = functools.partial(_json_place, line.number)
        if line.problem is not None:
            report.add(place_of(None), line.problem, "error")
        elif is_notice_record(line.record):
            notice = demand_from_notice_record(line.record)
            parsed = ParsedDemand(notice.demand, notice.errors, notice.warnings)
            yield _Read(parsed, (line.number,), place_of, municipality=notice.municipality)
        else:
            yield _Read(demand_from_record(line.record), (line.number,), place_of)


def _json_place(number: int, path: str | None) -> Place:
    return Place(number, f"Zeile {number}, Feld {path}" if path else f"Zeile {number}")
