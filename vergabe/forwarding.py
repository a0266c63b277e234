"""What subscribed systems are told of events: who may know of each, and the few facts in the call.

Ids, references and addresses, no texts: the receiver asks the API for the rest, with its rights.
"""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.cooperations.task_rules import Step
from vergabe.demands.model import Demand
from vergabe.enquiries.events import AnswerPublished, EnquiryReceived
from vergabe.notices.events import DeliveryNews, NoticePublished
from vergabe.notices.model import Notice
from vergabe.pools.events import ConsultationStarted, JoiningOpened, MemberJoined, PoolEnded
from vergabe.pools.model import Pool, PoolDemand
from vergabe.tenders import duties
from vergabe.tenders.model import Tender
from vergabe.web.shell import settings
from vergabe.webhooks import rules
from vergabe.webhooks.service import forward


def notice_published(
    session: Session, event: NoticePublished, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell of a notice; everybody may know."""
    notice = session.get_one(Notice, event.notice_id)
    data = _tender(notice.tender) | {
        "notice_id": str(notice.id),
        "kind": event.kind,
        "version": notice.tender_version,
        "published_at": _instant(notice.published_at),
    }
    forward(session, rules.NOTICE_PUBLISHED, data, audience=None, event_id=event_id, now=now)


def answer_published(
    session: Session, event: AnswerPublished, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell of an answer; everybody may know."""
    tender = session.get_one(Tender, event.tender_id)
    data = _tender(tender) | {"answer_id": str(event.answer_id)}
    forward(session, rules.ANSWER_PUBLISHED, data, audience=None, event_id=event_id, now=now)


def enquiry_received(
    session: Session, event: EnquiryReceived, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell those who answer that a question waits; who asked is not said."""
    tender = session.get_one(Tender, event.tender_id)
    audience = duties.performers(session, tender, Step.ANSWER_ENQUIRIES, now=now)
    data = _tender(tender) | {"enquiry_id": str(event.enquiry_id)}
    forward(session, rules.ENQUIRY_RECEIVED, data, audience=audience, event_id=event_id, now=now)


def delivery_news(
    session: Session, event: DeliveryNews, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the lead what became of a notice outside."""
    tender = session.get_one(Tender, event.tender_id)
    data = _tender(tender) | {"delivery_id": str(event.delivery_id), "news": event.news}
    audience = [tender.lead_organisation_id]
    forward(session, rules.DELIVERY_NEWS, data, audience=audience, event_id=event_id, now=now)


def consultation_started(
    session: Session, event: ConsultationStarted, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the members with a demand in a pool that they are asked."""
    _tell_members(session, rules.CONSULTATION_STARTED, event.pool_id, {}, event_id, now)


def joining_opened(
    session: Session, event: JoiningOpened, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the members until when they can join."""
    more = {"deadline": _instant(event.deadline)}
    _tell_members(session, rules.JOINING_OPENED, event.pool_id, more, event_id, now)


def member_joined(
    session: Session, event: MemberJoined, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the members who has joined."""
    more = {"organisation_id": str(event.organisation_id)}
    _tell_members(session, rules.MEMBER_JOINED, event.pool_id, more, event_id, now)


def pool_ended(
    session: Session, event: PoolEnded, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the members whose demands are free again."""
    data = _pool(session.get_one(Pool, event.pool_id))
    audience = event.organisation_ids
    forward(session, rules.POOL_ENDED, data, audience=audience, event_id=event_id, now=now)


def _tell_members(
    session: Session,
    kind: str,
    pool_id: uuid.UUID,
    more: dict[str, Any],
    event_id: uuid.UUID,
    now: dt.datetime,
) -> None:
    members = session.scalars(
        select(Demand.organisation_id)
        .join(PoolDemand, PoolDemand.demand_id == Demand.id)
        .where(PoolDemand.pool_id == pool_id, PoolDemand.removed_at.is_(None))
        .distinct()
    )
    data = _pool(session.get_one(Pool, pool_id)) | more
    forward(session, kind, data, audience=members, event_id=event_id, now=now)


def _tender(tender: Tender) -> dict[str, Any]:
    return {
        "tender_id": str(tender.id),
        "reference": tender.reference,
        "title": tender.title,
        "submission_deadline": _instant(tender.submission_deadline),
        "url": f"{settings().base_url}/bekanntmachungen/{tender.reference}",
    }


def _pool(pool: Pool) -> dict[str, Any]:
    return {
        "pool_id": str(pool.id),
        "reference": pool.reference,
        "title": pool.title,
        "url": f"{settings().base_url}/buendelungen/{pool.id}",
    }


def _instant(instant: dt.datetime | None) -> str | None:
    return instant.astimezone(dt.UTC).isoformat() if instant else None
