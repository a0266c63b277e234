"""Commands on the task matrix: setting it while its version of the agreement is a draft."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.audit.service import Act
from vergabe.cooperations import entries, filing, queries, task_rules, tasks
from vergabe.cooperations.model import Agreement, Cooperation, TaskArea
from vergabe.cooperations.rules import Stage
from vergabe.cooperations.task_model import TaskAssignment
from vergabe.cooperations.task_rules import PERFORMER_NAMES, STEPS, Performer, Step, Task
from vergabe.cooperations.tasks import Governed
from vergabe.errors import InvalidInput, NotFound, Refused

# What is signed is signed: another distribution of tasks needs another version of the agreement.
DRAFT_STAGES: Final = frozenset({Stage.INFORMAL, Stage.RESOLVED})


def set_tasks(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    wanted: Sequence[Task],
    *,
    reason: str,
    now: dt.datetime,
) -> Agreement:
    """Replace the task matrix of the newest version of the agreement and return the version.

    Only who coordinates, and only before the version is signed. The same matrix again changes
    nothing. Raises NotFound, Forbidden, InvalidInput, Refused.
    """
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    cooperation = queries.locked_cooperation(session, cooperation_id)
    tasks.require(session, actor, Step.COORDINATE, Governed(cooperation), now=now)
    agreement = queries.newest_agreement(session, cooperation_id)
    if agreement is None:
        raise NotFound("Die Vereinbarung")
    reason = entries.checked_reason(reason)
    before = tasks.tasks_of(session, agreement.id)
    if set(before) == set(wanted):
        return agreement
    refuse_when_signed(agreement)
    replace(session, cooperation, agreement, wanted, now=now)
    act = Act(
        "tasks_set",
        "agreement",
        agreement.id,
        f"Die Aufgabenverteilung der Fassung {agreement.number} wurde festgelegt.",
        reason=reason,
        details={"before": [plain(each) for each in before], "after": [plain(t) for t in wanted]},
    )
    filing.record(session, actor, cooperation, act, now=now)
    return agreement


def refuse_when_signed(agreement: Agreement) -> None:
    """Raise Refused unless the matrix of a version may still be changed."""
    if agreement.stage not in DRAFT_STAGES:
        raise Refused(
            "tasks_frozen",
            f"Die Fassung {agreement.number} der Vereinbarung ist unterzeichnet. Eine andere "
            "Verteilung der Aufgaben braucht eine neue Fassung.",
        )


def replace(
    session: Session,
    cooperation: Cooperation,
    agreement: Agreement,
    wanted: Sequence[Task],
    *,
    now: dt.datetime,
) -> None:
    """Store a checked matrix instead of the one before; InvalidInput names each wrong line."""
    against = task_rules.reasons_against_tasks(
        wanted,
        member_ids=frozenset(queries.member_ids(session, cooperation.id, now)),
        provider_ids=frozenset(
            organisation.id for organisation in provider_choices(session, cooperation, now=now)
        ),
        area_ids=frozenset(
            session.scalars(select(TaskArea.id).where(TaskArea.cooperation_id == cooperation.id))
        ),
    )
    if against:
        raise InvalidInput.of(against)
    session.execute(delete(TaskAssignment).where(TaskAssignment.agreement_id == agreement.id))
    for task in wanted:
        session.add(
            TaskAssignment(
                agreement_id=agreement.id,
                area_id=task.area_id,
                step=task.step,
                performer=task.performer,
                organisation_id=task.organisation_id,
            )
        )
        # One by one: the order of the lines is that of their ids, and the first stands in front.
        session.flush()
    filing.touch(cooperation)
    session.flush()


def copy_tasks(session: Session, source: Agreement, target: Agreement) -> None:
    """Let a new version of the agreement begin with the matrix of another one."""
    for task in tasks.tasks_of(session, source.id):
        session.add(TaskAssignment(agreement_id=target.id, **dataclasses.asdict(task)))
        session.flush()


def provider_choices(
    session: Session, cooperation: Cooperation, *, now: dt.datetime
) -> list[Organisation]:
    """Return the associations that could be service providers: those that are no members."""
    members = queries.members(session, cooperation.id, clock.berlin_day(now))
    query = (
        select(Organisation)
        .where(
            Organisation.kind == "association",
            Organisation.id.not_in([member.organisation_id for member in members]),
        )
        .order_by(Organisation.name)
    )
    return list(session.scalars(query))


def plain(task: Task) -> dict[str, Any]:
    """Return a line of the matrix as JSON values."""
    return {
        "step": task.step.value,
        "performer": task.performer.value,
        "organisation_id": str(task.organisation_id) if task.organisation_id else None,
        "area_id": str(task.area_id) if task.area_id else None,
    }


@dataclasses.dataclass(frozen=True)
class StepRow:
    """A step in one area (None: all), who does it, and whether the agreement says so."""

    step: Step
    name: str
    performers: str
    is_agreed: bool


def rows(
    session: Session, lines: Sequence[Task], area_id: uuid.UUID | None, lead_name: str
) -> list[StepRow]:
    """Return every step with who does it by these lines, as a page shows it."""
    named = {task.organisation_id for task in lines if task.organisation_id}
    names = {
        organisation.id: organisation.name
        for organisation in session.scalars(select(Organisation).where(Organisation.id.in_(named)))
    }
    return [
        StepRow(
            step,
            STEPS[step].name,
            ", ".join(
                performer_name(task, names, lead_name)
                for task in task_rules.lines_for(lines, step, area_id)
            ),
            any(task.step is step and task.area_id in (None, area_id) for task in lines),
        )
        for step in Step
    ]


def performer_name(task: Task, names: dict[uuid.UUID, str], lead_name: str) -> str:
    """Return who does a step by one line: "Merzenich (Federführung)", "jedes Mitglied"."""
    if task.performer is Performer.LEAD:
        return f"{lead_name} ({PERFORMER_NAMES[Performer.LEAD]})"
    if task.organisation_id is None:
        return "jedes Mitglied"
    suffix = " (Dienstleister)" if task.performer is Performer.SERVICE_PROVIDER else ""
    return names.get(task.organisation_id, "") + suffix
