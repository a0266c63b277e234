"""The page of the award criteria: all of them in one form that shows what the weights add up to."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Stale, Violation
from vergabe.tenders import criteria, presenting, queries, scoring_example
from vergabe.tenders.criteria import KINDS, MOST_CRITERIA, CriterionInput
from vergabe.tenders.forms import FormReader
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import FULL_WEIGHT
from vergabe.texts import _
from vergabe.web.formatting import quantity
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("tender_criteria", __name__)

BLANK_ROWS: Final = 2
_NAMES: Final = ("id", "name", "kind", "weight", "description")


@pages.get("/vergabeverfahren/<uuid:tender_id>/zuschlagskriterien")
@requires(Permission.EDIT_TENDERS)
def show(tender_id: uuid.UUID) -> ResponseReturnValue:
    tender = queries.visible_tender(db.session(), current_actor(), tender_id)
    return _page(tender, _rows_of(tender))


@pages.post("/vergabeverfahren/<uuid:tender_id>/zuschlagskriterien")
@requires(Permission.EDIT_TENDERS)
@commits
def save(tender_id: uuid.UUID) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    form = FormReader(request.form)
    rows = _rows_from(request.form)
    try:
        wanted = _read(form, rows)
        form.raise_if_wrong()
        tender = criteria.set_criteria(
            session, actor, tender_id, wanted, version=form.version(), now=clock.now()
        )
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        tender = queries.visible_tender(session, actor, tender_id)
        if isinstance(error, Stale):
            return presenting.overtaken(
                tender, lambda: _page(tender, _rows_of(tender)), lambda: _page(tender, rows)
            )
        violations = presenting.told(session, tender, error)
        return _page(tender, rows, violations, status=error.status)
    flash(_("Die Zuschlagskriterien sind gespeichert."), "success")
    missing = criteria.reasons_against(tender)
    for reason in missing:
        flash(reason.message, "warning")
    here = bool(missing) or "more" in request.form
    target = ".show" if here else "tenders.show"
    return redirect(url_for(target, tender_id=tender_id), code=303)


def _rows_of(tender: Tender) -> list[dict[str, Any]]:
    return [
        {
            "id": str(row.id),
            "name": row.name,
            "kind": row.kind,
            "weight": quantity_of(row.weight_basis_points),
            "description": row.description,
        }
        for row in tender.criteria
    ]


def quantity_of(basis_points: int) -> str:
    """Return basis points as the number of a percentage: 3050 → `30,5`."""
    return quantity(criteria.as_percent(basis_points))


def _rows_from(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows as they were typed, without those left blank and those to be removed."""
    rows = []
    for index in range(MOST_CRITERIA + BLANK_ROWS):
        row = {name: form.get(f"criteria.{index}.{name}", "") for name in _NAMES}
        is_blank = not any(row[name].strip() for name in ("name", "weight", "description"))
        if is_blank or form.get(f"criteria.{index}.remove"):
            continue
        rows.append(row)
    return rows


def _read(form: FormReader, rows: Sequence[Mapping[str, str]]) -> list[CriterionInput]:
    # Rows that were blank or removed have gone, so that places here are places on the page.
    read = FormReader(
        {f"criteria.{i}.{name}": row[name] for i, row in enumerate(rows) for name in _NAMES}
    )
    wanted = []
    for index in range(len(rows)):
        field = f"criteria.{index}"
        weight = read.basis_points(f"{field}.weight")
        if weight is None and not any(v.field == f"{field}.weight" for v in read.violations):
            message = "Geben Sie das Gewicht in Prozent an."
            read.violations.append(Violation("weight_missing", message, field=f"{field}.weight"))
        wanted.append(
            CriterionInput(
                name=read.text(f"{field}.name"),
                kind=read.text(f"{field}.kind"),
                weight_basis_points=weight or 0,
                description=read.text(f"{field}.description"),
                id=read.identifier(f"{field}.id"),
            )
        )
    form.violations += read.violations
    return wanted


def _page(
    tender: Tender,
    rows: Sequence[Mapping[str, Any]],
    violations: Sequence[Violation] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    blank = {"id": "", "name": "", "kind": "quality", "weight": "", "description": ""}
    return presenting.page(
        "tenders/criteria.html",
        tender,
        status=status,
        rows=[*rows, *([blank] * BLANK_ROWS)],
        kept=len(rows),
        kinds=list(KINDS.items()),
        total=sum(row.weight_basis_points for row in tender.criteria),
        full=FULL_WEIGHT,
        example=scoring_example.example_of(
            [(row.name, row.kind, row.weight_basis_points) for row in tender.criteria]
        ),
        points=scoring_example.points,
        violations=violations,
    )
