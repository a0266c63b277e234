"""The steps after the link: the firm and the password, then what it offers; then it is registered.

Until the last step nothing is there but the pending row, which is forgotten after some days.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from flask_security import hash_password
from flask_security.utils import verify_password
from sqlalchemy.orm import Session

from vergabe.access import queries as people
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.accounts.service import create_person
from vergabe.errors import InvalidInput, Refused, Violation, gather
from vergabe.suppliers import entries, membership, profiles
from vergabe.suppliers.model import PendingRegistration
from vergabe.suppliers.profiles import FirmEntry, ProfileEntry
from vergabe.suppliers.registering import finish
from vergabe.texts import gettext as _
from vergabe.texts import language

LONGEST_KEPT: Final = 20_000
"""Characters of a field that are kept for later; nobody's profile is longer."""


def needs_password(session: Session, pending: PendingRegistration) -> bool:
    """Return whether a password is still to be given: whoever has an account has one."""
    return pending.steps_done < 1 and people.user_by_email(session, pending.email) is None


def keep(
    session: Session, pending: PendingRegistration, part: str, typed: Mapping[str, Any]
) -> None:
    """Keep what was typed in a step as it is, so that it stands there again."""
    cut = {
        name: value[:LONGEST_KEPT] if isinstance(value, str) else list(value)[:100]
        for name, value in typed.items()
    }
    pending.entries = {**(pending.entries or {}), part: cut}
    session.flush()


def describe_firm(
    session: Session, pending: PendingRegistration, entry: FirmEntry, *, password: str
) -> None:
    """Keep the firm and the password of a registration; InvalidInput with everything wrong in it.

    A password given before the link was opened is asked for again: whoever typed it need not be
    who reads the mails. After this step an empty field leaves the password as it is.
    """
    wrong: list[Violation] = []
    facts = gather(wrong, lambda: profiles.read_firm(entry)) or {}
    if people.user_by_email(session, pending.email) is None:
        hashed = gather(wrong, lambda: _password(pending, password))
        if hashed is not None:
            pending.password_hash = hashed
    if wrong:
        raise InvalidInput.of(wrong)
    pending.firm = facts["name"]
    pending.steps_done = 1
    keep(session, pending, "firm", asdict(entry))


def _password(pending: PendingRegistration, password: str) -> str | None:
    if pending.steps_done >= 1 and pending.password_hash is not None and not password:
        return None
    if pending.steps_done < 1 and pending.password_hash is not None:
        if verify_password(entries.normalised_password(password), pending.password_hash):
            return None
        message = _("Das ist nicht das Passwort, das Sie bei der Registrierung gewählt haben.")
        raise InvalidInput.of([Violation("password_wrong", message, field="password")])
    return str(hash_password(entries.checked_password(password)))


def complete(
    session: Session, pending: PendingRegistration, entry: ProfileEntry, *, now: dt.datetime
) -> User:
    """Register the firm with its first person and its profile; return the person.

    Raises Refused before the firm is described, InvalidInput with everything wrong in the profile.
    """
    user = people.user_by_email(session, pending.email)
    if pending.steps_done < 1 or pending.firm is None:
        raise Refused("firm_missing", _("Bitte beschreiben Sie zuerst Ihr Unternehmen."))
    profiles.read_wish(entry)
    if user is None:
        user = create_person(session, email=pending.email, full_name=pending.full_name, now=now)
        user.password = pending.password_hash
        user.language = language()
    firm = _new_firm(session, pending, now=now)
    finish(session, pending, user, firm, now=now)
    actor = people.actor_for(session, user, firm.id, now=now)
    profiles.store_profile(session, actor, firm, entry, now=now)
    return user


def _new_firm(session: Session, pending: PendingRegistration, *, now: dt.datetime) -> Organisation:
    typed = (pending.entries or {}).get("firm") or {"name": pending.firm}
    facts = profiles.read_firm(FirmEntry(**typed))
    firm = Organisation(kind="supplier", email=pending.email, created_at=now, **facts)
    session.add(firm)
    session.flush()
    by = Actor(name=pending.full_name)
    membership.record(
        session, by, firm, "firm_registered", "Das Unternehmen ist registriert.", now=now
    )
    return firm
