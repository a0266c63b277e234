"""Task matrices, service providers, substitutes and declarations for tests."""

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.conflicts import service as conflicts
from vergabe.cooperations.model import Agreement, Cooperation, TaskArea
from vergabe.cooperations.task_model import Substitution, TaskAssignment
from vergabe.cooperations.task_rules import Performer, Step


def provider(session: Session, name: str = "Zweckverband Beispiel") -> Organisation:
    """Return an association that is no member of anything."""
    return access.organisation(session, name, kind="association", ags=None, nuts3=None)


def agreement_of(session: Session, cooperation: Cooperation) -> Agreement:
    """Return the newest version of the agreement."""
    return session.scalars(
        select(Agreement)
        .where(Agreement.cooperation_id == cooperation.id)
        .order_by(Agreement.number.desc())
    ).all()[0]


def task(
    session: Session,
    cooperation: Cooperation,
    step: Step,
    performer: Performer = Performer.LEAD,
    organisation: Organisation | None = None,
    *,
    area: TaskArea | None = None,
    agreement: Agreement | None = None,
) -> TaskAssignment:
    """Return a stored line of the matrix of the newest version, or of another one."""
    found = TaskAssignment(
        agreement_id=(agreement or agreement_of(session, cooperation)).id,
        step=step,
        performer=performer,
        organisation_id=organisation.id if organisation else None,
        area_id=area.id if area else None,
    )
    session.add(found)
    session.flush()
    return found


def given_to(
    session: Session, cooperation: Cooperation, organisation: Organisation, *steps: Step
) -> None:
    """Give steps to a service provider, in every area."""
    for step in steps:
        task(session, cooperation, step, Performer.SERVICE_PROVIDER, organisation)


def substitute(
    session: Session,
    cooperation: Cooperation,
    home: Organisation,
    at: Organisation,
    role: Role = Role.PROCUREMENT_OFFICER,
    *,
    absent: User | None = None,
    full_name: str = "Max Muster",
    **more: Any,
) -> User:
    """Return a person of `home` who stands in for a role at another member, accepted."""
    person = access.person(session, home, Role.REQUESTER, full_name=full_name)
    facts: dict[str, Any] = {
        "user_id": person.id,
        "organisation_id": at.id,
        "home_organisation_id": home.id,
        "cooperation_id": cooperation.id,
        "role": role,
        "valid_from": clock.berlin_day(clock.now()),
        "valid_to": clock.berlin_day(clock.now()) + dt.timedelta(days=60),
        "substitute_for_id": absent.id if absent else None,
    }
    session.add(RoleAssignment(**(facts | more)))
    session.flush()
    return person


def declared(session: Session, actor: Actor, pool_id: Any, text: str = "") -> None:
    """Let an actor declare: no conflict, or the one that `text` describes."""
    conflicts.declare(session, actor, pool_id, has_conflict=bool(text), text=text, now=clock.now())


def substitution(
    session: Session, cooperation: Cooperation, home: Organisation, at: Organisation
) -> Substitution:
    """Return an offer to a person of `home` to stand in at another member, not yet answered."""
    person = access.person(session, home, Role.REQUESTER, full_name="Vera Vertretung")
    today = clock.berlin_day(clock.now())
    found = Substitution(
        cooperation_id=cooperation.id,
        organisation_id=at.id,
        home_organisation_id=home.id,
        user_id=person.id,
        role=Role.PROCUREMENT_OFFICER,
        valid_from=today,
        valid_to=today + dt.timedelta(days=14),
        reason="Urlaub",
        offered_by_name="Erika Muster",
        offered_at=clock.now(),
    )
    session.add(found)
    session.flush()
    return found
