"""Pages of lots: the tables of shares, a lot's own form, moving, merging, cutting anew."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Stale, Violation
from vergabe.tenders import (
    distributing,
    drafting,
    lot_editing,
    lot_grid,
    presenting,
    queries,
    shares,
)
from vergabe.tenders.facts import is_joined, trades_of
from vergabe.tenders.forms import FormReader
from vergabe.tenders.lot_editing import LotEdit, lot_of
from vergabe.tenders.lot_writing import cpv_label
from vergabe.tenders.lotting import SPLIT_NAMES, Split
from vergabe.tenders.model import Lot, Tender
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("tender_lots", __name__)


@pages.get("/vergabeverfahren/<uuid:tender_id>/lose")
@requires(Permission.VIEW_TENDERS)
def index(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _index_page(tender_id)


def _index_page(
    tender_id: uuid.UUID,
    violations: Sequence[Violation] = (),
    typed: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> ResponseReturnValue:
    typed = {} if typed is None else typed
    session = db.session()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    trades = trades_of(session, tender)
    buyers = shares.buyers_of(tender)
    things = distributing.things_of(session, tender)
    return presenting.page(
        "tenders/lots.html",
        tender,
        status=status,
        violations=violations,
        buyers=buyers,
        grid=lot_grid.grid_of(buyers, shares.lot_tables(tender), things, typed=typed),
        values=typed,
        countable=[
            (str(item.id), f"Los {lot.number}: {item.text[:100]}")
            for lot in tender.lots
            for item in lot.items
            if distributing.is_countable(item)
        ],
        lot_choices=[(str(lot.id), f"Los {lot.number}: {lot.title}") for lot in tender.lots],
        joined=[lot.number for lot in tender.lots if is_joined(lot, trades)],
        splits=[(split.value, name) for split, name in SPLIT_NAMES.items()],
        lot_kinds=presenting.LOT_KINDS,
        cpv_label=cpv_label,
    )


@pages.post("/vergabeverfahren/<uuid:tender_id>/lose/neu-bilden")
@requires(Permission.EDIT_TENDERS)
@commits
def recut(tender_id: uuid.UUID) -> ResponseReturnValue:
    wanted = request.form.get("split", "")

    def command(form: FormReader) -> Tender:
        if wanted not in set(Split):
            message = "Wählen Sie, wonach die Lose gebildet werden."
            raise InvalidInput("split_unknown", message, field="split")
        return drafting.recut(
            db.session(),
            current_actor(),
            tender_id,
            Split(wanted),
            version=form.version(),
            now=clock.now(),
        )

    return _done(tender_id, command, "Die Lose sind neu gebildet.")


@pages.post("/vergabeverfahren/<uuid:tender_id>/lose/mengen")
@requires(Permission.EDIT_TENDERS)
@commits
def distribute(tender_id: uuid.UUID) -> ResponseReturnValue:
    def command(form: FormReader) -> Tender:
        wanted = _quantities(form, 3)
        return distributing.distribute(
            db.session(),
            current_actor(),
            tender_id,
            {(uuid.UUID(name[1]), uuid.UUID(name[2])): amount for name, amount in wanted.items()},
            version=form.version(),
            now=clock.now(),
        )

    return _done(tender_id, command, "Die Mengen sind gespeichert.")


@pages.post("/vergabeverfahren/<uuid:tender_id>/lose/aufteilen")
@requires(Permission.EDIT_TENDERS)
@commits
def split(tender_id: uuid.UUID) -> ResponseReturnValue:
    def command(form: FormReader) -> Tender:
        item_id, target = form.identifier("item_id"), form.identifier("to_lot_id")
        if item_id is None:
            raise InvalidInput("item_missing", "Wählen Sie die Position.", field="item_id")
        if target is None and form.text("to_lot_id") != "neu":
            message = "Wählen Sie das Los, in das ein Teil der Position kommt."
            raise InvalidInput("lot_missing", message, field="to_lot_id")
        parts = _quantities(form, 2)
        return distributing.split_item(
            db.session(),
            current_actor(),
            tender_id,
            item_id,
            target,
            {uuid.UUID(name[1]): amount for name, amount in parts.items()},
            version=form.version(),
            now=clock.now(),
        )

    return _done(tender_id, command, "Die Position ist aufgeteilt.")


_ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_FIELDS: Final = re.compile(rf"quantities\.{_ID}\.{_ID}|part\.{_ID}")


def _quantities(form: FormReader, parts: int) -> dict[tuple[str, ...], Decimal]:
    """Return the posted quantities by the parts of their fields' names; empty fields say 0."""
    found: dict[tuple[str, ...], Decimal] = {}
    for field in request.form:
        names = tuple(field.split("."))
        if not _FIELDS.fullmatch(field) or len(names) != parts:
            continue
        amount = form.quantity(field)
        if not any(violation.field == field for violation in form.violations):
            found[names] = amount or Decimal(0)
    form.raise_if_wrong()
    return found


@pages.post("/vergabeverfahren/<uuid:tender_id>/lose/<uuid:lot_id>/zusammenfuehren")
@requires(Permission.EDIT_TENDERS)
@commits
def merge(tender_id: uuid.UUID, lot_id: uuid.UUID) -> ResponseReturnValue:
    def command(form: FormReader) -> Tender:
        into = form.identifier("into_lot_id")
        if into is None:
            message = "Wählen Sie das Los, in das dieses aufgeht."
            raise InvalidInput("lot_missing", message, field="into_lot_id")
        return lot_editing.merge_lots(
            db.session(),
            current_actor(),
            tender_id,
            lot_id,
            into,
            version=form.version(),
            now=clock.now(),
        )

    return _done(tender_id, command, "Die Lose sind zusammengeführt.", lot_id=lot_id)


@pages.post("/vergabeverfahren/<uuid:tender_id>/lose/<uuid:lot_id>/verschieben")
@requires(Permission.EDIT_TENDERS)
@commits
def move(tender_id: uuid.UUID, lot_id: uuid.UUID) -> ResponseReturnValue:
    def command(form: FormReader) -> Tender:
        item_id, target = form.identifier("item_id"), form.identifier("to_lot_id")
        if item_id is None:
            raise InvalidInput("item_missing", "Wählen Sie die Position.", field="item_id")
        if target is None and form.text("to_lot_id") != "neu":
            message = "Wählen Sie das Los, in das die Position kommt."
            raise InvalidInput("lot_missing", message, field="to_lot_id")
        return lot_editing.move_item(
            db.session(),
            current_actor(),
            tender_id,
            item_id,
            target,
            version=form.version(),
            now=clock.now(),
        )

    return _done(tender_id, command, "Die Position ist verschoben.", lot_id=lot_id)


def _done(
    tender_id: uuid.UUID,
    command: Callable[[FormReader], Tender],
    sentence: str,
    *,
    lot_id: uuid.UUID | None = None,
) -> ResponseReturnValue:
    """Run a command on lots; after a refusal show the page again that its form stands on."""
    try:
        command(FormReader(request.form))
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        tender = queries.visible_tender(db.session(), current_actor(), tender_id)
        lot = next((lot for lot in tender.lots if lot.id == lot_id), None)
        status = error.status

        def page(typed: Mapping[str, str], told: Sequence[Violation] = ()) -> ResponseReturnValue:
            if lot is not None:
                values = {**_values_of(lot), **typed}
                return _lot_page(tender, lot, values, told, status=status)
            return _index_page(tender_id, told, typed, status=status)

        if isinstance(error, Stale):
            return presenting.overtaken(tender, lambda: page({}), lambda: page(request.form))
        return page(request.form, error.reasons)
    flash(sentence, "success")
    return redirect(url_for(".index", tender_id=tender_id), code=303)


@pages.get("/vergabeverfahren/<uuid:tender_id>/lose/<uuid:lot_id>")
@requires(Permission.EDIT_TENDERS)
def show(tender_id: uuid.UUID, lot_id: uuid.UUID) -> ResponseReturnValue:
    tender = queries.visible_tender(db.session(), current_actor(), tender_id)
    lot = lot_of(tender, lot_id)
    return _lot_page(tender, lot, _values_of(lot))


def _values_of(lot: Lot) -> dict[str, Any]:
    return {
        "title": lot.title,
        "description": lot.description,
        "starts_on": lot.starts_on,
        "ends_on": lot.ends_on,
    }


@pages.post("/vergabeverfahren/<uuid:tender_id>/lose/<uuid:lot_id>")
@requires(Permission.EDIT_TENDERS)
@commits
def save(tender_id: uuid.UUID, lot_id: uuid.UUID) -> ResponseReturnValue:
    session, actor, form = db.session(), current_actor(), FormReader(request.form)
    try:
        edit = LotEdit(
            title=form.text("title"),
            description=form.text("description"),
            starts_on=form.day("starts_on"),
            ends_on=form.day("ends_on"),
        )
        form.raise_if_wrong()
        lot_editing.edit_lot(
            session, actor, tender_id, lot_id, edit, version=form.version(), now=clock.now()
        )
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        tender = queries.visible_tender(session, actor, tender_id)
        lot = lot_of(tender, lot_id)
        if isinstance(error, Stale):
            return presenting.overtaken(
                tender,
                lambda: _lot_page(tender, lot, _values_of(lot)),
                lambda: _lot_page(tender, lot, request.form),
            )
        violations = error.reasons
        return _lot_page(tender, lot, request.form, violations, status=error.status)
    flash(_("Das Los ist gespeichert."), "success")
    return redirect(url_for(".index", tender_id=tender_id), code=303)


def _lot_page(
    tender: Tender,
    lot: Lot,
    values: Mapping[str, Any],
    violations: Sequence[Violation] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    others = [(str(other.id), f"Los {other.number}: {other.title}") for other in tender.lots]
    return presenting.page(
        "tenders/lot.html",
        tender,
        status=status,
        lot=lot,
        values=values,
        violations=violations,
        others=[choice for choice in others if choice[0] != str(lot.id)],
        items=[(str(item.id), f"{item.position}. {item.text[:120]}") for item in lot.items],
        lot_kinds=presenting.LOT_KINDS,
        cpv_label=cpv_label,
    )
