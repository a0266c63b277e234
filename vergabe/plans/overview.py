"""The plan of a cooperation: its milestones and the timetables of its projects, in one view."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.charts.timeline import Bar, BarKind, DayLine, Mark, MarkKind, Row, Timeline
from vergabe.cooperations.model import Cooperation
from vergabe.law import german
from vergabe.plans import measures, picture, queries, service, subjects, timetables
from vergabe.plans.measures import Measure
from vergabe.plans.planning import Planned
from vergabe.plans.timetables import MilestoneLine, TimetableView
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.pools.stages import RUNNING_STAGES

# More projects at once than anybody can follow in one picture; the newest ones are shown.
MOST_PROJECTS: Final = 12


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """The plan of a cooperation.

    milestones: all that are open, and those that ended last; has_more_ended: there are more;
    projects: timetables of the newest pools under way.
    """

    cooperation: Cooperation
    milestones: tuple[MilestoneLine, ...]
    has_more_ended: bool
    projects: tuple[TimetableView, ...]
    has_more_projects: bool
    measure: Measure
    may_edit: bool
    today: dt.date

    def project(self, pool_id: uuid.UUID | None) -> TimetableView | None:
        """Return the project of a milestone."""
        return next((view for view in self.projects if view.subject.pool_id == pool_id), None)


def plan_of(
    session: Session, actor: Actor, cooperation: Cooperation, *, now: dt.datetime
) -> PlanView:
    """Return the plan of a cooperation that the actor may see."""
    today = clock.berlin_day(now)
    query = (
        pools.visible(actor)
        .where(Pool.cooperation_id == cooperation.id, Pool.stage.in_(RUNNING_STAGES))
        .order_by(Pool.id.desc())
        .limit(MOST_PROJECTS + 1)
    )
    found = list(session.scalars(query))
    projects = tuple(
        timetables.timetable_of(
            session, subjects.pool_subject(session, actor, pool.id, now=now), now=now
        )
        for pool in found[:MOST_PROJECTS]
    )
    by_pool = {view.subject.pool_id: view for view in projects}
    milestones, has_more_ended = queries.standing(session, cooperation.id)
    lines = tuple(
        timetables.milestone_line(milestone, _planned(by_pool, milestone.pool_id), today)
        for milestone in milestones
    )
    return PlanView(
        cooperation=cooperation,
        milestones=lines,
        has_more_ended=has_more_ended,
        projects=projects,
        has_more_projects=len(found) > MOST_PROJECTS,
        measure=measures.of_cooperation(session, cooperation.id, now=now),
        may_edit=service.may_edit(actor, cooperation),
        today=today,
    )


def _planned(by_pool: dict[uuid.UUID, TimetableView], pool_id: uuid.UUID | None) -> Planned | None:
    view = by_pool.get(pool_id) if pool_id else None
    return view.planned if view else None


def pool_choices(session: Session, cooperation_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Return id and name of the pools under way, for a form."""
    rows = session.execute(
        select(Pool.id, Pool.reference, Pool.title)
        .where(Pool.cooperation_id == cooperation_id, Pool.stage.in_(RUNNING_STAGES))
        .order_by(Pool.id.desc())
    )
    return [(pool_id, f"{reference}: {title}") for pool_id, reference, title in rows]


def timeline_of(view: PlanView) -> Timeline | None:
    """Return the picture of a plan; None if there is nothing to draw."""
    rows = [*_own_rows(view)]
    for project in view.projects:
        rows += _project_rows(view, project)
    if not rows:
        return None
    days = [view.today, *(day for row in rows for bar in row.bars for day in (bar.first, bar.last))]
    marks = "1 Meilenstein" if len(view.milestones) == 1 else f"{len(view.milestones)} Meilensteine"
    return Timeline(
        title=f"Zeitplan {view.cooperation.reference_prefix}",
        description=(
            f"{len(view.projects)} Vorhaben und {marks}. Dieselben Tage stehen in den Tabellen "
            "darunter."
        ),
        rows=tuple(rows),
        lines=(DayLine(view.today, f"heute, {german.date(view.today)}"),),
        holidays=picture.holidays(view.cooperation.lead.land or "NW", min(days), max(days)),
    )


def _own_rows(view: PlanView) -> Iterator[Row]:
    shown = {project.subject.pool_id for project in view.projects}
    lines = [line for line in view.milestones if line.milestone.pool_id not in shown]
    yield from picture.milestone_rows(lines)


def _project_rows(view: PlanView, project: TimetableView) -> Iterator[Row]:
    planned = project.planned
    if planned is None:
        return
    subject = project.subject
    yield Row(f"{subject.reference}: {subject.title}", is_heading=True)
    bars = tuple(
        Bar(
            step.begins_on,
            step.ends_on,
            BarKind.DONE
            if step.is_known
            else BarKind.STATUTORY
            if step.is_statutory
            else BarKind.CHOSEN,
            f"{step.title}: {german.date(step.ends_on)}",
        )
        for step in planned.shown.steps
        if step.ends_on > step.begins_on
    )
    marks = (
        (Mark(planned.wished_on, MarkKind.LATEST, f"gewünscht: {german.date(planned.wished_on)}"),)
        if planned.wished_on
        else ()
    )
    text = f"{german.date(planned.shown.begins_on)} bis {german.date(planned.shown.performance_on)}"
    yield Row("Von der Vorbereitung bis zur Leistung", text, bars, marks)
    yield from (row for row in picture.decision_rows(project.decisions) if not row.is_heading)
    own = [line for line in view.milestones if line.milestone.pool_id == subject.pool_id]
    yield from (row for row in picture.milestone_rows(own) if not row.is_heading)
