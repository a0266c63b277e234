"""Page and API of the reconciled by-laws of a pool."""

import uuid
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.bylaws.reconciled import reconciled_json
from vergabe.bylaws.schema import CommonRulesSchema
from vergabe.db import db
from vergabe.errors import Refused, Violation
from vergabe.law.errors import LawError
from vergabe.pools import common_rules, queries
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires

pages = Blueprint("pool_bylaws", __name__)
api = ApiBlueprint("pool_bylaws", __name__, description="Satzungen der Beteiligten, abgeglichen")


@pages.get("/buendelungen/<uuid:pool_id>/satzungen")
@requires(Permission.VIEW_POOLS)
def show(pool_id: uuid.UUID) -> ResponseReturnValue:
    session = db.session()
    pool = queries.visible_pool(session, current_actor(), pool_id)
    found, violations = None, []
    try:
        found = common_rules.of_pool(session, pool, now=clock.now())
    except LawError as error:
        violations = [Violation(error.code, error.message, law=error.law)]
    return render_template("pools/bylaws.html", pool=pool, found=found, violations=violations)


@api.get("/pools/<uuid:pool_id>/bylaws")
@requires(Permission.VIEW_POOLS)
@api.response(200, CommonRulesSchema)
def common_rules_of_pool(pool_id: uuid.UUID) -> Any:
    """Die abgeglichenen Satzungen der Beteiligten einer Bündelung."""
    session = db.session()
    pool = queries.visible_pool(session, current_actor(), pool_id)
    try:
        found = common_rules.of_pool(session, pool, now=clock.now())
    except LawError as error:
        raise Refused(error.code, error.message, law=error.law) from error
    if found is None:
        raise Refused("pool_empty", "In dieser Bündelung ist kein Bedarf.")
    return reconciled_json(found)
