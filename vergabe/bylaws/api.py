"""JSON API of by-laws."""

import uuid
from typing import Any

from flask import request

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.bylaws import queries, service
from vergabe.bylaws.schema import (
    BylawCorrectionSchema,
    BylawDocumentSchema,
    BylawEndSchema,
    BylawInSchema,
    BylawListSchema,
    BylawQuerySchema,
    BylawSchema,
    bylaw_json,
)
from vergabe.db import db
from vergabe.errors import Forbidden
from vergabe.files import handing_out
from vergabe.files.current import store
from vergabe.files.documents import Upload
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("bylaws", __name__, description="Satzungen der Kommunen (§ 75a GO NRW)")


@api.get("/bylaws")
@requires(Permission.VIEW_BYLAWS)
@api.arguments(BylawQuerySchema, location="query")
@api.response(200, BylawListSchema)
def bylaws(query: dict[str, Any]) -> Any:
    """Satzungen der eigenen Kommune und der Partner, alle Fassungen oder die eines Tages."""
    session, today = db.session(), clock.berlin_day(clock.now())
    municipalities = [
        organisation
        for organisation in queries.visible_organisations(session, current_actor(), today)
        if query["organisation_id"] in (None, organisation.id)
    ]
    known = queries.versions(session, [organisation.id for organisation in municipalities])
    day = query["on"]
    rows = [
        row
        for organisation in municipalities
        for row in known.get(organisation.id, [])
        if day is None or queries.is_in_force(row, day)
    ]
    having = {row.organisation_id for row in rows if queries.is_in_force(row, day or today)}
    return {
        "items": [bylaw_json(row) for row in rows],
        "without_bylaw": [one for one in municipalities if one.id not in having],
    }


@api.post("/bylaws")
@requires(Permission.EDIT_BYLAWS)
@commits
@api.arguments(BylawInSchema)
@api.response(201, BylawSchema)
def add(body: dict[str, Any]) -> Any:
    """Eine Fassung der Satzung der eigenen Kommune eintragen."""
    actor = current_actor()
    if actor.organisation_id is None:
        raise Forbidden("forbidden", "Eine Satzung trägt ihre Kommune ein.")
    row = service.add_version(db.session(), actor, actor.organisation_id, **body, now=clock.now())
    give_version(row.version)
    return bylaw_json(row)


@api.get("/bylaws/<uuid:bylaw_id>")
@requires(Permission.VIEW_BYLAWS)
@api.response(200, BylawSchema)
def bylaw(bylaw_id: uuid.UUID) -> Any:
    """Eine Fassung einer Satzung."""
    row = _visible(bylaw_id)
    give_version(row.version)
    return bylaw_json(row)


@api.post("/bylaws/<uuid:bylaw_id>/end")
@requires(Permission.EDIT_BYLAWS)
@commits
@api.arguments(BylawEndSchema)
@api.response(200, BylawSchema)
def end(body: dict[str, Any], bylaw_id: uuid.UUID) -> Any:
    """Eine Fassung der eigenen Satzung enden lassen."""
    require_version(_visible(bylaw_id).version)
    row = service.end_version(db.session(), current_actor(), bylaw_id, **body, now=clock.now())
    give_version(row.version)
    return bylaw_json(row)


@api.post("/bylaws/<uuid:bylaw_id>/correction")
@requires(Permission.EDIT_BYLAWS)
@commits
@api.arguments(BylawCorrectionSchema)
@api.response(201, BylawSchema)
def correct(body: dict[str, Any], bylaw_id: uuid.UUID) -> Any:
    """Eine falsch eingetragene Fassung durch eine berichtigte ersetzen."""
    require_version(_visible(bylaw_id).version)
    row = service.correct_version(db.session(), current_actor(), bylaw_id, **body, now=clock.now())
    give_version(row.version)
    return bylaw_json(row)


@api.post("/bylaws/<uuid:bylaw_id>/document")
@requires(Permission.EDIT_BYLAWS)
@commits
@api.arguments(BylawDocumentSchema, location="files")
@api.response(200, BylawSchema)
def attach(_body: dict[str, Any], bylaw_id: uuid.UUID) -> Any:
    """Den Text der Satzung hinterlegen."""
    given = request.files["document"]
    upload = Upload(given.filename or "", given.stream, store())
    row = service.attach_document(db.session(), current_actor(), bylaw_id, upload, now=clock.now())
    give_version(row.version)
    return bylaw_json(row)


@api.get("/bylaws/<uuid:bylaw_id>/document")
@requires(Permission.VIEW_BYLAWS)
@api.response(200, content_type="application/octet-stream")
def document(bylaw_id: uuid.UUID) -> Any:
    """Der Text der Satzung."""
    row = _visible(bylaw_id)
    return handing_out.document(row.file_sha256, row.file_name, store())


def _visible(bylaw_id: uuid.UUID) -> Any:
    today = clock.berlin_day(clock.now())
    return queries.visible_bylaw(db.session(), current_actor(), bylaw_id, today)
