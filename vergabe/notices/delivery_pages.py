"""Where a notice stands outside, and the officer's word where the outside does not answer."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Refused, Violation
from vergabe.files import current, handing_out
from vergabe.list_views.answers import list_answer
from vergabe.notices import delivering, delivery_listing, delivery_queries, delivery_views
from vergabe.notices.answering import House
from vergabe.notices.rules import STATE_NAMES
from vergabe.tenders import presenting, queries
from vergabe.tenders.outlet import Outlet
from vergabe.web import shell
from vergabe.web.downloads import content_disposition
from vergabe.web.forms import FormReader, day_and_time
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("deliveries", __name__)

Step = Callable[[FormReader], str]


@pages.get("/versand")
@requires(Permission.VIEW_TENDERS)
def all_sent() -> ResponseReturnValue:
    return list_answer(
        delivery_listing.delivery_list(current_actor()),
        "notices/all_deliveries.html",
        notice_of=delivery_listing.notice_of,
        state_names=STATE_NAMES,
        state_kinds=delivery_listing.STATE_KINDS,
    )


@pages.get("/vergabeverfahren/<uuid:tender_id>/versand")
@requires(Permission.VIEW_TENDERS)
def index(tender_id: uuid.UUID) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    lives = delivery_queries.lives_of(session, tender.id)
    return presenting.page(
        "notices/deliveries.html",
        tender,
        notices=[delivery_views.view_of(life, now=now) for life in lives],
    )


@pages.get("/vergabeverfahren/<uuid:tender_id>/versand/<uuid:delivery_id>")
@requires(Permission.VIEW_TENDERS)
def show(tender_id: uuid.UUID, delivery_id: uuid.UUID) -> ResponseReturnValue:
    return _page(tender_id, delivery_id)


def _page(
    tender_id: uuid.UUID,
    delivery_id: uuid.UUID,
    violations: Sequence[Violation] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    life = delivery_queries.delivery_of(session, tender.id, delivery_id)
    view = delivery_views.view_of(life, now=now)
    (version,) = view.versions
    empty = {**day_and_time("accepted_at", None), **day_and_time("published_at", None)}
    return presenting.page(
        "notices/delivery.html",
        tender,
        status=status,
        violations=violations,
        view=view,
        version=version,
        check=life.check_of(version.delivery),
        values={**empty, **request.form.to_dict()},
    )


@pages.get("/vergabeverfahren/<uuid:tender_id>/versand/<uuid:delivery_id>.xml")
@requires(Permission.VIEW_TENDERS)
def document(tender_id: uuid.UUID, delivery_id: uuid.UUID) -> ResponseReturnValue:
    """What was sent, byte by byte."""
    session = db.session()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    found = delivery_queries.delivery_of(session, tender.id, delivery_id).deliveries[0]
    if found.xml_sha256 is None:
        raise NotFound("Das Dokument")
    disposition = content_disposition(f"{tender.reference}_{found.idempotency_key}.xml")
    store = current.store()
    return handing_out.stored(store, found.xml_sha256, "application/xml", disposition=disposition)


@pages.post("/vergabeverfahren/<uuid:tender_id>/versand/<uuid:delivery_id>/eingang")
@requires(Permission.PUBLISH_TENDERS)
@commits
def confirm_receipt(tender_id: uuid.UUID, delivery_id: uuid.UUID) -> ResponseReturnValue:
    def step(form: FormReader) -> str:
        at = form.moment("accepted_at")
        form.raise_if_wrong()
        delivering.confirm_receipt(
            db.session(),
            current_actor(),
            tender_id,
            delivery_id,
            accepted_at=_given(at, "accepted_at"),
            **_surroundings(),
        )
        return "Der Eingang ist bestätigt. Ab jetzt laufen die 48 Stunden."

    return _done(tender_id, delivery_id, step)


@pages.post("/vergabeverfahren/<uuid:tender_id>/versand/<uuid:delivery_id>/veroeffentlicht")
@requires(Permission.PUBLISH_TENDERS)
@commits
def confirm_publication(tender_id: uuid.UUID, delivery_id: uuid.UUID) -> ResponseReturnValue:
    def step(form: FormReader) -> str:
        at = form.moment("published_at")
        form.raise_if_wrong()
        delivering.confirm_publication(
            db.session(),
            current_actor(),
            tender_id,
            delivery_id,
            published_at=_given(at, "published_at"),
            number=form.text("publication_number"),
            url=form.text("publication_url"),
            **_surroundings(),
        )
        return "Die Veröffentlichung ist vermerkt."

    return _done(tender_id, delivery_id, step)


@pages.post("/vergabeverfahren/<uuid:tender_id>/versand/<uuid:delivery_id>/zurueckgewiesen")
@requires(Permission.PUBLISH_TENDERS)
@commits
def confirm_rejection(tender_id: uuid.UUID, delivery_id: uuid.UUID) -> ResponseReturnValue:
    def step(form: FormReader) -> str:
        delivering.confirm_rejection(
            db.session(),
            current_actor(),
            tender_id,
            delivery_id,
            reason=form.text("reason"),
            **_surroundings(),
        )
        return "Die Zurückweisung ist vermerkt."

    return _done(tender_id, delivery_id, step)


@pages.post("/vergabeverfahren/<uuid:tender_id>/versand/<uuid:delivery_id>/anhalten")
@requires(Permission.PUBLISH_TENDERS)
@commits
def stop(tender_id: uuid.UUID, delivery_id: uuid.UUID) -> ResponseReturnValue:
    def step(_form: FormReader) -> str:
        found = delivering.stop(
            db.session(), current_actor(), tender_id, delivery_id, now=clock.now()
        )
        return (
            "Die Bekanntmachung ist angehalten."
            if found.ended_at is not None
            else "Das Anhalten ist beauftragt. Ob es gelingt, steht gleich auf dieser Seite."
        )

    return _done(tender_id, delivery_id, step)


@pages.post("/vergabeverfahren/<uuid:tender_id>/versand/<uuid:delivery_id>/noch-einmal")
@requires(Permission.PUBLISH_TENDERS)
@commits
def send_again(tender_id: uuid.UUID, delivery_id: uuid.UUID) -> ResponseReturnValue:
    def step(_form: FormReader) -> str:
        outlet = Outlet.of(shell.settings().notice_sender)
        found = delivering.send_again(
            db.session(), current_actor(), tender_id, delivery_id, outlet=outlet, now=clock.now()
        )
        return f"Fassung {found.version_number:02d} wird geprüft und gesendet."

    return _done(tender_id, delivery_id, step)


def _surroundings() -> dict[str, Any]:
    return {
        "now": clock.now(),
        "house": House(current.store(), shell.settings().base_url),
    }


def _given(at: dt.datetime | None, field: str) -> dt.datetime:
    if at is None:
        raise InvalidInput("moment_missing", "Bitte geben Sie Tag und Uhrzeit an.", field=field)
    return at


def _done(tender_id: uuid.UUID, delivery_id: uuid.UUID, step: Step) -> ResponseReturnValue:
    try:
        sentence = step(FormReader(request.form))
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _page(tender_id, delivery_id, error.reasons, status=error.status)
    flash(sentence, "success")
    return redirect(url_for(".index", tender_id=tender_id), code=303)
