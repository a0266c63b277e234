"""Mails to firms that wait to be sent, and what became of them."""

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.messages import service
from vergabe.messages.model import Mail
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow


def write(session: Session, count: int, *, subject: str = "Neue Auskunft") -> list[str]:
    addresses = [f"firma{n}@example.org" for n in range(count)]
    service.send_many(
        session,
        [Reader(address=address) for address in addresses],
        cause=f"test:{ids.new_id()}",
        kind="test",
        subject=subject,
        body="Guten Tag,\n\nes gibt eine neue Auskunft.\n",
        now=clock.now(),
    )
    session.commit()
    return addresses


def states(session: Session) -> Counter[str]:
    session.expire_all()
    return Counter(mail.state for mail in session.scalars(select(Mail)))


def rows(session: Session) -> list[OutboxRow]:
    session.expire_all()
    return list(session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")))
