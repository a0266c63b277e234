"""Page on which a coordinator weighs which proposals to go on with; it stores nothing."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations.model import TaskArea
from vergabe.db import db
from vergabe.errors import InvalidInput, Violation, gather
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
            area, procedures = _asked()
            selection = selecting.select_pools(session, actor, area, procedures, now=clock.now())
        except InvalidInput as error:
            violations = error.reasons
    page = render_template(
        "pools/selection.html",
        areas=areas,
        area_id=request.args.get("area_id", areas[0][0] if len(areas) == 1 else ""),
        procedures=request.args.get("procedures", ""),
        selection=selection,
        violations=violations,
    )
    return page, 422 if violations else 200


def _asked() -> tuple[TaskArea, int]:
    """Return area and number of procedures of the form; InvalidInput with all that is wrong."""
    wrong: list[Violation] = []
    area = gather(wrong, lambda: chosen_area(request.args))
    procedures = gather(wrong, _procedures)
    if area is None or procedures is None:
        raise InvalidInput.of(wrong)
    return area, procedures


def _procedures() -> int:
    reader = FormReader(request.args)
    number = reader.whole("procedures")
    reader.raise_if_wrong()
    if number is None or not 1 <= number <= MOST_PROCEDURES:
        message = _("Bitte nennen Sie eine Zahl von 1 bis %(most)s.", most=MOST_PROCEDURES)
        raise InvalidInput.of([Violation("procedures_wrong", message, field="procedures")])
    return number
