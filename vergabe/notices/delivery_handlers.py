"""Reactions to what becomes of notices outside: whoever publishes is told what to do."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy.orm import Session

from vergabe.access import queries as access
from vergabe.access.permissions import Permission
from vergabe.cooperations.task_rules import Step
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.events import DeliveryNews, News
from vergabe.tenders import duties
from vergabe.tenders.model import Tender

_SHOWN: Final = 5
_SUBJECTS: Final = {
    News.HANDED_OVER: "Bekanntmachung liegt zum Hochladen bereit",
    News.REJECTED: "Bekanntmachung zurückgewiesen",
    News.STOPPED: "Bekanntmachung angehalten",
    News.BLOCKED: "Bekanntmachung nicht gesendet",
    News.TROUBLE: "Bekanntmachung ließ sich noch nicht senden",
}
_AGAIN: Final = (
    "Das Verfahren ist wieder bereit, die Fristen sind aufgehoben. Nehmen Sie es in Bearbeitung, "
    "beheben Sie die Ursache und veröffentlichen Sie es noch einmal."
)
_STAYS: Final = (
    "Hier bleibt die Bekanntmachung öffentlich. Beheben Sie die Ursache und senden Sie sie auf der "
    "Seite „Versand“ noch einmal."
)


def tell_officers(
    session: Session, event: DeliveryNews, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the officers of whoever publishes what happened and what to do next."""
    delivery = session.get_one(NoticeDelivery, event.delivery_id)
    tender = session.get_one(Tender, event.tender_id)
    officers = access.people_with(
        session,
        Permission.PUBLISH_TENDERS,
        duties.performers(session, tender, Step.PUBLISH, now=now),
        now=now,
        cooperation_id=tender.cooperation_id,
    )
    news = News(event.news)
    messages.send_many(
        session,
        [Reader(user_id=user_id) for user_id in dict.fromkeys(user.id for user, _ in officers)],
        cause=f"delivery:{delivery.id}:{news}",
        kind="tender",
        subject=f"{tender.reference}: {_SUBJECTS[news]}",
        body=f"Guten Tag,\n\n{_body(news, delivery, tender)}",
        now=now,
        tender_id=tender.id,
        link=f"/vergabeverfahren/{tender.id}/versand",
    )


def _body(news: News, delivery: NoticeDelivery, tender: Tender) -> str:
    subject = f"die Bekanntmachung zu „{tender.title}“ (Fassung {delivery.version_number:02d})"
    if news is News.HANDED_OVER:
        waiting = " Solange wartet die Veröffentlichung hier (§ 40 Abs. 3 VgV)."
        return (
            f"{subject} liegt als Datei bereit ({delivery.place}). Bitte laden Sie sie beim "
            "Datenservice Öffentlicher Einkauf hoch und bestätigen Sie auf der Seite „Versand“ den "
            f"Eingang, sobald er bestätigt ist.{waiting if delivery.notice.must_wait else ''}"
        )
    if news is News.TROUBLE:
        return (
            f"{subject} ließ sich mehrfach nicht senden: {delivery.last_error or 'keine Antwort'} "
            "Es wird weiter versucht. Am Tag nach der Veröffentlichung gesendet, kann sie zu kurze "
            "Fristen haben; sie geht dann nicht hinaus, und Sie erfahren es."
        )
    found = [reason.get("text", "") for reason in delivery.reasons]
    listed = "\n".join(f"- {text[:300]}" for text in found[:_SHOWN] if text)
    more = f"\n- und {len(found) - _SHOWN} weitere" if len(found) > _SHOWN else ""
    verbs = {
        News.REJECTED: "wurde zurückgewiesen",
        News.STOPPED: "wurde angehalten",
        News.BLOCKED: "wurde nicht gesendet",
    }
    ending = _STAYS if delivery.notice.stage == "published" else _AGAIN
    reasons = f":\n\n{listed}{more}" if listed else "."
    return f"{subject} {verbs[news]}{reasons}\n\n{ending}"
