"""What happens to questions and answers."""

import uuid
from dataclasses import dataclass

from vergabe.events import Event


@dataclass(frozen=True)
class EnquiryReceived(Event):
    """Somebody has asked; the lead's officers should know."""

    name = "enquiries.received"

    enquiry_id: uuid.UUID
    tender_id: uuid.UUID


@dataclass(frozen=True)
class AnswerPublished(Event):
    """An answer is public; everybody registered should know."""

    name = "enquiries.answered"

    answer_id: uuid.UUID
    tender_id: uuid.UUID
