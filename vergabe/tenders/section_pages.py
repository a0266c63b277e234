"""Pages of the sections of a draft that are forms."""

import contextlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.law.errors import LawError
from vergabe.law.lots import JoiningReason
from vergabe.tenders import (
    assessment,
    completeness,
    deadline_picture,
    editing,
    explaining,
    gates,
    presenting,
    queries,
)
from vergabe.tenders.cleaning import VARIANTS
from vergabe.tenders.facts import current_assessment, tender_facts
from vergabe.tenders.forms import FormReader, shown_instants
from vergabe.tenders.model import Tender
from vergabe.tenders.sections import SECTIONS, Section
from vergabe.texts import _, lazy
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("tender_sections", __name__)

_RULE = "/vergabeverfahren/<uuid:tender_id>/bearbeiten/<key>"
GROUNDS = {
    JoiningReason.ECONOMIC: lazy("wirtschaftliche Gründe"),
    JoiningReason.TECHNICAL: lazy("technische Gründe"),
    JoiningReason.TIME: lazy("zeitliche Gründe (nur große Infrastrukturvorhaben)"),
}


@pages.get(_RULE)
@requires(Permission.EDIT_TENDERS)
def show(tender_id: uuid.UUID, key: str) -> ResponseReturnValue:
    section = _section(key)
    tender = queries.visible_tender(db.session(), current_actor(), tender_id)
    return _section_page(tender, section, section.values(tender))


@pages.post(_RULE)
@requires(Permission.EDIT_TENDERS)
@commits
def save(tender_id: uuid.UUID, key: str) -> ResponseReturnValue:
    section, session, actor = _section(key), db.session(), current_actor()
    shown = shown_instants(queries.visible_tender(session, actor, tender_id))
    form = FormReader(request.form, shown)
    try:
        edit = section.read(form)
        form.raise_if_wrong()
        tender = editing.edit_tender(
            session, actor, tender_id, edit, version=form.version(), now=clock.now()
        )
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        tender = queries.visible_tender(session, actor, tender_id)
        if isinstance(error, Stale):
            return presenting.overtaken(
                tender,
                lambda: _section_page(tender, section, section.values(tender)),
                lambda: _section_page(tender, section, request.form),
            )
        violations = presenting.told(session, tender, error)
        return _section_page(tender, section, request.form, violations, status=error.status)
    flash(_("%(title)s: gespeichert.", title=section.title), "success")
    for sentence in _still_missing(session, tender, section):
        flash(sentence, "warning")
    return redirect(url_for("tenders.show", tender_id=tender_id), code=303)


def _section(key: str) -> Section:
    if key not in SECTIONS:
        raise NotFound("Dieser Abschnitt")
    return SECTIONS[key]


def _still_missing(session: Session, tender: Tender, section: Section) -> list[str]:
    """Return what the reason for joined lots still lacks: it may be written bit by bit."""
    if section.key != "zusammenfassung":
        return []
    reasons = completeness.reasons_against_joining(tender_facts(session, tender))
    return [reason.message for reason in reasons]


def _section_page(
    tender: Tender,
    section: Section,
    values: Mapping[str, Any],
    violations: Sequence[Violation] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    return presenting.page(
        section.template,
        tender,
        status=status,
        section=section,
        values=values,
        violations=violations,
        **_EXTRAS.get(section.key, _nothing)(tender),
    )


def _nothing(_tender: Tender) -> dict[str, Any]:
    return {}


def _methods(tender: Tender) -> dict[str, Any]:
    """Return the methods that law offers today, each with its condition."""
    law: Mapping[str, Any] = tender.law_result
    with contextlib.suppress(LawError):
        today = clock.berlin_day(clock.now())
        law = assessment.law_result(current_assessment(db.session(), tender, today))
    explained = law.get("explained", {}).get("methods", {}).get("value", {})
    known = {
        option["code"]: option
        for group in ("free", "conditional")
        for option in explained.get(group, [])
    }
    choices = []
    for group, mark in (("free_methods", ""), ("conditional_methods", "Nur mit Grund")):
        for code in law.get(group, []):
            option = known.get(code, {})
            notes = [mark, option.get("condition") or "", option.get("law") or ""]
            if code not in gates.PUBLISHABLE_METHODS:
                notes.append("Lässt sich hier nicht öffentlich bekannt machen")
            label = assessment.method_label(code, tender.nature)
            choices.append(
                (code, label, " ".join(f"{note.rstrip('.')}." for note in notes if note))
            )
    return {"methods": choices}


def _selection(_tender: Tender) -> dict[str, Any]:
    return {"variants": list(VARIANTS.items())}


def _grounds(tender: Tender) -> dict[str, Any]:
    return {
        "grounds": [(ground.value, label) for ground, label in GROUNDS.items()],
        "lot_count": len(tender.lots),
    }


def _law(tender: Tender) -> dict[str, Any]:
    session, now = db.session(), clock.now()
    try:
        explained = explaining.explain(session, tender, now=now)
    except LawError as error:
        return {"explained": None, "law_error": error.message}
    picture = deadline_picture.picture_of(session, tender, now=now)
    return {"explained": explained, "picture": picture}


def _framework(tender: Tender) -> dict[str, Any]:
    today = clock.berlin_day(clock.now())
    try:
        found = current_assessment(db.session(), tender, today)
    except LawError:
        return {"threshold": None}
    return {"threshold": found.threshold_net_cents}


_EXTRAS = {
    "verfahrensart": _methods,
    "eignung": _selection,
    "zusammenfassung": _grounds,
    "fristen": _law,
    "rahmenvereinbarung": _framework,
}
