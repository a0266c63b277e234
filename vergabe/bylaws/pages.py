"""Pages of by-laws: whose there are, what each means, recording, ending, correcting."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.lands import land_of
from vergabe.access.permissions import Permission
from vergabe.audit import queries as audit
from vergabe.bylaws import entries, forms, queries, service, wording
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.db import db
from vergabe.errors import DomainError, Forbidden, InvalidInput, Refused, Stale, TooLarge, Violation
from vergabe.files import documents, handing_out
from vergabe.files.current import store
from vergabe.texts import _
from vergabe.web import stale
from vergabe.web.forms import FormReader
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("bylaws", __name__)

_DOCUMENT: Final = {
    "accept": ",".join(documents.SUFFIXES),
    "limit": f"{documents.LIMIT_MEGABYTES} Megabyte",
}
_WRONG: Final = (InvalidInput, Refused, Stale, TooLarge)


@pages.get("/satzungen")
@requires(Permission.VIEW_BYLAWS)
def index() -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    today = clock.berlin_day(clock.now())
    municipalities = queries.visible_organisations(session, actor, today)
    ids = [organisation.id for organisation in municipalities]
    counting, known = queries.in_force(session, ids, today), queries.versions(session, ids)
    return render_template(
        "bylaws/index.html",
        today=today,
        rows=[
            {
                "organisation": organisation,
                "bylaw": counting.get(organisation.id),
                "without": wording.without_bylaw(land_of(organisation)),
                "versions": known.get(organisation.id, []),
            }
            for organisation in municipalities
        ],
        own=known.get(actor.organisation_id, []) if actor.organisation_id else [],
        is_in_force=lambda row: queries.is_in_force(row, today),
        questions=wording.OPEN_QUESTIONS,
        may_edit=actor.may(Permission.EDIT_BYLAWS, organisation_id=actor.organisation_id),
    )


@pages.get("/satzungen/neu")
@requires(Permission.EDIT_BYLAWS)
def new() -> ResponseReturnValue:
    return _form({})


@pages.post("/satzungen/neu")
@requires(Permission.EDIT_BYLAWS)
@commits
def add() -> ResponseReturnValue:
    now = clock.now()
    try:
        row = service.add_version(
            db.session(),
            current_actor(),
            _own_id(),
            forms.entry(request.form, clock.berlin_day(now)),
            ends_previous=FormReader(request.form).flag("ends_previous"),
            upload=forms.upload(request.files, store()),
            now=now,
        )
    except _WRONG as error:
        db.session.rollback()
        return _form(request.form, error.reasons, error.status)
    flash(_("Fassung %(number)s der Satzung ist eingetragen.", number=row.number), "success")
    return redirect(url_for(".show", bylaw_id=row.id), code=303)


def _own_id() -> uuid.UUID:
    found = current_actor().organisation_id
    if found is None:
        raise Forbidden("forbidden", "Eine Satzung trägt ihre Kommune ein.")
    return found


def _form(
    values: Mapping[str, Any],
    violations: Sequence[Violation] = (),
    status: int = 200,
    *,
    corrected: ProcurementBylaw | None = None,
) -> ResponseReturnValue:
    html = render_template(
        "bylaws/form.html",
        values=values,
        violations=violations,
        corrected=corrected,
        amounts=entries.AMOUNTS,
        numbers=entries.NUMBERS,
        document_field=_DOCUMENT,
    )
    return html, status


@pages.get("/satzungen/<uuid:bylaw_id>")
@requires(Permission.VIEW_BYLAWS)
def show(bylaw_id: uuid.UUID) -> ResponseReturnValue:
    return _bylaw(bylaw_id)


def _bylaw(bylaw_id: uuid.UUID, error: DomainError | None = None) -> ResponseReturnValue:
    actor, today = current_actor(), clock.berlin_day(clock.now())
    row = _visible(bylaw_id)
    html = render_template(
        "bylaws/show.html",
        bylaw=row,
        replacement=_visible(row.replaced_by_id) if row.replaced_by_id else None,
        is_in_force=queries.is_in_force(row, today),
        meaning=wording.meaning(row),
        questions=wording.OPEN_QUESTIONS,
        amounts=entries.AMOUNTS,
        numbers=entries.NUMBERS,
        may_edit=actor.may(Permission.EDIT_BYLAWS, organisation_id=row.organisation_id)
        and row.replaced_at is None,
        violations=error.reasons if error else (),
        values=request.form,
        document_field=_DOCUMENT,
    )
    return html, error.status if error else 200


def _visible(bylaw_id: uuid.UUID) -> ProcurementBylaw:
    today = clock.berlin_day(clock.now())
    return queries.visible_bylaw(db.session(), current_actor(), bylaw_id, today)


@pages.post("/satzungen/<uuid:bylaw_id>/ende")
@requires(Permission.EDIT_BYLAWS)
@commits
def end(bylaw_id: uuid.UUID) -> ResponseReturnValue:
    try:
        row = service.end_version(
            db.session(),
            current_actor(),
            bylaw_id,
            **forms.ending(request.form),
            now=clock.now(),
        )
    except _WRONG as error:
        db.session.rollback()
        return _bylaw(bylaw_id, error)
    flash(
        _(
            "Fassung %(number)s endet mit dem %(valid_to)s.",
            number=row.number,
            valid_to=f"{row.valid_to:%d.%m.%Y}",
        ),
        "success",
    )
    return redirect(url_for(".show", bylaw_id=bylaw_id), code=303)


@pages.get("/satzungen/<uuid:bylaw_id>/berichtigung")
@requires(Permission.EDIT_BYLAWS)
def correction(bylaw_id: uuid.UUID) -> ResponseReturnValue:
    row = _own(bylaw_id)
    return _form(_stored(row), corrected=row)


def _stored(row: ProcurementBylaw) -> dict[str, Any]:
    return forms.values(row) | {"version": row.version}


def _own(bylaw_id: uuid.UUID) -> ProcurementBylaw:
    row = _visible(bylaw_id)
    current_actor().require(Permission.EDIT_BYLAWS, organisation_id=row.organisation_id)
    return row


@pages.post("/satzungen/<uuid:bylaw_id>/berichtigung")
@requires(Permission.EDIT_BYLAWS)
@commits
def correct(bylaw_id: uuid.UUID) -> ResponseReturnValue:
    now = clock.now()
    _own(bylaw_id)
    try:
        row = service.correct_version(
            db.session(),
            current_actor(),
            bylaw_id,
            forms.entry(request.form, clock.berlin_day(now), with_reason=True),
            reason=request.form.get("reason", ""),
            upload=forms.upload(request.files, store()),
            version=FormReader(request.form).version(),
            now=now,
        )
    except _WRONG as error:
        db.session.rollback()
        row = _own(bylaw_id)
        if isinstance(error, Stale):
            typed = request.form.to_dict() | {"version": row.version}
            return stale.answer(
                lambda: _form(_stored(row), corrected=row),
                lambda: _form(typed, corrected=row),
                audit.last_entry_about(db.session(), row.id),
            )
        return _form(request.form, error.reasons, error.status, corrected=row)
    flash(_("Fassung %(number)s ersetzt die falsch eingetragene.", number=row.number), "success")
    return redirect(url_for(".show", bylaw_id=row.id), code=303)


@pages.post("/satzungen/<uuid:bylaw_id>/dokument")
@requires(Permission.EDIT_BYLAWS)
@commits
def attach(bylaw_id: uuid.UUID) -> ResponseReturnValue:
    try:
        service.attach_document(
            db.session(),
            current_actor(),
            bylaw_id,
            forms.required_upload(request.files, store()),
            now=clock.now(),
        )
    except _WRONG as error:
        db.session.rollback()
        return _bylaw(bylaw_id, error)
    flash(_("Das Dokument ist hinterlegt."), "success")
    return redirect(url_for(".show", bylaw_id=bylaw_id), code=303)


@pages.get("/satzungen/<uuid:bylaw_id>/dokument")
@requires(Permission.VIEW_BYLAWS)
def document(bylaw_id: uuid.UUID) -> ResponseReturnValue:
    row = _visible(bylaw_id)
    return handing_out.document(row.file_sha256, row.file_name, store())
