"""Reactions to published notices: the members that buy are told."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy.orm import Session

from vergabe.access import queries as access
from vergabe.access.permissions import Permission
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.notices.events import NoticePublished
from vergabe.notices.model import Notice
from vergabe.web.formatting import weekday_moment

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
    reason = f"\nGrund: {tender.cancellation_reason}" if tender.cancellation_reason else ""
    messages.send_many(
        session,
        [Reader(user_id=user_id) for user_id in dict.fromkeys(user.id for user, _ in people)],
        cause=f"notice:{notice.id}:buyers",
        kind="tender",
        subject=f"{tender.reference} {what}: {tender.title}",
        body=(
            f"Guten Tag,\n\ndas gemeinsame Verfahren „{tender.title}“, an dem Sie beteiligt sind, "
            f"wurde {what} (Fassung {notice.tender_version}).{reason}\n\n"
            f"Angebote bis: {weekday_moment(tender.submission_deadline)}"
        ),
        tender_id=tender.id,
        link=f"/vergabeverfahren/{tender.id}",
        now=now,
    )
