"""The task matrix: lines of an area go first, then general ones, then who usually does it."""

import uuid

import pytest

from vergabe.access.permissions import GRANTS
from vergabe.cooperations.task_rules import (
    STEPS,
    Performer,
    Step,
    Task,
    lines_for,
    performer_ids,
    reasons_against_tasks,
)
from vergabe.errors import Violation

LEAD, TOWN, OTHER, FIRM, STRANGER = (uuid.UUID(int=n) for n in range(1, 6))
AREA, SECOND = uuid.UUID(int=11), uuid.UUID(int=12)


def doing(tasks: list[Task], step: Step, area: uuid.UUID | None = None) -> list[uuid.UUID]:
    lines = lines_for(tasks, step, area)
    return performer_ids(lines, lead_id=LEAD, member_ids=[LEAD, TOWN, OTHER])


def test_every_step_has_a_name_and_a_permission_that_somebody_holds() -> None:
    assert set(STEPS) == set(Step)
    assert all(facts.name and GRANTS[facts.permission][1] for facts in STEPS.values())


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Step.COORDINATE, [LEAD]),
        (Step.SURVEY, [LEAD, TOWN, OTHER]),
        (Step.PROPOSE_POOL, [LEAD, TOWN, OTHER]),
        (Step.OPEN_JOINING, [LEAD, TOWN, OTHER]),
        (Step.PUBLISH, [LEAD]),
        (Step.AWARD, [LEAD]),
    ],
)
def test_without_a_matrix_the_usual_performer_does_a_step(
    step: Step, expected: list[uuid.UUID]
) -> None:
    assert doing([], step) == expected


def test_a_line_takes_the_step_from_the_usual_performer() -> None:
    tasks = [Task(Step.PUBLISH, Performer.SERVICE_PROVIDER, FIRM)]
    assert doing(tasks, Step.PUBLISH) == [FIRM]
    assert doing(tasks, Step.CANCEL) == [LEAD]


def test_lines_of_an_area_replace_the_general_ones_there_alone() -> None:
    tasks = [
        Task(Step.PUBLISH, Performer.SERVICE_PROVIDER, FIRM),
        Task(Step.PUBLISH, Performer.MEMBER, TOWN, AREA),
    ]
    assert doing(tasks, Step.PUBLISH, AREA) == [TOWN]
    assert doing(tasks, Step.PUBLISH, SECOND) == [FIRM]
    assert doing(tasks, Step.PUBLISH) == [FIRM]


def test_several_lines_let_several_do_it_in_their_order() -> None:
    tasks = [
        Task(Step.OPEN_BIDS, Performer.MEMBER, OTHER),
        Task(Step.OPEN_BIDS, Performer.LEAD),
        Task(Step.OPEN_BIDS, Performer.MEMBER, OTHER, AREA),
    ]
    assert doing(tasks, Step.OPEN_BIDS) == [OTHER, LEAD]
    assert doing([Task(Step.AWARD, Performer.MEMBER)], Step.AWARD) == [LEAD, TOWN, OTHER]


@pytest.mark.parametrize(
    ("task", "field"),
    [
        (Task(Step.PUBLISH, Performer.LEAD, TOWN), "tasks.0.organisation"),
        (Task(Step.PUBLISH, Performer.SERVICE_PROVIDER), "tasks.0.organisation"),
        (Task(Step.PUBLISH, Performer.SERVICE_PROVIDER, TOWN), "tasks.0.organisation"),
        (Task(Step.PUBLISH, Performer.SERVICE_PROVIDER, STRANGER), "tasks.0.organisation"),
        (Task(Step.PUBLISH, Performer.MEMBER, FIRM), "tasks.0.organisation"),
        (Task(Step.PUBLISH, Performer.LEAD, None, STRANGER), "tasks.0.area"),
    ],
)
def test_a_line_that_cannot_be_is_refused_at_its_field(task: Task, field: str) -> None:
    reasons = _reasons([task])
    assert [reason.field for reason in reasons] == [field]


def test_the_same_line_twice_is_refused_and_a_good_matrix_is_not() -> None:
    good = [
        Task(Step.PUBLISH, Performer.SERVICE_PROVIDER, FIRM, AREA),
        Task(Step.AWARD, Performer.LEAD),
    ]
    assert _reasons(good) == []
    assert [reason.code for reason in _reasons([*good, good[0]])] == ["task_repeated"]


def _reasons(tasks: list[Task]) -> list[Violation]:
    return reasons_against_tasks(
        tasks,
        member_ids=frozenset({LEAD, TOWN, OTHER}),
        provider_ids=frozenset({FIRM}),
        area_ids=frozenset({AREA, SECOND}),
    )
