"""Page on which a coordinator weighs which proposals to go on with; it stores nothing."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, Violation
from vergabe.pools import selecting
from vergabe.pools.pages import area_choices, chosen_area
from vergabe.pools.selecting import MOST_PROCEDURES
from vergabe.texts import _
from vergabe.web.forms import FormReader
from vergabe.web.rights import current_actor, requires

pages = Blueprint("pool_selection", __name__)


@pages.get("/buendelungen/auswahl")
@requires(Permission.EDIT_POOLS)
def show() -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    areas = area_choices(session, actor)
    selection: selecting.Selection | None = None
    violations: Sequence[Violation] = []
    if request.args:
        try:
            area = chosen_area(request.args)
            selection = selecting.select_pools(session, actor, area, _procedures(), now=clock.now())
        except InvalidInput as error:
            violations = error.violations
    page = render_template(
        "pools/selection.html",
        areas=areas,
        area_id=request.args.get("area_id", areas[0][0] if len(areas) == 1 else ""),
        procedures=request.args.get("procedures", ""),
        selection=selection,
        violations=violations,
    )
    return page, 422 if violations else 200


def _procedures() -> int:
    """Return how many procedures the form names; InvalidInput unless so many can be asked for."""
    entries = FormReader(request.args)
    number = entries.whole("procedures")
    entries.raise_if_wrong()
    if number is None or not 1 <= number <= MOST_PROCEDURES:
        message = _("Bitte nennen Sie eine Zahl von 1 bis %(most)s.", most=MOST_PROCEDURES)
        raise InvalidInput.of([Violation("procedures_wrong", message, field="procedures")])
    return number
