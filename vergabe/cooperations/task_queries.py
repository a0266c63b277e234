"""What a service provider may see because of its tasks, as conditions for queries.

Each subquery says which tables are its own (`correlate_except`): the columns of whoever asks may
stand several levels above.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal_column, or_, select
from sqlalchemy.orm import aliased

from vergabe.cooperations.model import Agreement
from vergabe.cooperations.task_model import TaskAssignment
from vergabe.cooperations.task_rules import COMMON_STEPS, Performer, Step


def _in_force(agreement: Any, day: dt.date) -> ColumnElement[bool]:
    return and_(
        agreement.in_force_on.is_not(None),
        agreement.in_force_on <= day,
        or_(
            agreement.stage == "in_force",
            and_(agreement.stage == "terminated", agreement.terminated_on > day),
        ),
    )


def _governs(day: dt.date) -> ColumnElement[bool]:
    """The version in force on the day, and no newer one is (queries.current_agreement in SQL)."""
    newer = aliased(Agreement)
    is_replaced = (
        exists()
        .where(
            newer.cooperation_id == Agreement.cooperation_id,
            newer.number > Agreement.number,
            _in_force(newer, day),
        )
        .correlate_except(newer)
    )
    return _in_force(Agreement, day) & ~is_replaced


def _tasks(organisation_id: uuid.UUID | None, steps: Iterable[Step]) -> Select[Any]:
    return (
        select(TaskAssignment.id)
        .join(Agreement, Agreement.id == TaskAssignment.agreement_id)
        .where(
            TaskAssignment.performer == Performer.SERVICE_PROVIDER,
            TaskAssignment.organisation_id == organisation_id,
            # As they stand, not as values: a list of values is written anew for each request.
            TaskAssignment.step.in_([literal_column(f"'{step}'") for step in sorted(steps)]),
        )
    )


def _in_area(area: Any) -> ColumnElement[bool]:
    """A line for the area, or a general one that no line of the area replaces."""
    own = aliased(TaskAssignment)
    is_replaced = (
        exists()
        .where(
            own.agreement_id == TaskAssignment.agreement_id,
            own.step == TaskAssignment.step,
            own.area_id == area,
        )
        .correlate_except(own)
    )
    return or_(TaskAssignment.area_id == area, TaskAssignment.area_id.is_(None) & ~is_replaced)


def served_cooperations(organisation_id: uuid.UUID | None, day: dt.date) -> Select[Any]:
    """Return the ids of the cooperations for which a provider does something that all share."""
    return (
        _tasks(organisation_id, COMMON_STEPS)
        .where(_governs(day))
        .with_only_columns(Agreement.cooperation_id)
    )


def serves(
    organisation_id: uuid.UUID | None,
    steps: Iterable[Step],
    day: dt.date,
    *,
    cooperation: Any,
    area: Any,
) -> ColumnElement[bool]:
    """Return the condition that a provider does one of these steps today.

    cooperation, area: columns of the outer query.
    """
    return (
        _tasks(organisation_id, steps)
        .where(_governs(day), Agreement.cooperation_id == cooperation, _in_area(area))
        .correlate_except(TaskAssignment, Agreement)
        .exists()
    )


def serves_under(
    organisation_id: uuid.UUID | None,
    steps: Iterable[Step],
    day: dt.date,
    *,
    agreement: Any,
    area: Any,
) -> ColumnElement[bool]:
    """Return the condition that a provider does one of these steps under a version.

    agreement: column with the id of the version under which something began; it counts from the
    day on which it came into force.
    """
    return (
        _tasks(organisation_id, steps)
        .where(
            TaskAssignment.agreement_id == agreement,
            Agreement.in_force_on.is_not(None),
            Agreement.in_force_on <= day,
            _in_area(area),
        )
        .correlate_except(TaskAssignment, Agreement)
        .exists()
    )
