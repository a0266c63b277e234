"""JSON API of tenders, their criteria, gates and law."""

import uuid
from collections.abc import Callable
from typing import Any, cast

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.tenders import (
    as_json,
    criteria,
    drafting,
    editing,
    explaining,
    gates,
    queries,
    readiness,
    whole,
)
from vergabe.tenders.criteria import CriterionInput
from vergabe.tenders.editing import TenderEdit
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender
from vergabe.tenders.schema import (
    CriteriaInSchema,
    DraftInSchema,
    GatesSchema,
    LawSchema,
    TenderChangeSchema,
    TenderPageSchema,
    TenderQuery,
    TenderSchema,
)
from vergabe.web.api import ApiBlueprint, give_version, ready, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("tenders", __name__, description="Vergabeverfahren")


@api.get("/tenders")
@requires(Permission.VIEW_TENDERS)
@api.arguments(TenderQuery, location="query")
@api.response(200, TenderPageSchema)
def tenders(query: dict[str, Any]) -> Any:
    """Sichtbare Verfahren, neueste zuerst."""
    page = queries.tenders_page(
        db.session(),
        current_actor(),
        stage=query["stage"],
        cooperation_id=query["cooperation_id"],
        text=query["q"],
        cursor=query["cursor"],
        limit=query["limit"],
    )
    return ready({"items": as_json.listed(page.items), "next_cursor": page.next_cursor})


@api.post("/tenders")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(DraftInSchema)
@api.response(201, TenderSchema)
def draft_tender(body: dict[str, Any]) -> Any:
    """Verfahren aus einer verbindlichen Bündelung anlegen; das zweite Mal ist es dasselbe."""
    tender = drafting.draft_tender(
        db.session(),
        current_actor(),
        body["pool_id"],
        now=clock.now(),
        split=Split(body["split"]),
        title=body["title"],
    )
    return shown(tender)


@api.get("/tenders/<uuid:tender_id>")
@requires(Permission.VIEW_TENDERS)
@api.response(200, TenderSchema)
def tender(tender_id: uuid.UUID) -> Any:
    """Ein Verfahren mit Losen, Anteilen, Kriterien und Unterlagen."""
    found = whole.visible(db.session(), current_actor(), tender_id)
    give_version(found["version"])
    return found


@api.patch("/tenders/<uuid:tender_id>")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(TenderChangeSchema)
@api.response(200, TenderSchema)
def change_tender(body: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Entwurf ändern; was fehlt, bleibt, wie es ist."""
    version = as_last_read(tender_id)
    found = editing.edit_tender(
        db.session(),
        current_actor(),
        tender_id,
        cast(TenderEdit, body),
        version=version,
        now=clock.now(),
    )
    return shown(found)


@api.put("/tenders/<uuid:tender_id>/criteria")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(CriteriaInSchema)
@api.response(200, TenderSchema)
def set_criteria(body: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Alle Zuschlagskriterien in ihrer Reihenfolge setzen."""
    version = as_last_read(tender_id)
    found = criteria.set_criteria(
        db.session(),
        current_actor(),
        tender_id,
        [CriterionInput(**entry) for entry in body["criteria"]],
        version=version,
        now=clock.now(),
    )
    return shown(found)


@api.get("/tenders/<uuid:tender_id>/gates")
@requires(Permission.VIEW_TENDERS)
@api.response(200, GatesSchema)
def tender_gates(tender_id: uuid.UUID) -> Any:
    """Voraussetzungen der Veröffentlichung mit allem, was fehlt und wer es beschaffen kann."""
    session = db.session()
    found = queries.visible_tender(session, current_actor(), tender_id)
    checked = gates.all_gates(session, found, now=clock.now())
    return {
        "is_open": all(gate.is_open for gate in checked),
        "gates": [as_json.gate_as_json(gate) for gate in checked],
    }


@api.get("/tenders/<uuid:tender_id>/law")
@requires(Permission.VIEW_TENDERS)
@api.response(200, LawSchema)
def tender_law(tender_id: uuid.UUID) -> Any:
    """Was das Recht zu dem Verfahren sagt, mit jedem Rechenschritt."""
    session = db.session()
    found = queries.visible_tender(session, current_actor(), tender_id)
    return as_json.law_as_json(explaining.explain(session, found, now=clock.now()))


@api.post("/tenders/<uuid:tender_id>/ready")
@requires(Permission.EDIT_TENDERS)
@commits
@api.response(200, TenderSchema)
def declare_ready(tender_id: uuid.UUID) -> Any:
    """Einen vollständigen Entwurf bereit erklären."""
    return _step(tender_id, readiness.declare_ready)


@api.post("/tenders/<uuid:tender_id>/take-back")
@requires(Permission.EDIT_TENDERS)
@commits
@api.response(200, TenderSchema)
def take_back(tender_id: uuid.UUID) -> Any:
    """Ein bereites Verfahren wieder bearbeiten."""
    return _step(tender_id, readiness.take_back)


def _step(tender_id: uuid.UUID, command: Callable[..., Tender]) -> dict[str, Any]:
    version = as_last_read(tender_id)
    found = command(db.session(), current_actor(), tender_id, version=version, now=clock.now())
    return shown(found)


def as_last_read(tender_id: uuid.UUID) -> int:
    """Return the version that the caller last read (If-Match): 428 without, 412 if it is stale."""
    found = queries.locked_tender(db.session(), current_actor(), tender_id)
    require_version(found.version)
    return found.version


def shown(tender: Tender) -> dict[str, Any]:
    """Return a tender as the answer, its version as the ETag."""
    session = db.session()
    session.flush()
    give_version(tender.version)
    return whole.read(session, tender.id)
