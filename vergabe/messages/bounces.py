"""Addresses at which nothing arrives: marked by what mail servers answer, taken back by people."""

import contextlib
import datetime as dt
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.db import insert_unless_there
from vergabe.errors import NotFound
from vergabe.messages.bounce_reading import MOST_BYTES, Bounce, bounces_in
from vergabe.messages.model import DeadAddress, Mail
from vergabe.outbox import OutboxRow

logger = logging.getLogger(__name__)

BATCH: Final = 200
_READ: Final = ":2,S"


def take(session: Session, content: bytes, *, now: dt.datetime) -> int:
    """Note what a mail reports about mails of ours; return how many. Twice changes nothing."""
    return sum(_note(session, bounce, now=now) for bounce in bounces_in(content))


def _note(session: Session, bounce: Bounce, *, now: dt.datetime) -> bool:
    mail = session.get(Mail, bounce.letter_id, with_for_update=True)
    if mail is None:
        return _note_of_login(session, bounce, now=now)
    # The report may be here before the worker has marked that the mail has left.
    if mail.state == "failed":
        return False
    is_new = mail.bounced_at is None
    if is_new:
        mail.bounced_at = now
        mail.failure = sentence(bounce.status, bounce.text)
    if bounce.is_address_dead:
        mark(session, mail.address, bounce.status, bounce.text, now=now)
    return is_new


def _note_of_login(session: Session, bounce: Bounce, *, now: dt.datetime) -> bool:
    """Note a mail of the login: its address is forgotten, that it was sent is not."""
    row = session.get(OutboxRow, bounce.letter_id)
    if row is None or row.kind != "mail" or row.state == "failed" or bounce.address is None:
        return False
    return bounce.is_address_dead and mark(
        session, bounce.address, bounce.status, bounce.text, now=now
    )


def sentence(status: str, text: str) -> str:
    """Return what an answer says, for the people who ask why nothing arrived."""
    what = (
        "Ein Mailserver hat es aufgegeben, die E-Mail zuzustellen"
        if status.startswith("4")
        else "Der Mailserver des Empfängers hat die E-Mail zurückgewiesen"
    )
    return f"{what} ({status}): {text}".rstrip(": ")


def mark(session: Session, address: str, status: str, text: str, *, now: dt.datetime) -> bool:
    """Send nothing more to an address until somebody takes that back; return whether it is new."""
    values = {"address": address.lower(), "status": status, "text": text[:500], "at": now}
    is_new = insert_unless_there(session, DeadAddress, values)
    if is_new:
        logger.warning("address is dead", extra={"status": status})
    return is_new


def dead_address(session: Session, address: str) -> DeadAddress | None:
    """Return why nothing is mailed to an address; None: it is."""
    return session.get(DeadAddress, address.lower())


def dead_addresses(session: Session, *, limit: int = 200) -> Sequence[DeadAddress]:
    """Return the marked addresses, newest first."""
    return session.scalars(select(DeadAddress).order_by(DeadAddress.at.desc()).limit(limit)).all()


def use_again(session: Session, actor: Actor) -> None:
    """Send mails to the acting person's address again; a second time changes nothing."""
    actor.require(Permission.VIEW_MESSAGES)
    user = session.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        raise NotFound("Ihr Konto")
    session.execute(delete(DeadAddress).where(DeadAddress.address == user.email))


def use_again_by_operator(session: Session, address: str) -> None:
    """Send mails to an address again; NotFound if it is not marked."""
    found = dead_address(session, address.strip())
    if found is None:
        raise NotFound("Diese Adresse")
    session.delete(found)
    session.flush()


def unread_in(maildir: Path) -> list[Path]:
    """Return the mails of a Maildir that nobody has read, oldest first, at most a batch."""
    files = [file for name in ("new", "cur") for file in (maildir / name).iterdir()]
    unread = [file for file in files if file.is_file() and not _is_seen(file)]
    return sorted(unread, key=lambda file: file.name)[:BATCH]


def content_of(file: Path) -> bytes:
    """Return a mail, no more of it than is looked at."""
    with file.open("rb") as source:
        return source.read(MOST_BYTES)


def put_away(maildir: Path, file: Path) -> None:
    """Mark a mail as read, as mail programs do; one that is gone meanwhile is somebody else's."""
    name = file.name.partition(":2,")[0]
    with contextlib.suppress(FileNotFoundError):
        file.replace(maildir / "cur" / f"{name}{_READ}")


def _is_seen(file: Path) -> bool:
    return "S" in file.name.partition(":2,")[2]
