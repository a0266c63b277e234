"""The permission check for what somebody does for all: the task matrix of the agreement decides.

Who does a step is said by the version of the agreement that governs it: for a tender the one that
was in force when the procedure began, else the one in force today. A version that is not in force
yet gives nobody a right; without any the usual performer does the step (task_rules.STEPS).
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations import queries, task_rules
from vergabe.cooperations.model import Agreement, Cooperation
from vergabe.cooperations.rules import Stage
from vergabe.cooperations.task_model import TaskAssignment
from vergabe.cooperations.task_rules import STEPS, Performer, Step, Task
from vergabe.errors import Forbidden


@dataclass(frozen=True)
class Governed:
    """Where a step is done: in an area, under a version of the agreement.

    agreement_id: the version under which a procedure began; None: the one in force today.
    """

    cooperation: Cooperation
    area_id: uuid.UUID | None = None
    agreement_id: uuid.UUID | None = None


def governing_agreement(
    session: Session, cooperation_id: uuid.UUID, day: dt.date
) -> Agreement | None:
    """Return the version of the agreement that is in force on a legal day, or None."""
    found = queries.current_agreement(session, cooperation_id, day)
    if found is None or queries.stage_of(found, day) is not Stage.IN_FORCE:
        return None
    return found


def tasks_of(session: Session, agreement_id: uuid.UUID) -> list[Task]:
    """Return the matrix of one version of the agreement, in force or not."""
    rows = session.scalars(
        select(TaskAssignment)
        .where(TaskAssignment.agreement_id == agreement_id)
        .order_by(TaskAssignment.id)
    )
    return [
        Task(Step(row.step), Performer(row.performer), row.organisation_id, row.area_id)
        for row in rows
    ]


def counting_tasks(session: Session, where: Governed, day: dt.date) -> list[Task]:
    """Return the matrix that counts on a legal day; empty where no version is in force.

    What began under a version that has been terminated since is brought to its end under it.
    """
    if where.agreement_id is None:
        agreement = governing_agreement(session, where.cooperation.id, day)
    else:
        agreement = session.get_one(Agreement, where.agreement_id)
        if agreement.in_force_on is None or day < agreement.in_force_on:
            agreement = None
    return tasks_of(session, agreement.id) if agreement else []


def performers(
    session: Session, step: Step, where: Governed, *, now: dt.datetime
) -> list[uuid.UUID]:
    """Return the organisations that do a step today, the one named first in front."""
    day = clock.berlin_day(now)
    lines = task_rules.lines_for(counting_tasks(session, where, day), step, where.area_id)
    return task_rules.performer_ids(
        lines,
        lead_id=where.cooperation.lead_organisation_id,
        member_ids=queries.member_ids(session, where.cooperation.id, now),
    )


def providers(
    session: Session, step: Step, where: Governed, *, now: dt.datetime
) -> list[uuid.UUID]:
    """Return the service providers that do a step today; empty where the partners do it."""
    day = clock.berlin_day(now)
    lines = task_rules.lines_for(counting_tasks(session, where, day), step, where.area_id)
    return [
        line.organisation_id
        for line in lines
        if line.performer is Performer.SERVICE_PROVIDER and line.organisation_id is not None
    ]


def may(session: Session, actor: Actor, step: Step, where: Governed, *, now: dt.datetime) -> bool:
    """Return whether the actor may do a step: the right role at an organisation that does it.

    The operator may do everything.
    """
    if actor.is_operator:
        return True
    permission = STEPS[step].permission
    if not actor.may(permission, cooperation_id=where.cooperation.id):
        return False
    return actor.organisation_id in performers(session, step, where, now=now)


def require(
    session: Session, actor: Actor, step: Step, where: Governed, *, now: dt.datetime
) -> None:
    """Raise Forbidden with a sentence that says whose task it is, unless `may` says yes."""
    if may(session, actor, step, where, now=now):
        return
    doing = performers(session, step, where, now=now)
    if actor.organisation_id in doing:
        raise Forbidden(
            "forbidden",
            f"Ihre Rollen bei dieser Organisation erlauben den Schritt „{STEPS[step].name}“ nicht. "
            "Wenden Sie sich an die Administration Ihrer Organisation.",
        )
    raise Forbidden(
        "forbidden",
        f"Den Schritt „{STEPS[step].name}“ übernimmt nach der Aufgabenverteilung "
        f"{names(session, doing)}.",
    )


def names(session: Session, organisation_ids: Sequence[uuid.UUID]) -> str:
    """Return the names of organisations as an enumeration: "A, B oder C"."""
    known = {
        organisation.id: organisation.name
        for organisation in session.scalars(
            select(Organisation).where(Organisation.id.in_(organisation_ids))
        )
    }
    found = [known[each] for each in organisation_ids if each in known]
    return " oder ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))
