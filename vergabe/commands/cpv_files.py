"""Files with published notices, read piece by piece for what they say about CPV codes."""

import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from vergabe.cpv.reading import Published, of_notice, of_record, reasons_against
from vergabe.errors import InvalidInput, TooLarge, Violation
from vergabe.exchange import json_lines
from vergabe.exchange.findings import Finding
from vergabe.exchange.foreign_records import read_record
from vergabe.market import reading
from vergabe.market.bounded import Bounded, UnpackedTooLarge
from vergabe.market.service import Incoming

_HEAD: Final = 64
_CODES: Final = ("cpv", "cpv_main")
_DAMAGED: Final = (gzip.BadGzipFile, EOFError, zlib.error, UnpackedTooLarge)


def read(path: Path) -> Iterator[Published | Finding]:
    """Yield the notices in a file, and what is wrong with a piece of it. Raises nothing.

    JSON Lines (also gz) with `id`, `title` and `cpv`, or whatever `vergabe market read` reads.
    """
    if _holds_records(path):
        yield from _records(path)
        return
    for piece in reading.read_file(path):
        yield of_notice(piece.notice) if isinstance(piece, Incoming) else piece


def records(path: Path) -> Iterator[tuple[int, Mapping[str, Any]] | Finding]:
    """Yield number and object of each line of a JSON Lines file (also gz), and broken lines."""
    try:
        with path.open("rb") as file:
            for line in json_lines.read_json_lines(
                _unpacked(file, path.stat().st_size), max_rows=reading.MOST_LINES
            ):
                if line.problem is None:
                    yield line.number, line.record
                else:
                    yield _line_finding(line.number, line.problem)
    except _DAMAGED:
        yield _file_finding("Die Datei ist beschädigt, bricht ab oder wird unmäßig groß.")
    except (InvalidInput, TooLarge) as error:
        yield _file_finding(error.message)
    except OSError as error:
        yield _file_finding(f"Die Datei lässt sich nicht lesen ({error.strerror}).")


def _records(path: Path) -> Iterator[Published | Finding]:
    for piece in records(path):
        if isinstance(piece, Finding):
            yield piece
            continue
        number, record = piece
        notice = _published(record)
        # A notice without a code is whole; there is only nothing to learn from it.
        wrong = [each for each in reasons_against(notice) if each.code != "cpv_missing"]
        yield _line_finding(number, wrong[0]) if wrong else notice


def _published(record: Mapping[str, Any]) -> Published:
    if isinstance(record.get("title"), str) and any(name in record for name in _CODES):
        return of_record(record)
    found = read_record(record)
    return of_notice(found.notice) if found.notice is not None else of_record(record)


def _holds_records(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = _unpacked(file, path.stat().st_size).read(_HEAD)
    except (*_DAMAGED, OSError):
        return False
    return head.lstrip(b" \t\r\n\xef\xbb\xbf").startswith((b"{", b"["))


def _unpacked(file: BinaryIO, size: int) -> BinaryIO:
    is_packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    if not is_packed:
        return file
    bounded = Bounded(cast(IO[bytes], gzip.GzipFile(fileobj=file)), size)
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, bounded)))


def _line_finding(number: int, problem: Violation) -> Finding:
    remedy = "Die übrigen Zeilen wurden gelesen."
    place = f"Zeile {number}"
    return Finding(
        "error", "file", problem.code, place, problem.field or "", problem.message, remedy
    )


def _file_finding(message: str) -> Finding:
    return reading.finding("file_unreadable", "", message, "Bitte die Datei prüfen.")
