"""Keeping files: bytes into the store, one row per content."""

import datetime as dt
import io
from typing import IO

from sqlalchemy.orm import Session

from vergabe.db import insert_unless_there
from vergabe.files.model import StoredFile
from vergabe.files.store import FileStore, Kept


def keep(
    session: Session,
    store: FileStore,
    stream: IO[bytes],
    *,
    limit_bytes: int,
    now: dt.datetime,
    what: str = "Die Datei",
) -> Kept:
    """Store a stream once by its content and note it in the current transaction.

    If the transaction fails afterwards, bytes without a row remain in the store; they are harmless
    and nobody can reach them.
    """
    kept = store.keep(stream, limit_bytes=limit_bytes, what=what)
    insert_unless_there(
        session,
        StoredFile,
        {"sha256": kept.sha256, "size_bytes": kept.size_bytes, "created_at": now},
    )
    return kept


def keep_bytes(session: Session, store: FileStore, content: bytes, *, now: dt.datetime) -> Kept:
    """Store bytes that we made ourselves."""
    return keep(session, store, io.BytesIO(content), limit_bytes=len(content), now=now)
