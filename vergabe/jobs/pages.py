"""Pages of jobs (Vorgänge): what I have started, how far it is, what came of it."""

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.files import current
from vergabe.jobs import handing_out, kinds, list_writing, listing, queries, rules, service
from vergabe.jobs.model import Job
from vergabe.list_views.addresses import page_of_ours
from vergabe.list_views.answers import list_answer
from vergabe.list_views.rules import QUERY_MAX
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("jobs", __name__)


@pages.get("/vorgaenge")
@requires(Permission.VIEW_JOBS)
def index() -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    return list_answer(
        listing.job_list(actor),
        "jobs/index.html",
        state_names=rules.STATE_NAMES,
        result_of=_result,
        is_silent=queries.open_count(session, actor) > 0
        and queries.is_worker_silent(session, now=now),
    )


def _result(job: Job) -> tuple[str, str] | None:
    """Return label and address of what came of a job: its file, or the page of its result."""
    if job.file_name is not None:
        return _("Datei herunterladen"), url_for(".file", job_id=job.id)
    address = _address(job)
    return None if address is None else (_("Zum Ergebnis"), address)


@pages.post("/vorgaenge/liste")
@requires(Permission.VIEW_JOBS)
@commits
def write_list() -> ResponseReturnValue:
    form = request.form
    job = list_writing.start(
        db.session(),
        current_actor(),
        page_of_ours(form.get("path", "")),
        form.get("query", "")[:QUERY_MAX],
        form.get("kind", ""),
        now=clock.now(),
    )
    return redirect(url_for(".show", job_id=job.id), code=303)


@pages.get("/vorgaenge/<uuid:job_id>")
@requires(Permission.VIEW_JOBS)
def show(job_id: uuid.UUID) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    job = queries.visible(session, current_actor(), job_id)
    is_open = job.state in rules.OPEN
    # A script asks for the part that changes; without scripts the page comes anew by itself.
    is_part = request.headers.get("HX-Request") == "true"
    return render_template(
        "jobs/state.html" if is_part else "jobs/show.html",
        job=job,
        is_open=is_open,
        is_part=is_part,
        state_names=rules.STATE_NAMES,
        label=_label(job),
        percent=rules.percent(job.done_count, job.total_count),
        result_url=_address(job),
        file_url=url_for(".file", job_id=job.id) if job.file_name else None,
        is_silent=is_open and queries.is_worker_silent(session, now=now),
    )


@pages.post("/vorgaenge/<uuid:job_id>/abbrechen")
@requires(Permission.VIEW_JOBS)
@commits
def cancel(job_id: uuid.UUID) -> ResponseReturnValue:
    job = service.cancel(db.session(), current_actor(), job_id, now=clock.now())
    if job.state in (rules.State.DONE, rules.State.FAILED):
        flash(_("Der Vorgang war schon zu Ende."), "info")
    return redirect(url_for(".show", job_id=job.id), code=303)


@pages.get("/vorgaenge/<uuid:job_id>/datei")
@requires(Permission.VIEW_JOBS)
def file(job_id: uuid.UUID) -> Response:
    session, actor = db.session(), current_actor()
    job = queries.visible(session, actor, job_id)
    return handing_out.made_file(session, job, actor, current.store())


def _label(job: Job) -> str:
    kind = kinds.find(job.kind)
    return kind.label if kind else job.kind


def _address(job: Job) -> str | None:
    kind = kinds.find(job.kind)
    is_refusal = job.state == rules.State.FAILED and "violations" not in job.result
    if kind is None or not (job.state == rules.State.DONE or (is_refusal and job.result)):
        return None
    return kind.address(job)
