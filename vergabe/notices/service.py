"""Publishing: the lawful step of the tender and its notice, in one transaction.

The only way to the public. What is built is checked against the schema and the cross-field rules
before it is stored; once stored it never changes.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from vergabe import ids, outbox
from vergabe.access.actor import Actor
from vergabe.db import insert_unless_there
from vergabe.errors import InvalidInput, Refused
from vergabe.exchange.xvergabe import codec
from vergabe.exchange.xvergabe import notice as xvergabe
from vergabe.files import service as files
from vergabe.files.store import FileStore
from vergabe.notices import rendering, terms, writing
from vergabe.notices.events import NoticePublished
from vergabe.notices.model import FeedCounter, Notice, NoticeCode, NoticeDocument, NoticeTerm
from vergabe.tenders import amending, publishing
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import record

FEED = "notices"


def publish_tender(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
    version: int | None = None,
) -> Notice:
    """Publish a ready tender: gates, deadlines, version, notice with all documents, feed, event.

    version: the one the person saw, None where nobody looked. Raises Refused with every missing
    item and Stale; then nothing is stored.
    """
    tender = publishing.mark_published(session, actor, tender_id, now=now, version=version)
    notice_uuid = uuid.uuid4()
    document = writing.notice_of(tender, notice_uuid=notice_uuid, issued_at=now, base_url=base_url)
    return _publish(
        session,
        actor,
        tender,
        document,
        "contract_notice",
        None,
        now=now,
        store=store,
        base_url=base_url,
    )


def publish_amendment(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    amendment: Amendment,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
    version: int | None = None,
) -> Notice:
    """Publish a new version of a published tender with its change notice; Stale: as above."""
    tender, changes = amending.mark_amended(
        session, actor, tender_id, amendment, now=now, version=version
    )
    previous = _current(session, tender)
    document = writing.change_of(
        tender,
        notice_uuid=uuid.uuid4(),
        issued_at=now,
        base_url=base_url,
        changed_uuid=previous.notice_uuid,
        summary=amendment.summary,
        changes=changes,
    )
    return _publish(
        session,
        actor,
        tender,
        document,
        "change_notice",
        previous,
        now=now,
        store=store,
        base_url=base_url,
    )


def publish_cancellation(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    reason: str,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
    version: int | None = None,
) -> Notice | None:
    """Cancel a tender; a published one gets its cancellation notice, a draft none (None)."""
    tender = publishing.mark_cancelled(session, actor, tender_id, reason, now=now, version=version)
    if tender.published_version == 0:
        return None
    previous = _current(session, tender)
    document = writing.cancellation_of(
        tender,
        notice_uuid=uuid.uuid4(),
        issued_at=now,
        base_url=base_url,
        cancelled_uuid=previous.notice_uuid,
    )
    return _publish(
        session,
        actor,
        tender,
        document,
        "cancellation_notice",
        previous,
        now=now,
        store=store,
        base_url=base_url,
    )


def _current(session: Session, tender: Tender) -> Notice:
    return session.scalars(
        select(Notice).where(Notice.tender_id == tender.id, Notice.is_current)
    ).one()


def _publish(
    session: Session,
    actor: Actor,
    tender: Tender,
    document: xvergabe.Notice,
    kind: str,
    previous: Notice | None,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
) -> Notice:
    reasons = codec.reasons_against(document)
    if reasons:
        raise Refused.because(
            "notice_invalid",
            "Die Bekanntmachung lässt sich so nicht erstellen.",
            reasons,
        )
    notice = _new_notice(tender, document, kind, previous, now=now)
    session.add(notice)
    session.flush()
    hashes = _store_documents(
        session, notice, tender, document, now=now, store=store, base_url=base_url
    )
    _index(session, notice, tender, document, previous)
    record(
        session,
        actor,
        tender,
        "notice_published",
        f"Die Bekanntmachung {notice.notice_uuid} wurde geprüft, gespeichert und veröffentlicht.",
        now=now,
        notice_id=str(notice.id),
        kind=kind,
        documents=hashes,
    )
    outbox.emit(session, NoticePublished(notice.id, tender.id, kind), now=now)
    # Last of all: the place in the feed is taken under a lock that is held until the commit, so
    # that places become visible in their order and no reader of the feed ever misses one.
    place = _next_place(session)
    notice.feed_sequence, notice.stage, notice.is_current = place, "published", True
    session.flush()
    return notice


def _new_notice(
    tender: Tender,
    document: xvergabe.Notice,
    kind: str,
    previous: Notice | None,
    *,
    now: dt.datetime,
) -> Notice:
    return Notice(
        id=ids.new_id(),
        notice_uuid=document.notice_id,
        tender_id=tender.id,
        tender_version=tender.published_version,
        kind=kind,
        stage="checked",
        previous_id=previous.id if previous else None,
        is_current=False,
        title=tender.title,
        summary=tender.description[:1000],
        buyer_names=[b.organisation.name for b in tender.buyers],
        cpv=tender.cpv,
        nature=tender.nature,
        estimated_value_net_cents=tender.estimated_value_net_cents or None,
        submission_deadline=tender.submission_deadline,
        created_at=now,
        sent_at=now,
        published_at=now,
    )


def _store_documents(
    session: Session,
    notice: Notice,
    tender: Tender,
    document: xvergabe.Notice,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
) -> dict[str, str]:
    hashes: dict[str, str] = {}
    for rendered in rendering.render(tender, notice, document, base_url=base_url):
        kept = files.keep_bytes(session, store, rendered.content, now=now)
        hashes[rendered.format] = kept.sha256
        session.add(
            NoticeDocument(
                notice_id=notice.id,
                format=rendered.format,
                media_type=rendered.media_type,
                file_sha256=kept.sha256,
                size_bytes=kept.size_bytes,
                created_at=now,
            )
        )
    session.flush()
    return hashes


def _index(
    session: Session,
    notice: Notice,
    tender: Tender,
    document: xvergabe.Notice,
    previous: Notice | None,
) -> None:
    """Let the search find this notice, and the one before it no longer."""
    if previous is not None:
        session.execute(update(Notice).where(Notice.id == previous.id).values(is_current=False))
        for table in (NoticeTerm, NoticeCode):
            session.execute(delete(table).where(table.notice_id == previous.id))
    words = terms.words(
        tender.title,
        tender.description,
        tender.reference,
        *(lot.title for lot in tender.lots),
        *(b.organisation.name for b in tender.buyers),
    )
    if words:
        session.execute(
            insert(NoticeTerm), [{"term": word, "notice_id": notice.id} for word in words]
        )
    found: Sequence[tuple[str, str]] = sorted(
        {("cpv", tender.cpv)}
        | {("cpv", code) for code in tender.cpv_additional}
        | {("cpv", lot.cpv) for lot in tender.lots}
        | {("nuts", code) for code in document.procedure.nuts}
    )
    session.execute(
        insert(NoticeCode),
        [{"scheme": scheme, "code": code, "notice_id": notice.id} for scheme, code in found],
    )


def _next_place(session: Session) -> int:
    insert_unless_there(session, FeedCounter, {"feed": FEED, "last_sequence": 0})
    return session.execute(
        update(FeedCounter)
        .where(FeedCounter.feed == FEED)
        .values(last_sequence=FeedCounter.last_sequence + 1)
        .returning(FeedCounter.last_sequence)
    ).scalar_one()


def checked_preview(tender: Tender, *, now: dt.datetime, base_url: str) -> xvergabe.Notice:
    """Return the notice as it would be published now; InvalidInput names what is wrong with it."""
    document = writing.notice_of(tender, notice_uuid=uuid.uuid4(), issued_at=now, base_url=base_url)
    reasons = codec.reasons_against(document)
    if reasons:
        raise InvalidInput.of(reasons)
    return document
