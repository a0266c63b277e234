"""JSON API of the facts of a notice."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.notice_facts import forms, overview, queries, service
from vergabe.notice_facts.schema import FactsEditSchema, FactsSchema, LotFactsEditSchema
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("notice_facts", __name__, description="Angaben zur Bekanntmachung")


@api.get("/tenders/<uuid:tender_id>/notice-facts")
@requires(Permission.VIEW_TENDERS)
@api.response(200, FactsSchema)
def facts(tender_id: uuid.UUID) -> Any:
    """Was in der Bekanntmachung steht und nicht schon im Verfahren."""
    return _shown(tenders.visible_tender(db.session(), current_actor(), tender_id))


@api.patch("/tenders/<uuid:tender_id>/notice-facts")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(FactsEditSchema)
@api.response(200, FactsSchema)
def change_facts(body: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Angaben ändern; was fehlt, bleibt. Verlangt If-Match."""
    version = _as_last_read(tender_id)
    tender = service.edit_facts(
        db.session(), current_actor(), tender_id, body, version=version, now=clock.now()
    )
    return _shown(tender)


@api.patch("/tenders/<uuid:tender_id>/lots/<int:number>/notice-facts")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(LotFactsEditSchema)
@api.response(200, FactsSchema)
def change_lot_facts(body: dict[str, Any], tender_id: uuid.UUID, number: int) -> Any:
    """Angaben eines Loses ändern; was fehlt, bleibt. Verlangt If-Match."""
    version = _as_last_read(tender_id)
    tender = service.edit_lot_facts(
        db.session(), current_actor(), tender_id, number, body, version=version, now=clock.now()
    )
    return _shown(tender)


def _as_last_read(tender_id: uuid.UUID) -> int:
    """Return the version that the caller read, which If-Match has to name."""
    tender = tenders.locked_tender(db.session(), current_actor(), tender_id)
    version = queries.version_of(queries.row_of(db.session(), tender.id))
    require_version(version)
    return version


def _shown(tender: Tender) -> dict[str, Any]:
    session = db.session()
    known = queries.known_of(session, tender, now=clock.now())
    row = queries.row_of(session, tender.id)
    values = queries.merged(row.chosen if row else {}, known)
    rows = queries.lot_rows(session, tender)
    version = queries.version_of(row)
    give_version(version)
    return {
        "values": values,
        "changed": sorted(row.chosen) if row else [],
        "selection_pieces": forms.pieces(known),
        "known": overview.known_values(tender, known),
        "lots": [
            {
                "number": lot.number,
                "values": queries.lot_values(lot, rows.get(lot.id), values),
                "changed": sorted(rows[lot.id].chosen) if lot.id in rows else [],
            }
            for lot in tender.lots
        ],
        "version": version,
    }
