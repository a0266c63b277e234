"""Documents that people hand in: scans and minutes, kept once by their content."""

import datetime as dt
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Final

from sqlalchemy.orm import Session

from vergabe.errors import InvalidInput
from vergabe.exchange import plain_text
from vergabe.files import service as files
from vergabe.files.store import FileStore

LIMIT_MEGABYTES: Final = 20
_LIMIT_BYTES: Final = LIMIT_MEGABYTES * 1024 * 1024
SUFFIXES: Final = (".pdf", ".docx", ".odt", ".jpg", ".jpeg", ".png", ".tif", ".tiff")
_NAME_LENGTH: Final = 200


@dataclass(frozen=True)
class Upload:
    """A document that somebody hands in: its name, its bytes, and where to keep them."""

    name: str
    stream: IO[bytes]
    store: FileStore


def keep(session: Session, upload: Upload, *, now: dt.datetime) -> tuple[str, str]:
    """Store a document; return SHA-256 (hex) and the name under which it is handed out.

    Raises InvalidInput for an empty file or an ending that no minutes have, TooLarge for more than
    LIMIT_MEGABYTES.
    """
    name = _plain_name(upload.name)
    kept = files.keep(
        session,
        upload.store,
        upload.stream,
        limit_bytes=_LIMIT_BYTES,
        now=now,
        what="Das Dokument",
    )
    if kept.size_bytes == 0:
        raise InvalidInput(
            "document_empty",
            "Die Datei ist leer. Bitte wählen Sie sie noch einmal aus.",
            field="document",
        )
    return kept.sha256, name


def _plain_name(given: str) -> str:
    name = plain_text.one_line(
        # Browsers of old send whole paths; only the last part is a name.
        PurePath(given.replace("\\", "/")).name,
        max_length=_NAME_LENGTH,
        field="document",
    )
    if PurePath(name).suffix.lower() not in SUFFIXES:
        raise InvalidInput(
            "document_kind",
            f"Diese Art von Datei wird nicht angenommen. Möglich sind: {', '.join(SUFFIXES)}.",
            field="document",
        )
    return name
