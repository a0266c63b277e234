"""What happened to messages."""

import uuid
from dataclasses import dataclass

from vergabe.events import Event


@dataclass(frozen=True)
class MailUnsubscribed(Event):
    """Somebody wants no more mails of one kind, or about one tender (then `tender_id` is set)."""

    name = "messages.mail_unsubscribed"
    address: str
    kind: str
    tender_id: uuid.UUID | None
