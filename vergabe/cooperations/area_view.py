"""Task areas of a cooperation as page and API show them: the matrix of a day, and what has been."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import area_queries, queries
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.model import Cooperation, Member, Participation, TaskArea
from vergabe.cooperations.rules import Depth, Phase


@dataclass(frozen=True)
class Cell:
    """How a member takes part in an area on the day; `planned`: the next change, if any."""

    depth: Depth
    phase: Phase
    exclusion: AreaExclusion | None
    planned: Participation | None


@dataclass(frozen=True)
class AreasView:
    """The matrix of members and areas on a legal day, and what the reader may change.

    changeable: organisation id → name of the members whose part the reader may change.
    """

    cooperation: Cooperation
    day: dt.date
    members: Sequence[Member]
    areas: Sequence[TaskArea]
    cells: Mapping[tuple[uuid.UUID, uuid.UUID], Cell]
    history: Sequence[Participation]
    exclusions: Sequence[AreaExclusion]
    changeable: Mapping[uuid.UUID, str]
    may_edit: bool

    def cell(self, member: Member, area: TaskArea) -> Cell:
        return self.cells[member.id, area.id]

    def general(self, area: TaskArea) -> AreaExclusion | None:
        """Return why an area is left out for all today, or None."""
        return next(
            (
                row
                for row in self.exclusions
                if row.area_id == area.id and row.member_id is None and self.counts(row)
            ),
            None,
        )

    def counts(self, row: AreaExclusion) -> bool:
        """Return whether an exclusion counts today."""
        return row.valid_from <= self.day and (row.valid_to is None or row.valid_to >= self.day)

    def is_standing(self, row: AreaExclusion) -> bool:
        """Return whether an exclusion counts today or will count."""
        return row.valid_to is None or row.valid_to >= max(self.day, row.valid_from)

    def may_lift(self, row: AreaExclusion) -> bool:
        if not self.is_standing(row):
            return False
        return (
            self.may_edit if row.member is None else row.member.organisation_id in self.changeable
        )

    def area_of(self, area_id: uuid.UUID) -> TaskArea:
        return next(area for area in self.areas if area.id == area_id)


def areas_view(
    session: Session, actor: Actor, cooperation: Cooperation, *, now: dt.datetime
) -> AreasView:
    """Return the areas as the actor may see them; `cooperation` must be visible to them already."""
    day = clock.berlin_day(now)
    members = queries.members(session, cooperation.id, day)
    areas = list(
        session.scalars(
            select(TaskArea)
            .where(TaskArea.cooperation_id == cooperation.id)
            .order_by(TaskArea.position)
        )
    )
    history = area_queries.history(session, cooperation.id)
    excluded = area_queries.excluded_on(session, cooperation.id, day)
    may_edit = actor.may(
        Permission.EDIT_COOPERATION,
        cooperation_id=cooperation.id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )
    may_own = actor.may(Permission.CHANGE_PARTICIPATION, cooperation_id=cooperation.id)
    return AreasView(
        cooperation=cooperation,
        day=day,
        members=members,
        areas=areas,
        cells={
            (member.id, area.id): _cell(member, area, history, excluded, day)
            for member in members
            for area in areas
        },
        history=history,
        exclusions=area_queries.exclusions(session, cooperation.id),
        changeable={
            member.organisation_id: member.organisation.name
            for member in members
            if may_edit or (may_own and member.organisation_id == actor.organisation_id)
        },
        may_edit=may_edit,
    )


def _cell(
    member: Member,
    area: TaskArea,
    history: Sequence[Participation],
    excluded: Mapping[tuple[uuid.UUID | None, uuid.UUID], AreaExclusion],
    day: dt.date,
) -> Cell:
    own = [row for row in history if (row.member_id, row.area_id) == (member.id, area.id)]
    running = next(
        (
            row
            for row in own
            if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
        ),
        None,
    )
    return Cell(
        depth=Depth(running.depth) if running else Depth.NONE,
        phase=Phase(running.phase) if running else Phase.REGULAR,
        exclusion=excluded.get((None, area.id)) or excluded.get((member.organisation_id, area.id)),
        planned=next((row for row in own if row.valid_from > day), None),
    )
