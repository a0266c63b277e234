"""Pages of resolutions: overview, record, look at, revoke; planned decisions; extract, proof."""

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import (
    forms,
    overview,
    planning,
    queries,
    resolution_documents,
    resolution_forms,
    resolution_listing,
    resolution_overview,
    resolution_queries,
    resolution_words,
    resolutions,
)
from vergabe.cooperations.model import Cooperation, Resolution
from vergabe.cooperations.pages import visible, with_document, words
from vergabe.cooperations.resolution_overview import SubjectTable
from vergabe.cooperations.resolution_schema import ProofQuerySchema
from vergabe.councils import queries as councils
from vergabe.db import db
from vergabe.errors import DomainError, NotFound
from vergabe.files.current import store
from vergabe.list_views.answers import list_answer
from vergabe.web.downloads import content_disposition
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("resolutions", __name__)
pages.context_processor(words)


@pages.context_processor
def resolution_terms() -> dict[str, Any]:
    """Give templates the German names of what resolutions call by code."""
    return {"terms": resolution_words}


@pages.get("/zusammenarbeit/<key>/beschluesse")
@requires(Permission.VIEW_COOPERATION)
def index(key: str) -> ResponseReturnValue:
    session, actor, cooperation = db.session(), current_actor(), visible(key)
    today = clock.berlin_day(clock.now())
    area = queries.chosen_area(session, cooperation.id, request.args.get("gebiet"))
    tables = resolution_overview.tables(session, actor, cooperation, area, day=today)
    return render_template(
        "cooperations/resolutions.html",
        cooperation=cooperation,
        areas=cooperation.areas,
        area=area,
        tables=tables,
        may_resolve=actor.may(Permission.RECORD_RESOLUTION, cooperation_id=cooperation.id),
    )


@pages.get("/zusammenarbeit/<key>/beschluesse/alle")
@requires(Permission.VIEW_COOPERATION)
def register(key: str) -> ResponseReturnValue:
    cooperation, today = visible(key), clock.berlin_day(clock.now())
    return list_answer(
        resolution_listing.resolution_list(current_actor(), cooperation, day=today),
        "cooperations/resolution_list.html",
        cooperation=cooperation,
        result_of=resolution_listing.result_of,
    )


@pages.get("/zusammenarbeit/<key>/beschluesse/nachweis")
@requires(Permission.VIEW_COOPERATION)
def proof(key: str) -> ResponseReturnValue:
    cooperation = visible(key)
    table, day = _proof(cooperation), clock.berlin_day(clock.now())
    return render_template(
        "cooperations/proof.html",
        cooperation=cooperation,
        proof=resolution_documents.proof_facts(cooperation, table, day),
        pdf_url=url_for(
            ".proof_pdf",
            key=key,
            gegenstand=table.subject,
            buendelung=table.pool.id if table.pool else None,
            gebiet=request.args.get("gebiet"),
        ),
    )


@pages.get("/zusammenarbeit/<key>/beschluesse/nachweis.pdf")
@requires(Permission.VIEW_COOPERATION)
def proof_pdf(key: str) -> ResponseReturnValue:
    cooperation, now = visible(key), clock.now()
    table, day = _proof(cooperation), clock.berlin_day(now)
    return pdf_answer(
        resolution_documents.proof_pdf(cooperation, table, now=now, day=day),
        f"Nachweis Beschluesse {cooperation.reference_prefix} {day.isoformat()}.pdf",
    )


def _proof(cooperation: Cooperation) -> SubjectTable:
    session = db.session()
    asked = request.args
    given = {"subject": asked.get("gegenstand", ""), "pool_id": asked.get("buendelung") or None}
    if ProofQuerySchema().validate(given):
        raise NotFound("Der Nachweis")
    wanted = ProofQuerySchema().load(given)
    area = queries.chosen_area(session, cooperation.id, asked.get("gebiet"))
    return resolution_overview.proof(
        session,
        current_actor(),
        cooperation,
        area,
        wanted["subject"],
        wanted["pool_id"],
        day=clock.berlin_day(clock.now()),
    )


def pdf_answer(content: bytes, name: str) -> Response:
    """Return the answer with a PDF that was made now."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/zusammenarbeit/<key>/beschluesse/neu")
@requires(Permission.RECORD_RESOLUTION)
def new(key: str) -> ResponseReturnValue:
    return _form(key)


def _form(key: str, error: DomainError | None = None) -> ResponseReturnValue:
    session, actor, cooperation = db.session(), current_actor(), visible(key)
    today = clock.berlin_day(clock.now())
    agreement = queries.current_agreement(session, cooperation.id, today)
    return with_document(
        "cooperations/new_resolution.html",
        error.status if error else 200,
        cooperation=cooperation,
        pools=queries.pool_choices(session, cooperation.id),
        bodies=_bodies(cooperation),
        agreement=agreement,
        violations=error.reasons if error else (),
        values=request.form,
        roles=request.form.getlist("roles"),
        organisation_name=actor.organisation_name,
    )


def _bodies(cooperation: Cooperation) -> list[str]:
    """Return the bodies of the municipality acted for: first those that decide, in their order."""
    session, own = db.session(), current_actor().organisation_id
    if own is None:
        return []
    decides = resolution_queries.deciding_bodies(session, cooperation.id).get(own, [])
    kept = councils.bodies_of(session, [own], day=clock.berlin_day(clock.now()))
    return list(dict.fromkeys([*decides, *(body.name for body in kept)]))


@pages.post("/zusammenarbeit/<key>/beschluesse/neu")
@requires(Permission.RECORD_RESOLUTION)
@commits
def record(key: str) -> ResponseReturnValue:
    cooperation, now = visible(key), clock.now()
    return attempt(
        lambda: resolutions.record_resolution(
            db.session(),
            current_actor(),
            cooperation.id,
            resolution_forms.resolution(request.form, clock.berlin_day(now)),
            upload=forms.upload(request.files, store()),
            paper=resolution_forms.paper(request.form),
            now=now,
        ),
        partial(_form, key),
        done="Der Beschluss ist eingetragen.",
        to=url_for(".index", key=key),
    )


@pages.get("/zusammenarbeit/<key>/beschluesse/planung")
@requires(Permission.RECORD_RESOLUTION)
def plan(key: str) -> ResponseReturnValue:
    return _plan(key)


def _plan(key: str, error: DomainError | None = None) -> ResponseReturnValue:
    session, own, cooperation = db.session(), current_actor().organisation_id, visible(key)
    today = clock.berlin_day(clock.now())
    html = render_template(
        "cooperations/plan_resolution.html",
        cooperation=cooperation,
        pools=queries.pool_choices(session, cooperation.id),
        bodies=_bodies(cooperation),
        plans=planning.planned_decisions(session, cooperation.id, own),
        meetings=councils.meetings(session, organisation_id=own, first_day=today) if own else [],
        violations=error.reasons if error else (),
        values=request.form or request.args,
    )
    return html, error.status if error else 200


@pages.post("/zusammenarbeit/<key>/beschluesse/planung")
@requires(Permission.RECORD_RESOLUTION)
@commits
def set_plan(key: str) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: planning.plan_decision(
            db.session(),
            current_actor(),
            cooperation.id,
            resolution_forms.plan(request.form),
            now=clock.now(),
        ),
        partial(_plan, key),
        done="Der geplante Tag ist vermerkt.",
        to=url_for(".index", key=key),
    )


@pages.get("/zusammenarbeit/<key>/beschluesse/<uuid:row_id>")
@requires(Permission.VIEW_COOPERATION)
def show(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    return resolution_page(key, row_id)


def resolution_page(
    key: str, row_id: uuid.UUID, error: DomainError | None = None
) -> ResponseReturnValue:
    """Return the page of a resolution, maybe with what was wrong with a form on it."""
    cooperation, actor = visible(key), current_actor()
    found = queries.visible_resolution(db.session(), actor, cooperation.id, row_id)
    rights = {"organisation_id": found.organisation_id, "cooperation_id": cooperation.id}
    return with_document(
        "cooperations/resolution.html",
        error.status if error else 200,
        cooperation=cooperation,
        view=overview.resolution_view(actor, found, clock.berlin_day(clock.now())),
        may_change=actor.may(Permission.RECORD_RESOLUTION, **rights),
        may_see_log=actor.may(Permission.VIEW_PAPER_LOG, **rights),
        pools=queries.pool_choices(db.session(), cooperation.id),
        violations=error.reasons if error else (),
        values=request.form,
        roles=request.form.getlist("roles"),
    )


@pages.post("/zusammenarbeit/<key>/beschluesse/<uuid:row_id>/aufhebung")
@requires(Permission.RECORD_RESOLUTION)
@commits
def revoke(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: resolutions.revoke_resolution(
            db.session(),
            current_actor(),
            cooperation.id,
            row_id,
            **forms.revocation(request.form),
            now=clock.now(),
        ),
        partial(resolution_page, key, row_id),
        done="Die Aufhebung ist vermerkt. Die Federführung wurde benachrichtigt.",
        to=url_for(".show", key=key, row_id=row_id),
    )


@pages.get("/zusammenarbeit/<key>/beschluesse/<uuid:row_id>/auszug")
@requires(Permission.VIEW_COOPERATION)
def extract(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    cooperation, found = _on_file(key, row_id)
    today = clock.berlin_day(clock.now())
    return render_template(
        "cooperations/extract.html",
        cooperation=cooperation,
        extract=resolution_documents.extract_facts(found),
        view=overview.resolution_view(current_actor(), found, today),
    )


@pages.get("/zusammenarbeit/<key>/beschluesse/<uuid:row_id>/auszug.pdf")
@requires(Permission.VIEW_COOPERATION)
def extract_pdf(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    _, found = _on_file(key, row_id)
    name = f"Auszug {found.organisation.name} {found.decided_on.isoformat()}.pdf"
    return pdf_answer(resolution_documents.extract_pdf(found), name)


def _on_file(key: str, row_id: uuid.UUID) -> tuple[Cooperation, Resolution]:
    cooperation = visible(key)
    return cooperation, resolution_queries.resolution_on_file(db.session(), cooperation.id, row_id)
