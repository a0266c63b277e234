"""The parts of an XLSX workbook read as a stream of XML events: extent, text, formulas, macros.

Nothing is built in memory, so that a hostile part costs no more than its own bytes. Used by
`workbook_guard` before a reader opens the workbook.
"""

from array import array
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from vergabe.errors import InvalidInput, TooLarge
from vergabe.exchange.sheet_source import MAX_COLUMNS, MAX_ROWS, damaged, unpacked_too_large

# Cells of the rectangle that holds all filled cells: the reader reserves this much.
MAX_CELLS: Final = 1_000_000
MAX_TEXT_CHARS: Final = 64 * 1024 * 1024
# A workbook within the other limits has less than 10 million of anything. The reader believes a
# count and reserves memory for it, or ends the whole process where there is none.
_COUNT_DIGITS: Final = 7


@dataclass
class SheetScan:
    """What one sheet holds: how far it reaches (counted from 1) and which cells cannot be trusted.

    faults: (row, column), counted from 0, of formulas that ended in an error or have no result.
    """

    rows: int = 0
    columns: int = 0
    faults: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass
class WorkbookScan:
    """What the parts read so far hold together.

    sheets: by part name in lower case; sheet_ids: relationship by sheet name; targets: part by
    relationship; text_lengths: characters of each shared text.
    """

    sheets: dict[str, SheetScan] = field(default_factory=dict)
    sheet_ids: dict[str, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    text_lengths: "array[int]" = field(default_factory=lambda: array("L"))
    text_chars: int = 0

    def by_sheet_name(self) -> dict[str, SheetScan]:
        """Return what was found on each sheet, by the name that people see."""
        found = {}
        for name, sheet_id in self.sheet_ids.items():
            target = self.targets.get(sheet_id, "").removeprefix("/").casefold()
            part = target if target.startswith("xl/") else f"xl/{target}"
            found[name] = self.sheets.get(part, SheetScan())
        return found

    def add_text(self, length: int) -> None:
        """Count the characters that a reader will hold, each text as often as a cell names it."""
        self.text_chars += length
        if self.text_chars > MAX_TEXT_CHARS:
            raise unpacked_too_large()


def damaged_workbook() -> InvalidInput:
    return damaged(
        "Die Arbeitsmappe ist beschädigt oder unvollständig. Bitte öffnen Sie sie in Ihrem "
        "Programm und speichern Sie sie erneut als „Excel-Arbeitsmappe (.xlsx)“."
    )


def macros() -> InvalidInput:
    return InvalidInput(
        "file_with_macros",
        "Die Arbeitsmappe enthält Makros und wird deshalb nicht geöffnet. Bitte speichern Sie sie "
        "als „Excel-Arbeitsmappe (.xlsx)“ ohne Makros.",
    )


class Part:
    """Reads one part as XML events; the base only checks that it is well-formed and harmless."""

    def __init__(self, scan: WorkbookScan) -> None:
        self.scan = scan
        # Told, not believed: the reader after this takes every part for UTF-8 as well.
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes) -> None:
        try:
            self.parser.Parse(chunk, False)
        except expat.ExpatError:
            raise damaged_workbook() from None

    def close(self) -> None:
        try:
            self.parser.Parse(b"", True)
        except expat.ExpatError:
            raise damaged_workbook() from None

    def _doctype(self, *_declaration: object) -> None:
        raise damaged_workbook()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if _is_flood(attributes.get("count")) or _is_flood(attributes.get("uniqueCount")):
            raise damaged_workbook()
        self.start(name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self.end(name.rpartition(":")[2])

    def _text(self, text: str) -> None:
        self.text(text)

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _ContentTypes(Part):
    def start(self, name: str, attributes: dict[str, str]) -> None:
        if "macroenabled" in attributes.get("ContentType", "").casefold():
            raise macros()


class _Workbook(Part):
    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
            self.scan.sheet_ids[attributes.get("name", "")] = ids[0] if ids else ""


class _Relationships(Part):
    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "Relationship":
            return
        target = attributes.get("Target", "")
        is_external = attributes.get("TargetMode", "").casefold() == "external"
        if not is_external and not target.casefold().endswith(".xml"):
            # A part under another name would reach the reader without having been scanned.
            raise damaged_workbook()
        self.scan.targets[attributes.get("Id", "")] = target


class _SharedTexts(Part):
    length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.length = 0

    def end(self, name: str) -> None:
        if name == "si":
            self.scan.text_lengths.append(self.length)

    def text(self, text: str) -> None:
        self.length += len(text)


class _Worksheet(Part):
    """Follows rows and cells the way readers do: by their `r`, else one after the last."""

    def __init__(self, scan: WorkbookScan, part: str) -> None:
        super().__init__(scan)
        self.sheet = scan.sheets.setdefault(part, SheetScan())
        self.row = -1
        self.column = -1
        self.kind = ""
        self.is_formula = False
        self.has_value = False
        self.value: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.row = int(attributes["r"]) - 1 if _is_number(attributes.get("r")) else self.row + 1
            self.column = -1
        elif name == "c":
            self._start_cell(attributes)
        elif name == "f":
            self.is_formula = True
        elif name in ("v", "is"):
            self.has_value = True
            self.value = []

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.column += 1
        self.kind, self.is_formula, self.has_value = attributes.get("t", "n"), False, False
        if "r" in attributes:
            self.row, self.column = _position(attributes["r"])

    def text(self, text: str) -> None:
        if self.value is not None:
            self.value.append(text)

    def end(self, name: str) -> None:
        if name in ("v", "is") and self.value is not None:
            self._count("".join(self.value))
            self.value = None
        elif name == "c":
            self._end_cell()

    def _count(self, value: str) -> None:
        if self.kind != "s":
            self.scan.add_text(len(value))
            if self.kind == "e":
                self.sheet.faults[self.row, self.column] = value[:20]
            return
        lengths = self.scan.text_lengths
        if not _is_number(value) or int(value) >= len(lengths):
            raise damaged_workbook()
        self.scan.add_text(lengths[int(value)])

    def _end_cell(self) -> None:
        if self.is_formula and not self.has_value:
            self.sheet.faults[self.row, self.column] = ""
        if not self.is_formula and not self.has_value:
            return  # only formatted
        self.sheet.rows = max(self.sheet.rows, self.row + 1)
        self.sheet.columns = max(self.sheet.columns, self.column + 1)
        if (
            self.sheet.rows > MAX_ROWS
            or self.sheet.columns > MAX_COLUMNS
            or self.sheet.rows * self.sheet.columns > MAX_CELLS
        ):
            raise TooLarge(
                "sheet_too_large",
                f"Ein Tabellenblatt reicht bis Zeile {self.sheet.rows} und Spalte "
                f"{self.sheet.columns}. Möglich sind {MAX_ROWS} Zeilen, {MAX_COLUMNS} Spalten und "
                f"zusammen {MAX_CELLS} Zellen. Bitte löschen Sie weit entfernte Einträge und nicht "
                "benötigte Blätter.",
            )


def _is_number(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdigit() and 0 < len(text) < 9


def _is_flood(count: str | None) -> bool:
    """Return whether a part claims to hold more of something than any workbook that is read."""
    digits = "" if count is None else count.strip().lstrip("+0")
    return digits.isdigit() and len(digits) > _COUNT_DIGITS


def _position(reference: str) -> tuple[int, int]:
    """Return row and column, counted from 0, of a reference such as `C7`."""
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3 and _is_number(digits)):
        raise damaged_workbook()
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(digits) - 1, column - 1


def part_reader(name: str, scan: WorkbookScan) -> Part:
    if name == "[content_types].xml":
        return _ContentTypes(scan)
    if name == "xl/workbook.xml":
        return _Workbook(scan)
    if name == "xl/_rels/workbook.xml.rels":
        return _Relationships(scan)
    if "sharedstrings" in name:
        return _SharedTexts(scan)
    if name.endswith(".rels"):
        return Part(scan)
    # Any other part may be named as a sheet, wherever it lies; parts without cells count nothing.
    return _Worksheet(scan, name)
