"""What readers do: open a message (its first reading is kept), say whether they want mails."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.errors import NotFound
from vergabe.messages import queries
from vergabe.messages.model import MailOptOut, MailPreference, Message
from vergabe.texts import gettext as _


def open_message(
    session: Session, actor: Actor, message_id: uuid.UUID, *, now: dt.datetime
) -> Message:
    """Return a message of the actor's mailbox; its first reading is noted once and for ever.

    Raises NotFound for a message of somebody else.
    """
    actor.require(Permission.VIEW_MESSAGES)
    message = queries.message_of(session, actor, message_id)
    if message.first_read_at is None:
        session.refresh(message, with_for_update=True)
    if message.first_read_at is None:
        message.first_read_at = now
        message.first_read_by_id = actor.user_id
        session.flush()
    return message


def mark_read(
    session: Session, actor: Actor, message_ids: Sequence[uuid.UUID], *, now: dt.datetime
) -> int:
    """Note that messages of the actor's mailbox are read, without opening each; return how many.

    Those that were read before keep their first reading; somebody else's are left alone.
    """
    actor.require(Permission.VIEW_MESSAGES)
    found = session.scalars(
        select(Message)
        .where(Message.id.in_(message_ids), queries.mailbox(actor), Message.first_read_at.is_(None))
        .order_by(Message.id)
        .with_for_update(of=Message)
    ).all()
    for message in found:
        message.first_read_at, message.first_read_by_id = now, actor.user_id
    session.flush()
    return len(found)


def choose_mail(session: Session, actor: Actor, *, wants_mail: bool) -> None:
    """Say whether the acting person wants mails beside the mailbox; wanting them ends opt-outs."""
    actor.require(Permission.VIEW_MESSAGES)
    user = session.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        raise NotFound(_("Ihr Konto"))
    preference = session.get(MailPreference, user.id)
    if preference is None:
        session.add(MailPreference(user_id=user.id, wants_mail=wants_mail))
    else:
        preference.wants_mail = wants_mail
    if wants_mail:
        session.execute(delete(MailOptOut).where(MailOptOut.address == user.email))
    session.flush()
