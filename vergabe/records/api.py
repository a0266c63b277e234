"""JSON API of the record."""

import uuid
from typing import Any

from flask import Response

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit.queries import as_exported
from vergabe.db import db
from vergabe.records import answers, queries
from vergabe.records.schema import RecordSchema
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires

api = ApiBlueprint("records", __name__, description="Vergabeakte")


@api.get("/tenders/<uuid:tender_id>/record")
@requires(Permission.VIEW_RECORD)
@api.response(200, RecordSchema)
def record(tender_id: uuid.UUID) -> Any:
    """Vergabeakte eines Verfahrens mit dem Ergebnis der Prüfung."""
    found = queries.record_of(db.session(), current_actor(), tender_id)
    return {
        "tender_id": found.tender.id,
        "reference": found.tender.reference,
        "holds": found.holds,
        "chains": [
            {
                "stream": chain.ref.stream,
                "kind": chain.ref.kind,
                "title": chain.ref.title,
                "entry_count": chain.entry_count,
                "last_hash": chain.last_hash,
                "holds": chain.holds,
                "breaks": chain.breaks,
            }
            for chain in found.chains
        ],
        "entries": [as_exported(entry) for _, entry in found.entries],
    }


@api.get("/tenders/<uuid:tender_id>/record/export")
@requires(Permission.VIEW_RECORD)
@api.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
def export(tender_id: uuid.UUID) -> Response:
    """Die ganze Akte als ZIP mit Verzeichnis und Prüfskript."""
    return answers.export(db.session(), current_actor(), tender_id, now=clock.now())
