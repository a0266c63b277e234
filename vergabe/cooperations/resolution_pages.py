"""Pages of resolutions: record, look at, revoke, documents."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import forms, handing_out, queries, resolutions
from vergabe.cooperations.overview import resolution_view
from vergabe.cooperations.pages import problems_of, visible, with_document, words
from vergabe.db import db
from vergabe.errors import DomainError, InvalidInput, Refused, TooLarge, Violation
from vergabe.files.current import store
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("resolutions", __name__)
pages.context_processor(words)


@pages.get("/zusammenarbeit/<key>/beschluesse/neu")
@requires(Permission.RECORD_RESOLUTION)
def new(key: str) -> ResponseReturnValue:
    return _form(key)


def _form(
    key: str, violations: tuple[Violation, ...] = (), status: int = 200
) -> ResponseReturnValue:
    cooperation = visible(key)
    return with_document(
        "cooperations/new_resolution.html",
        status,
        cooperation=cooperation,
        pools=queries.pool_choices(db.session(), cooperation.id),
        violations=violations,
        values=request.form,
    )


@pages.post("/zusammenarbeit/<key>/beschluesse/neu")
@requires(Permission.RECORD_RESOLUTION)
@commits
def record(key: str) -> ResponseReturnValue:
    cooperation, now = visible(key), clock.now()
    try:
        resolutions.record_resolution(
            db.session(),
            current_actor(),
            cooperation.id,
            forms.resolution(request.form, clock.berlin_day(now)),
            upload=forms.upload(request.files, store()),
            now=now,
        )
    except (InvalidInput, Refused, TooLarge) as error:
        db.session.rollback()
        return _form(key, problems_of(error), error.status)
    flash("Der Beschluss ist eingetragen.", "success")
    return redirect(url_for("cooperations.show", key=key), code=303)


@pages.get("/zusammenarbeit/<key>/beschluesse/<uuid:row_id>")
@requires(Permission.VIEW_COOPERATION)
def show(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    return _resolution(key, row_id)


def _resolution(
    key: str, row_id: uuid.UUID, error: DomainError | None = None
) -> ResponseReturnValue:
    cooperation, actor = visible(key), current_actor()
    found = queries.visible_resolution(db.session(), actor, cooperation.id, row_id)
    return with_document(
        "cooperations/resolution.html",
        error.status if error else 200,
        cooperation=cooperation,
        view=resolution_view(actor, found, clock.berlin_day(clock.now())),
        may_change=actor.may(
            Permission.RECORD_RESOLUTION,
            organisation_id=found.organisation_id,
            cooperation_id=cooperation.id,
        ),
        pools=queries.pool_choices(db.session(), cooperation.id),
        violations=problems_of(error) if error else (),
        values=request.form,
    )


@pages.post("/zusammenarbeit/<key>/beschluesse/<uuid:row_id>/aufhebung")
@requires(Permission.RECORD_RESOLUTION)
@commits
def revoke(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    try:
        resolutions.revoke_resolution(
            db.session(),
            current_actor(),
            visible(key).id,
            row_id,
            **forms.revocation(request.form),
            now=clock.now(),
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _resolution(key, row_id, error)
    flash("Die Aufhebung ist vermerkt. Die Federführung wurde benachrichtigt.", "success")
    return redirect(url_for(".show", key=key, row_id=row_id), code=303)


@pages.post("/zusammenarbeit/<key>/beschluesse/<uuid:row_id>/dokument")
@requires(Permission.RECORD_RESOLUTION)
@commits
def attach(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    try:
        resolutions.attach_to_resolution(
            db.session(),
            current_actor(),
            visible(key).id,
            row_id,
            forms.required_upload(request.files, store()),
            now=clock.now(),
        )
    except (InvalidInput, TooLarge) as error:
        db.session.rollback()
        return _resolution(key, row_id, error)
    flash("Das Dokument ist hinterlegt.", "success")
    return redirect(url_for(".show", key=key, row_id=row_id), code=303)


@pages.get("/zusammenarbeit/<key>/beschluesse/<uuid:row_id>/dokument")
@requires(Permission.VIEW_COOPERATION)
def document(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    found = queries.visible_resolution(db.session(), current_actor(), visible(key).id, row_id)
    return handing_out.document(found, store())
