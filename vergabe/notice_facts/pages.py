"""Pages of the facts of a notice: one form for the whole, one for each lot."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.notice_facts import defaults, forms, overview, queries, service
from vergabe.notice_facts.fields import FIELDS, GROUPS, Field
from vergabe.tenders import presenting
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Lot, Tender
from vergabe.texts import _
from vergabe.web.forms import FormReader
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("notice_facts", __name__)

_RULE = "/vergabeverfahren/<uuid:tender_id>/bekanntmachung"
_LOT_RULE = f"{_RULE}/lose/<int:number>"
SAVED = "Die Angaben zur Bekanntmachung sind gespeichert."


@pages.get(_RULE)
@requires(Permission.VIEW_TENDERS)
def show(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _page(tenders.visible_tender(db.session(), current_actor(), tender_id))


@pages.post(_RULE)
@requires(Permission.EDIT_TENDERS)
@commits
def save(tender_id: uuid.UUID) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    tender = tenders.visible_tender(session, actor, tender_id)
    known = queries.known_of(session, tender, now=now)
    values = queries.values_of(session, tender, known)
    fields = forms.asked_fields(known, values)
    reader = FormReader(request.form, forms.shown_instants(fields, values))
    try:
        edit = forms.read(fields, request.form, reader) | _reset(defaults.defaults(known), FIELDS)
        reader.raise_if_wrong()
        service.edit_facts(session, actor, tender_id, edit, version=reader.version(), now=now)
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        tender = tenders.visible_tender(session, actor, tender_id)
        typed = forms.typed(fields, request.form)
        if isinstance(error, Stale):
            return presenting.overtaken(tender, lambda: _page(tender), lambda: _page(tender, typed))
        return _page(tender, typed, error.reasons, status=error.status)
    flash(SAVED, "success")
    return _onwards(tender_id)


@pages.get(_LOT_RULE)
@requires(Permission.VIEW_TENDERS)
def show_lot(tender_id: uuid.UUID, number: int) -> ResponseReturnValue:
    tender = tenders.visible_tender(db.session(), current_actor(), tender_id)
    return _lot_page(tender, _lot(tender, number))


@pages.post(_LOT_RULE)
@requires(Permission.EDIT_TENDERS)
@commits
def save_lot(tender_id: uuid.UUID, number: int) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    lot = _lot(tenders.visible_tender(session, actor, tender_id), number)
    fields = forms.asked_lot_fields(may_be_vehicles=queries.known_lot(lot).may_be_vehicles)
    reader = FormReader(request.form)
    try:
        edit = forms.read(fields, request.form, reader)
        reader.raise_if_wrong()
        service.edit_lot_facts(
            session, actor, tender_id, number, edit, version=reader.version(), now=now
        )
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        tender = tenders.visible_tender(session, actor, tender_id)
        lot, typed = _lot(tender, number), forms.typed(fields, request.form)
        if isinstance(error, Stale):
            return presenting.overtaken(
                tender, lambda: _lot_page(tender, lot), lambda: _lot_page(tender, lot, typed)
            )
        return _lot_page(tender, lot, typed, error.reasons, status=error.status)
    flash(_("Die Angaben zu Los %(number)s sind gespeichert.", number=number), "success")
    return redirect(url_for(".show", tender_id=tender_id), code=303)


def _onwards(tender_id: uuid.UUID) -> ResponseReturnValue:
    """Go to the check if that was asked for, else stay: the form is long."""
    url = presenting.known_url("notice_checks.show", tender_id=tender_id)
    if "check" in request.form and url:
        return redirect(url, code=303)
    return redirect(url_for(".show", tender_id=tender_id), code=303)


def _reset(standard: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the field whose default somebody wants back, with that default."""
    name = request.form.get("reset", "")
    return {name: standard[name]} if name in fields else {}


def _lot(tender: Tender, number: int) -> Lot:
    found = next((lot for lot in tender.lots if lot.number == number), None)
    if found is None:
        raise NotFound("Dieses Los")
    return found


def _page(
    tender: Tender,
    typed: Mapping[str, Any] | None = None,
    violations: Sequence[Violation] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    session = db.session()
    known = queries.known_of(session, tender, now=clock.now())
    row = queries.row_of(session, tender.id)
    values = queries.merged(row.chosen if row else {}, known)
    fields = forms.asked_fields(known, values)
    open_groups = _open_groups(fields, violations)
    return presenting.page(
        "notice_facts/form.html",
        tender,
        status=status,
        version=queries.version_of(row),
        groups=[
            (group, [f for f in fields if f.group == group.key], group.key in open_groups)
            for group in GROUPS
            if any(f.group == group.key for f in fields)
        ],
        values=forms.shown(fields, values) if typed is None else typed,
        violations=violations,
        changed=set(row.chosen) if row else set(),
        rows=defaults.rows_used(known),
        pieces=forms.pieces(known),
        known=overview.known_values(tender, known),
        lots=overview.lot_links(tender, dict(queries.lot_rows(session, tender))),
        review_body=known.review_body,
        check_url=presenting.notice_check_url(tender),
    )


def _open_groups(fields: Sequence[Field], violations: Sequence[Violation]) -> set[str]:
    """Return the groups to unfold: those with something wrong, and that of the field asked for."""
    wanted = {(v.field or "").split(".")[0] for v in violations} | {request.args.get("feld", "")}
    return {field.group for field in fields if field.name in wanted}


def _lot_page(
    tender: Tender,
    lot: Lot,
    typed: Mapping[str, Any] | None = None,
    violations: Sequence[Violation] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    session = db.session()
    known = queries.known_of(session, tender, now=clock.now())
    rows = queries.lot_rows(session, tender)
    values = queries.lot_values(lot, rows.get(lot.id), queries.values_of(session, tender, known))
    fields = forms.asked_lot_fields(may_be_vehicles=queries.known_lot(lot).may_be_vehicles)
    return presenting.page(
        "notice_facts/lot.html",
        tender,
        status=status,
        lot=lot,
        version=queries.version_of(queries.row_of(session, tender.id)),
        fields=fields,
        values=forms.shown(fields, values) if typed is None else typed,
        violations=violations,
    )
