"""Procurement documents (Vergabeunterlagen): uploaded, replaced by a new version, removed.

Before publication a document is replaced freely. Afterwards what the public sees stays as it is
until the next amendment: an uploaded version waits for it, and so does a removal.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.cooperations.task_rules import Step
from vergabe.errors import NotFound, Refused, Violation
from vergabe.exchange.plain_text import one_line
from vergabe.files import service as files
from vergabe.files.store import FileStore, Kept
from vergabe.tenders import document_files, duties, queries
from vergabe.tenders.changing import require_stage, tender_to_change, touch
from vergabe.tenders.limits import LINE_MAX
from vergabe.tenders.model import Tender, TenderDocument
from vergabe.tenders.recording import record
from vergabe.tenders.rules import Action, Stage, is_open_for_bids

FIELD = "file"


@dataclass(frozen=True)
class Upload:
    """A file as it came: an open stream that can be rewound, its name, and a title (may be empty).

    limit_bytes: largest size that the settings allow; kept: where the bytes lie in the store if
    they came in pieces before.
    """

    stream: IO[bytes]
    file_name: str | None
    limit_bytes: int
    title: str = ""
    kept: Kept | None = None


def add_document(
    session: Session,
    actor: Actor,
    store: FileStore,
    tender_id: uuid.UUID,
    upload: Upload,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> TenderDocument:
    """Store a new document and return it; the same file under the same name is kept once.

    Raises InvalidInput (name, kind, title), TooLarge, Refused (stage, name taken), Stale.
    """
    _refuse_early(session, actor, tender_id, now=now)
    name, media, kept = _stored(session, store, upload, now=now)
    tender = _changeable(session, actor, tender_id, version=version, now=now)
    for other in current_documents(tender):
        if other.file_name.casefold() == name.casefold():
            if other.file_sha256 == kept.sha256:
                return other
            raise _name_taken(name)
    title = one_line(upload.title, max_length=LINE_MAX, field="title")
    document = TenderDocument(
        id=ids.new_id(),
        document_key=ids.new_id(),
        document_version=1,
        title=title or name.rpartition(".")[0] or name,
        file_name=name,
        media_type=media,
        size_bytes=kept.size_bytes,
        file_sha256=kept.sha256,
        uploaded_at=now,
        uploaded_by_name=actor.name,
    )
    tender.documents.append(document)
    _changed(
        session, actor, tender, document, "document_added", "Neu in den Unterlagen", None, now=now
    )
    return document


def replace_document(
    session: Session,
    actor: Actor,
    store: FileStore,
    tender_id: uuid.UUID,
    document_id: uuid.UUID,
    upload: Upload,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> TenderDocument:
    """Store a new version of a document and return it; the same bytes again change nothing.

    What the public has seen keeps its row, and the new version waits for the next amendment; what
    it has not seen is replaced in place. Errors as `add_document`, and NotFound.
    """
    _refuse_early(session, actor, tender_id, now=now)
    name, media, kept = _stored(session, store, upload, now=now)
    tender = _changeable(session, actor, tender_id, version=version, now=now)
    old = _current(tender, document_id)
    if (name, kept.sha256) == (old.file_name, old.file_sha256):
        return old
    if any(
        other.file_name.casefold() == name.casefold()
        for other in current_documents(tender)
        if other is not old
    ):
        raise _name_taken(name)
    before = _recorded(old)
    if old.published_in_version is None:
        document = old
    else:
        old.removed_in_version = tender.published_version + 1
        document = TenderDocument(
            id=ids.new_id(),
            document_key=old.document_key,
            document_version=old.document_version + 1,
        )
        tender.documents.append(document)
    document.title = one_line(upload.title, max_length=LINE_MAX, field="title") or old.title
    document.file_name, document.media_type = name, media
    document.size_bytes, document.file_sha256 = kept.size_bytes, kept.sha256
    document.uploaded_at, document.uploaded_by_name = now, actor.name
    _changed(
        session,
        actor,
        tender,
        document,
        "document_replaced",
        "Neue Fassung in den Unterlagen",
        before,
        now=now,
    )
    return document


def remove_document(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    document_id: uuid.UUID,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> Tender:
    """Take a document out of the procurement documents and return the tender.

    What the public has seen stays until the next amendment. A version that waits is dropped, and
    the one before it stays. A second click finds nothing to do.
    """
    tender = _changeable(session, actor, tender_id, version=version, now=now)
    document = document_of(tender, document_id)
    if document.removed_in_version is not None:
        return tender
    before = _recorded(document)
    if document.published_in_version is not None:
        document.removed_in_version = tender.published_version + 1
    else:
        for other in tender.documents:
            if (
                other.document_key == document.document_key
                and other.removed_in_version == tender.published_version + 1
            ):
                _refuse_second_name(tender, other, instead_of=document)
                other.removed_in_version = None
        session.delete(document)
    _changed(
        session,
        actor,
        tender,
        document,
        "document_removed",
        "Aus den Unterlagen entfernt",
        before,
        now=now,
    )
    session.expire(tender, ["documents"])
    return tender


def keep_document(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    document_id: uuid.UUID,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> Tender:
    """Take back the removal of a public document that waits for the next amendment."""
    tender = _changeable(session, actor, tender_id, version=version, now=now)
    document = document_of(tender, document_id)
    is_waiting = document.removed_in_version == tender.published_version + 1
    is_replaced = any(
        other.document_key == document.document_key and other.published_in_version is None
        for other in tender.documents
    )
    if not is_waiting or is_replaced:
        return tender
    _refuse_second_name(tender, document)
    document.removed_in_version = None
    _changed(
        session, actor, tender, document, "document_kept", "Bleibt in den Unterlagen", None, now=now
    )
    return tender


def current_documents(tender: Tender) -> list[TenderDocument]:
    """Return the documents as the lead sees them: waiting versions, without what is removed."""
    return [document for document in tender.documents if document.removed_in_version is None]


def document_of(tender: Tender, document_id: uuid.UUID) -> TenderDocument:
    """Return a document of a tender in any version; NotFound if it has none with this id."""
    for document in tender.documents:
        if document.id == document_id:
            return document
    raise NotFound("Das Dokument")


def _current(tender: Tender, document_id: uuid.UUID) -> TenderDocument:
    document = document_of(tender, document_id)
    if document.removed_in_version is not None:
        raise NotFound("Das Dokument")
    return document


def _refuse_early(
    session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime
) -> None:
    """Refuse before a large file is stored; nobody waits for a lock while it is."""
    tender = queries.visible_tender(session, actor, tender_id)
    duties.require(session, actor, tender, Step.PREPARE_TENDER)
    _require_changeable(tender, now=now)


def _changeable(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    tender = tender_to_change(session, actor, tender_id, version=version, action=None)
    _require_changeable(tender, now=now)
    return tender


def _require_changeable(tender: Tender, *, now: dt.datetime) -> None:
    if tender.stage != Stage.PUBLISHED:
        require_stage(tender, Action.EDIT)
    elif not is_open_for_bids(Stage.PUBLISHED, tender.submission_deadline, now):
        reason = Violation(
            "deadline_passed",
            "Die Angebotsfrist ist abgelaufen; die Vergabeunterlagen lassen sich nicht mehr "
            "ändern.",
        )
        raise Refused.because("deadline_passed", reason.message, [reason])


def _stored(
    session: Session, store: FileStore, upload: Upload, *, now: dt.datetime
) -> tuple[str, str, Kept]:
    name = document_files.file_name(upload.file_name, field=FIELD)
    media = document_files.media_type(name, upload.stream, field=FIELD)
    if upload.kept is not None:
        return name, media, upload.kept
    kept = files.keep(
        session,
        store,
        upload.stream,
        limit_bytes=upload.limit_bytes,
        now=now,
        what=f"„{name}“",
    )
    return name, media, kept


def _name_taken(name: str) -> Refused:
    reason = Violation(
        "file_name_taken",
        f"Eine Datei „{name}“ gibt es in den Unterlagen schon. Laden Sie sie dort als neue Fassung "
        "hoch, oder benennen Sie die Datei um.",
        field=FIELD,
    )
    return Refused.because("file_name_taken", reason.message, [reason])


def _refuse_second_name(
    tender: Tender, document: TenderDocument, *, instead_of: TenderDocument | None = None
) -> None:
    """Refuse that a document stays or comes back whose name another one has meanwhile."""
    names = {d.file_name.casefold() for d in current_documents(tender) if d is not instead_of}
    if document.file_name.casefold() in names:
        reason = Violation(
            "file_name_taken",
            f"Eine neue Datei „{document.file_name}“ gibt es inzwischen in den Unterlagen. "
            "Entfernen Sie diese zuerst.",
        )
        raise Refused.because("file_name_taken", reason.message, [reason])


def _recorded(document: TenderDocument) -> dict[str, object]:
    return {
        "title": document.title,
        "file_name": document.file_name,
        "version": document.document_version,
        "sha256": document.file_sha256,
        "size_bytes": document.size_bytes,
    }


def _changed(
    session: Session,
    actor: Actor,
    tender: Tender,
    document: TenderDocument,
    action: str,
    sentence: str,
    before: dict[str, object] | None,
    *,
    now: dt.datetime,
) -> None:
    session.flush()
    touch(session, tender)
    waits = tender.stage == Stage.PUBLISHED
    record(
        session,
        actor,
        tender,
        action,
        f"{sentence}: {document.title} ({document.file_name})."
        + (" Öffentlich mit der nächsten Änderung." if waits else ""),
        now=now,
        document_id=str(document.id),
        old=before,
        new=None if action == "document_removed" else _recorded(document),
    )
