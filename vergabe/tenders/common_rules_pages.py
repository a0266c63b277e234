"""Page and API of the reconciled by-laws of a tender."""

import uuid
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.bylaws.reconciled import reconciled_json
from vergabe.bylaws.schema import CommonRulesSchema
from vergabe.db import db
from vergabe.errors import Refused, Violation
from vergabe.law.errors import LawError
from vergabe.tenders import common_rules, presenting, queries
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires

pages = Blueprint("tender_bylaws", __name__)
api = ApiBlueprint("tender_bylaws", __name__, description="Satzungen der Beteiligten, abgeglichen")


@pages.get("/vergabeverfahren/<uuid:tender_id>/satzungen")
@requires(Permission.VIEW_TENDERS)
def show(tender_id: uuid.UUID) -> ResponseReturnValue:
    session = db.session()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    found, violations = None, []
    try:
        found = common_rules.of_tender(session, tender, now=clock.now())
    except LawError as error:
        violations = [Violation(error.code, error.message, law=error.law)]
    return presenting.page("tenders/bylaws.html", tender, found=found, violations=violations)


@api.get("/tenders/<uuid:tender_id>/bylaws")
@requires(Permission.VIEW_TENDERS)
@api.response(200, CommonRulesSchema)
def common_rules_of_tender(tender_id: uuid.UUID) -> Any:
    """Die abgeglichenen Satzungen der Beteiligten eines Verfahrens."""
    session = db.session()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    try:
        found = common_rules.of_tender(session, tender, now=clock.now())
    except LawError as error:
        raise Refused(error.code, error.message, law=error.law) from error
    return reconciled_json(found)
