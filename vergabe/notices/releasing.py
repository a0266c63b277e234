"""Making a notice public here: documents, search, event and place in the feed, all at once."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vergabe import clock, outbox
from vergabe.access.actor import Actor
from vergabe.access.lands import land_of
from vergabe.exchange.xvergabe import notice as xvergabe
from vergabe.files import service as files
from vergabe.files.model import StoredFile
from vergabe.files.store import FileStore
from vergabe.law import publication
from vergabe.notices import listing, rendering, writing
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.events import NoticePublished
from vergabe.notices.model import Notice, NoticeDocument
from vergabe.notices.places import next_place
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import record


def release(
    session: Session,
    actor: Actor,
    notice: Notice,
    document: xvergabe.Notice,
    *,
    previous: Notice | None,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
    sent: NoticeDelivery | None = None,
) -> None:
    """Make a notice public: from now on everybody sees it, and the feed has it for ever.

    document: its checked content; previous: the notice that the search found so far; sent: the
    delivery whose document the EU has, kept beside the others. The caller holds the tender's lock.
    """
    tender = notice.tender
    tender.public_since = tender.public_since or now
    notice.published_at = now
    hashes = _store_documents(
        session, notice, tender, document, now=now, store=store, base_url=base_url, sent=sent
    )
    if previous is not None:
        session.execute(update(Notice).where(Notice.id == previous.id).values(is_current=False))
    listing.enter(session, notice, now=now)
    record(
        session,
        actor,
        tender,
        "notice_published",
        f"Die Bekanntmachung {notice.notice_uuid} wurde geprüft, gespeichert und veröffentlicht.",
        now=now,
        notice_id=str(notice.id),
        kind=notice.kind,
        documents=hashes,
    )
    outbox.emit(session, NoticePublished(notice.id, tender.id, notice.kind), now=now)
    # Last of all: the place in the feed is taken under a lock that is held until the commit, so
    # that places become visible in their order and no reader of the feed ever misses one.
    place = next_place(session)
    notice.feed_sequence, notice.stage, notice.is_current = place, "published", True
    session.flush()


def release_held(
    session: Session,
    actor: Actor,
    delivery: NoticeDelivery,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
) -> None:
    """Make a notice public that has waited for the EU; its documents say when that was."""
    notice = delivery.notice
    document = replace(
        writing.notice_of(
            notice.tender, notice_uuid=notice.notice_uuid, issued_at=now, base_url=base_url
        ),
        notice_version=notice.version_number,
    )
    delivery.release_at = None
    release(
        session,
        actor,
        notice,
        document,
        previous=None,
        now=now,
        store=store,
        base_url=base_url,
        sent=delivery,
    )


def release_instant(
    tender: Tender, *, accepted_at: dt.datetime | None, published_at: dt.datetime | None
) -> dt.datetime | None:
    """Return the first instant (aware UTC) at which a waiting notice may be public here.

    accepted_at: confirmation of receipt by the Publications Office; published_at: publication by
    it. None while neither is known. After the EU's publication nothing waits any longer, for the
    documents it links to must be there (§ 41 (1) VgV); the 48 hours alone never overtake a later
    day that was asked for (BT-738). Law: § 40 (3) VgV; concessions § 23 (3) KonzVgV.
    """
    rule_set = str(tender.law_result.get("rule_set") or "VgV")
    is_concession = rule_set == "KonzVgV"
    confirmed_at = published_at if is_concession else accepted_at or published_at
    if confirmed_at is None:
        return None
    earliest, _ = publication.national_publication(
        confirmed_at,
        land_of(tender.lead),
        rule_set=rule_set,
        published_in_oj_at=published_at,
    )
    if published_at is None and tender.requested_publication_on is not None:
        return max(earliest, clock.start_of_day(tender.requested_publication_on))
    return earliest


def current_notice(session: Session, tender: Tender) -> Notice:
    """Return the notice of a public tender that the search finds."""
    return session.scalars(
        select(Notice).where(Notice.tender_id == tender.id, Notice.is_current)
    ).one()


def _store_documents(
    session: Session,
    notice: Notice,
    tender: Tender,
    document: xvergabe.Notice,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
    sent: NoticeDelivery | None,
) -> dict[str, str]:
    hashes: dict[str, str] = {}

    def add(format_: str, media_type: str, sha256: str, size_bytes: int) -> None:
        hashes[format_] = sha256
        session.add(
            NoticeDocument(
                notice_id=notice.id,
                format=format_,
                media_type=media_type,
                file_sha256=sha256,
                size_bytes=size_bytes,
                created_at=now,
            )
        )

    if sent is not None and sent.document_format == "eforms" and sent.xml_sha256:
        # Not another rendering of it: these very bytes are what the EU published.
        size = session.get_one(StoredFile, sent.xml_sha256).size_bytes
        add("eforms", "application/xml", sent.xml_sha256, size)
    for rendered in rendering.render(session, tender, notice, document, base_url=base_url):
        if rendered.format not in hashes:
            kept = files.keep_bytes(session, store, rendered.content, now=now)
            add(rendered.format, rendered.media_type, kept.sha256, kept.size_bytes)
    session.flush()
    return hashes
