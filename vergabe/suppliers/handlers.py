"""Reactions to events of earlier steps."""

import datetime as dt
import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from vergabe.messages import rules as message_rules
from vergabe.messages.events import MailUnsubscribed
from vergabe.suppliers.model import TenderRegistration


def leave_after_unsubscribing(
    session: Session, event: MailUnsubscribed, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Take an address that wants no more mails of a tender out of its readers.

    Only for bare addresses: a firm keeps its mailbox messages, whatever one person there wants.
    """
    if event.tender_id is None or event.kind == message_rules.INVITATION:
        return
    session.execute(
        update(TenderRegistration)
        .where(
            TenderRegistration.tender_id == event.tender_id,
            TenderRegistration.address == event.address,
            TenderRegistration.left_at.is_(None),
        )
        .values(left_at=now)
    )
