"""JSON API of jobs."""

import uuid
from typing import Any

from flask import Response

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.files import current
from vergabe.jobs import handing_out, queries, service
from vergabe.jobs.schema import JobListSchema, JobSchema
from vergabe.web.api import ApiBlueprint, PageQuery
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("jobs", __name__, description="Vorgänge, die im Hintergrund laufen")


@api.get("/jobs")
@requires(Permission.VIEW_JOBS)
@api.arguments(PageQuery, location="query")
@api.response(200, JobListSchema)
def jobs(query: dict[str, Any]) -> Any:
    """Eigene Vorgänge, die neuesten zuerst."""
    page = queries.mine(db.session(), current_actor(), cursor=query["cursor"], limit=query["limit"])
    return {"items": page.items, "next_cursor": page.next_cursor}


@api.get("/jobs/<uuid:job_id>")
@requires(Permission.VIEW_JOBS)
@api.response(200, JobSchema)
def job(job_id: uuid.UUID) -> Any:
    """Wie weit ein Vorgang ist und was daraus wurde."""
    return queries.visible(db.session(), current_actor(), job_id)


@api.post("/jobs/<uuid:job_id>/cancel")
@requires(Permission.VIEW_JOBS)
@commits
@api.response(200, JobSchema)
def cancel(job_id: uuid.UUID) -> Any:
    """Einen Vorgang abbrechen; was er noch nicht gespeichert hat, wird nicht gespeichert."""
    return service.cancel(db.session(), current_actor(), job_id, now=clock.now())


@api.get("/jobs/<uuid:job_id>/file")
@requires(Permission.VIEW_JOBS)
@api.response(200, content_type="application/octet-stream")
def file(job_id: uuid.UUID) -> Response:
    """Die Datei, die ein Vorgang gemacht hat."""
    session, actor = db.session(), current_actor()
    job = queries.visible(session, actor, job_id)
    return handing_out.made_file(session, job, actor, current.store())
