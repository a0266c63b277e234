"""JSON API of the checks of a draft's notice."""

import uuid
from typing import Any

from marshmallow import fields

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import NotFound
from vergabe.notices import checking, draft_checks
from vergabe.notices.checking import CheckingHouse
from vergabe.notices.draft_check_model import DraftCheck
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import Stage
from vergabe.web import shell
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.schema import Instant, Schema
from vergabe.web.transactions import commits

api = ApiBlueprint("notice_checks", __name__, description="Prüfung der Bekanntmachung")


class OfficialCheckSchema(Schema):
    """What the official rules said of a draft; state: waiting, done."""

    state = fields.String()
    asked_at = Instant()
    checked_at = Instant(allow_none=True)
    is_outdated = fields.Boolean()
    sdk_version = fields.String()
    findings = fields.List(fields.Dict())
    unchecked = fields.List(fields.String())


class NoticeCheckSchema(Schema):
    """What stands against a draft's notice; findings as on the command line."""

    subtype = fields.String()
    is_valid = fields.Boolean()
    findings = fields.List(fields.Dict())
    unchecked = fields.List(fields.String())
    official = fields.Nested(OfficialCheckSchema, allow_none=True)


@api.get("/tenders/<uuid:tender_id>/notice-check")
@requires(Permission.VIEW_TENDERS)
@api.response(200, NoticeCheckSchema)
def check(tender_id: uuid.UUID) -> Any:
    """Eigene Prüfung des Entwurfs, und das letzte Ergebnis der amtlichen Regeln."""
    session = db.session()
    tender = tenders.visible_tender(session, current_actor(), tender_id)
    if tender.stage not in (Stage.DRAFT, Stage.READY):
        raise NotFound("Der Entwurf dieser Bekanntmachung")
    house = CheckingHouse.of(shell.settings())
    found = checking.checked_draft(session, tender, house, now=clock.now())
    asked = draft_checks.newest(session, tender.id)
    return {
        "subtype": found.notice.subtype,
        "is_valid": not found.errors,
        "findings": [finding.to_dict() for finding in found.findings],
        "unchecked": list(found.unchecked),
        "official": _official(tender, asked) if asked else None,
    }


@api.post("/tenders/<uuid:tender_id>/notice-check")
@requires(Permission.EDIT_TENDERS)
@commits
@api.response(202, OfficialCheckSchema)
def ask(tender_id: uuid.UUID) -> Any:
    """Die amtlichen Regeln prüfen lassen; das Ergebnis kommt vom Hintergrunddienst."""
    session = db.session()
    asked = draft_checks.ask(session, current_actor(), tender_id, now=clock.now())
    return _official(asked.tender, asked)


def _official(tender: Tender, asked: DraftCheck) -> dict[str, Any]:
    is_done = asked.state == "done"
    return {
        "state": asked.state,
        "asked_at": asked.asked_at,
        "checked_at": asked.checked_at,
        "is_outdated": is_done and asked.seen != draft_checks.seen_now(db.session(), tender),
        "sdk_version": asked.sdk_version,
        "findings": asked.findings,
        "unchecked": asked.unchecked,
    }
