"""Pages for auditing: what there is, and each chain with its verification and its entries."""

import uuid

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.list_views.answers import list_answer
from vergabe.records import chain_jobs, checks, export_jobs, overview, subjects
from vergabe.records.chain_export import chain_zip
from vergabe.records.chain_listing import entry_list
from vergabe.records.checks import Of, Which
from vergabe.records.subjects import Subject
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("chains", __name__)


@pages.get("/akte")
@requires(Permission.VIEW_RECORD)
def index() -> ResponseReturnValue:
    found = overview.overview(db.session(), current_actor(), now=clock.now())
    return render_template("records/overview.html", found=found, most=overview.MOST)


@pages.get("/akte/buendelung/<uuid:pool_id>")
@requires(Permission.VIEW_RECORD)
def pool(pool_id: uuid.UUID) -> ResponseReturnValue:
    found = subjects.of_pool(db.session(), current_actor(), pool_id)
    return _page(
        found,
        Which(Of.POOL, str(pool_id)),
        url_for(".pool_zip", pool_id=pool_id),
        (f"Bündelung {found.reference}", url_for("pools.show", pool_id=pool_id)),
    )


@pages.get("/akte/buendelung/<uuid:pool_id>/kette.zip")
@requires(Permission.VIEW_RECORD)
def pool_zip(pool_id: uuid.UUID) -> ResponseReturnValue:
    return _zip(subjects.of_pool(db.session(), current_actor(), pool_id))


@pages.get("/akte/zusammenarbeit/<key>")
@requires(Permission.VIEW_RECORD)
def cooperation(key: str) -> ResponseReturnValue:
    found = subjects.of_cooperation(db.session(), current_actor(), key)
    return _page(
        found,
        Which(Of.COOPERATION, key),
        url_for(".cooperation_zip", key=key),
        ("Zusammenarbeit", url_for("cooperations.show", key=key)),
    )


@pages.get("/akte/zusammenarbeit/<key>/kette.zip")
@requires(Permission.VIEW_RECORD)
def cooperation_zip(key: str) -> ResponseReturnValue:
    return _zip(subjects.of_cooperation(db.session(), current_actor(), key))


@pages.get("/akte/bedarfe/<key>")
@requires(Permission.VIEW_RECORD)
def demands(key: str) -> ResponseReturnValue:
    found = subjects.of_demands(db.session(), current_actor(), key)
    back = ("Bedarfe", url_for("demands.index"))
    return _page(found, Which(Of.DEMANDS, key), url_for(".demands_zip", key=key), back)


@pages.get("/akte/bedarfe/<key>/kette.zip")
@requires(Permission.VIEW_RECORD)
def demands_zip(key: str) -> ResponseReturnValue:
    return _zip(subjects.of_demands(db.session(), current_actor(), key))


@pages.get("/akte/organisation")
@requires(Permission.VIEW_RECORD)
def organisation() -> ResponseReturnValue:
    found = subjects.of_organisation(current_actor())
    return _page(found, Which(Of.ORGANISATION), url_for(".organisation_zip"), None)


@pages.get("/akte/organisation/kette.zip")
@requires(Permission.VIEW_RECORD)
def organisation_zip() -> ResponseReturnValue:
    return _zip(subjects.of_organisation(current_actor()))


def _page(
    subject: Subject, which: Which, zip_url: str, back: tuple[str, str] | None
) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    return list_answer(
        entry_list(subject.chain, f"Akte {subject.reference}"),
        "records/chain.html",
        subject=subject,
        back=back,
        zip_url=zip_url,
        report=checks.report(session, actor, which, [subject.chain], now=clock.now()),
    )


@pages.post("/akte/pruefung")
@requires(Permission.VIEW_RECORD)
@commits
def verify() -> ResponseReturnValue:
    """Have a long record verified in the background."""
    job = checks.start(db.session(), current_actor(), _which(), now=clock.now())
    return redirect(url_for("jobs.show", job_id=job.id), code=303)


@pages.post("/akte/zip")
@requires(Permission.VIEW_RECORD)
@commits
def write_zip() -> ResponseReturnValue:
    """Have the ZIP of a long or large record written in the background."""
    session, actor, which = db.session(), current_actor(), _which()
    job = (
        export_jobs.start(session, actor, which.found_id, now=clock.now())
        if which.of is Of.TENDER
        else chain_jobs.start(session, actor, which, now=clock.now())
    )
    return redirect(url_for("jobs.show", job_id=job.id), code=303)


def _which() -> Which:
    return checks.which(request.form.get("of", ""), request.form.get("id", ""))


def _zip(subject: Subject) -> Response:
    now = clock.now()
    content = chain_zip(db.session(), subject, now=now)
    return send_file(
        content,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"akte-{subject.reference}.zip",
        last_modified=now,
    )
