"""Messages as the services write them."""

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.messages import service
from vergabe.messages.model import Mail, Message
from vergabe.messages.service import Reader


def message(session: Session, reader: Reader, **more: Any) -> Message:
    """Return a stored message to this reader, with its mails waiting."""
    key = more.pop("dedupe_key", f"test:{uuid.uuid4()}")
    facts: dict[str, Any] = {
        "kind": "test",
        "subject": "Neue Auskunft zum Verfahren",
        "body": "Guten Tag,\n\nes gibt eine neue Auskunft.",
        "now": clock.now(),
    }
    service.send(session, reader, dedupe_key=key, **(facts | more))
    session.flush()
    return session.scalars(select(Message).where(Message.dedupe_key == f"{key}:{reader.key}")).one()


def all_messages(session: Session, *, kind: str | None = None) -> list[Message]:
    """Return the messages written so far, oldest first."""
    query = select(Message).order_by(Message.id)
    return list(session.scalars(query.where(Message.kind == kind) if kind else query))


def waiting_mails(session: Session) -> list[Mail]:
    """Return the mails that have not left yet."""
    return list(session.scalars(select(Mail).where(Mail.state == "waiting").order_by(Mail.id)))
