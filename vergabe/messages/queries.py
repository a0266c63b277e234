"""Reads of mailboxes, and who gets a mail beside a message."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.bulk import among
from vergabe.collation import folded, german
from vergabe.db import Base
from vergabe.errors import NotFound
from vergabe.messages import rules
from vergabe.messages.model import DeadAddress, Mail, MailOptOut, MailPreference, Message
from vergabe.web import paging
from vergabe.web.paging import Page

_MAILED_ROLES: Final = (Role.SUPPLIER, Role.COORDINATOR)
"""Who gets the mails of an organisation's mailbox: a firm's users, a member's coordinators."""

Reached = dict[uuid.UUID | str, list[str]]
MOST_WORDS: Final = 5
MOST_TENDERS: Final = 200
LOOKED_THROUGH: Final = 500
"""So many messages, to the person and to the organisation each, say which tenders are offered."""


def mailbox(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of the messages to the actor or to the organisation acted for."""
    mine = [condition for part in mailbox_parts(actor) for condition in part]
    return or_(*mine) if mine else false()


def mailbox_parts(actor: Actor) -> list[list[ColumnElement[bool]]]:
    """Return the same narrowing in parts that an index serves each; no message is in two."""
    parts: list[list[ColumnElement[bool]]] = []
    if actor.user_id:
        parts.append([Message.user_id == actor.user_id])
    if actor.organisation_id:
        parts.append([Message.organisation_id == actor.organisation_id])
    return parts


@dataclass(frozen=True)
class MailboxFilter:
    """What a mailbox is narrowed to; empty does not narrow.

    text: a part of subject or text; state: `unread` or `read`; important: only those on which a bid
    may hang.
    """

    text: str = ""
    state: str = ""
    important: bool = False
    tender_id: uuid.UUID | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the filter as conditions on messages."""
        found: list[ColumnElement[bool]] = []
        if self.state == "unread":
            found.append(Message.first_read_at.is_(None))
        if self.state == "read":
            found.append(Message.first_read_at.is_not(None))
        if self.important:
            found.append(Message.kind.in_(sorted(rules.IMPORTANT)))
        if self.tender_id is not None:
            found.append(Message.tender_id == self.tender_id)
        for word in self.text.split()[:MOST_WORDS]:
            text = folded(word)
            found.append(
                german(Message.subject).contains(text, autoescape=True)
                | german(Message.body).contains(text, autoescape=True)
            )
        return found


def messages_of(
    session: Session,
    actor: Actor,
    wanted: MailboxFilter | None = None,
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Any]:
    """Return a page of the actor's mailbox without the texts, newest first.

    Rows: id, kind, subject, link, tender_id, delivered_at, first_read_at, is_personal, mailed_at.
    """
    narrowed = (wanted or MailboxFilter()).conditions()
    return paging.newest_of(
        session,
        _heads(),
        Message.id,
        mailbox_parts(actor),
        *narrowed,
        cursor=cursor,
        limit=limit,
    )


def unread_of(
    session: Session, actor: Actor, wanted: MailboxFilter | None = None, *, limit: int
) -> Sequence[Any]:
    """Return the unread messages of the actor's mailbox, newest first; rows as in `messages_of`."""
    unread = replace(wanted or MailboxFilter(), state="unread")
    return messages_of(session, actor, unread, limit=limit).items


def _heads() -> Select[Any]:
    mailed = select(func.max(Mail.sent_at)).where(Mail.message_id == Message.id)
    columns: tuple[Any, ...] = (
        Message.id,
        Message.kind,
        Message.subject,
        Message.link,
        Message.tender_id,
        Message.delivered_at,
        Message.first_read_at,
        Message.user_id.is_not(None).label("is_personal"),
        mailed.scalar_subquery().label("mailed_at"),
    )
    return select(*columns)


def unread_count(session: Session, actor: Actor) -> int:
    """Return how many messages of the actor's mailbox nobody has opened yet."""
    parts = [
        select(func.count(Message.id).label("count")).where(*part, Message.first_read_at.is_(None))
        for part in mailbox_parts(actor)
    ]
    return sum(session.scalars(select(union_all(*parts).subquery()))) if parts else 0


def tenders_of(session: Session, actor: Actor) -> list[tuple[uuid.UUID, str, str]]:
    """Return the tenders that the latest messages of the actor are about: id, reference, title."""
    tender = Base.metadata.tables["tender"]
    # What is about no tender counts among them: leaving it out here would lead past the index.
    latest = [
        select(
            select(Message.tender_id)
            .where(*part)
            .order_by(Message.id.desc())
            .limit(LOOKED_THROUGH)
            .subquery()
        )
        for part in mailbox_parts(actor)
    ]
    if not latest:
        return []
    rows = session.execute(
        select(tender.c.id, tender.c.reference, tender.c.title)
        .where(tender.c.id.in_(union_all(*latest)))
        .order_by(tender.c.reference.desc())
        .limit(MOST_TENDERS)
    )
    return [(tender_id, reference, title) for tender_id, reference, title in rows]


def has_unread(session: Session, actor: Actor) -> bool:
    """Return whether something in the actor's mailbox has not been opened yet."""
    query = select(Message.id).where(mailbox(actor), Message.first_read_at.is_(None)).limit(1)
    return session.scalars(query).first() is not None


def message_of(session: Session, actor: Actor, message_id: uuid.UUID) -> Message:
    """Return a message of the actor's mailbox; NotFound for anybody else's."""
    query = select(Message).where(Message.id == message_id, mailbox(actor))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("Diese Nachricht")
    return found


def wants_mail(session: Session, user_id: uuid.UUID) -> bool:
    """Return whether a person wants e-mails beside the mailbox (the default)."""
    preference = session.get(MailPreference, user_id)
    return preference is None or preference.wants_mail


def opt_out_scopes_of(session: Session, address: str) -> list[str]:
    """Return the scopes of mails that an address has left."""
    query = select(MailOptOut.scope).where(MailOptOut.address == address)
    return list(session.scalars(query.order_by(MailOptOut.at)))


def mail_addresses(
    session: Session,
    *,
    organisation_ids: Sequence[uuid.UUID],
    user_ids: Sequence[uuid.UUID],
    bare: Sequence[str],
    opt_out_scopes: Sequence[str],
    now: dt.datetime,
) -> Reached:
    """Return the addresses that get a mail, per organisation id, person id or bare address.

    An organisation is reached through its people (see `_MAILED_ROLES`), or through its own address
    when it has none. Whoever wants no mail, or opted out of one of the scopes, is left out.
    """
    found: Reached = {}
    if organisation_ids:
        _add_organisations(session, organisation_ids, opt_out_scopes, found, now=now)
    if user_ids:
        reached = session.execute(
            select(User.id, User.email)
            .where(among(session, User.id, user_ids), User.active, ~_unwanted(User.id))
            .where(~_opted_out(User.email, opt_out_scopes), ~_dead(User.email))
        )
        found.update({user_id: [email] for user_id, email in reached})
    if bare:
        opted_out = select(MailOptOut.address).where(
            among(session, MailOptOut.address, bare), MailOptOut.scope.in_(opt_out_scopes)
        )
        dead = select(DeadAddress.address).where(among(session, DeadAddress.address, bare))
        refused = set(session.scalars(union_all(opted_out, dead)))
        found.update({address: [address] for address in bare if address not in refused})
    return found


def _add_organisations(
    session: Session,
    organisation_ids: Sequence[uuid.UUID],
    scopes: Sequence[str],
    found: Reached,
    *,
    now: dt.datetime,
) -> None:
    day = clock.berlin_day(now)
    people = session.execute(
        select(
            RoleAssignment.organisation_id,
            User.email,
            (_unwanted(User.id) | _opted_out(User.email, scopes) | _dead(User.email)).label(
                "refused"
            ),
        )
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            among(session, RoleAssignment.organisation_id, organisation_ids),
            RoleAssignment.role.in_(_MAILED_ROLES),
            RoleAssignment.valid_from <= day,
            RoleAssignment.valid_to.is_(None) | (RoleAssignment.valid_to >= day),
            User.active,
        )
        .distinct()
        .order_by(User.email)
    )
    for organisation_id, email, refused in people:
        reached = found.setdefault(organisation_id, [])
        if not refused:
            reached.append(email)
    without_people = [each for each in organisation_ids if each not in found]
    if without_people:
        own = session.execute(
            select(Organisation.id, Organisation.email).where(
                among(session, Organisation.id, without_people),
                Organisation.email.is_not(None),
                ~_opted_out(Organisation.email, scopes),
                ~_dead(Organisation.email),
            )
        )
        found.update({organisation_id: [email] for organisation_id, email in own if email})


def _unwanted(user_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    return exists().where(MailPreference.user_id == user_id, ~MailPreference.wants_mail)


def _dead(
    address: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
) -> ColumnElement[bool]:
    return exists().where(DeadAddress.address == address)


def _opted_out(
    address: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    scopes: Sequence[str],
) -> ColumnElement[bool]:
    return exists().where(MailOptOut.address == address, MailOptOut.scope.in_(scopes))
