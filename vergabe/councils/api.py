"""JSON API of bodies and their meetings, each municipality its own."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.councils import queries, service
from vergabe.councils.rules import BodyEntry
from vergabe.councils.schema import BodyInSchema, BodyListSchema, BodySchema, MeetingsInSchema
from vergabe.db import db
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint(
    "councils", __name__, description="Gremien der eigenen Kommune und ihre Sitzungen"
)


@api.get("/bodies")
@requires(Permission.VIEW_BODIES)
@api.response(200, BodyListSchema)
def bodies() -> Any:
    """Die Gremien der eigenen Organisation mit ihren Sitzungen."""
    own = current_actor().organisation_id
    return {"items": queries.bodies_of(db.session(), [own] if own else [])}


@api.post("/bodies")
@requires(Permission.KEEP_BODIES)
@commits
@api.arguments(BodyInSchema)
@api.response(201, BodySchema)
def add_body(entry: BodyEntry) -> Any:
    """Ein Gremium anlegen."""
    found = service.add_body(db.session(), current_actor(), entry, now=clock.now())
    give_version(found.version)
    return found


@api.get("/bodies/<uuid:body_id>")
@requires(Permission.VIEW_BODIES)
@api.response(200, BodySchema)
def body(body_id: uuid.UUID) -> Any:
    """Ein Gremium mit seinen Sitzungen."""
    found = queries.own_body(db.session(), current_actor(), body_id)
    give_version(found.version)
    return found


@api.put("/bodies/<uuid:body_id>")
@requires(Permission.KEEP_BODIES)
@commits
@api.arguments(BodyInSchema)
@api.response(200, BodySchema)
def change_body(entry: BodyEntry, body_id: uuid.UUID) -> Any:
    """Ein Gremium ändern."""
    actor = current_actor()
    require_version(queries.own_body(db.session(), actor, body_id).version)
    found = service.change_body(db.session(), actor, body_id, entry, version=None, now=clock.now())
    give_version(found.version)
    return found


@api.post("/bodies/<uuid:body_id>/meetings")
@requires(Permission.KEEP_BODIES)
@commits
@api.arguments(MeetingsInSchema)
@api.response(200, BodySchema)
def add_meetings(given: dict[str, Any], body_id: uuid.UUID) -> Any:
    """Sitzungstage eintragen."""
    session, actor = db.session(), current_actor()
    service.add_meetings(session, actor, body_id, given["meetings"], now=clock.now())
    return queries.own_body(session, actor, body_id)


@api.delete("/bodies/<uuid:body_id>/meetings/<uuid:meeting_id>")
@requires(Permission.KEEP_BODIES)
@commits
@api.response(200, BodySchema)
def remove_meeting(body_id: uuid.UUID, meeting_id: uuid.UUID) -> Any:
    """Eine Sitzung streichen."""
    session, actor = db.session(), current_actor()
    service.remove_meeting(session, actor, body_id, meeting_id, now=clock.now())
    return queries.own_body(session, actor, body_id)
