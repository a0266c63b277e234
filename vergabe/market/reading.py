"""Files with notices of others, read piece by piece: XML, archives of it, JSON Lines.

What a file is, its first bytes say, not its name. Nothing is ever unpacked to disk, so that names
in archives cannot lead anywhere; sizes are limited before anything is read whole.
"""

import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Final, cast

from vergabe.errors import InvalidInput, TooLarge
from vergabe.exchange import json_lines, parser
from vergabe.exchange.eforms.foreign import read_foreign
from vergabe.exchange.findings import Finding
from vergabe.exchange.foreign_records import read_record
from vergabe.market.bounded import Bounded, UnpackedTooLarge
from vergabe.market.service import Incoming

Read = Incoming | Finding

MOST_MEMBERS: Final = 100_000
MOST_LINES: Final = 1_000_000
_HEAD: Final = 512
_BLANK: Final = b" \t\r\n\xef\xbb\xbf"
_DAMAGED: Final = (
    gzip.BadGzipFile,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a zip packed in a way that nobody uses
    RuntimeError,  # a zip with a password
)


def read_file(path: Path) -> Iterator[Read]:
    """Yield the notices in a file and what is wrong with it, in its order. Raises nothing.

    A piece that cannot be read gives one finding of severity `error` and the rest is read on; a
    file that cannot be read at all gives one finding.
    """
    try:
        if path.is_dir():
            yield finding("file_is_folder", "", "Das ist ein Ordner.", "Bitte Dateien angeben.")
            return
        with path.open("rb") as file:
            yield from _read(file, path.stat().st_size)
    except (OSError, ValueError) as error:
        if isinstance(error, gzip.BadGzipFile):
            yield _damaged()
            return
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "kein Zugriff"
        told = f"Die Datei lässt sich nicht lesen ({reason})."
        yield finding("file_unreadable", "", told, "Bitte Pfad und Rechte prüfen.")
    except UnpackedTooLarge:
        yield finding(
            "archive_too_large",
            "",
            "Die Datei wird beim Auspacken unmäßig groß. Was davor stand, wurde gelesen.",
            "Bitte in mehrere Dateien aufteilen.",
        )
    except _DAMAGED:
        yield _damaged()


def _damaged() -> Finding:
    return finding(
        "file_damaged",
        "",
        "Die Datei ist beschädigt, verschlüsselt oder bricht ab. Was davor stand, wurde gelesen.",
        "Bitte die Datei noch einmal beschaffen.",
    )


def finding(rule: str, place: str, message: str, remedy: str) -> Finding:
    """Return an error about a file or a piece of it; place: in German, empty for the whole."""
    return Finding("error", "file", rule, place[:300], "", message, remedy)


def _read(file: BinaryIO, size: int) -> Iterator[Read]:
    head = file.read(_HEAD)
    file.seek(0)
    if not head.strip(_BLANK):
        yield finding("file_empty", "", "Die Datei ist leer.", "Bitte eine andere Datei angeben.")
    elif head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _zip(file, size)
    elif head.startswith(b"\x1f\x8b"):
        unpacked = cast(BinaryIO, Bounded(cast(IO[bytes], gzip.GzipFile(fileobj=file)), size))
        yield from _stream(cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, unpacked))), True)
    else:
        yield from _stream(file, False)


def _stream(stream: BinaryIO, is_packed: bool) -> Iterator[Read]:
    """Read what is neither zip nor gzip: XML, JSON Lines or a tar archive."""
    head = cast(io.BufferedReader, stream).peek(_HEAD)[:_HEAD]
    start = head.lstrip(_BLANK)
    if head[257:262] == b"ustar":
        yield from _tar(stream)
    elif start.startswith((b"{", b"[")) or head.startswith((b"\xff\xfe{", b"\xfe\xff\x00{")):
        yield from _lines(stream)
    elif start.startswith(b"<") or head.startswith((b"\xff\xfe<", b"\xfe\xff\x00<")):
        yield _document(stream.read(parser.MAX_BYTES + 1), "")
    elif is_packed and not start:
        yield finding("file_empty", "", "Die Datei ist leer.", "Bitte eine andere Datei angeben.")
    else:
        yield finding(
            "file_kind_unknown",
            "",
            "Die Datei ist weder XML noch JSON Lines noch ein Archiv (zip, tar.gz).",
            "Bitte eine Datei dieser Art angeben.",
        )


def _document(content: bytes, place: str) -> Read:
    reading = read_foreign(content)
    if reading.notice is not None:
        return Incoming(reading.notice, content)
    first = reading.findings[0]
    where = ", ".join(filter(None, (place, first.location)))
    return Finding(
        first.severity, first.stage, first.rule, where, first.field, first.message, first.remedy
    )


def _lines(stream: BinaryIO) -> Iterator[Read]:
    try:
        for line in json_lines.read_json_lines(stream, max_rows=MOST_LINES):
            place = f"Zeile {line.number}"
            if line.problem is not None:
                remedy = "Die übrigen Zeilen wurden gelesen."
                yield finding(line.problem.code, place, line.problem.message, remedy)
                continue
            reading = read_record(line.record, place=place)
            yield Incoming(reading.notice) if reading.notice else reading.findings[0]
    except (InvalidInput, TooLarge) as error:
        yield finding(error.code, "", error.message, "Was davor stand, wurde gelesen.")


def _tar(stream: BinaryIO) -> Iterator[Read]:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for number, member in enumerate(archive, start=1):
            if number > MOST_MEMBERS:
                yield _too_many()
                return
            if member.isdir() or not _is_wanted(member.name):
                continue
            refused = _refused(member.name, member.size, is_file=member.isfile())
            if refused is not None:
                yield refused
                continue
            content = archive.extractfile(member)
            if content is not None:
                yield _document(content.read(parser.MAX_BYTES + 1), member.name)


def _zip(file: BinaryIO, size: int) -> Iterator[Read]:
    with zipfile.ZipFile(file) as archive:
        for number, member in enumerate(archive.infolist(), start=1):
            if number > MOST_MEMBERS:
                yield _too_many()
                return
            # In this order: an entry may have no name at all, and a folder is told by its name.
            if not _is_wanted(member.filename) or member.is_dir():
                continue
            # The upper half of the attributes is the mode on Unix: a link is no file.
            is_file = (member.external_attr >> 16) & 0o170000 in (0, 0o100000)
            refused = _refused(member.filename, member.file_size, is_file=is_file)
            if refused is not None:
                yield refused
                continue
            try:
                with archive.open(member) as content:
                    yield _document(content.read(parser.MAX_BYTES + 1), member.filename)
            except _DAMAGED:
                told = "Dieses Dokument ist beschädigt oder verschlüsselt."
                remedy = "Bitte das Archiv noch einmal beschaffen."
                yield finding("member_damaged", member.filename, told, remedy)


def _is_wanted(name: str) -> bool:
    """Return whether a piece of an archive is meant as a notice; readmes and the like are not."""
    return name.lower().endswith(".xml") and not PurePosixPath(name).name.startswith("._")


def _refused(name: str, size: int, *, is_file: bool) -> Finding | None:
    """Return why a piece of an archive is not read, None if it is."""
    path = PurePosixPath(name.replace("\\", "/"))
    is_outside = path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in name
    if is_outside or not is_file:
        return finding(
            "member_path",
            plain(name),
            "Der Name oder die Art dieses Eintrags zeigt aus dem Archiv hinaus.",
            "Er wurde ausgelassen; bitte das Archiv prüfen.",
        )
    if size > parser.MAX_BYTES:
        refusal = parser.too_large(size, parser.MAX_BYTES)
        return finding(refusal.code, plain(name), refusal.message, "Er wurde ausgelassen.")
    return None


def plain(name: str) -> str:
    """Return a name from an archive as it may be shown: on one line, without odd characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:200]


def _too_many() -> Finding:
    told = f"Das Archiv hat mehr als {MOST_MEMBERS} Einträge. Die ersten wurden gelesen."
    return finding("archive_too_many", "", told, "Bitte das Archiv aufteilen.")
