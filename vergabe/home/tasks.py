"""What waits for somebody: gathered from the capabilities, in order of time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from vergabe.access import queries as access
from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.home import demand_tasks, office_tasks, outage_tasks, pool_tasks, tender_tasks
from vergabe.home.task import Gather, Task

_FAR: Final = dt.datetime.max.replace(tzinfo=dt.UTC)
MOST_ORGANISATIONS: Final = 4
"""Besides the one acted for, whose tasks are shown too; the switch above the page shows all."""

SOURCES: Final[tuple[tuple[Permission, Gather], ...]] = (
    (Permission.RELEASE_DEMANDS, demand_tasks.release),
    (Permission.EDIT_DEMANDS, demand_tasks.returned),
    (Permission.EDIT_DEMANDS, demand_tasks.drafts),
    (Permission.EDIT_DEMANDS, demand_tasks.unfinished_entries),
    (Permission.ANSWER_CALLS, demand_tasks.calls),
    (Permission.JOIN_POOLS, pool_tasks.joinings),
    (Permission.CAST_VOTES, pool_tasks.ballots),
    (Permission.EDIT_POOLS, pool_tasks.proposals),
    (Permission.EDIT_POOLS, pool_tasks.consultations),
    (Permission.EDIT_TENDERS, pool_tasks.to_tender),
    (Permission.DECLARE_INTERESTS, tender_tasks.preparing),
    (Permission.PUBLISH_TENDERS, outage_tasks.extensions),
    (Permission.ANSWER_ENQUIRIES, tender_tasks.questions),
    (Permission.RELEASE_DEMANDS, office_tasks.money_owed),
    (Permission.VIEW_DEADLINES, office_tasks.deadlines),
    (Permission.ADMINISTER_ORGANISATION, office_tasks.ending_roles),
    (Permission.ADMINISTER_ORGANISATION, office_tasks.never_logged_in),
    (Permission.VIEW_MESSAGES, office_tasks.unread),
)


@dataclass(frozen=True)
class OtherTasks:
    """What waits for the same person at another of their organisations."""

    organisation_id: str
    organisation_name: str
    tasks: Sequence[Task]


def waiting(session: Session, actor: Actor, *, now: dt.datetime) -> list[Task]:
    """Return what waits for the actor: what has an end first, the nearest on top.

    What has none follows in the order of SOURCES.
    """
    if actor.organisation_id is None:
        return []
    found = [
        task
        for permission, gather in SOURCES
        if actor.holds(permission)
        for task in gather(session, actor, now)
    ]
    return sorted(_once(found), key=lambda task: task.due_at or _FAR)


def _once(found: Sequence[Task]) -> list[Task]:
    """Leave out plain deadlines of things that a task with the same end is about."""
    told = {
        (task.about, task.due_at)
        for task in found
        if task.about is not None and task.button != office_tasks.DEADLINE_BUTTON
    }
    return [
        task
        for task in found
        if task.button != office_tasks.DEADLINE_BUTTON or (task.about, task.due_at) not in told
    ]


def elsewhere(session: Session, actor: Actor, *, now: dt.datetime) -> list[OtherTasks]:
    """Return what waits at the other organisations of the person, by name; none without tasks."""
    user = session.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        return []
    others = [
        organisation
        for organisation in access.organisations_of(session, user.id, now=now)
        if organisation.id != actor.organisation_id
    ]
    found = []
    for organisation in others[:MOST_ORGANISATIONS]:
        there = access.actor_for(session, user, organisation.id, now=now)
        tasks = waiting(session, there, now=now)
        if tasks:
            found.append(OtherTasks(str(organisation.id), organisation.name, tasks))
    return found
