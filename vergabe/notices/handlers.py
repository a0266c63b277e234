"""Reactions to published notices: the members that buy are told."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy.orm import Session

from vergabe.access import queries as access
from vergabe.access.permissions import Permission
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.notices import letters
from vergabe.notices.events import NoticePublished
from vergabe.notices.model import Notice

_WHAT: Final = {
    "contract_notice": "veröffentlicht",
    "change_notice": "geändert",
    "cancellation_notice": "aufgehoben",
}


def tell_buyers(
    session: Session, event: NoticePublished, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell whoever bound a member to the joint tender what has been published in its name."""
    notice = session.get_one(Notice, event.notice_id)
    tender = notice.tender
    buying = [buyer.organisation_id for buyer in tender.buyers if buyer.buys]
    people = access.people_with(
        session, Permission.JOIN_POOLS, buying, cooperation_id=tender.cooperation_id, now=now
    )
    what = _WHAT[notice.kind]
    is_end = notice.kind == "cancellation_notice"
    reason = f"\nGrund: {tender.cancellation_reason}" if is_end else ""
    subject, body = letters.member_letter(
        tender, what, notice.tender_version, tender.submission_deadline, reason
    )
    messages.send_many(
        session,
        [Reader(user_id=user_id) for user_id in dict.fromkeys(user.id for user, _ in people)],
        cause=f"notice:{notice.id}:buyers",
        kind="tender",
        subject=subject,
        body=body,
        tender_id=tender.id,
        link=f"/vergabeverfahren/{tender.id}",
        now=now,
    )
