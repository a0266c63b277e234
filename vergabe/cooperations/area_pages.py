"""Page of the task areas: who takes part how deep, since when, and what is left out."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import area_exclusions, areas
from vergabe.cooperations.area_exclusions import ExclusionEntry
from vergabe.cooperations.area_view import areas_view
from vergabe.cooperations.areas import DepthEntry
from vergabe.cooperations.pages import visible, words
from vergabe.cooperations.rules import Depth, Phase
from vergabe.db import db
from vergabe.errors import DomainError, InvalidInput, Violation
from vergabe.web.forms import FormReader
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("areas", __name__)
pages.context_processor(words)

_FOR_ALL = "alle"


@pages.get("/zusammenarbeit/<key>/gebiete")
@requires(Permission.VIEW_COOPERATION)
def show(key: str) -> ResponseReturnValue:
    return _page(key)


def _page(key: str, error: DomainError | None = None, form: str = "") -> ResponseReturnValue:
    """Return the page; `form`: the one of its forms that holds what was typed, and is open."""
    view = areas_view(db.session(), current_actor(), visible(key), now=clock.now())
    html = render_template(
        "cooperations/areas.html",
        view=view,
        violations=error.reasons if error else (),
        form_open=form,
        values=request.form if form else {},
    )
    return html, error.status if error else 200


@pages.post("/zusammenarbeit/<key>/gebiete/beteiligung")
@requires(Permission.CHANGE_PARTICIPATION)
@commits
def change(key: str) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: areas.change_depth(
            db.session(),
            current_actor(),
            cooperation.id,
            _depth_entry(request.form, cooperation.id),
            organisation_id=FormReader(request.form).identifier("organisation_id"),
            now=clock.now(),
        ),
        lambda error: _page(key, error, "depth"),
        done="Die Beteiligung ist geändert. Was vorher galt, bleibt in der Übersicht.",
        to=url_for("areas.show", key=key),
    )


def _depth_entry(form: Mapping[str, str], cooperation_id: uuid.UUID) -> DepthEntry:
    reader = FormReader(form)
    area_key = _area(reader)
    depth = reader.choice("depth", Depth, "Wählen Sie die Tiefe der Beteiligung.")
    phase = reader.choice("phase", Phase, "Wählen Sie, wann die Kommune dabei ist.")
    valid_from = reader.required_day("valid_from", "Geben Sie an, ab wann es gilt.")
    if reader.violations or depth is None or phase is None or valid_from is None:
        reader.violations += areas.reasons_against_change(
            db.session(),
            current_actor(),
            cooperation_id,
            organisation_id=reader.identifier("organisation_id"),
            valid_from=valid_from,
            reason=reader.text("reason"),
            now=clock.now(),
        )
        raise InvalidInput.of(reader.violations)
    return DepthEntry(area_key, depth, valid_from, reader.text("reason"), phase)


def _area(reader: FormReader) -> str:
    area_key = reader.text("area_key")
    if not area_key or "\x00" in area_key:
        message = "Wählen Sie das Aufgabengebiet."
        reader.violations.append(Violation("area_missing", message, field="area_key"))
    return area_key


@pages.post("/zusammenarbeit/<key>/gebiete/ausnahmen")
@requires(Permission.CHANGE_PARTICIPATION)
@commits
def exclude(key: str) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: area_exclusions.exclude_area(
            db.session(),
            current_actor(),
            cooperation.id,
            _exclusion_entry(request.form),
            organisation_id=_whose(request.form),
            now=clock.now(),
        ),
        lambda error: _page(key, error, "exclusion"),
        done="Das Gebiet ist ausgenommen. Laufendes wird zu Ende geführt.",
        to=url_for("areas.show", key=key),
    )


def _exclusion_entry(form: Mapping[str, str]) -> ExclusionEntry:
    reader = FormReader(form)
    area_key = _area(reader)
    if reader.text("whose") != _FOR_ALL and reader.identifier("whose") is None:
        message = "Wählen Sie, für wen das Gebiet ausgenommen ist."
        reader.violations.append(Violation("whose_missing", message, field="whose"))
    valid_from = reader.required_day("valid_from", "Geben Sie an, ab wann es gilt.")
    reason, business_case = reader.text("reason"), reader.text("business_case")
    if reader.violations or valid_from is None:
        reader.violations += area_exclusions.reasons_against_exclusion(
            valid_from, reason, business_case, clock.berlin_day(clock.now())
        )
        raise InvalidInput.of(reader.violations)
    return ExclusionEntry(area_key, valid_from, reason, business_case)


def _whose(form: Mapping[str, str]) -> uuid.UUID | None:
    return FormReader(form).identifier("whose")


@pages.post("/zusammenarbeit/<key>/gebiete/ausnahmen/<uuid:exclusion_id>/aufhebung")
@requires(Permission.CHANGE_PARTICIPATION)
@commits
def lift(key: str, exclusion_id: uuid.UUID) -> ResponseReturnValue:
    cooperation = visible(key)

    def command() -> object:
        reader = FormReader(request.form)
        counts_from = reader.required_day("counts_from", "Geben Sie an, ab wann es wieder zählt.")
        reason = reader.text("reason")
        if reader.violations or counts_from is None:
            reader.violations += area_exclusions.reasons_against_lifting(
                counts_from, reason, clock.berlin_day(clock.now())
            )
            raise InvalidInput.of(reader.violations)
        return area_exclusions.lift_exclusion(
            db.session(),
            current_actor(),
            cooperation.id,
            exclusion_id,
            counts_from=counts_from,
            reason=reason,
            now=clock.now(),
        )

    return attempt(
        command,
        lambda error: _page(key, error, "lift"),
        done="Das Gebiet zählt wieder mit.",
        to=url_for("areas.show", key=key),
    )
