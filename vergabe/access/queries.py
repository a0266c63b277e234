"""Reads of people and rights."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor, Grant
from vergabe.access.model import ApiToken, Organisation, RoleAssignment, User
from vergabe.access.permissions import Permission, Role, roles_with


def _valid_assignments(day: dt.date) -> Select[RoleAssignment]:
    return select(RoleAssignment).where(
        RoleAssignment.valid_from <= day,
        (RoleAssignment.valid_to.is_(None)) | (RoleAssignment.valid_to >= day),
    )


def organisations_of(
    session: Session, user_id: uuid.UUID, *, now: dt.datetime
) -> list[Organisation]:
    """Return the organisations at which a person holds a role today, by name."""
    valid = _valid_assignments(clock.berlin_day(now)).where(RoleAssignment.user_id == user_id)
    return list(
        session.scalars(
            select(Organisation)
            .where(Organisation.id.in_(valid.with_only_columns(RoleAssignment.organisation_id)))
            .order_by(Organisation.name)
        )
    )


def actor_for(
    session: Session, user: User, organisation_id: uuid.UUID | None, *, now: dt.datetime
) -> Actor:
    """Return the actor for a person acting for an organisation.

    Without a valid role there (none given, expired, never held) the person acts for nobody and
    holds nothing but their own account.
    """
    day = clock.berlin_day(now)
    grants: frozenset[Grant] = frozenset()
    organisation = None
    if organisation_id is not None:
        rows = session.execute(
            _valid_assignments(day)
            .where(
                RoleAssignment.user_id == user.id,
                RoleAssignment.organisation_id == organisation_id,
            )
            .with_only_columns(RoleAssignment.role, RoleAssignment.cooperation_id)
        )
        grants = frozenset(
            Grant(Role(role), organisation_id, cooperation_id) for role, cooperation_id in rows
        )
        if grants:
            organisation = session.get(Organisation, organisation_id)
    return Actor(
        name=user.full_name,
        user_id=user.id,
        organisation_id=organisation.id if organisation else None,
        organisation_name=organisation.name if organisation else "",
        organisation_kind=organisation.kind if organisation else "",
        grants=grants if organisation else frozenset(),
    )


def token_hash(token: str) -> str:
    """Return the hash under which a bearer token or other secret is kept (SHA-256, hex).

    The secrets are random with 256 bits, so a fast hash is enough.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def valid_token(session: Session, token: str, *, now: dt.datetime) -> ApiToken | None:
    """Return the unexpired, unrevoked token of an active person, or None."""
    found = session.scalars(
        select(ApiToken).where(ApiToken.token_hash == token_hash(token))
    ).one_or_none()
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        return None
    return found if found.user.active else None


def user_by_email(session: Session, email: str) -> User | None:
    """Return the person with this address (compared in lower case)."""
    return session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()


def organisation_by_ags(session: Session, ags: str) -> Organisation | None:
    """Return the municipality or county with this key (8 digits; counties 5)."""
    return session.scalars(select(Organisation).where(Organisation.ags == ags)).one_or_none()


def people_with(
    session: Session,
    permission: Permission,
    organisation_ids: Iterable[uuid.UUID],
    *,
    now: dt.datetime,
    cooperation_id: uuid.UUID | None = None,
) -> list[tuple[User, uuid.UUID]]:
    """Return active people who hold a permission at these organisations today, and where."""
    assignments = _valid_assignments(clock.berlin_day(now)).where(
        RoleAssignment.organisation_id.in_(list(organisation_ids)),
        RoleAssignment.role.in_(roles_with(permission)),
    )
    if cooperation_id is not None:
        assignments = assignments.where(
            RoleAssignment.cooperation_id.is_(None)
            | (RoleAssignment.cooperation_id == cooperation_id)
        )
    rows = session.execute(
        assignments.with_only_columns(User, RoleAssignment.organisation_id)
        .join(User, User.id == RoleAssignment.user_id)
        .where(User.active)
        .distinct()
        .order_by(User.email)
    )
    return [(user, organisation_id) for user, organisation_id in rows]
