"""Answers that are begun and not yet published: kept, gone on with by a colleague, dropped."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.cooperations.task_rules import Step
from vergabe.enquiries import queries
from vergabe.enquiries.model import AnswerDraft
from vergabe.enquiries.rules import LONGEST
from vergabe.errors import InvalidInput, NotFound, Stale
from vergabe.exchange.plain_text import many_lines
from vergabe.tenders import duties
from vergabe.tenders import queries as tenders


def drafts_of(session: Session, tender_id: uuid.UUID) -> Sequence[AnswerDraft]:
    """Return the answers begun for a tender, the newest first."""
    return session.scalars(
        select(AnswerDraft)
        .where(AnswerDraft.tender_id == tender_id)
        .order_by(AnswerDraft.saved_at.desc(), AnswerDraft.id)
    ).all()


def draft_of(session: Session, tender_id: uuid.UUID, draft_id: uuid.UUID) -> AnswerDraft:
    """Return a draft of this tender; NotFound if there is none (any more)."""
    found = session.get(AnswerDraft, draft_id)
    if found is None or found.tender_id != tender_id:
        raise NotFound("Der Entwurf")
    return found


def entry_of(draft: AnswerDraft) -> dict[str, Any]:
    """Return what the form of an answer shows of a draft."""
    return {
        "enquiry_ids": draft.enquiry_ids,
        "question_text": draft.question_text,
        "text": draft.text,
        "draft_id": draft.id,
        "draft_version": draft.version,
    }


def save_draft(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    enquiry_ids: Sequence[uuid.UUID],
    *,
    question_text: str,
    text: str,
    draft_id: uuid.UUID | None = None,
    version: int | None = None,
    now: dt.datetime,
) -> AnswerDraft:
    """Keep an answer that is not finished and return it; nothing becomes public.

    draft_id, version: the draft that the person went on with, as it was seen. Raises NotFound,
    InvalidInput for texts that are too long, Refused when a question is answered already, Stale
    with the name of whoever saved the draft meanwhile.
    """
    tender = tenders.locked_tender(session, actor, tender_id)
    duties.require(session, actor, tender, Step.ANSWER_ENQUIRIES, now=now)
    question_text = many_lines(question_text, max_length=LONGEST, field="question_text")
    text = many_lines(text, max_length=LONGEST, field="text")
    if not question_text and not text:
        message = "Es gibt noch nichts zu speichern."
        raise InvalidInput("text_missing", message, field="text")
    found = queries.enquiries_of(session, tender_id, enquiry_ids)
    if len(found) < len(set(enquiry_ids)):
        raise NotFound("Die Frage")
    queries.refuse_answered(found)
    draft = _draft(session, tender_id, draft_id, version)
    draft.enquiry_ids = [str(enquiry.id) for enquiry in found]
    draft.question_text, draft.text = question_text, text
    draft.saved_at, draft.saved_by_name = now, actor.name
    session.add(draft)
    session.flush()
    return draft


def _draft(
    session: Session, tender_id: uuid.UUID, draft_id: uuid.UUID | None, version: int | None
) -> AnswerDraft:
    draft = session.get(AnswerDraft, draft_id) if draft_id is not None else None
    if draft is None or draft.tender_id != tender_id:
        # A colleague may have dropped it meanwhile: the text that is still being written is kept.
        return AnswerDraft(id=ids.new_id(), tender_id=tender_id)
    if version is not None and draft.version != version:
        raise Stale(f"Der Entwurf (zuletzt gespeichert von {draft.saved_by_name})")
    return draft


def drop_drafts(session: Session, tender_id: uuid.UUID, enquiry_ids: Sequence[uuid.UUID]) -> None:
    """Drop the drafts that answer any of these questions: they are answered now."""
    answered = {str(enquiry_id) for enquiry_id in enquiry_ids}
    for draft in drafts_of(session, tender_id):
        if answered & set(draft.enquiry_ids):
            session.delete(draft)
    session.flush()


def drop_draft(
    session: Session, actor: Actor, tender_id: uuid.UUID, draft_id: uuid.UUID, *, now: dt.datetime
) -> None:
    """Throw a draft away; a second click finds none and changes nothing."""
    tender = tenders.locked_tender(session, actor, tender_id)
    duties.require(session, actor, tender, Step.ANSWER_ENQUIRIES, now=now)
    draft = session.get(AnswerDraft, draft_id)
    if draft is not None and draft.tender_id == tender_id:
        session.delete(draft)
        session.flush()
