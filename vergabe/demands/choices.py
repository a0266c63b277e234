"""What somebody may choose from on forms: task areas in which their organisation brings demands."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import TaskArea
from vergabe.cooperations.rules import BRINGS_DEMANDS


@dataclass(frozen=True)
class AreaChoice:
    """A task area to choose; `label` names the cooperation too where there are several."""

    cooperation_id: uuid.UUID
    area_id: uuid.UUID
    key: str
    label: str


def places(session: Session, actor: Actor, *, now: dt.datetime) -> list[AreaChoice]:
    """Return the areas into which the actor's organisation may bring demands today."""
    organisation_id, day = actor.organisation_id, clock.berlin_day(now)
    if organisation_id is None:
        return []
    return [
        choice
        for choice in _areas(session, actor, Permission.EDIT_DEMANDS, now=now)
        if cooperations.depth(session, organisation_id, choice.area_id, day) in BRINGS_DEMANDS
    ]


def callable_areas(session: Session, actor: Actor, *, now: dt.datetime) -> list[AreaChoice]:
    """Return the areas in which the actor may call for demands."""
    return _areas(session, actor, Permission.RUN_CALLS, now=now)


def _areas(
    session: Session, actor: Actor, permission: Permission, *, now: dt.datetime
) -> list[AreaChoice]:
    found = [
        cooperation
        for cooperation in cooperations.cooperations_of(session, actor, now=now)
        if actor.may(permission, cooperation_id=cooperation.id)
    ]
    names = {cooperation.id: cooperation.name for cooperation in found}
    rows = session.scalars(
        select(TaskArea)
        .where(TaskArea.cooperation_id.in_(names))
        .order_by(TaskArea.cooperation_id, TaskArea.position)
    )
    return [
        AreaChoice(
            area.cooperation_id,
            area.id,
            area.key,
            area.name if len(names) == 1 else f"{names[area.cooperation_id]}: {area.name}",
        )
        for area in rows
    ]


def usual_area(choices: Sequence[AreaChoice]) -> uuid.UUID | None:
    """Return the area that a form begins with: procurement, else the only one, else none."""
    usual = [choice for choice in choices if choice.key == "procurement"]
    if len(choices) == 1 or len(usual) == 1:
        return (usual or list(choices))[0].area_id
    return None


def area(choices: Sequence[AreaChoice], area_id: uuid.UUID | None) -> AreaChoice | None:
    """Return the chosen area; the only one if nothing was chosen; None if it is not offered."""
    if area_id is None and len(choices) == 1:
        return choices[0]
    return next((choice for choice in choices if choice.area_id == area_id), None)
