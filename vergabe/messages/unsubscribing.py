"""Leaving mails in one click: a signed link in each mail, no login, no secret in the database."""

import datetime as dt
import functools
import hashlib
import uuid
from dataclasses import dataclass
from typing import Final

from itsdangerous import BadSignature, Signer
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vergabe import ids, outbox
from vergabe.db import insert_unless_there
from vergabe.errors import NotFound
from vergabe.messages import rules
from vergabe.messages.events import MailUnsubscribed
from vergabe.messages.model import Mail, MailOptOut, Message

_SALT: Final = "vergabe.messages.unsubscribe"


@dataclass(frozen=True)
class Subscription:
    """What a link in a mail ends: for whom, and the scope (see `rules.opt_out_scope`)."""

    address: str
    scope: str
    kind: str
    tender_id: uuid.UUID | None
    has_mailbox: bool


@functools.lru_cache(maxsize=4)
def _signer(secret_key: str) -> Signer:
    return Signer(secret_key, salt=_SALT, digest_method=hashlib.sha256)


def token_for(mail_id: uuid.UUID, secret_key: str) -> str:
    """Return the token of a mail's unsubscribe link; it never expires."""
    return _signer(secret_key).sign(mail_id.hex).decode()


def subscription_of(session: Session, token: str, secret_key: str) -> Subscription:
    """Return what a token ends; NotFound for a token that is not ours."""
    try:
        mail_id = uuid.UUID(_signer(secret_key).unsign(token).decode())
    except (BadSignature, ValueError) as error:
        raise NotFound("Dieser Abmeldelink") from error
    found = session.execute(
        select(Mail.address, Message.kind, Message.tender_id, Message.address.label("bare"))
        .join(Message, Message.id == Mail.message_id)
        .where(Mail.id == mail_id)
    ).one_or_none()
    if found is None:
        raise NotFound("Dieser Abmeldelink")
    return Subscription(
        address=found.address,
        scope=rules.opt_out_scope(found.kind, found.tender_id),
        kind=found.kind,
        tender_id=found.tender_id,
        has_mailbox=found.bare is None,
    )


def unsubscribe(session: Session, subscription: Subscription, *, now: dt.datetime) -> None:
    """Send no more mails of this scope to this address; a second time changes nothing."""
    is_new = insert_unless_there(
        session,
        MailOptOut,
        {
            "id": ids.new_id(),
            "address": subscription.address,
            "scope": subscription.scope,
            "at": now,
        },
    )
    if is_new:
        event = MailUnsubscribed(subscription.address, subscription.kind, subscription.tender_id)
        outbox.emit(session, event, now=now)


def allow_again(session: Session, address: str, scope: str) -> None:
    """Take an opting out back, because the person has asked for these mails again."""
    session.execute(
        delete(MailOptOut).where(MailOptOut.address == address, MailOptOut.scope == scope)
    )
