"""JSON API of checks of own providers."""

import uuid
from typing import Any

from flask import request

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.files import handing_out
from vergabe.files.current import store
from vergabe.files.documents import Upload
from vergabe.in_house import queries, rules, service
from vergabe.in_house.entries import CheckEntry
from vergabe.in_house.model import InHouseCheck
from vergabe.in_house.schema import (
    InHouseCheckInSchema,
    InHouseCheckSchema,
    InHouseDecisionSchema,
    InHouseDocumentSchema,
    InHouseListSchema,
    InHouseReopeningSchema,
    InHouseStartSchema,
    asked_json,
    check_json,
)
from vergabe.pools import queries as pools
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("in_house", __name__, description="Eigene Anbieter zuerst (§ 108 GWB)")


def _shown(check: InHouseCheck) -> Any:
    give_version(check.version)
    return check_json(check)


def _seen(check_id: uuid.UUID) -> int:
    """Return the version of a visible check, compared with what the caller saw."""
    version = queries.visible_check(db.session(), current_actor(), check_id).version
    require_version(version)
    return version


@api.get("/pools/<uuid:pool_id>/in-house-checks")
@requires(Permission.VIEW_POOLS)
@api.response(200, InHouseListSchema)
def checks(pool_id: uuid.UUID) -> Any:
    """Wer vor dem Markt gefragt wird, mit dem Stand der Prüfungen."""
    session = db.session()
    pool = pools.visible_pool(session, current_actor(), pool_id)
    asked = queries.asked_first(session, pool, clock.berlin_day(clock.now()))
    earlier = [c for c in queries.checks_of(session, pool.id) if c.replaced_at is not None]
    return {
        "asked_first": [asked_json(one) for one in asked],
        "earlier": [check_json(check) for check in earlier],
        "open_questions": rules.OPEN_QUESTIONS,
    }


@api.post("/pools/<uuid:pool_id>/in-house-checks")
@requires(Permission.CHECK_IN_HOUSE)
@commits
@api.arguments(InHouseStartSchema)
@api.response(201, InHouseCheckSchema)
def start(body: dict[str, Any], pool_id: uuid.UUID) -> Any:
    """Die Prüfung eines eigenen Anbieters beginnen."""
    return _shown(
        service.start_check(
            db.session(), current_actor(), pool_id, body["provider_id"], now=clock.now()
        )
    )


@api.get("/in-house-checks/<uuid:check_id>")
@requires(Permission.VIEW_POOLS)
@api.response(200, InHouseCheckSchema)
def check(check_id: uuid.UUID) -> Any:
    """Eine Prüfung."""
    return _shown(queries.visible_check(db.session(), current_actor(), check_id))


@api.put("/in-house-checks/<uuid:check_id>")
@requires(Permission.CHECK_IN_HOUSE)
@commits
@api.arguments(InHouseCheckInSchema)
@api.response(200, InHouseCheckSchema)
def save(entry: CheckEntry, check_id: uuid.UUID) -> Any:
    """Festhalten, was bisher bekannt ist."""
    version = _seen(check_id)
    return _shown(
        service.save_check(
            db.session(), current_actor(), check_id, entry, version=version, now=clock.now()
        )
    )


@api.post("/in-house-checks/<uuid:check_id>/decision")
@requires(Permission.CHECK_IN_HOUSE)
@commits
@api.arguments(InHouseDecisionSchema)
@api.response(200, InHouseCheckSchema)
def decide(body: dict[str, Any], check_id: uuid.UUID) -> Any:
    """Das Ergebnis einer Prüfung festhalten."""
    version = _seen(check_id)
    return _shown(
        service.decide_check(
            db.session(), current_actor(), check_id, **body, version=version, now=clock.now()
        )
    )


@api.post("/in-house-checks/<uuid:check_id>/reopening")
@requires(Permission.CHECK_IN_HOUSE)
@commits
@api.arguments(InHouseReopeningSchema)
@api.response(201, InHouseCheckSchema)
def reopen(body: dict[str, Any], check_id: uuid.UUID) -> Any:
    """Eine entschiedene Prüfung wieder aufnehmen."""
    _seen(check_id)
    return _shown(
        service.reopen_check(
            db.session(), current_actor(), check_id, body["reason"], now=clock.now()
        )
    )


@api.post("/in-house-checks/<uuid:check_id>/document")
@requires(Permission.CHECK_IN_HOUSE)
@commits
@api.arguments(InHouseDocumentSchema, location="files")
@api.response(200, InHouseCheckSchema)
def attach(_body: dict[str, Any], check_id: uuid.UUID) -> Any:
    """Das Angebot hinterlegen."""
    session, actor = db.session(), current_actor()
    found = queries.visible_check(session, actor, check_id)
    given = request.files["document"]
    return _shown(
        service.save_check(
            session,
            actor,
            check_id,
            queries.entry_of(found),
            version=found.version,
            upload=Upload(given.filename or "", given.stream, store()),
            now=clock.now(),
        )
    )


@api.get("/in-house-checks/<uuid:check_id>/document")
@requires(Permission.VIEW_POOLS)
@api.response(200, content_type="application/octet-stream")
def document(check_id: uuid.UUID) -> Any:
    """Das Angebot."""
    found = queries.visible_check(db.session(), current_actor(), check_id)
    return handing_out.document(found.file_sha256, found.file_name, store())
