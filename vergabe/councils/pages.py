"""Pages of bodies and their meetings, each municipality its own."""

import uuid
from collections.abc import Mapping
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit import queries as audit
from vergabe.councils import queries, rules, service
from vergabe.councils.rules import BodyEntry, Kind
from vergabe.db import db
from vergabe.errors import DomainError, Stale
from vergabe.texts import _
from vergabe.web import stale
from vergabe.web.forms import FormReader
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("councils", __name__)
_KINDS = tuple((kind.value, name) for kind, name in rules.KIND_NAMES.items())


@pages.get("/gremien")
@requires(Permission.VIEW_BODIES)
def index() -> ResponseReturnValue:
    return _index()


def _index(error: DomainError | None = None) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    today, own = clock.berlin_day(clock.now()), actor.organisation_id
    bodies = queries.bodies_of(session, [own] if own else [])
    upcoming = queries.meetings(session, body_ids=[body.id for body in bodies], first_day=today)
    html = render_template(
        "councils/index.html",
        rows=[(body, [m for m in upcoming if m.body_id == body.id]) for body in bodies],
        kind_names=dict(_KINDS),
        kinds=_KINDS,
        may_keep=actor.may(Permission.KEEP_BODIES),
        violations=error.reasons if error else (),
        values=request.form,
    )
    return html, error.status if error else 200


@pages.post("/gremien")
@requires(Permission.KEEP_BODIES)
@commits
def add() -> ResponseReturnValue:
    return attempt(
        lambda: service.add_body(
            db.session(), current_actor(), _entry(request.form), now=clock.now()
        ),
        _index,
        done="Das Gremium ist angelegt.",
        to=url_for(".index"),
    )


def _entry(form: Mapping[str, str]) -> BodyEntry:
    reader = FormReader(form)
    kind = reader.choice("kind", Kind, "Wählen Sie die Art des Gremiums.")
    entry = BodyEntry(
        name=reader.text("name"),
        kind=kind or Kind.OTHER,
        active_from=reader.day("active_from"),
        active_to=reader.day("active_to"),
    )
    if not entry.name.strip():
        reader.violations += rules.reasons_against_body(BodyEntry(""))
    reader.raise_if_wrong()
    return entry


@pages.get("/gremien/<uuid:body_id>")
@requires(Permission.VIEW_BODIES)
def show(body_id: uuid.UUID) -> ResponseReturnValue:
    return _page(body_id)


def _again(body_id: uuid.UUID, error: DomainError) -> ResponseReturnValue:
    if not isinstance(error, Stale):
        return _page(body_id, error, request.form)
    return stale.answer(
        lambda: _page(body_id),
        lambda: _page(body_id, typed=request.form),
        audit.last_entry_about(db.session(), body_id),
    )


def _page(
    body_id: uuid.UUID, error: DomainError | None = None, typed: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    actor = current_actor()
    body = queries.own_body(db.session(), actor, body_id)
    today = clock.berlin_day(clock.now())
    html = render_template(
        "councils/show.html",
        body=body,
        coming=[m for m in body.meetings if m.day >= today],
        past=[m for m in reversed(body.meetings) if m.day < today],
        kinds=_KINDS,
        kind_names=dict(_KINDS),
        may_keep=actor.may(Permission.KEEP_BODIES, organisation_id=body.organisation_id),
        violations=error.reasons if error else (),
        values=request.form,
        typed=typed,
    )
    return html, error.status if error else 200


@pages.post("/gremien/<uuid:body_id>")
@requires(Permission.KEEP_BODIES)
@commits
def change(body_id: uuid.UUID) -> ResponseReturnValue:
    return attempt(
        lambda: service.change_body(
            db.session(),
            current_actor(),
            body_id,
            _entry(request.form),
            version=FormReader(request.form).version(),
            now=clock.now(),
        ),
        lambda error: _again(body_id, error),
        done="Das Gremium ist geändert.",
        to=url_for(".show", body_id=body_id),
    )


@pages.post("/gremien/<uuid:body_id>/sitzungen")
@requires(Permission.KEEP_BODIES)
@commits
def add_meetings(body_id: uuid.UUID) -> ResponseReturnValue:
    return attempt(
        lambda: service.add_meetings(
            db.session(),
            current_actor(),
            body_id,
            rules.meetings_in(request.form.get("days", "")),
            now=clock.now(),
        ),
        partial(_page, body_id),
        done="Die Sitzungstage sind eingetragen.",
        to=url_for(".show", body_id=body_id),
    )


@pages.post("/gremien/<uuid:body_id>/sitzungen/<uuid:meeting_id>/streichen")
@requires(Permission.KEEP_BODIES)
@commits
def remove_meeting(body_id: uuid.UUID, meeting_id: uuid.UUID) -> ResponseReturnValue:
    service.remove_meeting(db.session(), current_actor(), body_id, meeting_id, now=clock.now())
    flash(_("Die Sitzung ist gestrichen."), "success")
    return redirect(url_for(".show", body_id=body_id), code=303)
