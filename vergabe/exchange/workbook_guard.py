"""Looks through an XLSX workbook before any reader opens it, and repacks what may be read.

A reader that trusts a workbook can be killed by five kilobytes: two cells at opposite corners of
the sheet make it reserve the whole area between them, and one long shared text that a million
cells name is copied a million times. So every part is first scanned (`workbook_parts`) for its
extent, its text and its formulas; macros, passwords, floods of entries or bytes, document type
declarations and damaged parts are refused. The reader then gets an archive that this module wrote
itself from the scanned bytes, so that both certainly see the same content.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from vergabe.errors import InvalidInput, TooLarge
from vergabe.exchange.sheet_source import MAX_UNPACKED_BYTES, unpacked_too_large
from vergabe.exchange.workbook_parts import (
    SheetScan,
    WorkbookScan,
    damaged_workbook,
    macros,
    part_reader,
)

MAX_ENTRIES: Final = 1_000

_CHUNK: Final = 1 << 16
_MAX_DIRECTORY_BYTES: Final = 1 << 20
_END_OF_DIRECTORY: Final = b"PK\x05\x06"
_ZIP64_LOCATOR: Final = b"PK\x06\x07"
_END_RECORD: Final = struct.Struct("<4s4H2LH")
# What the zip module raises on damage of all kinds, unknown versions included.
_BROKEN_ARCHIVE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
)
_MACRO_PARTS: Final = ("vbaproject", "/macrosheets/", "/dialogsheets/")


@dataclass(frozen=True)
class CheckedWorkbook:
    """A repacked workbook that may be opened, with what was found on each sheet by its name."""

    content: bytes
    sheets: dict[str, SheetScan]


def checked_workbook(stream: BinaryIO) -> CheckedWorkbook:
    """Return the workbook in `stream`, scanned and repacked.

    Raises InvalidInput for macros, passwords, other kinds of archives and damage, TooLarge beyond
    MAX_ENTRIES and the limits of `workbook_parts` and `sheet_source`.
    """
    try:
        _check_directory(stream)
        with zipfile.ZipFile(stream) as archive:
            return _repacked(archive)
    except _BROKEN_ARCHIVE:
        raise damaged_workbook() from None


def _check_directory(stream: BinaryIO) -> None:
    """Refuse an archive whose list of entries alone would fill the memory."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    stream.seek(0)
    end = tail.rfind(_END_OF_DIRECTORY)
    if end < 0 or end + _END_RECORD.size > len(tail):
        raise damaged_workbook()
    *_, directory_bytes, _offset, _comment = _END_RECORD.unpack_from(tail, end)
    is_zip64 = tail[max(0, end - 20) : end].startswith(_ZIP64_LOCATOR)
    if directory_bytes > _MAX_DIRECTORY_BYTES or is_zip64:
        raise _too_many_entries()


def _too_many_entries() -> TooLarge:
    return TooLarge(
        "too_many_entries",
        f"Die Arbeitsmappe besteht aus mehr als {MAX_ENTRIES} Teilen. Bitte speichern Sie nur das "
        "Blatt mit den Bedarfen in einer neuen Mappe.",
    )


def _repacked(archive: zipfile.ZipFile) -> CheckedWorkbook:
    scan = WorkbookScan()
    buffer = io.BytesIO()
    unpacked_bytes = 0
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for entry in _xml_entries(archive.infolist()):
            reader = part_reader(entry.filename.casefold(), scan)
            with target.open(entry.filename, "w") as part:
                for chunk in _chunks(archive, entry):
                    unpacked_bytes += len(chunk)
                    if unpacked_bytes > MAX_UNPACKED_BYTES:
                        raise unpacked_too_large()
                    reader.feed(chunk)
                    part.write(chunk)
                reader.close()
    return CheckedWorkbook(buffer.getvalue(), scan.by_sheet_name())


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            yield chunk


def _xml_entries(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the parts a reader needs, shared texts first because the sheets refer to them."""
    names = [entry.filename.casefold() for entry in entries]
    if len(entries) > MAX_ENTRIES:
        raise _too_many_entries()
    if any(entry.flag_bits & 1 for entry in entries):
        raise InvalidInput(
            "file_encrypted",
            "Die Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort.",
        )
    if any(part in f"/{name}" for name in names for part in _MACRO_PARTS):
        raise macros()
    if "xl/workbook.xml" not in names:
        raise InvalidInput(
            "not_xlsx",
            "Das ist keine Excel-Arbeitsmappe. Bitte speichern Sie die Tabelle als "
            "„Excel-Arbeitsmappe (.xlsx)“ oder als CSV.",
        )
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise unpacked_too_large()
    known = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if len(set(names)) != len(names) or any(e.compress_type not in known for e in entries):
        raise damaged_workbook()
    kept = [entry for entry in entries if entry.filename.casefold().endswith((".xml", ".rels"))]
    return sorted(kept, key=lambda entry: "sharedstrings" not in entry.filename.casefold())
