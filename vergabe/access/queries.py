"""Reads of people and rights."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from vergabe import clock
from vergabe.access.actor import Actor, Grant
from vergabe.access.model import ApiToken, Organisation, RoleAssignment, User
from vergabe.access.permissions import ROLE_NAMES, Permission, Role, roles_with

NAME_LENGTH: Final = 200
"""Of the columns that keep who acted."""


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
    name = user.full_name
    if organisation_id is not None:
        rows = session.scalars(
            _valid_assignments(day)
            .where(
                RoleAssignment.user_id == user.id,
                RoleAssignment.organisation_id == organisation_id,
            )
            .order_by(RoleAssignment.id)
            .options(
                joinedload(RoleAssignment.substitute_for),
                joinedload(RoleAssignment.home_organisation),
            )
        ).all()
        grants = frozenset(
            Grant(Role(row.role), organisation_id, row.cooperation_id, row.is_substitute)
            for row in rows
        )
        if grants:
            organisation = session.get(Organisation, organisation_id)
        if rows and all(row.is_substitute for row in rows):
            name = _name_of_substitute(user, rows)
    return Actor(
        name=name,
        user_id=user.id,
        organisation_id=organisation.id if organisation else None,
        organisation_name=organisation.name if organisation else "",
        organisation_kind=organisation.kind if organisation else "",
        grants=grants if organisation else frozenset(),
    )


def _name_of_substitute(user: User, rows: Sequence[RoleAssignment]) -> str:
    """Return the name under which a substitute acts: from where, and for whom."""
    homes = dict.fromkeys(row.home_organisation.name for row in rows if row.home_organisation)
    persons = dict.fromkeys(
        row.substitute_for.full_name
        if row.substitute_for
        else f"die Rolle {ROLE_NAMES[Role(row.role)]}"
        for row in rows
    )
    home = f", {', '.join(homes)}" if homes else ""
    return f"{user.full_name}{home} (in Vertretung für {', '.join(persons)})"[:NAME_LENGTH]


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
    roles: frozenset[Role] | None = None,
) -> list[tuple[User, uuid.UUID]]:
    """Return active people who hold a permission at these organisations today, and where.

    roles: count only these of the roles that hold it.
    """
    holders = roles_with(permission) if roles is None else roles_with(permission) & roles
    assignments = _valid_assignments(clock.berlin_day(now)).where(
        RoleAssignment.organisation_id.in_(list(organisation_ids)),
        RoleAssignment.role.in_(holders),
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
