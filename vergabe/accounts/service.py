"""Commands on people, roles and tokens; each leaves an entry in the organisation's record."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.access.model import ApiToken, Organisation, RoleAssignment, User
from vergabe.access.permissions import ROLE_NAMES, Permission, Role
from vergabe.accounts import rules
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.errors import InvalidInput, NotFound, Refused, Violation, gather
from vergabe.messages import service as messages
from vergabe.messages.mail_text import UnusableAddress, envelope_address
from vergabe.texts import Language

_LONGEST_ADDRESS: Final = 254


def clean_email(text: str, *, field: str = "email") -> str:
    """Return an e-mail address in lower case; InvalidInput if nothing can be sent to it.

    Umlauts may stand in the host alone: before the @ few servers take them.
    """
    address = text.strip()
    try:
        if len(address) > _LONGEST_ADDRESS or not address.isprintable():
            raise UnusableAddress(address)
        found = validate_email(address, check_deliverability=False, test_environment=True)
        envelope_address(found.normalized)
        return found.normalized.lower()
    except (EmailNotValidError, UnusableAddress) as error:
        raise InvalidInput(
            "email_invalid",
            "Das ist keine gültige E-Mail-Adresse. Bitte prüfen Sie die Schreibweise "
            "(name@gemeinde.de).",
            field=field,
        ) from error


def reasons_against_person(session: Session, email: str, full_name: str) -> list[Violation]:
    """Return why these cannot be a person's address and name."""
    return _looked_up(session, email, full_name)[2]


def _looked_up(
    session: Session, email: str, full_name: str
) -> tuple[str, User | None, list[Violation]]:
    """Return the cleaned address, who has it, and what is wrong with a new person of this name."""
    wrong: list[Violation] = []
    address = gather(wrong, lambda: clean_email(email)) or ""
    existing = queries.user_by_email(session, address) if address else None
    if existing is None and not 0 < len(full_name.strip()) <= 200:
        message = "Bitte geben Sie einen Namen mit höchstens 200 Zeichen an."
        wrong.append(Violation("name_missing", message, field="full_name"))
    return address, existing, wrong


def create_person(
    session: Session,
    *,
    email: str,
    full_name: str,
    now: dt.datetime,
    password: str | None = None,
    is_confirmed: bool = True,
) -> User:
    """Return a new person, or the one who already has this address (unchanged).

    Without a password the person sets one through "Passwort vergessen". Records nothing: the
    command that calls this one does. Raises InvalidInput with all that is wrong.
    """
    address, existing, wrong = _looked_up(session, email, full_name)
    if existing is not None:
        return existing
    if wrong:
        raise InvalidInput.of(wrong)
    user = User(
        email=address,
        full_name=full_name.strip(),
        password=password_hash(password) if password else None,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        confirmed_at=now if is_confirmed else None,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def password_hash(password: str) -> str:
    """Return the hash that the login compares with; without its normal form umlauts never fit."""
    util: Any = current_app.extensions["security"].password_util
    return str(hash_password(util.normalize(password)))


def grant_role(
    session: Session,
    actor: Actor,
    organisation_id: uuid.UUID,
    *,
    email: str,
    full_name: str,
    role: Role,
    valid_from: dt.date,
    valid_to: dt.date | None,
    now: dt.datetime,
    cooperation_id: uuid.UUID | None = None,
    substitute_for_id: uuid.UUID | None = None,
    reason: str | None = None,
    invites: bool = True,
) -> RoleAssignment:
    """Give a person a role at an organisation from `valid_from` to `valid_to`, both inclusive.

    The person is created if nobody has this address; who has no password yet is asked by mail to
    set one, unless `invites` says no. The same valid role again changes nothing.
    Raises NotFound for another's organisation, InvalidInput with all that is wrong.
    """
    organisation = _own_organisation(session, actor, organisation_id)
    reasons = rules.reasons_against_role(
        role, organisation_kind=organisation.kind, valid_from=valid_from, valid_to=valid_to
    )
    try:
        user = create_person(session, email=email, full_name=full_name, now=now)
    except InvalidInput as error:
        raise InvalidInput.of([*error.reasons, *reasons]) from error
    if reasons:
        raise InvalidInput.of(reasons)
    wanted: dict[str, Any] = {
        "organisation_id": organisation_id,
        "cooperation_id": cooperation_id,
        "role": role,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    for known in user.assignments:
        if all(getattr(known, name) == value for name, value in wanted.items()):
            return known
    assignment = RoleAssignment(
        user=user,
        **wanted,
        substitute_for_id=substitute_for_id,
        reason=reason,
    )
    session.add(assignment)
    session.flush()
    _record(session, actor, organisation, _granted(assignment), now=now)
    if invites and user.password is None:
        invite(session, user, now=now)
    return assignment


def grant_operator(
    session: Session,
    actor: Actor,
    *,
    email: str,
    full_name: str,
    organisation_name: str,
    now: dt.datetime,
) -> RoleAssignment:
    """Let a person see the operator's pages; the operator's organisation is made if need be.

    Only the machine's operator may. Raises Forbidden.
    """
    actor.require(Permission.OPERATE_SERVICE)
    found = session.scalars(
        select(Organisation).where(
            Organisation.kind == "operator", Organisation.name == organisation_name.strip()
        )
    ).first()
    if found is None:
        found = Organisation(kind="operator", name=organisation_name.strip(), created_at=now)
        session.add(found)
        session.flush()
    return grant_role(
        session,
        actor,
        found.id,
        email=email,
        full_name=full_name,
        role=Role.ADMINISTRATOR,
        valid_from=clock.berlin_day(now),
        valid_to=None,
        now=now,
    )


def _granted(assignment: RoleAssignment) -> Act:
    user, valid_to = assignment.user, assignment.valid_to
    return Act(
        "role_granted",
        "role_assignment",
        assignment.id,
        f"{user.full_name} erhielt die Rolle {ROLE_NAMES[Role(assignment.role)]}.",
        reason=assignment.reason,
        details={
            "email": user.email,
            "role": assignment.role,
            "valid_from": assignment.valid_from.isoformat(),
            "valid_to": valid_to.isoformat() if valid_to else None,
        },
    )


def invite(session: Session, user: User, *, now: dt.datetime) -> None:
    """Ask a person by mail to set their first password."""
    messages.send_account_mail(
        session,
        user.email,
        subject="Ihr Zugang zur gemeinsamen Vergabe",
        body=(
            f"Guten Tag {user.full_name},\n\n"
            "für Sie wurde ein Zugang angelegt. Anmelden können Sie sich mit der Adresse "
            f"{user.email}. Setzen Sie zuerst Ihr Passwort:\n"
        ),
        link="/passwort-vergessen",
        now=now,
    )


def end_role(
    session: Session, actor: Actor, assignment_id: uuid.UUID, *, now: dt.datetime
) -> RoleAssignment:
    """End a role with the day before today; the last administrator cannot end their own."""
    assignment = session.get(RoleAssignment, assignment_id)
    if assignment is None:
        raise NotFound("Die Rolle")
    organisation = _own_organisation(session, actor, assignment.organisation_id)
    today = clock.berlin_day(now)
    if assignment.role == Role.ADMINISTRATOR and assignment.user_id == actor.user_id:
        raise Refused(
            "own_administration",
            "Die eigene Rolle „Administration“ können Sie nicht beenden. "
            "Bitten Sie eine andere Administratorin darum.",
        )
    if not assignment.is_valid_on(today) and assignment.valid_from <= today:
        return assignment
    yesterday = today - dt.timedelta(days=1)
    if assignment.valid_from > yesterday:
        session.delete(assignment)
    else:
        assignment.valid_to = yesterday
    session.flush()
    _record(
        session,
        actor,
        organisation,
        Act(
            "role_ended",
            "role_assignment",
            assignment_id,
            f"{assignment.user.full_name}: Rolle {ROLE_NAMES[Role(assignment.role)]} endete.",
            details={"email": assignment.user.email, "role": assignment.role},
        ),
        now=now,
    )
    return assignment


def create_token(
    session: Session,
    actor: Actor,
    *,
    name: str,
    expires_on: dt.date,
    is_read_only: bool,
    now: dt.datetime,
) -> tuple[ApiToken, str]:
    """Return a new token of the actor for the organisation acted for, and its secret.

    The secret is shown this once; only its hash is kept. The token ends with the day `expires_on`.
    """
    actor.require(Permission.USE_OWN_ACCOUNT)
    if actor.user_id is None or actor.organisation_id is None:
        raise Refused("token_needs_person", "Ein Zugriffstoken gehört zu einer Person.")
    expires_at = clock.start_of_day(expires_on + dt.timedelta(days=1))
    reasons = rules.reasons_against_token(expires_at, now=now)
    if not 0 < len(name.strip()) <= 100:
        reasons.append(
            Violation(
                "token_name_missing",
                "Bitte geben Sie dem Zugriffstoken einen Namen mit höchstens 100 Zeichen.",
                field="name",
            )
        )
    if reasons:
        raise InvalidInput.of(reasons)
    secret = ids.new_secret()
    token = ApiToken(
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        name=name.strip(),
        token_hash=queries.token_hash(secret),
        is_read_only=is_read_only,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    _record(
        session,
        actor,
        token.organisation,
        Act("token_created", "api_token", token.id, f"Zugriffstoken „{token.name}“ wurde erzeugt."),
        now=now,
    )
    return token, secret


def revoke_token(
    session: Session, actor: Actor, token_id: uuid.UUID, *, now: dt.datetime
) -> ApiToken:
    """Revoke one's own token; a second time changes nothing."""
    token = session.get(ApiToken, token_id)
    if token is None or token.user_id != actor.user_id:
        raise NotFound("Das Zugriffstoken")
    if token.revoked_at is None:
        token.revoked_at = now
        session.flush()
        _record(
            session,
            actor,
            token.organisation,
            Act("token_revoked", "api_token", token.id, f"„{token.name}“ wurde widerrufen."),
            now=now,
        )
    return token


def choose_language(session: Session, user_id: uuid.UUID, language: Language) -> None:
    """Keep in which language a person reads pages and mails."""
    session.get_one(User, user_id).language = language
    session.flush()


def tokens_of(session: Session, user_id: uuid.UUID) -> Sequence[ApiToken]:
    """Return a person's tokens, newest first."""
    return session.scalars(
        select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())
    ).all()


def people_of(session: Session, actor: Actor) -> Sequence[RoleAssignment]:
    """Return all roles at the organisation acted for, by person."""
    actor.require(Permission.ADMINISTER_ORGANISATION)
    return session.scalars(
        select(RoleAssignment)
        .where(RoleAssignment.organisation_id == actor.organisation_id)
        .join(RoleAssignment.user)
        .order_by(User.full_name, RoleAssignment.valid_from)
    ).all()


def _own_organisation(session: Session, actor: Actor, organisation_id: uuid.UUID) -> Organisation:
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or not (actor.is_operator or actor.organisation_id == organisation_id):
        raise NotFound("Die Organisation")
    actor.require(Permission.ADMINISTER_ORGANISATION, organisation_id=organisation_id)
    return organisation


def _record(
    session: Session, actor: Actor, organisation: Organisation, act: Act, *, now: dt.datetime
) -> None:
    audit.append(session, audit.stream_of("organisation", organisation.id), actor, act, now=now)
