"""JSON API of cooperations."""

import uuid
from typing import Any

from flask import request

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import agreements, mandates, queries
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.entries import MandateEntry
from vergabe.cooperations.model import Cooperation, Mandate
from vergabe.cooperations.overview import mandate_view, overview
from vergabe.cooperations.schema import (
    AgreementMoveSchema,
    CooperationListSchema,
    CooperationSchema,
    MandateInSchema,
    MandateSchema,
    PaperDocumentSchema,
    PaperRevocationSchema,
    ReadinessSchema,
    TaskAreaQuerySchema,
    cooperation_json,
    gates_json,
    mandate_json,
)
from vergabe.db import db
from vergabe.files import handing_out
from vergabe.files.current import store
from vergabe.web.api import ApiBlueprint, PageQuery, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint(
    "cooperations",
    __name__,
    description="Zusammenarbeit: Mitglieder, Vereinbarung, Vollmachten, Beschlüsse",
)


def _visible(key: str) -> Cooperation:
    return queries.cooperation_by_key(db.session(), current_actor(), key, now=clock.now())


def _whole(cooperation: Cooperation, area_key: str | None = None) -> Any:
    return overview(db.session(), current_actor(), cooperation, area_key=area_key, now=clock.now())


def _mandate(mandate: Mandate) -> dict[str, Any]:
    return mandate_json(mandate_view(current_actor(), mandate, clock.berlin_day(clock.now())))


@api.get("/cooperations")
@requires(Permission.VIEW_COOPERATION)
@api.arguments(PageQuery, location="query")
@api.response(200, CooperationListSchema)
def cooperations(query: dict[str, Any]) -> Any:
    """Die Zusammenarbeiten der eigenen Organisation."""
    page = queries.cooperations_page(db.session(), current_actor(), **query, now=clock.now())
    return {"items": page.items, "next_cursor": page.next_cursor}


@api.get("/cooperations/<key>")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, CooperationSchema)
def cooperation(key: str) -> Any:
    """Eine Zusammenarbeit mit Mitgliedern, Vereinbarung, Vollmachten und Beschlüssen."""
    found = _visible(key)
    give_version(found.version)
    return cooperation_json(_whole(found))


@api.get("/cooperations/<key>/gates")
@requires(Permission.VIEW_COOPERATION)
@api.arguments(TaskAreaQuerySchema, location="query")
@api.response(200, ReadinessSchema)
def gates(query: dict[str, Any], key: str) -> Any:
    """Was den Mitgliedern zu einer gemeinsamen Vergabe noch fehlt."""
    return gates_json(_whole(_visible(key), query["area"]))


@api.post("/cooperations/<key>/agreement/moves")
@requires(Permission.EDIT_COOPERATION)
@commits
@api.arguments(AgreementMoveSchema)
@api.response(200, CooperationSchema)
def move_agreement(body: dict[str, Any], key: str) -> Any:
    """Einen Schritt der Vereinbarung vermerken."""
    session = db.session()
    found = queries.locked_cooperation(session, _visible(key).id)
    require_version(found.version)
    agreements.move_agreement(session, current_actor(), found.id, **body, now=clock.now())
    give_version(found.version)
    return cooperation_json(_whole(found))


@api.post("/cooperations/<key>/mandates")
@requires(Permission.GRANT_MANDATE)
@commits
@api.arguments(MandateInSchema)
@api.response(201, MandateSchema)
def grant_mandate(entry: MandateEntry, key: str) -> Any:
    """Der Federführung Vollmacht der eigenen Organisation erteilen."""
    return _mandate(
        mandates.grant_mandate(
            db.session(), current_actor(), _visible(key).id, entry, now=clock.now()
        )
    )


@api.get("/cooperations/<key>/mandates/<uuid:mandate_id>")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, MandateSchema)
def mandate(key: str, mandate_id: uuid.UUID) -> Any:
    """Eine Vollmacht, die die eigene Organisation erteilt oder erhalten hat."""
    return _mandate(
        queries.visible_mandate(db.session(), current_actor(), _visible(key).id, mandate_id)
    )


@api.post("/cooperations/<key>/mandates/<uuid:mandate_id>/revocation")
@requires(Permission.GRANT_MANDATE)
@commits
@api.arguments(PaperRevocationSchema)
@api.response(200, MandateSchema)
def revoke_mandate(body: dict[str, Any], key: str, mandate_id: uuid.UUID) -> Any:
    """Eine eigene Vollmacht widerrufen."""
    return _mandate(
        mandates.revoke_mandate(
            db.session(), current_actor(), _visible(key).id, mandate_id, **body, now=clock.now()
        )
    )


@api.post("/cooperations/<key>/mandates/<uuid:mandate_id>/document")
@requires(Permission.GRANT_MANDATE)
@commits
@api.arguments(PaperDocumentSchema, location="files")
@api.response(200, MandateSchema)
def attach_to_mandate(_body: dict[str, Any], key: str, mandate_id: uuid.UUID) -> Any:
    """Das Dokument einer eigenen Vollmacht hinterlegen."""
    return _mandate(
        mandates.attach_to_mandate(
            db.session(), current_actor(), _visible(key).id, mandate_id, _upload(), now=clock.now()
        )
    )


@api.get("/cooperations/<key>/mandates/<uuid:mandate_id>/document")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, content_type="application/octet-stream")
def mandate_document(key: str, mandate_id: uuid.UUID) -> Any:
    """Das Dokument einer Vollmacht."""
    found = queries.visible_mandate(db.session(), current_actor(), _visible(key).id, mandate_id)
    return handing_out.document(found.file_sha256, found.file_name, store())


def _upload() -> Upload:
    given = request.files["document"]
    return Upload(given.filename or "", given.stream, store())
