"""Reads of questions and answers."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.enquiries.model import Answer


def published_answers(session: Session, tender_id: uuid.UUID) -> Sequence[Answer]:
    """Return the answers to a tender in the order in which everybody got them."""
    return session.scalars(
        select(Answer).where(Answer.tender_id == tender_id).order_by(Answer.published_at, Answer.id)
    ).all()
