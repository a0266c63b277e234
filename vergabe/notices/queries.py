"""Reads of published notices: public, without any actor."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from vergabe.errors import InvalidInput, NotFound
from vergabe.notices.model import Notice, NoticeCode, NoticeDocument, NoticeTerm
from vergabe.notices.word_index import WordIndex
from vergabe.tenders.model import Lot, LotItem, Tender, TenderBuyer, TenderDocument
from vergabe.web import paging
from vergabe.web.paging import Page

WHAT: Final = "Die Bekanntmachung"
_INDEX: Final = WordIndex(
    NoticeTerm.term, NoticeTerm.notice_id, NoticeCode.scheme, NoticeCode.code, NoticeCode.notice_id
)


@dataclass(frozen=True)
class Search:
    """What somebody looks for; empty fields do not narrow.

    text: words, each must be the beginning of a word of the notice; cpv, nuts: code prefixes;
    due_from, due_until: instants between which the submission deadline lies; only_open: bids can
    still be in time.
    """

    text: str = ""
    cpv: str = ""
    nuts: str = ""
    nature: str = ""
    due_from: dt.datetime | None = None
    due_until: dt.datetime | None = None
    only_open: bool = False


def search(
    session: Session,
    wanted: Search,
    *,
    now: dt.datetime,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Notice]:
    """Return a page of current notices that match, the latest first."""
    query = _current().options(joinedload(Notice.tender))
    query = _INDEX.narrowed(query, Notice.id, text=wanted.text, cpv=wanted.cpv, nuts=wanted.nuts)
    if wanted.nature:
        query = query.where(Notice.nature == wanted.nature)
    if wanted.due_from is not None:
        query = query.where(Notice.submission_deadline >= wanted.due_from)
    if wanted.due_until is not None:
        query = query.where(Notice.submission_deadline < wanted.due_until)
    if wanted.only_open:
        query = query.where(Notice.submission_deadline > now, Notice.kind != "cancellation_notice")
    return _latest_first(session, query, cursor=cursor, limit=limit)


def _current() -> Select[Notice]:
    return select(Notice).where(Notice.is_current, Notice.stage == "published")


def _latest_first(
    session: Session, query: Select[Any], *, cursor: str | None, limit: int | None
) -> Page[Notice]:
    size = paging.clamp(limit)
    after = _place(cursor)
    if after is not None:
        query = query.where(Notice.feed_sequence < after)
    rows = list(session.scalars(query.order_by(Notice.feed_sequence.desc()).limit(size + 1)))
    next_cursor = paging.encode(rows[size - 1].feed_sequence) if len(rows) > size else None
    return Page(rows[:size], next_cursor)


def _place(cursor: str | None) -> int | None:
    key = paging.decode(cursor)
    if key is None:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise InvalidInput(
            "cursor_invalid",
            "Die Blätteradresse ist ungültig. Beginnen Sie wieder auf der ersten Seite.",
            field="cursor",
        )
    return int(key)


def latest(session: Session, *, now: dt.datetime, limit: int = 20) -> Sequence[Notice]:
    """Return the latest current notices whose bids can still be in time."""
    return search(session, Search(only_open=True), now=now, limit=limit).items


def changes_since(session: Session, after: int, *, limit: int = 100) -> Sequence[Notice]:
    """Return published notices (all versions) behind a place of the feed, in their order."""
    return session.scalars(
        select(Notice)
        .where(Notice.feed_sequence > after)
        .order_by(Notice.feed_sequence)
        .limit(limit)
        .options(joinedload(Notice.tender), selectinload(Notice.documents))
    ).all()


def published_tender(session: Session, reference: str) -> Tender:
    """Return a published tender with all that the public sees; NotFound before publication."""
    found = session.scalars(
        select(Tender)
        .where(Tender.reference == reference.strip().upper(), Tender.public_since.is_not(None))
        .options(
            selectinload(Tender.lots).selectinload(Lot.items).selectinload(LotItem.shares),
            selectinload(Tender.criteria),
            selectinload(Tender.documents),
            selectinload(Tender.buyers).selectinload(TenderBuyer.organisation),
            selectinload(Tender.versions),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found


def notices_of(session: Session, tender_id: uuid.UUID) -> list[Notice]:
    """Return the published notices of a tender, the latest first, with their documents."""
    return list(
        session.scalars(
            select(Notice)
            .where(Notice.tender_id == tender_id, Notice.stage == "published")
            .order_by(Notice.feed_sequence.desc())
            .options(selectinload(Notice.documents))
        )
    )


def notice_document(session: Session, notice_id: uuid.UUID, format_: str) -> NoticeDocument:
    """Return one document of a published notice; NotFound if there is none in this format."""
    found = session.scalars(
        select(NoticeDocument)
        .join(Notice, Notice.id == NoticeDocument.notice_id)
        .where(
            Notice.id == notice_id, Notice.stage == "published", NoticeDocument.format == format_
        )
    ).one_or_none()
    if found is None:
        raise NotFound("Das Dokument")
    return found


def public_document(tender: Tender, document_id: uuid.UUID) -> TenderDocument:
    """Return a procurement document that some published version of a tender had."""
    for document in tender.documents:
        if document.id == document_id and document.published_in_version is not None:
            return document
    raise NotFound("Das Dokument")
