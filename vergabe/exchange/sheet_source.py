"""What every uploaded table goes through first: limits, kind by content, unpacking.

The kind is told by the content, never by the name alone: people rename files.
"""

import codecs
import contextlib
import gzip
import hashlib
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final, Literal, cast

from vergabe.errors import InvalidInput, TooLarge

Kind = Literal["xlsx", "csv", "jsonl"]

# Stated to users in the refusals: an upload above is refused before anything is read.
MAX_FILE_BYTES: Final = 32 * 1024 * 1024
# What a packed file may hold in all; ten thousand long demands need less than a third.
MAX_UNPACKED_BYTES: Final = 128 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 200

_CHUNK: Final = 1 << 16
_IN_MEMORY_BYTES: Final = 4 * 1024 * 1024
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_JSON_SUFFIXES: Final = (".jsonl", ".ndjson", ".jsonlines", ".json")


@dataclass(frozen=True)
class OpenedFile:
    """A file that may be read: seekable, within the limits, its kind known."""

    stream: BinaryIO
    kind: Kind
    sha256: str


@contextlib.contextmanager
def opened(source: BinaryIO | Path, filename: str) -> Iterator[OpenedFile]:
    """Open a copy of an uploaded stream or a file for reading, checked for size and kind.

    Raises TooLarge above MAX_FILE_BYTES (packed) or MAX_UNPACKED_BYTES (gzip), InvalidInput for
    kinds that are not read. A stream of the caller is read from its start and stays open.
    """
    with (
        tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as copy,
        tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as unpacked,
    ):
        if isinstance(source, Path):
            with source.open("rb") as raw:
                sha256 = _copy(raw, copy)
        else:
            sha256 = _copy(source, copy)
        is_packed = _peek(copy, 2) == b"\x1f\x8b"
        if is_packed:
            _unpack(copy, unpacked)
        stream = cast(BinaryIO, unpacked if is_packed else copy)
        yield OpenedFile(stream, _kind(stream, filename.casefold()), sha256)


def _copy(raw: BinaryIO, target: IO[bytes]) -> str:
    """Copy within MAX_FILE_BYTES and return the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    size = 0
    if raw.seekable():
        raw.seek(0)
    while chunk := raw.read(_CHUNK):
        size += len(chunk)
        if size > MAX_FILE_BYTES:
            raise TooLarge(
                "file_too_large",
                f"Die Datei ist größer als {MAX_FILE_BYTES // 1024**2} Megabyte. "
                "Bitte teilen Sie sie auf.",
            )
        digest.update(chunk)
        target.write(chunk)
    target.seek(0)
    return digest.hexdigest()


def _unpack(packed: IO[bytes], target: IO[bytes]) -> None:
    size = 0
    try:
        with gzip.GzipFile(fileobj=packed, mode="rb") as content:
            while chunk := content.read(_CHUNK):
                size += len(chunk)
                if size > MAX_UNPACKED_BYTES:
                    raise unpacked_too_large()
                target.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise damaged("Die gepackte Datei ist beschädigt. Bitte packen Sie sie neu.") from None
    target.seek(0)


def unpacked_too_large() -> TooLarge:
    """Return the refusal of a file that is harmless packed and a flood unpacked."""
    return TooLarge(
        "unpacked_too_large",
        f"Die Datei enthält ausgepackt mehr als {MAX_UNPACKED_BYTES // 1024**2} Megabyte. Bitte "
        "löschen Sie nicht benötigte Blätter, Bilder und Formate oder teilen Sie die Datei auf.",
    )


def damaged(message: str) -> InvalidInput:
    """Return the refusal of a file that cannot be read at all."""
    return InvalidInput("file_unreadable", message)


def _peek(stream: IO[bytes], count: int) -> bytes:
    start = stream.read(count)
    stream.seek(0)
    return start


def _kind(stream: BinaryIO, filename: str) -> Kind:
    start = _peek(stream, 8)
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith(_OLE):
        raise _ole_refusal(stream)
    if not start:
        raise damaged("Die Datei ist leer.")
    if start.startswith(b"%PDF"):
        raise damaged("Das ist eine PDF-Datei. Bitte laden Sie die Tabelle als XLSX oder CSV hoch.")
    name = filename.removesuffix(".gz")
    if name.endswith((".xlsx", ".xlsm", ".xls", ".ods")):
        raise damaged(
            "Die Datei ist keine Excel-Arbeitsmappe, obwohl sie so heißt. Bitte speichern Sie sie "
            "erneut als „Excel-Arbeitsmappe (.xlsx)“ oder als CSV."
        )
    text = _peek(stream, 4096).removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"{") or name.endswith(_JSON_SUFFIXES):
        return "jsonl"
    return "csv"


def _ole_refusal(stream: BinaryIO) -> InvalidInput:
    """Tell a workbook with a password from the old binary format: both begin alike."""
    tail = b""
    while chunk := stream.read(_CHUNK):
        if _ENCRYPTED_PACKAGE in tail + chunk:
            return InvalidInput(
                "file_encrypted",
                "Die Datei ist mit einem Kennwort geschützt. "
                "Bitte speichern Sie sie ohne Kennwort.",
            )
        tail = chunk[-len(_ENCRYPTED_PACKAGE) :]
    return InvalidInput(
        "old_excel_format",
        "Das ist das alte Excel-Format (.xls). Bitte speichern Sie die Datei als "
        "„Excel-Arbeitsmappe (.xlsx)“ oder als CSV.",
    )
