"""What the directory of all procedures is told about one of ours."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock
from vergabe.catalogue import methods, service
from vergabe.catalogue.service import Listed
from vergabe.notices import writing
from vergabe.notices.model import Notice
from vergabe.tenders import later
from vergabe.tenders.model import Tender, TenderBuyer

SOURCE = "own"


def enter(session: Session, notice: Notice, *, now: dt.datetime) -> None:
    """Let the search find the procedure of a notice as this notice tells it.

    Call it when the notice is public; it takes the place of the one before it.
    """
    notice.is_listed = True
    service.enter(session, "own", [_listed(notice)], now=now)


def enter_missing(session: Session, *, limit: int, now: dt.datetime) -> int:
    """Enter published procedures that the directory does not know yet; return how many.

    There are some once, after the directory came into the house.
    """
    missing = missing_tenders(session, limit=limit)
    if not missing:
        return 0
    notices: Sequence[Notice] = session.scalars(
        select(Notice)
        .where(Notice.is_current, Notice.tender_id.in_(missing))
        .options(selectinload(Notice.tender).selectinload(Tender.buyers))
    ).all()
    for notice in notices:
        notice.is_listed = True
    service.enter(session, "own", [_listed(notice) for notice in notices], now=now)
    return len(notices)


def missing_tenders(session: Session, *, limit: int) -> list[uuid.UUID]:
    """Return tenders with a public notice that the directory does not know."""
    return list(
        session.scalars(
            select(Notice.tender_id)
            .where(Notice.is_current, Notice.stage == "published", ~Notice.is_listed)
            .order_by(Notice.id)
            .limit(limit)
        )
    )


def _listed(notice: Notice) -> Listed:
    tender = notice.tender
    assert notice.published_at is not None, "only what is public is listed"
    buyers = [buyer.organisation.name for buyer in _lead_first(tender.buyers)]
    return Listed(
        subject_id=tender.id,
        path=f"/bekanntmachungen/{tender.reference}",
        reference=tender.reference,
        feed_id=f"urn:uuid:{notice.notice_uuid}",
        title=notice.title,
        summary=notice.summary,
        buyer_names=buyers,
        sources=[SOURCE],
        cpv=[tender.cpv, *tender.cpv_additional, *(lot.cpv for lot in tender.lots)],
        nuts=writing.regions_of(tender),
        nature=tender.nature,
        method=methods.group_of(tender.procurement_method),
        value_net_cents=later.public_value(tender),
        deadline=notice.submission_deadline,
        stage="cancelled" if notice.kind == "cancellation_notice" else "running",
        is_joint=sum(buyer.buys for buyer in tender.buyers) > 1,
        shown_on=clock.berlin_day(notice.published_at),
        heads=(tender.title, tender.reference),
        texts=(tender.description, *(lot.title for lot in tender.lots)),
    )


def _lead_first(buyers: Sequence[TenderBuyer]) -> list[TenderBuyer]:
    return sorted(buyers, key=lambda buyer: (not buyer.is_lead, buyer.position))
