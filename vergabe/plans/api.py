"""JSON API of timetables, plans and milestones."""

import uuid
from typing import Any

from flask import current_app, request

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.db import db
from vergabe.plans import overview, plain_data, queries, research, saving, service, timetables
from vergabe.plans.model import Milestone
from vergabe.plans.rules import MilestoneEntry
from vergabe.plans.schema import (
    DoneInSchema,
    DropInSchema,
    FiguresSchema,
    MilestoneInSchema,
    MilestoneSchema,
    PlanSchema,
    TimetableQuery,
    TimetableSchema,
    WishesInSchema,
)
from vergabe.plans.timetables import milestone_line
from vergabe.plans.wishes import Wishes
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("plans", __name__, description="Zeitpläne und Meilensteine")


def _timetable(kind: str, subject_id: uuid.UUID, query: dict[str, Any]) -> Any:
    """Return the saved timetable, or that of the wishes in the address; nothing is stored."""
    is_forward = query.pop("direction") == "forward"
    is_asked = any(name in request.args for name in query)
    session, now = db.session(), clock.now()
    subject = timetables.subject_of(session, current_actor(), kind, subject_id, now=now)
    view = timetables.timetable_of(
        session, subject, Wishes(**query) if is_asked else None, is_forward=is_forward, now=now
    )
    give_version(plain_data.saved_version(view))
    return plain_data.timetable_json(view)


def _save(kind: str, subject_id: uuid.UUID, wishes: Wishes) -> Any:
    session, now = db.session(), clock.now()
    subject = timetables.subject_of(session, current_actor(), kind, subject_id, now=now)
    before = timetables.timetable_of(session, subject, now=now)
    version = plain_data.saved_version(before)
    require_version(version)
    saving.save_wishes(session, current_actor(), subject, wishes, version=version, now=now)
    view = timetables.timetable_of(session, subject, now=now)
    give_version(plain_data.saved_version(view))
    return plain_data.timetable_json(view)


@api.get("/pools/<uuid:pool_id>/timetable")
@requires(Permission.VIEW_PLANS)
@api.arguments(TimetableQuery, location="query")
@api.response(200, TimetableSchema)
def pool_timetable(query: dict[str, Any], pool_id: uuid.UUID) -> Any:
    """Der Zeitplan einer Bündelung; mit Angaben in der Adresse: was wäre, wenn."""
    return _timetable("pool", pool_id, query)


@api.put("/pools/<uuid:pool_id>/timetable")
@requires(Permission.EDIT_PLANS)
@commits
@api.arguments(WishesInSchema)
@api.response(200, TimetableSchema)
def save_pool_timetable(wishes: Wishes, pool_id: uuid.UUID) -> Any:
    """Die Wünsche zum Zeitplan einer Bündelung speichern."""
    return _save("pool", pool_id, wishes)


@api.get("/tenders/<uuid:tender_id>/timetable")
@requires(Permission.VIEW_PLANS)
@api.arguments(TimetableQuery, location="query")
@api.response(200, TimetableSchema)
def tender_timetable(query: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Der Zeitplan eines Vergabeverfahrens; mit Angaben in der Adresse: was wäre, wenn."""
    return _timetable("tender", tender_id, query)


@api.put("/tenders/<uuid:tender_id>/timetable")
@requires(Permission.EDIT_PLANS)
@commits
@api.arguments(WishesInSchema)
@api.response(200, TimetableSchema)
def save_tender_timetable(wishes: Wishes, tender_id: uuid.UUID) -> Any:
    """Die Wünsche zum Zeitplan eines Vergabeverfahrens speichern."""
    return _save("tender", tender_id, wishes)


@api.get("/cooperations/<key>/plan")
@requires(Permission.VIEW_PLANS)
@api.response(200, PlanSchema)
def plan(key: str) -> Any:
    """Der Plan einer Zusammenarbeit: Meilensteine und die Zeitpläne ihrer Vorhaben."""
    session, actor, now = db.session(), current_actor(), clock.now()
    cooperation = cooperations.cooperation_by_key(session, actor, key, now=now)
    return plain_data.plan_json(overview.plan_of(session, actor, cooperation, now=now))


def _shown(milestone: Milestone) -> Any:
    give_version(milestone.version)
    line = milestone_line(milestone, None, clock.berlin_day(clock.now()))
    return plain_data.milestone_json(line)


@api.post("/cooperations/<key>/milestones")
@requires(Permission.EDIT_PLANS)
@commits
@api.arguments(MilestoneInSchema)
@api.response(201, MilestoneSchema)
def add_milestone(entry: MilestoneEntry, key: str) -> Any:
    """Einen Meilenstein anlegen."""
    return _shown(service.add_milestone(db.session(), current_actor(), key, entry, now=clock.now()))


@api.get("/cooperations/<key>/milestones/<uuid:milestone_id>")
@requires(Permission.VIEW_PLANS)
@api.response(200, MilestoneSchema)
def milestone(key: str, milestone_id: uuid.UUID) -> Any:
    """Ein Meilenstein."""
    return _shown(
        queries.visible_milestone(db.session(), current_actor(), key, milestone_id, now=clock.now())
    )


@api.put("/cooperations/<key>/milestones/<uuid:milestone_id>")
@requires(Permission.EDIT_PLANS)
@commits
@api.arguments(MilestoneInSchema)
@api.response(200, MilestoneSchema)
def change_milestone(entry: MilestoneEntry, key: str, milestone_id: uuid.UUID) -> Any:
    """Einen offenen Meilenstein ändern."""
    session, actor, now = db.session(), current_actor(), clock.now()
    seen = queries.visible_milestone(session, actor, key, milestone_id, now=now, lock=True)
    require_version(seen.version)
    return _shown(
        service.change_milestone(
            session, actor, key, milestone_id, entry, version=seen.version, now=now
        )
    )


@api.post("/cooperations/<key>/milestones/<uuid:milestone_id>/done")
@requires(Permission.REPORT_MILESTONES)
@commits
@api.arguments(DoneInSchema)
@api.response(200, MilestoneSchema)
def complete_milestone(body: dict[str, Any], key: str, milestone_id: uuid.UUID) -> Any:
    """Vermerken, dass ein Meilenstein erledigt ist."""
    now = clock.now()
    return _shown(
        service.complete_milestone(
            db.session(),
            current_actor(),
            key,
            milestone_id,
            done_on=body["done_on"] or clock.berlin_day(now),
            now=now,
        )
    )


@api.post("/cooperations/<key>/milestones/<uuid:milestone_id>/drop")
@requires(Permission.EDIT_PLANS)
@commits
@api.arguments(DropInSchema)
@api.response(200, MilestoneSchema)
def drop_milestone(body: dict[str, Any], key: str, milestone_id: uuid.UUID) -> Any:
    """Einen offenen Meilenstein streichen."""
    return _shown(
        service.drop_milestone(
            db.session(), current_actor(), key, milestone_id, **body, now=clock.now()
        )
    )


@api.get("/cooperations/<key>/figures")
@requires(Permission.EDIT_PLANS)
@api.response(200, FiguresSchema)
def figures(key: str) -> Any:
    """Kennzahlen für die Begleitforschung, mit Pseudonymen statt Namen."""
    session, now = db.session(), clock.now()
    cooperation = cooperations.cooperation_by_key(session, current_actor(), key, now=now)
    secret = str(current_app.secret_key)
    return research.figures_of(session, current_actor(), cooperation, secret, now=now).as_dict()
