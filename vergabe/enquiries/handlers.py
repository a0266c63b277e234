"""Reactions to questions and answers: officers and registered readers are told."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe.access import queries as people
from vergabe.access.permissions import Permission
from vergabe.cooperations.task_rules import Step
from vergabe.enquiries.events import AnswerPublished, EnquiryReceived
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.suppliers import following
from vergabe.tenders import duties
from vergabe.tenders.model import Tender
from vergabe.web.formatting import weekday_moment


def tell_officers(
    session: Session, event: EnquiryReceived, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the officers of whoever answers questions that one waits."""
    enquiry = session.get_one(Enquiry, event.enquiry_id)
    tender = session.get_one(Tender, event.tender_id)
    officers = people.people_with(
        session,
        Permission.ANSWER_ENQUIRIES,
        duties.performers(session, tender, Step.ANSWER_ENQUIRIES, now=now),
        now=now,
        cooperation_id=tender.cooperation_id,
    )
    late = "" if enquiry.is_timely else " Sie kam nach der Frist für Fragen."
    messages.send_many(
        session,
        [Reader(user_id=user.id) for user, _ in officers],
        cause=f"enquiry:{enquiry.id}",
        kind="enquiry",
        subject=f"Neue Bieterfrage zu {tender.reference}",
        body=f"Guten Tag,\n\nzu „{tender.title}“ ging eine Bieterfrage ein.{late}\n"
        f"Angebotsfrist: {weekday_moment(tender.submission_deadline)}",
        now=now,
        tender_id=tender.id,
        link=f"/vergabeverfahren/{tender.id}/fragen",
    )


def tell_answer(
    session: Session, event: AnswerPublished, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell everybody registered for the tender of an answer, in the same words."""
    answer = session.get_one(Answer, event.answer_id)
    tender = session.get_one(Tender, event.tender_id)
    following.tell_registered(
        session,
        tender.id,
        cause=f"answer:{answer.id}",
        kind="answer",
        subject=f"Antwort auf eine Bieterfrage zu {tender.reference}",
        body=f"Guten Tag,\n\nzu „{tender.title}“ wurde eine Frage beantwortet.\n\n"
        f"Frage:\n{answer.question_text}\n\nAntwort:\n{answer.text}",
        now=now,
        link=f"/bekanntmachungen/{tender.reference}",
    )
