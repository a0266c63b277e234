"""JSON API of saved views."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.list_views import queries, service
from vergabe.list_views.addresses import page_of_ours
from vergabe.list_views.schema import (
    ChangedViewSchema,
    NewViewSchema,
    ViewQuerySchema,
    ViewSchema,
    ViewsSchema,
)
from vergabe.list_views.service import NewView
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("list_views", __name__, description="Gespeicherte Ansichten von Listen")


@api.get("/list-views")
@requires(Permission.USE_OWN_ACCOUNT)
@api.arguments(ViewQuerySchema, location="query")
@api.response(200, ViewsSchema)
def views(wanted: dict[str, Any]) -> Any:
    """Eigene Ansichten, alle oder die einer Liste."""
    session, actor = db.session(), current_actor()
    key = wanted["list"]
    found = queries.views_of(session, actor, key) if key else queries.all_views(session, actor)
    return {"items": found}


@api.post("/list-views")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
@api.arguments(NewViewSchema)
@api.response(201, ViewSchema)
def save(body: dict[str, Any]) -> Any:
    """Ansicht speichern; eine gleichen Namens wird ersetzt."""
    new = NewView(
        body["list"], body["name"], page_of_ours(body["path"]), body["query"], body["is_default"]
    )
    return service.save_view(db.session(), current_actor(), new, now=clock.now())


@api.patch("/list-views/<uuid:view_id>")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
@api.arguments(ChangedViewSchema)
@api.response(200, ViewSchema)
def change(body: dict[str, Any], view_id: uuid.UUID) -> Any:
    """Ansicht umbenennen, zum Standard machen oder nicht mehr."""
    session, actor = db.session(), current_actor()
    view = queries.own_view(session, actor, view_id)
    if "name" in body:
        view = service.rename_view(session, actor, view_id, body["name"])
    if "is_default" in body:
        view = service.choose_default(session, actor, view_id, is_default=body["is_default"])
    return view


@api.delete("/list-views/<uuid:view_id>")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
@api.response(204)
def delete(view_id: uuid.UUID) -> None:
    """Ansicht löschen."""
    service.delete_view(db.session(), current_actor(), view_id)
