"""People and roles that a cooperation's file names."""

import datetime as dt
from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.accounts import service as accounts
from vergabe.cooperations.configuration import CooperationFile, MemberFile, PersonFile
from vergabe.cooperations.configuration_tasks import ProviderFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Cooperation


def load_people(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    file: CooperationFile,
    organisations: Mapping[str, Organisation],
    changes: Changes,
    *,
    now: dt.datetime,
    invites: bool,
) -> int:
    """Give people the roles of the file, end those that it gave once and no longer names.

    Roles that somebody gave by hand are left alone. Returns how many people were invited: those
    without a password, if anybody shall be.
    """
    today = clock.berlin_day(now)
    mark = _mark(file.key)
    running = _running(session, cooperation, today)
    wanted: set[tuple[object, ...]] = set()
    invited: dict[str, User] = {}
    for member, person, role in _roles(file, today):
        organisation = organisations[member.key]
        wanted.add((person.email, organisation.id, role))
        path = f"members[{member.key}].people[{person.email}].roles"
        assignment = running.get((person.email, organisation.id, role))
        if assignment is not None:
            if assignment.reason == mark:
                changes.apply(assignment, f"{path}.{role}", {"valid_to": person.valid_to})
            continue
        assignment = accounts.grant_role(
            session,
            actor,
            organisation.id,
            email=person.email,
            full_name=person.full_name,
            role=role,
            valid_from=person.valid_from or today,
            valid_to=person.valid_to,
            cooperation_id=cooperation.id,
            reason=mark,
            # Once for all roles of the file.
            invites=False,
            now=now,
        )
        changes.note(path, None, role)
        if assignment.user.password is None:
            invited[person.email] = assignment.user
    for key, assignment in running.items():
        if assignment.reason == mark and key not in wanted:
            organisation = assignment.organisation
            path = f"members[{organisation.ags or organisation.ars}].people[{key[0]}].roles"
            changes.note(path, assignment.role, None)
            accounts.end_role(session, actor, assignment.id, now=now)
    if not invites:
        return 0
    for user in invited.values():
        accounts.invite(session, user, now=now)
    return len(invited)


def _mark(key: str) -> str:
    return f"Aus der Datei der Zusammenarbeit „{key}“"


def _roles(
    file: CooperationFile, today: dt.date
) -> Iterator[tuple[MemberFile | ProviderFile, PersonFile, Role]]:
    """Yield who is to have which role; those whose time or membership is over are left out."""
    places: list[MemberFile | ProviderFile] = [*file.members, *file.service_providers]
    for member in places:
        if member.left_on is not None and member.left_on < today:
            continue
        for person in member.people:
            if person.valid_to is not None and person.valid_to < today:
                continue
            for role in dict.fromkeys(person.roles):
                yield member, person, Role(role)


def _running(
    session: Session, cooperation: Cooperation, today: dt.date
) -> dict[tuple[str, object, Role], RoleAssignment]:
    """Return the roles in this cooperation that have not ended, by address, place and role."""
    rows = session.execute(
        select(RoleAssignment, User.email)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.cooperation_id == cooperation.id,
            RoleAssignment.valid_to.is_(None) | (RoleAssignment.valid_to >= today),
        )
        .order_by(RoleAssignment.id)
    )
    return {
        (email, assignment.organisation_id, Role(assignment.role)): assignment
        for assignment, email in rows
    }
