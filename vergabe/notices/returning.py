"""What follows when a version of a notice has ended outside without being published."""

import datetime as dt

from sqlalchemy.orm import Session

from vergabe import outbox
from vergabe.access.actor import Actor
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.events import DeliveryNews, News
from vergabe.notices.rules import State
from vergabe.tenders import returning as tenders
from vergabe.tenders.recording import record

_NEWS = {
    State.REJECTED: News.REJECTED,
    State.STOPPED: News.STOPPED,
    State.BLOCKED: News.BLOCKED,
}
MOST_RECORDED = 20


def end(
    session: Session, actor: Actor, delivery: NoticeDelivery, state: State, *, now: dt.datetime
) -> None:
    """End a delivery as rejected, stopped or blocked; reasons stand in it already.

    A notice that nobody could read yet is given up in this version, and its tender goes back to
    `ready`. One that is public stays so: all bidders keep the same information, and a corrected
    version is sent. The caller holds the tender's lock.
    """
    notice = delivery.notice
    delivery.state, delivery.ended_at = state, now
    delivery.due_at = delivery.release_at = None
    record(
        session,
        actor,
        notice.tender,
        f"notice_{state}",
        f"Die Bekanntmachung {delivery.idempotency_key} wurde {_VERBS[state]}.",
        now=now,
        notice_id=str(notice.id),
        version=delivery.version_number,
        reasons=[reason.get("text", "")[:300] for reason in delivery.reasons[:MOST_RECORDED]],
    )
    if notice.stage != "published":
        notice.stage, notice.rejected_at = "rejected", now
        tenders.mark_returned(
            session,
            actor,
            notice.tender,
            f"Die Bekanntmachung wurde {_VERBS[state]}.",
            now=now,
        )
    outbox.emit(session, DeliveryNews(delivery.id, notice.tender_id, _NEWS[state]), now=now)
    session.flush()


_VERBS = {
    State.REJECTED: "zurückgewiesen",
    State.STOPPED: "angehalten",
    State.BLOCKED: "nicht gesendet, weil sie die Prüfung nicht bestanden hat",
}
