"""Voluntary registration for one tender (§ 9 (3) VgV): told of changes and answers.

A firm registers with one click; a bare e-mail address confirms a link first (double opt-in). Who
calls these makes sure that the tender is public.
"""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.db import insert_unless_there
from vergabe.errors import NotFound
from vergabe.messages import rules as message_rules
from vergabe.messages import service as messages
from vergabe.messages import unsubscribing
from vergabe.messages.service import Reader
from vergabe.suppliers import entries, membership, tokens
from vergabe.suppliers.model import TenderRegistration

ASK_AGAIN_AFTER: Final = dt.timedelta(minutes=10)
"""Within this time a second mail to the same address would only pester its owner."""


def follow(
    session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime
) -> TenderRegistration:
    """Register the actor's firm for a tender; a second time changes nothing."""
    firm = membership.own_firm(session, actor)
    mine = TenderRegistration.organisation_id == firm.id
    _insert(session, tender_id, now=now, organisation_id=firm.id, confirmed_at=now)
    found = _registration(session, tender_id, mine)
    assert found is not None
    if found.left_at is not None:
        found.left_at, found.registered_at, found.confirmed_at = None, now, now
        session.flush()
    return found


def leave(session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Take the actor's firm out of a tender's readers; a second time changes nothing."""
    firm = membership.own_firm(session, actor)
    found = _registration(session, tender_id, TenderRegistration.organisation_id == firm.id)
    if found is not None and found.left_at is None:
        found.left_at = now
        session.flush()


def is_following(session: Session, organisation_id: uuid.UUID, tender_id: uuid.UUID) -> bool:
    """Return whether a firm is told of this tender's news."""
    mine = TenderRegistration.organisation_id == organisation_id
    found = _registration(session, tender_id, mine)
    return found is not None and found.left_at is None


def ask_address(
    session: Session,
    tender_id: uuid.UUID,
    *,
    email: str,
    reference: str,
    secret_key: str,
    now: dt.datetime,
) -> None:
    """Send a mail with the link by which an address confirms its registration and leaves it again.

    InvalidInput for what is no address. The same for everybody: whether the address is registered
    already is told to its owner alone.
    """
    address = entries.mail_address(email)
    is_new = _insert(session, tender_id, now=now, address=address)
    found = _registration(session, tender_id, TenderRegistration.address == address)
    assert found is not None
    if not is_new:
        if found.registered_at > now - ASK_AGAIN_AFTER:
            return
        found.registered_at = now
        session.flush()
    token = tokens.sign(found.id, tokens.FOLLOWING, secret_key)
    messages.send_account_mail(
        session,
        address,
        subject=f"Bitte bestätigen: Nachrichten zu {reference}",
        body=f"Guten Tag,\n\nmit dieser Adresse wurden Nachrichten zu {reference} bestellt: "
        "Änderungen, Antworten auf Fragen und neue Fristen. Waren Sie das, bestätigen Sie es "
        "bitte hier. Unter demselben Link stellen Sie Fragen und melden sich wieder ab. Waren Sie "
        "es nicht, brauchen Sie nichts zu tun.",
        link=f"/registrierung/{token}",
        now=now,
    )


def registration_of(session: Session, token: str, *, secret_key: str) -> TenderRegistration:
    """Return the registration that a link belongs to; NotFound if the link is not ours."""
    found = session.get(TenderRegistration, tokens.read(token, tokens.FOLLOWING, secret_key))
    if found is None or found.address is None:
        raise NotFound("Diese Registrierung")
    return found


def confirm_address(
    session: Session, registration: TenderRegistration, *, now: dt.datetime
) -> None:
    """Confirm the registration of an address, also after it had left."""
    assert registration.address is not None
    if registration.confirmed_at is None or registration.left_at is not None:
        registration.confirmed_at, registration.left_at = now, None
        session.flush()
    scope = message_rules.tender_scope(registration.tender_id)
    unsubscribing.allow_again(session, registration.address, scope)


def leave_address(session: Session, registration: TenderRegistration, *, now: dt.datetime) -> None:
    """Take an address out of a tender's readers; a second time changes nothing."""
    if registration.left_at is None:
        registration.left_at = now
        session.flush()


def registered_readers(session: Session, tender_id: uuid.UUID) -> list[Reader]:
    """Return who is told of a tender's news: firms and confirmed addresses, in a fixed order."""
    rows = session.execute(
        select(TenderRegistration.organisation_id, TenderRegistration.address)
        .where(
            TenderRegistration.tender_id == tender_id,
            TenderRegistration.confirmed_at.is_not(None),
            TenderRegistration.left_at.is_(None),
        )
        .order_by(TenderRegistration.id)
    )
    return [Reader(organisation_id=firm, address=address) for firm, address in rows]


def tell_registered(
    session: Session,
    tender_id: uuid.UUID,
    *,
    cause: str,
    kind: str,
    subject: str,
    body: str,
    now: dt.datetime,
    link: str | None = None,
) -> int:
    """Tell everybody registered for a tender, once per cause; return how many messages are new."""
    return messages.send_many(
        session,
        registered_readers(session, tender_id),
        cause=cause,
        kind=kind,
        subject=subject,
        body=body,
        now=now,
        tender_id=tender_id,
        link=link,
    )


def _insert(
    session: Session,
    tender_id: uuid.UUID,
    *,
    now: dt.datetime,
    organisation_id: uuid.UUID | None = None,
    address: str | None = None,
    confirmed_at: dt.datetime | None = None,
) -> bool:
    return insert_unless_there(
        session,
        TenderRegistration,
        {
            "id": ids.new_id(),
            "tender_id": tender_id,
            "organisation_id": organisation_id,
            "address": address,
            "registered_at": now,
            "confirmed_at": confirmed_at,
        },
    )


def _registration(
    session: Session, tender_id: uuid.UUID, whose: ColumnElement[bool]
) -> TenderRegistration | None:
    query = select(TenderRegistration).where(TenderRegistration.tender_id == tender_id, whose)
    return session.scalars(query).one_or_none()
