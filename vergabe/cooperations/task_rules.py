"""The task matrix (Schnittstellenregelung): who of the partners does which step; pure functions.

An agreement says for each step who does it: the lead, the members, or a service provider, for all
task areas or for one. Where it says nothing, the usual performer does it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.access.permissions import Permission
from vergabe.errors import Violation
from vergabe.texts import lazy


class Step(StrEnum):
    """A step that somebody does for all, in the order of the flow."""

    COORDINATE = "coordinate"
    SURVEY = "survey"
    PROPOSE_POOL = "propose_pool"
    OPEN_JOINING = "open_joining"
    PREPARE_TENDER = "prepare_tender"
    PUBLISH = "publish"
    ANSWER_ENQUIRIES = "answer_enquiries"
    AMEND = "amend"
    EXTEND = "extend"
    CANCEL = "cancel"
    KEEP_DEADLINES = "keep_deadlines"
    ANSWER_COMPLAINTS = "answer_complaints"
    OPEN_BIDS = "open_bids"
    EVALUATE = "evaluate"
    AWARD = "award"
    CONTRACT = "contract"
    SETTLE = "settle"


class Performer(StrEnum):
    """Who does a step."""

    LEAD = "lead"
    MEMBER = "member"
    SERVICE_PROVIDER = "service_provider"


@dataclass(frozen=True)
class StepFacts:
    """A step: its German name, the permission that a person needs, and who does it by default."""

    name: str
    permission: Permission
    usual: Performer = Performer.LEAD


STEPS: Final[Mapping[Step, StepFacts]] = {
    Step.COORDINATE: StepFacts("Zusammenarbeit koordinieren", Permission.EDIT_COOPERATION),
    Step.SURVEY: StepFacts("Bedarfe abfragen", Permission.RUN_CALLS, Performer.MEMBER),
    Step.PROPOSE_POOL: StepFacts(
        "Bündelungen vorschlagen", Permission.EDIT_POOLS, Performer.MEMBER
    ),
    Step.OPEN_JOINING: StepFacts(
        "Anhörung und Beitritt eröffnen", Permission.EDIT_POOLS, Performer.MEMBER
    ),
    Step.PREPARE_TENDER: StepFacts("Vergabeverfahren vorbereiten", Permission.EDIT_TENDERS),
    Step.PUBLISH: StepFacts("Veröffentlichen", Permission.PUBLISH_TENDERS),
    Step.ANSWER_ENQUIRIES: StepFacts("Bieterfragen beantworten", Permission.ANSWER_ENQUIRIES),
    Step.AMEND: StepFacts("Verfahren ändern", Permission.PUBLISH_TENDERS),
    Step.EXTEND: StepFacts("Fristen verlängern", Permission.PUBLISH_TENDERS),
    Step.CANCEL: StepFacts("Verfahren aufheben", Permission.PUBLISH_TENDERS),
    Step.KEEP_DEADLINES: StepFacts("Fristen überwachen", Permission.EDIT_DEADLINES),
    Step.ANSWER_COMPLAINTS: StepFacts("Rügen beantworten", Permission.ANSWER_COMPLAINTS),
    Step.OPEN_BIDS: StepFacts("Angebote öffnen", Permission.OPEN_BIDS),
    Step.EVALUATE: StepFacts("Angebote werten", Permission.EVALUATE_BIDS),
    Step.AWARD: StepFacts("Zuschlag erteilen", Permission.AWARD_TENDERS),
    Step.CONTRACT: StepFacts("Verträge schließen und führen", Permission.SIGN_CONTRACTS),
    Step.SETTLE: StepFacts("Kosten abrechnen", Permission.SETTLE_COSTS),
}
PERFORMER_NAMES: Final[Mapping[Performer, str]] = {
    Performer.LEAD: lazy("Federführung"),
    Performer.MEMBER: lazy("Mitglied"),
    Performer.SERVICE_PROVIDER: lazy("Dienstleister"),
}
# Whoever does one of these steps for a cooperation sees the cooperation itself.
COMMON_STEPS: Final = frozenset({Step.COORDINATE, Step.SURVEY, Step.PROPOSE_POOL})
POOL_STEPS: Final = frozenset({Step.PROPOSE_POOL, Step.OPEN_JOINING, Step.PREPARE_TENDER})
# From the drafting of a tender on: such a step lets a service provider see the tender.
TENDER_STEPS: Final = frozenset(Step) - COMMON_STEPS - {Step.OPEN_JOINING}


@dataclass(frozen=True)
class Task:
    """A line of the matrix.

    organisation_id: the service provider, or one certain member; None with MEMBER: every member.
    area_id None: in every area that has no line of its own for the step.
    """

    step: Step
    performer: Performer
    organisation_id: uuid.UUID | None = None
    area_id: uuid.UUID | None = None


def lines_for(tasks: Iterable[Task], step: Step, area_id: uuid.UUID | None) -> list[Task]:
    """Return the lines that decide on a step in an area; lines of the area go before general ones.

    Without any line: one for who does the step by default.
    """
    of_step = [task for task in tasks if task.step is step]
    own = [task for task in of_step if area_id is not None and task.area_id == area_id]
    general = [task for task in of_step if task.area_id is None]
    return own or general or [Task(step, STEPS[step].usual)]


def performer_ids(
    lines: Iterable[Task], *, lead_id: uuid.UUID, member_ids: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    """Return the organisations that do a step by these lines, each once, the first named first."""
    found: list[uuid.UUID] = []
    for line in lines:
        if line.performer is Performer.LEAD:
            found.append(lead_id)
        elif line.organisation_id is not None:
            found.append(line.organisation_id)
        else:
            # Who leads does so for the members, and may not be left out of what any of them does.
            found += [lead_id, *member_ids]
    return list(dict.fromkeys(found))


def reasons_against_tasks(
    tasks: Sequence[Task],
    *,
    member_ids: frozenset[uuid.UUID],
    provider_ids: frozenset[uuid.UUID],
    area_ids: frozenset[uuid.UUID],
) -> list[Violation]:
    """Return what is wrong with a matrix; the field is `tasks.<index>.<column>`.

    provider_ids: organisations that could be service providers.
    """
    reasons: list[Violation] = []
    for index, task in enumerate(tasks):
        place = f"tasks.{index}"
        if task.area_id is not None and task.area_id not in area_ids:
            message = "Dieses Aufgabengebiet gibt es in der Zusammenarbeit nicht."
            reasons.append(Violation("area_unknown", message, field=f"{place}.area"))
        message = _against_organisation(task, member_ids, provider_ids)
        if message:
            reasons.append(Violation("performer_invalid", message, field=f"{place}.organisation"))
        if task in tasks[:index]:
            message = f"„{STEPS[task.step].name}“ ist schon genauso vergeben."
            reasons.append(Violation("task_repeated", message, field=f"{place}.step"))
    return reasons


def _against_organisation(
    task: Task, member_ids: frozenset[uuid.UUID], provider_ids: frozenset[uuid.UUID]
) -> str:
    name = STEPS[task.step].name
    if task.performer is Performer.LEAD:
        named = task.organisation_id is not None
        return f"„{name}“: Bei der Federführung steht keine Organisation." if named else ""
    if task.performer is Performer.MEMBER:
        known = task.organisation_id is None or task.organisation_id in member_ids
        return "" if known else f"„{name}“: Diese Organisation ist kein Mitglied."
    if task.organisation_id is None:
        return f"„{name}“: Nennen Sie den Dienstleister."
    if task.organisation_id not in provider_ids:
        return (
            f"„{name}“: Dienstleister kann nur ein Zweckverband oder eine andere Stelle sein, die "
            "hier hinterlegt und selbst kein Mitglied ist."
        )
    return ""
