"""The page on which demands of an earlier year are taken over."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.demands import earlier
from vergabe.demands.model import Demand
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("earlier_demands", __name__)


@pages.get("/bedarfe/vorjahr")
@requires(Permission.EDIT_DEMANDS)
def index() -> ResponseReturnValue:
    return _page()


@pages.post("/bedarfe/vorjahr")
@requires(Permission.EDIT_DEMANDS)
@commits
def copy() -> ResponseReturnValue:
    try:
        copied = earlier.copy_several(db.session(), current_actor(), _chosen(), now=clock.now())
        _say(copied)
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _page(error.reasons, status=error.status)
    if len(copied) == 1:
        return redirect(url_for("demand_forms.edit", demand_id=copied[0].id), code=303)
    return redirect(url_for("demands.index", stand="draft"), code=303)


def _say(copied: Sequence[Demand]) -> None:
    if len(copied) == 1:
        sentence = "Der Bedarf ist als Entwurf übernommen. Bitte prüfen Sie Menge, Wert und Tage."
    else:
        sentence = f"{len(copied)} Bedarfe sind als Entwürfe übernommen. Bitte prüfen Sie jeden."
    flash(sentence, "success")


def _chosen() -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in request.form.getlist("demand_ids")]
    except ValueError as error:
        message = "Die Auswahl ist beschädigt. Bitte wählen Sie noch einmal."
        raise InvalidInput("choice_invalid", message, field="demand_ids") from error


def _page(violations: Sequence[Violation] = (), *, status: int = 200) -> ResponseReturnValue:
    now = clock.now()
    years = earlier.years(now)
    year = request.args.get("jahr", type=int)
    shown = year if year in years else years[1]
    html = render_template(
        "demands/earlier.html",
        year=shown,
        years=years,
        rows=earlier.of_year(db.session(), current_actor(), shown, now=now),
        chosen=set(request.form.getlist("demand_ids")),
        violations=violations,
    )
    return html, status
