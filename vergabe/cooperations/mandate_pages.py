"""Pages of mandates: grant, look at, revoke, documents."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import forms, handing_out, mandates, queries
from vergabe.cooperations.overview import mandate_view
from vergabe.cooperations.pages import problems_of, visible, with_document, words
from vergabe.db import db
from vergabe.errors import DomainError, InvalidInput, Refused, TooLarge, Violation
from vergabe.files.current import store
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("mandates", __name__)
pages.context_processor(words)


@pages.get("/zusammenarbeit/<key>/vollmachten/neu")
@requires(Permission.GRANT_MANDATE)
def new(key: str) -> ResponseReturnValue:
    return _form(key)


def _form(
    key: str, violations: tuple[Violation, ...] = (), status: int = 200
) -> ResponseReturnValue:
    cooperation = visible(key)
    return with_document(
        "cooperations/new_mandate.html",
        status,
        cooperation=cooperation,
        violations=violations,
        values=request.form,
    )


@pages.post("/zusammenarbeit/<key>/vollmachten/neu")
@requires(Permission.GRANT_MANDATE)
@commits
def grant(key: str) -> ResponseReturnValue:
    cooperation, now = visible(key), clock.now()
    try:
        mandates.grant_mandate(
            db.session(),
            current_actor(),
            cooperation.id,
            forms.mandate(request.form, clock.berlin_day(now)),
            upload=forms.upload(request.files, store()),
            now=now,
        )
    except (InvalidInput, Refused, TooLarge) as error:
        db.session.rollback()
        return _form(key, problems_of(error), error.status)
    flash("Die Vollmacht ist erteilt.", "success")
    return redirect(url_for("cooperations.show", key=key), code=303)


@pages.get("/zusammenarbeit/<key>/vollmachten/<uuid:row_id>")
@requires(Permission.VIEW_COOPERATION)
def show(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    return _mandate(key, row_id)


def _mandate(key: str, row_id: uuid.UUID, error: DomainError | None = None) -> ResponseReturnValue:
    cooperation, actor = visible(key), current_actor()
    found = queries.visible_mandate(db.session(), actor, cooperation.id, row_id)
    return with_document(
        "cooperations/mandate.html",
        error.status if error else 200,
        cooperation=cooperation,
        view=mandate_view(actor, found, clock.berlin_day(clock.now())),
        may_change=actor.may(
            Permission.GRANT_MANDATE,
            organisation_id=found.grantor_id,
            cooperation_id=cooperation.id,
        ),
        violations=problems_of(error) if error else (),
        values=request.form,
    )


@pages.post("/zusammenarbeit/<key>/vollmachten/<uuid:row_id>/widerruf")
@requires(Permission.GRANT_MANDATE)
@commits
def revoke(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    try:
        mandates.revoke_mandate(
            db.session(),
            current_actor(),
            visible(key).id,
            row_id,
            **forms.revocation(request.form),
            now=clock.now(),
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _mandate(key, row_id, error)
    flash("Der Widerruf ist vermerkt. Die Federführung wurde benachrichtigt.", "success")
    return redirect(url_for(".show", key=key, row_id=row_id), code=303)


@pages.post("/zusammenarbeit/<key>/vollmachten/<uuid:row_id>/dokument")
@requires(Permission.GRANT_MANDATE)
@commits
def attach(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    try:
        mandates.attach_to_mandate(
            db.session(),
            current_actor(),
            visible(key).id,
            row_id,
            forms.required_upload(request.files, store()),
            now=clock.now(),
        )
    except (InvalidInput, TooLarge) as error:
        db.session.rollback()
        return _mandate(key, row_id, error)
    flash("Das Dokument ist hinterlegt.", "success")
    return redirect(url_for(".show", key=key, row_id=row_id), code=303)


@pages.get("/zusammenarbeit/<key>/vollmachten/<uuid:row_id>/dokument")
@requires(Permission.VIEW_COOPERATION)
def document(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    found = queries.visible_mandate(db.session(), current_actor(), visible(key).id, row_id)
    return handing_out.document(found, store())
