"""Reads of published notices: public, without any actor."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from vergabe.catalogue import queries as catalogue
from vergabe.catalogue.wishes import Wish, cpv_prefixes
from vergabe.errors import NotFound
from vergabe.notices.model import Notice, NoticeDocument
from vergabe.pools.model import Joining, LaterJoiner, Pool
from vergabe.tenders.model import Lot, LotItem, Tender, TenderBuyer, TenderDocument
from vergabe.web.paging import Page

WHAT: Final = "Die Bekanntmachung"
WHO_MAY_CALL_OFF: Final = joinedload(Tender.pool).options(
    selectinload(Pool.joinings).joinedload(Joining.organisation),
    selectinload(Pool.later_joiners).joinedload(LaterJoiner.organisation),
)
"""What the page says of a pool, read with the tender instead of name by name."""


@dataclass(frozen=True)
class Search:
    """What somebody looks for; empty fields do not narrow.

    text: words, see `catalogue`; cpv, nuts: code prefixes;
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
    wish = Wish(
        text=wanted.text,
        cpv=cpv_prefixes(wanted.cpv),
        regions=(wanted.nuts.upper(),) if wanted.nuts else (),
        natures=(wanted.nature,) if wanted.nature else (),
        states=("offen",) if wanted.only_open else (),
        due_from=wanted.due_from,
        due_until=wanted.due_until,
        origins=("own",),
        sort="neu",
    )
    found, following = catalogue.subjects(session, wish, now=now, cursor=cursor, limit=limit)
    rows = session.scalars(
        select(Notice)
        .where(Notice.is_current, Notice.stage == "published", Notice.tender_id.in_(found))
        .options(joinedload(Notice.tender))
    )
    by_tender = {row.tender_id: row for row in rows}
    return Page([by_tender[one] for one in found if one in by_tender], following)


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


def published_tender(session: Session, reference: str, *more: ExecutableOption) -> Tender:
    """Return a published tender with all that the public sees; NotFound before publication.

    more: what is read besides.
    """
    found = session.scalars(
        select(Tender)
        .where(Tender.reference == reference.strip().upper(), Tender.public_since.is_not(None))
        .options(
            selectinload(Tender.lots).selectinload(Lot.items).selectinload(LotItem.shares),
            selectinload(Tender.criteria),
            selectinload(Tender.documents),
            selectinload(Tender.buyers).selectinload(TenderBuyer.organisation),
            selectinload(Tender.versions),
            *more,
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


def public_versions(session: Session, tender_id: uuid.UUID) -> frozenset[int]:
    """Return the versions of a tender that the public was told of.

    One whose notice was rejected or stopped before it was public stays on file, for us alone.
    """
    query = select(Notice.tender_version).where(
        Notice.tender_id == tender_id, Notice.stage == "published"
    )
    return frozenset(session.scalars(query))


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
