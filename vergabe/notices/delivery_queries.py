"""Reads of what became of notices outside; who may see the tender may see them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from vergabe.errors import NotFound
from vergabe.notices.delivery_model import NoticeCheck, NoticeDelivery
from vergabe.notices.model import Notice


@dataclass(frozen=True)
class NoticeLife:
    """A notice with its deliveries (the newest version first) and what the rules said of each."""

    notice: Notice
    deliveries: Sequence[NoticeDelivery]
    checks: Sequence[NoticeCheck]

    def check_of(self, delivery: NoticeDelivery) -> NoticeCheck | None:
        """Return the last check of the version that a delivery carries."""
        found = [c for c in self.checks if c.version_number == delivery.version_number]
        return found[-1] if found else None


def lives_of(session: Session, tender_id: uuid.UUID) -> list[NoticeLife]:
    """Return every notice of a tender, the latest first, public or not."""
    notices = session.scalars(
        select(Notice)
        .where(Notice.tender_id == tender_id)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .options(selectinload(Notice.documents))
    ).all()
    ids = [notice.id for notice in notices]
    deliveries = session.scalars(
        select(NoticeDelivery)
        .where(NoticeDelivery.notice_id.in_(ids))
        .order_by(NoticeDelivery.version_number.desc())
        .options(selectinload(NoticeDelivery.events))
    ).all()
    checks = session.scalars(
        select(NoticeCheck)
        .where(NoticeCheck.notice_id.in_(ids))
        .order_by(NoticeCheck.checked_at, NoticeCheck.id)
    ).all()
    return [
        NoticeLife(
            notice,
            [d for d in deliveries if d.notice_id == notice.id],
            [c for c in checks if c.notice_id == notice.id],
        )
        for notice in notices
    ]


def delivery_of(session: Session, tender_id: uuid.UUID, delivery_id: uuid.UUID) -> NoticeLife:
    """Return one delivery of a tender with its notice; NotFound if it belongs to another."""
    for life in lives_of(session, tender_id):
        for delivery in life.deliveries:
            if delivery.id == delivery_id:
                return NoticeLife(life.notice, [delivery], life.checks)
    raise NotFound("Der Versand")


def overdue(session: Session, *, now: dt.datetime, after: dt.timedelta) -> int:
    """Return how many notices should have left before `now - after` and have not; for doctor."""
    query = select(func.count(NoticeDelivery.id)).where(
        NoticeDelivery.state.in_(("waiting", "sending")),
        NoticeDelivery.created_at < now - after,
    )
    return session.scalar(query) or 0
