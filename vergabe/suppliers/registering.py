"""A firm registers with its first person, and people invite colleagues: both confirm by e-mail.

Whether an address has an account is told to its owner alone, by mail; the answer on the page is the
same either way.
"""

import datetime as dt
from typing import Final

from flask_security import hash_password
from flask_security.utils import verify_password
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from vergabe.access import queries as people
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.accounts.service import create_person
from vergabe.errors import InvalidInput, NotFound, Violation
from vergabe.messages import service as messages
from vergabe.suppliers import entries, membership, tokens
from vergabe.suppliers.model import PendingRegistration, SupplierProfile

VALID_FOR: Final = dt.timedelta(days=3)
INVITATION_VALID_FOR: Final = dt.timedelta(days=14)
MOST_PENDING: Final = 3
"""Mails to one address within an hour; more would be a way to pester somebody."""
_NEW_SUBJECT: Final = "Bitte bestätigen Sie Ihre Registrierung"
_NEW_BODY: Final = (
    "Guten Tag,\n\nmit dieser Adresse wurde ein Unternehmen registriert. Waren Sie das, öffnen Sie "
    "diesen Link und geben dort Ihr Passwort ein. Er gilt drei Tage. Waren Sie es nicht, brauchen "
    "Sie nichts zu tun."
)
_KNOWN_SUBJECT: Final = "Sie haben schon ein Konto"
_KNOWN_BODY: Final = (
    "Guten Tag,\n\nmit dieser Adresse sollte ein Unternehmen registriert werden, aber zu ihr gibt "
    "es schon ein Konto. Waren Sie das, melden Sie sich damit an; wissen Sie das Passwort nicht "
    "mehr, setzen Sie dort ein neues. Waren Sie es nicht, brauchen Sie nichts zu tun."
)


def register_firm(
    session: Session,
    *,
    firm: str,
    full_name: str,
    email: str,
    password: str,
    secret_key: str,
    now: dt.datetime,
) -> None:
    """Take a registration and send a mail with the link that completes it, valid for three days.

    Raises InvalidInput with one violation per field. The owner of an address that has an account
    gets a mail that says so instead of a link.
    """
    wrong: list[Violation] = []
    firm = (
        entries.gather(
            wrong, lambda: entries.required(firm, 400, "firm", "den Namen Ihres Unternehmens")
        )
        or ""
    )
    full_name = (
        entries.gather(wrong, lambda: entries.required(full_name, 200, "full_name", "Ihren Namen"))
        or ""
    )
    address = entries.gather(wrong, lambda: entries.mail_address(email)) or ""
    password = entries.gather(wrong, lambda: entries.checked_password(password)) or ""
    if wrong:
        raise InvalidInput.of(wrong)
    # Hashed before the address is looked up, so that the time of the answer tells nothing.
    password_hash = str(hash_password(password))
    if _is_pestering(session, address, now=now):
        return
    _forget_expired(session, now=now)
    pending = PendingRegistration(
        email=address,
        full_name=full_name,
        firm=firm,
        password_hash=password_hash,
        asked_by_name=full_name,
        asked_at=now,
    )
    session.add(pending)
    session.flush()
    # What a stranger typed into the form does not go into mails: anybody can enter any address.
    if people.user_by_email(session, address) is not None:
        subject, body, link = _KNOWN_SUBJECT, _KNOWN_BODY, "/anmelden"
    else:
        token = tokens.sign(pending.id, tokens.REGISTRATION, secret_key)
        subject, body, link = _NEW_SUBJECT, _NEW_BODY, f"/unternehmen/bestaetigen/{token}"
    messages.send_account_mail(session, address, subject=subject, body=body, link=link, now=now)


def invite_colleague(
    session: Session,
    actor: Actor,
    *,
    full_name: str,
    email: str,
    secret_key: str,
    now: dt.datetime,
) -> None:
    """Invite somebody to act for the actor's firm; the mail's link is valid for fourteen days."""
    firm = membership.own_firm(session, actor)
    wrong: list[Violation] = []
    full_name = (
        entries.gather(wrong, lambda: entries.required(full_name, 200, "full_name", "den Namen"))
        or ""
    )
    address = entries.gather(wrong, lambda: entries.mail_address(email)) or ""
    if wrong:
        raise InvalidInput.of(wrong)
    if _is_pestering(session, address, now=now):
        return
    pending = PendingRegistration(
        email=address,
        full_name=full_name,
        organisation_id=firm.id,
        asked_by_name=actor.name,
        asked_at=now,
    )
    session.add(pending)
    session.flush()
    membership.record(
        session, actor, firm, "colleague_invited", f"{full_name} wurde eingeladen.", now=now
    )
    messages.send_account_mail(
        session,
        address,
        subject=f"Einladung zu {firm.name}",
        body=f"Guten Tag {full_name},\n\n{actor.name} lädt Sie ein, auf dieser Plattform für "
        f"„{firm.name}“ zu handeln. Der Link gilt vierzehn Tage.",
        link=f"/unternehmen/bestaetigen/{tokens.sign(pending.id, tokens.REGISTRATION, secret_key)}",
        now=now,
    )


def pending_registration(
    session: Session, token: str, *, secret_key: str, now: dt.datetime
) -> PendingRegistration:
    """Return what a link would complete; NotFound if it is used, expired, or not ours."""
    pending = session.get(PendingRegistration, tokens.read(token, tokens.REGISTRATION, secret_key))
    if pending is None or pending.asked_at + _valid_for(pending) <= now:
        raise NotFound("Dieser Link ist schon benutzt oder abgelaufen. Die Registrierung")
    return pending


def complete(
    session: Session, pending: PendingRegistration, *, password: str, now: dt.datetime
) -> User:
    """Complete a registration or accept an invitation; return the person.

    A new firm's person repeats the password chosen, so that a link which reached the wrong reader
    opens nothing; an invited person without an account chooses one. Raises InvalidInput for a
    password that does not fit.
    """
    existing = people.user_by_email(session, pending.email)
    if existing is None and pending.password_hash is not None:
        if not verify_password(entries.normalised_password(password), pending.password_hash):
            raise InvalidInput.of(
                [
                    Violation(
                        "password_wrong",
                        "Das ist nicht das Passwort, das Sie bei der Registrierung gewählt haben.",
                        field="password",
                    )
                ]
            )
        user = create_person(session, email=pending.email, full_name=pending.full_name, now=now)
        user.password = pending.password_hash
    elif existing is None:
        user = create_person(
            session,
            email=pending.email,
            full_name=pending.full_name,
            password=entries.checked_password(password),
            now=now,
        )
    else:
        user = existing
    firm = pending.organisation or _new_firm(session, pending, now=now)
    membership.give_role(session, user, firm, now=now)
    session.delete(pending)
    session.flush()
    actor = people.actor_for(session, user, firm.id, now=now)
    membership.record(
        session, actor, firm, "person_joined", f"{user.full_name} kam hinzu.", now=now
    )
    return user


def _is_pestering(session: Session, address: str, *, now: dt.datetime) -> bool:
    recent = session.scalar(
        select(func.count(PendingRegistration.id)).where(
            PendingRegistration.email == address,
            PendingRegistration.asked_at > now - dt.timedelta(hours=1),
        )
    )
    return (recent or 0) >= MOST_PENDING


def _valid_for(pending: PendingRegistration) -> dt.timedelta:
    return INVITATION_VALID_FOR if pending.organisation_id else VALID_FOR


def _new_firm(session: Session, pending: PendingRegistration, *, now: dt.datetime) -> Organisation:
    assert pending.firm is not None
    firm = Organisation(kind="supplier", name=pending.firm, email=pending.email, created_at=now)
    session.add(firm)
    session.flush()
    session.add(
        SupplierProfile(
            organisation_id=firm.id,
            cpv_prefixes=[],
            nuts_prefixes=[],
            keywords=[],
            updated_at=now,
        )
    )
    session.flush()
    return firm


def _forget_expired(session: Session, *, now: dt.datetime) -> None:
    oldest = now - max(VALID_FOR, INVITATION_VALID_FOR)
    session.execute(delete(PendingRegistration).where(PendingRegistration.asked_at < oldest))
