"""What may be uploaded as a procurement document: names and kinds of files. Pure.

The name decides what a file claims to be, its first bytes whether that can be true; what the
browser says about it is never used.
"""

import re
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Final

from vergabe.errors import InvalidInput, Violation

LONGEST_NAME: Final = 180
_HEAD_BYTES: Final = 8192
_SEPARATORS: Final = re.compile(r"[/\\]")
_MACRO_PARTS: Final = ("vbaproject", "macrosheets/", "dialogsheets/", "basic/script-lb.xml")
_MOST_ENTRIES: Final = 20_000
_GAEB: Final = tuple(f"{kind}{phase}" for kind in "xpd" for phase in (81, 82, 83, 84, 85, 86))


@dataclass(frozen=True)
class _Kind:
    """A kind of file: its media type and the bytes it begins with (empty: text)."""

    media_type: str
    heads: tuple[bytes, ...] = ()
    may_hold_macros: bool = False


_PDF: Final = _Kind("application/pdf", (b"%PDF-",))
_TEXT: Final = _Kind("text/plain")
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
_ZIP_HEADS: Final = (b"PK\x03\x04", b"PK\x05\x06")
KINDS: Final[Mapping[str, _Kind]] = {
    "pdf": _PDF,
    "docx": _Kind(f"{_OFFICE}.wordprocessingml.document", _ZIP_HEADS, may_hold_macros=True),
    "xlsx": _Kind(f"{_OFFICE}.spreadsheetml.sheet", _ZIP_HEADS, may_hold_macros=True),
    "pptx": _Kind(f"{_OFFICE}.presentationml.presentation", _ZIP_HEADS, may_hold_macros=True),
    "odt": _Kind(f"{_OPEN}.text", _ZIP_HEADS, may_hold_macros=True),
    "ods": _Kind(f"{_OPEN}.spreadsheet", _ZIP_HEADS, may_hold_macros=True),
    "zip": _Kind("application/zip", _ZIP_HEADS),
    "rtf": _Kind("application/rtf", (b"{\\rtf",)),
    "txt": _TEXT,
    "csv": _Kind("text/csv"),
    "xml": _Kind("application/xml"),
    "json": _Kind("application/json"),
    "png": _Kind("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": _Kind("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": _Kind("image/jpeg", (b"\xff\xd8\xff",)),
    "tif": _Kind("image/tiff", (b"II*\x00", b"MM\x00*")),
    "tiff": _Kind("image/tiff", (b"II*\x00", b"MM\x00*")),
    "dwg": _Kind("image/vnd.dwg", (b"AC10",)),
    "dxf": _Kind("image/vnd.dxf"),
    **dict.fromkeys(_GAEB, _Kind("application/octet-stream")),
}
ACCEPT: Final = ",".join(f".{ending}" for ending in KINDS)
"""What the browser's dialogue offers."""
KINDS_IN_WORDS: Final = (
    "PDF, Word (docx), Excel (xlsx), PowerPoint (pptx), OpenDocument (odt, ods), RTF, Text, CSV, "
    "XML, JSON, Bilder (png, jpg, tif), Pläne (dwg, dxf), GAEB (x81 bis x86, p81 bis p86, d81 bis "
    "d86) und ZIP"
)


def file_name(given: str | None, *, field: str) -> str:
    """Return the name of an uploaded file: composed (NFC), without path and control characters.

    Raises InvalidInput for an empty name and for one that is too long or only dots.
    """
    text = unicodedata.normalize("NFC", _SEPARATORS.split(given or "")[-1])
    name = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs")).strip()
    if not name.strip(". "):
        raise _refusal("file_missing", "Wählen Sie eine Datei aus.", field)
    if len(name) > LONGEST_NAME:
        raise _refusal(
            "file_name_too_long",
            f"Der Dateiname hat {len(name)} Zeichen, erlaubt sind {LONGEST_NAME}. Bitte kürzen Sie "
            "ihn.",
            field,
        )
    return name


def acceptable_name(given: str) -> str:
    """Return the name of a file that will be uploaded; InvalidInput as `file_name`, or its kind."""
    name = file_name(given, field="file")
    _kind_of(name, "file")
    return name


def _kind_of(name: str, field: str) -> _Kind:
    ending = _ending(name)
    kind = KINDS.get(ending)
    if kind is None:
        shown = f"„.{ending}“" if ending else "ohne Endung"
        raise _refusal(
            "file_kind_unknown",
            f"Dateien {shown} werden nicht angenommen. Möglich sind: {KINDS_IN_WORDS}.",
            field,
        )
    return kind


def _ending(name: str) -> str:
    return name.rpartition(".")[2].casefold() if "." in name else ""


def media_type(name: str, stream: IO[bytes], *, field: str) -> str:
    """Return the media type of a file by the ending of its name, and rewind the stream.

    Raises InvalidInput for endings we do not take, for content that cannot be what the name says,
    for an empty file and for office files with macros.
    """
    kind = _kind_of(name, field)
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if not head:
        raise _refusal("file_empty", f"Die Datei „{name}“ ist leer.", field)
    if not _can_be(kind, head):
        raise _refusal(
            "file_content_other",
            f"Der Inhalt von „{name}“ passt nicht zur Endung „.{_ending(name)}“. Speichern Sie die "
            "Datei noch einmal im richtigen Format.",
            field,
        )
    if kind.may_hold_macros and _has_macros(stream, name, field):
        raise _refusal(
            "file_with_macros",
            f"„{name}“ enthält Makros. Bieter können solche Dateien oft nicht öffnen; speichern "
            "Sie sie ohne Makros.",
            field,
        )
    stream.seek(0)
    return kind.media_type


def _can_be(kind: _Kind, head: bytes) -> bool:
    if kind.heads:
        return head.startswith(kind.heads)
    is_wide_text = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return kind.media_type == "application/octet-stream" or is_wide_text or b"\x00" not in head


def _has_macros(stream: IO[bytes], name: str, field: str) -> bool:
    # Only the list of entries is read: nothing is unpacked, so a bomb stays closed.
    try:
        with zipfile.ZipFile(stream) as archive:
            names = [entry.filename.casefold() for entry in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        raise _refusal(
            "file_damaged",
            f"„{name}“ ist beschädigt oder mit einem Kennwort geschützt. Öffnen und speichern Sie "
            "die Datei noch einmal.",
            field,
        ) from error
    if len(names) > _MOST_ENTRIES:
        raise _refusal("file_damaged", f"„{name}“ hat ungewöhnlich viele Bestandteile.", field)
    return any(part in entry for entry in names for part in _MACRO_PARTS)


def _refusal(code: str, message: str, field: str) -> InvalidInput:
    return InvalidInput.of([Violation(code, message, field=field)])
