"""Reads of questions and answers."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from vergabe.enquiries.model import Answer, Enquiry


def published_answers(session: Session, tender_id: uuid.UUID) -> Sequence[Answer]:
    """Return the answers to a tender in the order in which everybody got them."""
    return session.scalars(
        select(Answer).where(Answer.tender_id == tender_id).order_by(Answer.published_at, Answer.id)
    ).all()


def all_enquiries(session: Session, tender_id: uuid.UUID) -> Sequence[Enquiry]:
    """Return every question to a tender, the unanswered first, then in order of asking.

    For the lead's officers alone: it shows who asked.
    """
    return session.scalars(
        select(Enquiry)
        .where(Enquiry.tender_id == tender_id)
        .options(joinedload(Enquiry.organisation), joinedload(Enquiry.answer))
        .order_by(Enquiry.answer_id.is_not(None), Enquiry.asked_at, Enquiry.id)
    ).all()


def enquiries_of(
    session: Session, tender_id: uuid.UUID, enquiry_ids: Iterable[uuid.UUID]
) -> Sequence[Enquiry]:
    """Return those of the questions that belong to this tender."""
    return session.scalars(
        select(Enquiry)
        .where(Enquiry.tender_id == tender_id, Enquiry.id.in_(list(enquiry_ids)))
        .options(joinedload(Enquiry.organisation))
        .order_by(Enquiry.asked_at)
    ).all()


def own_enquiries(
    session: Session, tender_id: uuid.UUID, organisation_id: uuid.UUID
) -> Sequence[Enquiry]:
    """Return a supplier's own questions to a tender."""
    return session.scalars(
        select(Enquiry)
        .where(Enquiry.tender_id == tender_id, Enquiry.organisation_id == organisation_id)
        .options(joinedload(Enquiry.answer))
        .order_by(Enquiry.asked_at)
    ).all()
