"""Who acts for a firm: everybody there may invite and remove, one person always stays."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Permission, Role
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.errors import NotFound, Refused
from vergabe.texts import gettext as _


def own_firm(session: Session, actor: Actor) -> Organisation:
    """Return the supplier organisation acted for; NotFound for anybody else."""
    actor.require(Permission.USE_SUPPLIER_AREA, organisation_id=actor.organisation_id)
    firm = session.get(Organisation, actor.organisation_id) if actor.organisation_id else None
    if firm is None or firm.kind != "supplier":
        raise NotFound(_("Das Unternehmen"))
    return firm


def remove_person(session: Session, actor: Actor, user_id: uuid.UUID, *, now: dt.datetime) -> None:
    """End somebody's role at the actor's firm with yesterday; the last person cannot be removed."""
    firm = own_firm(session, actor)
    # Two who leave at the same moment would both still see the other one.
    session.refresh(firm, with_for_update=True)
    day = clock.berlin_day(now)
    roles = [role for role in _roles_at(session, firm.id) if role.is_valid_on(day)]
    theirs = [role for role in roles if role.user_id == user_id]
    if not theirs:
        raise NotFound(_("Diese Person"))
    if len({role.user_id for role in roles}) == 1:
        raise Refused(
            "last_person",
            _("Das ist die letzte Person Ihres Unternehmens. Laden Sie zuerst jemand anders ein."),
        )
    for role in theirs:
        if role.valid_from >= day:
            session.delete(role)
        else:
            role.valid_to = day - dt.timedelta(days=1)
    session.flush()
    name = theirs[0].user.full_name
    record(session, actor, firm, "person_removed", f"{name} wurde entfernt.", now=now)


def people_of(session: Session, actor: Actor, *, now: dt.datetime) -> list[User]:
    """Return the people who act for the actor's firm today, by name."""
    firm = own_firm(session, actor)
    day = clock.berlin_day(now)
    found = {r.user_id: r.user for r in _roles_at(session, firm.id) if r.is_valid_on(day)}
    return sorted(found.values(), key=lambda user: (user.full_name, user.email))


def give_role(session: Session, user: User, firm: Organisation, *, now: dt.datetime) -> None:
    """Let somebody act for a firm from today on; whoever does already stays as they are."""
    day = clock.berlin_day(now)
    has_role = any(
        role.user_id == user.id and role.is_valid_on(day) for role in _roles_at(session, firm.id)
    )
    if not has_role:
        session.add(
            RoleAssignment(
                id=ids.new_id(),
                user=user,
                organisation_id=firm.id,
                role=Role.SUPPLIER,
                valid_from=day,
            )
        )
        session.flush()


def _roles_at(session: Session, organisation_id: uuid.UUID) -> list[RoleAssignment]:
    return list(
        session.scalars(
            select(RoleAssignment).where(
                RoleAssignment.organisation_id == organisation_id,
                RoleAssignment.role == Role.SUPPLIER,
            )
        )
    )


def record(
    session: Session,
    actor: Actor,
    firm: Organisation,
    action: str,
    summary: str,
    *,
    now: dt.datetime,
    **details: Any,
) -> None:
    """Append an act to the firm's own record; details are JSON values."""
    act = Act(action, "organisation", firm.id, summary, details=details)
    audit.append(session, audit.stream_of("organisation", firm.id), actor, act, now=now)
