"""A firm registers with its first person, and people invite colleagues: both confirm by e-mail.

Whether an address has an account is told to its owner alone, by mail; the answer on the page is the
same either way.
"""

import datetime as dt
import uuid
from typing import Final

from flask_security import hash_password
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from vergabe.access import queries as people
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.accounts.service import create_person
from vergabe.errors import DomainError, InvalidInput, NotFound, Violation, gather
from vergabe.messages import service as messages
from vergabe.suppliers import entries, membership, tokens
from vergabe.suppliers.model import INVITATION_VALID_FOR, VALID_FOR, PendingRegistration
from vergabe.texts import SOURCE, language, marked
from vergabe.texts import gettext as _

MOST_PENDING: Final = 3
"""Mails to one address within an hour; more would be a way to pester somebody."""
_NEW_SUBJECT: Final = marked("Bitte bestätigen Sie Ihre Registrierung")
_NEW_BODY: Final = marked(
    "Guten Tag,\n\nmit dieser Adresse wurde eine Registrierung als Unternehmen begonnen. Waren "
    "Sie das, öffnen Sie diesen Link: Dort beschreiben Sie Ihr Unternehmen und was es anbietet. "
    "Er gilt drei Tage. Waren Sie es nicht, brauchen Sie nichts zu tun."
)
_KNOWN_SUBJECT: Final = marked("Sie haben schon ein Konto")
_KNOWN_BODY: Final = marked(
    "Guten Tag,\n\nmit dieser Adresse sollte ein Unternehmen registriert werden, aber zu ihr gibt "
    "es schon ein Konto. Waren Sie das, melden Sie sich damit an; wissen Sie das Passwort nicht "
    "mehr, setzen Sie dort ein neues. Waren Sie es nicht, brauchen Sie nichts zu tun."
)


class Expired(DomainError):
    """The link is used up or too old (410); perhaps a new one can be sent."""

    status = 410
    title = "Dieser Link gilt nicht mehr"

    def __init__(self, *, can_renew: bool) -> None:
        super().__init__("link_expired", _("Dieser Link ist schon benutzt oder abgelaufen."))
        self.can_renew = can_renew


def register_firm(
    session: Session,
    *,
    full_name: str,
    email: str,
    secret_key: str,
    now: dt.datetime,
    firm: str = "",
    password: str | None = None,
) -> None:
    """Take a registration and send a mail with the link that goes on with it, for three days.

    firm, password: given by the API at once; on the pages both come after the link. Raises
    InvalidInput with one violation per field. The owner of an address that has an account gets a
    mail that says so instead of a link.
    """
    wrong: list[Violation] = []
    full_name = (
        gather(wrong, lambda: entries.required(full_name, 200, "full_name", _("Ihren Namen"))) or ""
    )
    address = gather(wrong, lambda: entries.mail_address(email)) or ""
    name = gather(wrong, lambda: entries.optional(firm, 400, "firm"))
    if password is not None:
        password = gather(wrong, lambda: entries.checked_password(password or ""))
    if wrong:
        raise InvalidInput.of(wrong)
    # Hashed before the address is looked up, so that the time of the answer tells nothing.
    password_hash = str(hash_password(password)) if password is not None else None
    if _is_pestering(session, address, now=now):
        return
    _forget_expired(session, now=now)
    pending = PendingRegistration(
        email=address,
        full_name=full_name,
        firm=name,
        password_hash=password_hash,
        asked_by_name=full_name,
        asked_at=now,
    )
    session.add(pending)
    session.flush()
    _send_link(session, pending, secret_key=secret_key, now=now)


def _send_link(
    session: Session, pending: PendingRegistration, *, secret_key: str, now: dt.datetime
) -> None:
    # What a stranger typed into the form does not go into mails: anybody can enter any address.
    if people.user_by_email(session, pending.email) is not None:
        subject, body, link = _(_KNOWN_SUBJECT), _(_KNOWN_BODY), "/anmelden"
    else:
        token = tokens.sign(pending.id, tokens.REGISTRATION, secret_key)
        subject, body, link = _(_NEW_SUBJECT), _(_NEW_BODY), f"/unternehmen/bestaetigen/{token}"
    if language() != SOURCE:
        link += f"?lang={language()}"
    messages.send_account_mail(
        session, pending.email, subject=subject, body=body, link=link, now=now
    )


def renew_link(
    session: Session, token: str, *, secret_key: str, now: dt.datetime
) -> PendingRegistration:
    """Send a new link instead of one that has expired; what was given so far is kept.

    The old link ends. Raises Expired if nothing is left to go on with, NotFound if it is not ours.
    """
    old = _by_token(session, token, secret_key=secret_key, for_update=True)
    if not is_expired(old, now=now):
        return old
    if old.organisation_id is not None:
        raise Expired(can_renew=False)
    pending = PendingRegistration(
        email=old.email,
        full_name=old.full_name,
        firm=old.firm,
        password_hash=old.password_hash,
        entries=old.entries,
        steps_done=old.steps_done,
        asked_by_name=old.asked_by_name,
        asked_at=now,
    )
    session.add(pending)
    session.delete(old)
    session.flush()
    _send_link(session, pending, secret_key=secret_key, now=now)
    return pending


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
        gather(wrong, lambda: entries.required(full_name, 200, "full_name", _("den Namen"))) or ""
    )
    address = gather(wrong, lambda: entries.mail_address(email)) or ""
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


def invitations_of(
    session: Session, actor: Actor, *, now: dt.datetime
) -> list[PendingRegistration]:
    """Return the invitations of the actor's firm that nobody has accepted yet, by name."""
    firm = membership.own_firm(session, actor)
    return list(
        session.scalars(
            select(PendingRegistration)
            .where(
                PendingRegistration.organisation_id == firm.id,
                PendingRegistration.asked_at > now - INVITATION_VALID_FOR,
            )
            .order_by(PendingRegistration.full_name, PendingRegistration.id)
        )
    )


def withdraw_invitation(
    session: Session, actor: Actor, invitation_id: uuid.UUID, *, now: dt.datetime
) -> None:
    """Take an invitation of the actor's firm back; NotFound for another's, or if it is accepted."""
    firm = membership.own_firm(session, actor)
    found = session.get(PendingRegistration, invitation_id)
    if found is None or found.organisation_id != firm.id:
        raise NotFound(_("Diese Einladung"))
    name = found.full_name
    session.delete(found)
    session.flush()
    membership.record(
        session, actor, firm, "invitation_withdrawn", f"{name}: Einladung zurückgenommen.", now=now
    )


def pending_registration(
    session: Session, token: str, *, secret_key: str, now: dt.datetime, for_update: bool = False
) -> PendingRegistration:
    """Return what a link goes on with.

    Raises Expired if it is used or too old, NotFound if it is not ours.
    """
    pending = _by_token(session, token, secret_key=secret_key, for_update=for_update)
    if is_expired(pending, now=now):
        raise Expired(can_renew=pending.organisation_id is None)
    return pending


def _by_token(
    session: Session, token: str, *, secret_key: str, for_update: bool
) -> PendingRegistration:
    pending_id = tokens.read(token, tokens.REGISTRATION, secret_key)
    query = select(PendingRegistration).where(PendingRegistration.id == pending_id)
    found = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if found is None:
        raise Expired(can_renew=False)
    return found


def is_expired(pending: PendingRegistration, *, now: dt.datetime) -> bool:
    """Return whether the link of a registration or invitation no longer goes on."""
    return pending.valid_until <= now


def accept_invitation(
    session: Session, pending: PendingRegistration, *, password: str, now: dt.datetime
) -> User:
    """Let an invited person act for the firm; somebody without an account chooses a password.

    Raises InvalidInput for a password that does not fit.
    """
    assert pending.organisation is not None
    user = people.user_by_email(session, pending.email)
    if user is None:
        user = create_person(
            session,
            email=pending.email,
            full_name=pending.full_name,
            password=entries.checked_password(password),
            now=now,
        )
    return finish(session, pending, user, pending.organisation, now=now)


def finish(
    session: Session,
    pending: PendingRegistration,
    user: User,
    firm: Organisation,
    *,
    now: dt.datetime,
) -> User:
    """Let a person act for a firm and forget the pending row; return the person."""
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


def _forget_expired(session: Session, *, now: dt.datetime) -> None:
    oldest = now - max(VALID_FOR, INVITATION_VALID_FOR)
    session.execute(delete(PendingRegistration).where(PendingRegistration.asked_at < oldest))
