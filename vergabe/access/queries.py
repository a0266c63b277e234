"""Reads of people and rights."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Date, Row, Select, Table, Uuid, bindparam, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor, Grant
from vergabe.access.model import ApiToken, Organisation, RoleAssignment, User
from vergabe.access.permissions import ROLE_NAMES, Permission, Role, roles_with
from vergabe.bulk import among

_Row = Row[*tuple[Any, ...]]
NAME_LENGTH: Final = 200
"""Of the columns that keep who acted."""


def _counts_on(day: dt.date) -> ColumnElement[bool]:
    return (RoleAssignment.valid_from <= day) & (
        RoleAssignment.valid_to.is_(None) | (RoleAssignment.valid_to >= day)
    )


def _valid_assignments(day: dt.date) -> Select[RoleAssignment]:
    return select(RoleAssignment).where(_counts_on(day))


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
    if organisation_id is None:
        return Actor(name=user.full_name, user_id=user.id)
    asked = {
        "person": user.id,
        "organisation": organisation_id,
        "day": clock.berlin_day(now),
    }
    return _acting(user.id, user.full_name, session.execute(_HELD, asked).all())


def actor_of_token(session: Session, token: str, *, now: dt.datetime) -> tuple[Actor, bool] | None:
    """Return who acts with a bearer token, and whether it may only read; one statement.

    None unless the token is unexpired, unrevoked and that of an active person.
    """
    asked = {"token_hash": token_hash(token), "day": clock.berlin_day(now)}
    rows = session.execute(_HELD_BY_TOKEN, asked).all()
    if not rows:
        return None
    found = rows[0]
    if found.revoked_at is not None or found.expires_at <= now or not found.active:
        return None
    held = [row for row in rows if row.role is not None]
    return _acting(found.user_id, found.full_name, held), found.is_read_only


# The statements that every request begins with: made once, and of columns alone, so that no entity
# is looked for behind them.
_token = cast(Table, ApiToken.__table__).c
_person = cast(Table, User.__table__)
_role = cast(Table, RoleAssignment.__table__).c
_office = cast(Table, Organisation.__table__)
_substituted, _home = _person.alias("substituted"), _office.alias("home")
_DAY: Final = bindparam("day", type_=Date)
_IS_VALID: Final = (_role.valid_from <= _DAY) & (
    _role.valid_to.is_(None) | (_role.valid_to >= _DAY)
)
_FACTS: Final = (
    _role.role,
    _role.cooperation_id,
    _role.substitute_for_id,
    _role.home_organisation_id,
    _substituted.c.full_name.label("substituted_name"),
    _home.c.name.label("home_name"),
    _office.c.id.label("organisation_id"),
    _office.c.name.label("organisation_name"),
    _office.c.kind.label("organisation_kind"),
)
_HELD: Final = (
    select(*_FACTS)
    .select_from(RoleAssignment.__table__)
    .join(_office, _office.c.id == _role.organisation_id)
    .outerjoin(_substituted, _substituted.c.id == _role.substitute_for_id)
    .outerjoin(_home, _home.c.id == _role.home_organisation_id)
    .where(
        _role.user_id == bindparam("person", type_=Uuid),
        _role.organisation_id == bindparam("organisation", type_=Uuid),
        _IS_VALID,
    )
    .order_by(_role.id)
)
_HELD_BY_TOKEN: Final = (
    select(
        _token.user_id,
        _token.is_read_only,
        _token.expires_at,
        _token.revoked_at,
        _person.c.full_name,
        _person.c.active,
        *_FACTS,
    )
    .select_from(ApiToken.__table__)
    .join(_person, _person.c.id == _token.user_id)
    .join(_office, _office.c.id == _token.organisation_id)
    .outerjoin(
        RoleAssignment.__table__,
        (_role.user_id == _token.user_id)
        & (_role.organisation_id == _token.organisation_id)
        & _IS_VALID,
    )
    .outerjoin(_substituted, _substituted.c.id == _role.substitute_for_id)
    .outerjoin(_home, _home.c.id == _role.home_organisation_id)
    .where(_token.token_hash == bindparam("token_hash"))
    .order_by(_role.id)
)


def _acting(user_id: uuid.UUID, full_name: str, held: Sequence[_Row]) -> Actor:
    """Return the actor with the roles that were found, all of them at one organisation."""
    if not held:
        return Actor(name=full_name, user_id=user_id)
    first = held[0]
    return Actor(
        name=_name_of_substitute(full_name, held) if all(map(_is_substitute, held)) else full_name,
        user_id=user_id,
        organisation_id=first.organisation_id,
        organisation_name=first.organisation_name,
        organisation_kind=first.organisation_kind,
        grants=frozenset(
            Grant(Role(row.role), row.organisation_id, row.cooperation_id, _is_substitute(row))
            for row in held
        ),
    )


def _is_substitute(row: _Row) -> bool:
    return row.substitute_for_id is not None or row.home_organisation_id is not None


def _name_of_substitute(full_name: str, held: Sequence[_Row]) -> str:
    """Return the name under which a substitute acts: from where, and for whom."""
    homes = dict.fromkeys(row.home_name for row in held if row.home_name)
    persons = dict.fromkeys(
        row.substituted_name or f"die Rolle {ROLE_NAMES[Role(row.role)]}" for row in held
    )
    home = f", {', '.join(homes)}" if homes else ""
    return f"{full_name}{home} (in Vertretung für {', '.join(persons)})"[:NAME_LENGTH]


def token_hash(token: str) -> str:
    """Return the hash under which a bearer token or other secret is kept (SHA-256, hex).

    The secrets are random with 256 bits, so a fast hash is enough.
    """
    return hashlib.sha256(token.encode()).hexdigest()


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


def holders(
    session: Session,
    permissions: Iterable[Permission],
    organisation_ids: Iterable[uuid.UUID],
    *,
    now: dt.datetime,
) -> list[tuple[uuid.UUID, Role, uuid.UUID, uuid.UUID | None]]:
    """Return which roles with one of these permissions active people hold there today.

    Rows of person, role, organisation and cooperation (None: in all of them), in the order of
    `people_with`: for many offices at once.
    """
    roles = frozenset[Role]().union(*map(roles_with, permissions))
    rows = session.execute(
        select(
            RoleAssignment.user_id,
            RoleAssignment.role,
            RoleAssignment.organisation_id,
            RoleAssignment.cooperation_id,
        )
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            _counts_on(clock.berlin_day(now)),
            among(session, RoleAssignment.organisation_id, organisation_ids),
            RoleAssignment.role.in_(roles),
            User.active,
        )
        .order_by(User.email)
    )
    return [(user_id, Role(role), where, whose) for user_id, role, where, whose in rows]
