"""Which procedures have to be written anew: asked of the database by what has happened since."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from vergabe import clock
from vergabe.enquiries.model import Answer
from vergabe.notices.model import Notice
from vergabe.tenders.model import Tender

_OVERLAP: Final = dt.timedelta(minutes=10)
"""Answers are looked for a little earlier than the last time: some were being committed then."""
MOST_CLOSED: Final = 500
"""Procedures whose deadline is over that the list shows; older ones keep their addresses."""


@dataclass(frozen=True)
class Since:
    """How far the copy is: place and notice (its id) in the feed, instant of the last refresh."""

    feed_sequence: int
    notice: str
    at: dt.datetime


def last_place(session: Session) -> tuple[int, str]:
    """Return the last place of the feed and its notice: everything before it is visible."""
    query = select(Notice.feed_sequence, Notice.id).where(Notice.feed_sequence.is_not(None))
    found = session.execute(query.order_by(Notice.feed_sequence.desc()).limit(1)).first()
    return (0, "") if found is None else (found.feed_sequence, str(found.id))


def goes_on(session: Session, since: Since) -> bool:
    """Return whether the feed is the one that the copy has followed; after a restore it is not."""
    query = select(Notice.id).where(Notice.feed_sequence == since.feed_sequence)
    found = session.scalars(query).one_or_none()
    return ("" if found is None else str(found)) == since.notice


def everything(session: Session) -> Sequence[uuid.UUID]:
    """Return all public procedures."""
    return session.scalars(
        select(Notice.tender_id).where(Notice.is_current, Notice.stage == "published")
    ).all()


def changed(session: Session, since: Since, *, now: dt.datetime) -> set[uuid.UUID]:
    """Return the public procedures whose pages differ from those written at `since`.

    A later notice, a new answer, a deadline that has passed; once a day all that still run, for
    pages say how many days are left.
    """
    found = set(
        session.scalars(select(Notice.tender_id).where(Notice.feed_sequence > since.feed_sequence))
    )
    found |= set(
        session.scalars(select(Answer.tender_id).where(Answer.published_at > since.at - _OVERLAP))
    )
    running = select(Notice.tender_id).where(
        Notice.stage == "published", Notice.is_current, Notice.submission_deadline > since.at
    )
    if clock.berlin_day(since.at) == clock.berlin_day(now):
        running = running.where(Notice.submission_deadline <= now)
    return found | set(session.scalars(running))


def named(session: Session, references: Sequence[str]) -> Sequence[uuid.UUID]:
    """Return the procedures of some references."""
    if not references:
        return []
    return session.scalars(select(Tender.id).where(Tender.reference.in_(references))).all()


def listed(session: Session, *, now: dt.datetime) -> tuple[Sequence[Notice], Sequence[Notice]]:
    """Return what the list shows: procedures still open by deadline, then the latest others."""
    query = (
        select(Notice)
        .where(Notice.is_current, Notice.stage == "published")
        .options(joinedload(Notice.tender))
    )
    is_open = (Notice.submission_deadline > now) & (Notice.kind != "cancellation_notice")
    opened = session.scalars(
        query.where(is_open).order_by(Notice.submission_deadline, Notice.id)
    ).all()
    others = session.scalars(
        query.where(~is_open).order_by(Notice.feed_sequence.desc()).limit(MOST_CLOSED)
    ).all()
    return opened, others
