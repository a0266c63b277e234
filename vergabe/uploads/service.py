"""Uploads: made, written to piece by piece under a lock, taken over by what they are for.

Every function works in the caller's transaction, each of them short: bytes are written between
them, so that neither a slow line nor a large file holds a transaction open.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.db import insert_unless_there
from vergabe.errors import Forbidden, InvalidInput, NotFound
from vergabe.files.model import StoredFile
from vergabe.files.store import FileStore, Kept
from vergabe.uploads import rules
from vergabe.uploads.model import Upload, UploadPiece
from vergabe.uploads.purposes import Purpose

WHAT: Final = "Die hochgeladene Datei"
LOCK: Final = dt.timedelta(seconds=20)
"""So long nobody else may write after the last news; a slow line gives news every ten seconds."""


@dataclass(frozen=True)
class Ticket:
    """The right to write to an upload from `offset` on, until somebody else gets it."""

    upload_id: uuid.UUID
    token: str
    offset: int
    size_bytes: int

    @property
    def folder(self) -> str:
        return folder_of(self.upload_id)


@dataclass(frozen=True)
class Piece:
    """Bytes that are safe in the store under `name`."""

    name: str
    start_byte: int
    size_bytes: int


@dataclass(frozen=True)
class Taken:
    """A complete upload that now lies in the store by its content."""

    name: str
    kept: Kept


def folder_of(upload_id: uuid.UUID) -> str:
    """Return where the pieces of an upload lie in the store."""
    return f"uploads/{upload_id.hex}"


def create(
    session: Session,
    actor: Actor,
    purpose: Purpose,
    *,
    name: str,
    size_bytes: int,
    metadata_header: str,
    quota_bytes: int,
    now: dt.datetime,
) -> Upload:
    """Note a file that will come; nothing has been sent yet.

    Raises Forbidden, InvalidInput (name, kind, empty), TooLarge, Refused (quota).
    """
    _require(actor, purpose)
    assert actor.user_id is not None
    assert actor.organisation_id is not None
    kept_name = purpose.check_name(name)
    rules.check_size(size_bytes, purpose.limit_bytes, kept_name)
    if size_bytes == 0 and not purpose.accepts_empty:
        raise InvalidInput("file_empty", f"Die Datei „{kept_name}“ ist leer.", field="file")
    # Two at once must not both see the last free place.
    session.get(Organisation, actor.organisation_id, with_for_update={"key_share": True})
    open_count, open_bytes = session.execute(
        select(func.count(), func.coalesce(func.sum(Upload.size_bytes), 0)).where(
            Upload.organisation_id == actor.organisation_id,
            Upload.used_at.is_(None),
            Upload.expires_at > now,
        )
    ).one()
    rules.check_quota(int(open_bytes), open_count, size_bytes, quota_bytes)
    upload = Upload(
        id=ids.new_id(),
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        purpose=purpose.key,
        file_name=kept_name,
        metadata_header=metadata_header,
        size_bytes=size_bytes,
        offset_bytes=0,
        created_at=now,
        expires_at=now + rules.KEEP,
    )
    session.add(upload)
    session.flush()
    return upload


def _require(actor: Actor, purpose: Purpose) -> None:
    if actor.user_id is None or actor.organisation_id is None:
        raise Forbidden("upload_needs_person", "Hochladen kann nur, wer für eine Stelle handelt.")
    if not actor.holds(purpose.permission):
        raise Forbidden(
            "forbidden", "Ihre Rollen bei dieser Organisation erlauben diese Datei nicht."
        )


def visible(
    session: Session,
    actor: Actor,
    upload_id: uuid.UUID,
    *,
    now: dt.datetime,
    is_locking: bool = False,
) -> Upload:
    """Return one's own upload; NotFound for another's and for one whose time is over."""
    query = select(Upload).where(
        Upload.id == upload_id,
        Upload.user_id == actor.user_id,
        Upload.organisation_id == actor.organisation_id,
        Upload.expires_at > now,
    )
    if is_locking:
        query = query.with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found


def begin(
    session: Session, actor: Actor, upload_id: uuid.UUID, *, offset: int, now: dt.datetime
) -> Ticket:
    """Give the right to write from `offset` on.

    A request that has brought nothing for a while loses it to the next one: it hangs on a line that
    is cut. Raises NotFound, Locked (another writes), Refused (409: it goes on elsewhere).
    """
    upload = visible(session, actor, upload_id, now=now, is_locking=True)
    if upload.is_locked(now):
        raise rules.Locked(
            "upload_locked", "Diese Datei wird gerade schon übertragen. Bitte warten Sie kurz."
        )
    rules.check_offset(offset, upload.offset_bytes)
    upload.lock_token, upload.locked_until = uuid.uuid4().hex, now + LOCK
    session.flush()
    return Ticket(upload.id, upload.lock_token, offset, upload.size_bytes)


def note_pieces(session: Session, ticket: Ticket, pieces: list[Piece], *, now: dt.datetime) -> bool:
    """Note pieces that are safe; False if somebody else has the right to write meanwhile."""
    if not pieces:
        return renew(session, ticket, now=now)
    end = pieces[-1].start_byte + pieces[-1].size_bytes
    is_ours = _update(
        session,
        ticket,
        Upload.offset_bytes == pieces[0].start_byte,
        offset_bytes=end,
        locked_until=now + LOCK,
        expires_at=now + rules.KEEP,
    )
    if is_ours:
        session.add_all(
            UploadPiece(
                upload_id=ticket.upload_id,
                start_byte=piece.start_byte,
                size_bytes=piece.size_bytes,
                name=piece.name,
            )
            for piece in pieces
        )
        session.flush()
    return is_ours


def renew(session: Session, ticket: Ticket, *, now: dt.datetime) -> bool:
    """Say that we are still at it; False if somebody else has the right to write meanwhile."""
    return _update(session, ticket, locked_until=now + LOCK)


def release(session: Session, ticket: Ticket) -> None:
    """Give the right to write back, if it is still ours."""
    _update(session, ticket, lock_token=None, locked_until=None)


def _update(
    session: Session, ticket: Ticket, *conditions: ColumnElement[bool], **values: object
) -> bool:
    statement = (
        update(Upload)
        .where(Upload.id == ticket.upload_id, Upload.lock_token == ticket.token)
        .where(*conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def pieces_of(session: Session, upload_id: uuid.UUID) -> list[Piece]:
    """Return the pieces of an upload in the order of the file."""
    query = (
        select(UploadPiece)
        .where(UploadPiece.upload_id == upload_id)
        .order_by(UploadPiece.start_byte)
    )
    return [Piece(row.name, row.start_byte, row.size_bytes) for row in session.scalars(query)]


def note_whole(session: Session, ticket: Ticket, name: str, sha256: str) -> bool:
    """Note where the whole file lies and what it is; its pieces are no longer needed."""
    is_ours = _update(
        session, ticket, sha256=sha256, whole_name=name, lock_token=None, locked_until=None
    )
    if is_ours:
        session.execute(delete(UploadPiece).where(UploadPiece.upload_id == ticket.upload_id))
    return is_ours


def take(
    session: Session,
    actor: Actor,
    purpose: Purpose,
    upload_id: uuid.UUID,
    store: FileStore,
    *,
    now: dt.datetime,
) -> Taken:
    """Move a complete upload to its place by content and return it; safe to repeat.

    Raises NotFound (another's, expired), InvalidInput (not complete, or meant for something else),
    Forbidden (right lost meanwhile).
    """
    _require(actor, purpose)
    upload = visible(session, actor, upload_id, now=now, is_locking=True)
    if upload.purpose != purpose.key or upload.sha256 is None:
        raise InvalidInput(
            "upload_incomplete",
            f"„{upload.file_name}“ ist noch nicht vollständig hochgeladen.",
            field="file",
        )
    store.adopt(upload.whole_name or "", upload.sha256)
    insert_unless_there(
        session,
        StoredFile,
        {"sha256": upload.sha256, "size_bytes": upload.size_bytes, "created_at": now},
    )
    upload.used_at = upload.used_at or now
    session.flush()
    return Taken(upload.file_name, Kept(upload.sha256, upload.size_bytes))


def discard(
    session: Session, actor: Actor, upload_id: uuid.UUID, store: FileStore, *, now: dt.datetime
) -> None:
    """Forget an upload and its bytes; a request that still writes to it finds nothing there."""
    upload = visible(session, actor, upload_id, now=now, is_locking=True)
    _forget(session, upload, store)


def sweep(session: Session, store: FileStore, *, now: dt.datetime, limit: int = 50) -> int:
    """Forget uploads whose time is over, a batch at a time; return how many."""
    query = (
        select(Upload)
        .where(Upload.expires_at <= now)
        .order_by(Upload.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = list(session.scalars(query))
    for upload in found:
        _forget(session, upload, store)
    return len(found)


def forget_all(session: Session) -> None:
    """Forget every upload whose bytes are elsewhere: in a place that was restored."""
    session.execute(delete(UploadPiece))
    session.execute(delete(Upload))


def has_expired(session: Session, *, now: dt.datetime) -> bool:
    """Return whether there is anything to sweep."""
    return (
        session.scalars(select(Upload.id).where(Upload.expires_at <= now).limit(1)).first()
        is not None
    )


def _forget(session: Session, upload: Upload, store: FileStore) -> None:
    # Bytes first: if the transaction fails afterwards, the row brings the sweep back.
    store.remove(folder_of(upload.id))
    session.execute(delete(UploadPiece).where(UploadPiece.upload_id == upload.id))
    session.delete(upload)
    session.flush()
