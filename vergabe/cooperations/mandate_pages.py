"""Pages of mandates: grant, look at, revoke, documents."""

import uuid
from functools import partial

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import forms, mandate_listing, mandates, queries
from vergabe.cooperations.overview import mandate_view, may_mandate
from vergabe.cooperations.pages import visible, with_document, words
from vergabe.db import db
from vergabe.errors import DomainError
from vergabe.files import handing_out
from vergabe.files.current import store
from vergabe.list_views.answers import list_answer
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("mandates", __name__)
pages.context_processor(words)


@pages.get("/zusammenarbeit/<key>/vollmachten")
@requires(Permission.VIEW_COOPERATION)
def index(key: str) -> ResponseReturnValue:
    session, actor, cooperation = db.session(), current_actor(), visible(key)
    day = clock.berlin_day(clock.now())
    return list_answer(
        mandate_listing.mandate_list(actor, cooperation, day=day),
        "cooperations/mandates.html",
        cooperation=cooperation,
        state_of=lambda view: mandate_listing.state_of(view, day),
        state_names=mandate_listing.STATE_NAMES,
        state_kinds=mandate_listing.STATE_KINDS,
        may_mandate=may_mandate(session, actor, cooperation),
    )


@pages.get("/zusammenarbeit/<key>/vollmachten/neu")
@requires(Permission.GRANT_MANDATE)
def new(key: str) -> ResponseReturnValue:
    return _form(key)


def _form(key: str, error: DomainError | None = None) -> ResponseReturnValue:
    cooperation = visible(key)
    return with_document(
        "cooperations/new_mandate.html",
        error.status if error else 200,
        cooperation=cooperation,
        providers=mandates.providers(db.session(), cooperation),
        violations=error.reasons if error else (),
        values=request.form,
    )


@pages.post("/zusammenarbeit/<key>/vollmachten/neu")
@requires(Permission.GRANT_MANDATE)
@commits
def grant(key: str) -> ResponseReturnValue:
    cooperation, now = visible(key), clock.now()
    return attempt(
        lambda: mandates.grant_mandate(
            db.session(),
            current_actor(),
            cooperation.id,
            forms.mandate(request.form, clock.berlin_day(now)),
            upload=forms.upload(request.files, store()),
            now=now,
        ),
        partial(_form, key),
        done="Die Vollmacht ist erteilt.",
        to=url_for("cooperations.show", key=key),
    )


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
        violations=error.reasons if error else (),
        values=request.form,
    )


@pages.post("/zusammenarbeit/<key>/vollmachten/<uuid:row_id>/widerruf")
@requires(Permission.GRANT_MANDATE)
@commits
def revoke(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: mandates.revoke_mandate(
            db.session(),
            current_actor(),
            cooperation.id,
            row_id,
            **forms.revocation(request.form),
            now=clock.now(),
        ),
        partial(_mandate, key, row_id),
        done="Der Widerruf ist vermerkt. Die Federführung wurde benachrichtigt.",
        to=url_for(".show", key=key, row_id=row_id),
    )


@pages.post("/zusammenarbeit/<key>/vollmachten/<uuid:row_id>/dokument")
@requires(Permission.GRANT_MANDATE)
@commits
def attach(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: mandates.attach_to_mandate(
            db.session(),
            current_actor(),
            cooperation.id,
            row_id,
            forms.required_upload(request.files, store()),
            now=clock.now(),
        ),
        partial(_mandate, key, row_id),
        done="Das Dokument ist hinterlegt.",
        to=url_for(".show", key=key, row_id=row_id),
    )


@pages.get("/zusammenarbeit/<key>/vollmachten/<uuid:row_id>/dokument")
@requires(Permission.VIEW_COOPERATION)
def document(key: str, row_id: uuid.UUID) -> ResponseReturnValue:
    found = queries.visible_mandate(db.session(), current_actor(), visible(key).id, row_id)
    return handing_out.document(found.file_sha256, found.file_name, store())
