"""JSON API of deadlines and of the calendar link."""

import uuid
from typing import Any

from flask import url_for

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.deadlines import calendar_link, queries, rules, service
from vergabe.deadlines.model import Deadline
from vergabe.deadlines.queries import DeadlineFilter
from vergabe.deadlines.schema import (
    CalendarLinkSchema,
    DeadlineQuery,
    DeadlineSchema,
    DeadlinesSchema,
    PeopleSchema,
)
from vergabe.web import shell
from vergabe.web.api import KEPT_NOWHERE, ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("deadlines", __name__, description="Fristen")


def _with_state(deadline: Deadline) -> dict[str, Any]:
    facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
    names = [name for name in DeadlineSchema().fields if name != "state"]
    state = rules.state(facts, clock.now())
    return {name: getattr(deadline, name) for name in names} | {"state": state}


@api.get("/deadlines")
@requires(Permission.VIEW_DEADLINES)
@api.arguments(DeadlineQuery, location="query")
@api.response(200, DeadlinesSchema)
def deadlines(query: dict[str, Any]) -> Any:
    """Fristen der Zusammenarbeiten der Organisation, früheste zuerst."""
    wanted = DeadlineFilter(
        state=rules.State(query["state"]) if query["state"] else None,
        kind=query["kind"],
        cooperation_id=query["cooperation_id"],
        subject_id=query["subject_id"],
    )
    page = queries.deadlines_page(
        db.session(),
        current_actor(),
        wanted,
        now=clock.now(),
        cursor=query["cursor"],
        limit=query["limit"],
    )
    return {"items": [_with_state(each) for each in page.items], "next_cursor": page.next_cursor}


@api.get("/deadlines/<uuid:deadline_id>")
@requires(Permission.VIEW_DEADLINES)
@api.response(200, DeadlineSchema)
def deadline(deadline_id: uuid.UUID) -> Any:
    """Eine Frist mit Rechtsgrundlage und Rechenweg."""
    found = queries.visible_deadline(db.session(), current_actor(), deadline_id, now=clock.now())
    return _with_state(found)


@api.put("/deadlines/<uuid:deadline_id>/people")
@requires(Permission.EDIT_DEADLINES)
@commits
@api.arguments(PeopleSchema)
@api.response(200, DeadlineSchema)
def put_people(people: dict[str, Any], deadline_id: uuid.UUID) -> Any:
    """Zuständigkeit und Vertretung einer Frist festlegen."""
    found = service.set_people(
        db.session(), current_actor(), deadline_id, **people, now=clock.now()
    )
    return _with_state(found)


@api.post("/calendar-link")
@requires(Permission.VIEW_DEADLINES)
@commits
@api.response(201, CalendarLinkSchema)
def renew_calendar_link() -> Any:
    """Neue geheime Kalenderadresse erzeugen; eine frühere gilt nicht mehr."""
    secret = calendar_link.renew(db.session(), current_actor())
    path = url_for("deadlines.calendar", secret=secret)
    return {"url": shell.settings().base_url + path}, KEPT_NOWHERE


@api.delete("/calendar-link")
@requires(Permission.VIEW_DEADLINES)
@commits
@api.response(204)
def revoke_calendar_link() -> None:
    """Kalenderadresse widerrufen."""
    calendar_link.revoke(db.session(), current_actor())
