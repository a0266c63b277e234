"""The advisor as a page of pools and tenders; what is tried out stands in the address alone."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.advice import gathering, queries, wish
from vergabe.advice.queries import Consultation
from vergabe.db import db
from vergabe.errors import DomainError, Violation
from vergabe.law.advice import AdvisorFacts
from vergabe.law.procedures import PROCEDURE_NAMES
from vergabe.texts import lazy
from vergabe.web.rights import current_actor, requires

pages = Blueprint("advice", __name__)

_PHASES = {"tender": lazy("Angebote"), "participation": lazy("Teilnahmeanträge")}
DUTY_PHASES = {
    "before": lazy("Vor der Veröffentlichung"),
    "during": lazy("Während des Verfahrens"),
    "decision": lazy("Vor dem Zuschlag"),
    "after": lazy("Nach dem Zuschlag"),
}


@pages.get("/buendelungen/<uuid:pool_id>/beratung")
@requires(Permission.VIEW_POOLS)
def of_pool(pool_id: uuid.UUID) -> ResponseReturnValue:
    pool, facts = queries.pool_facts(db.session(), current_actor(), pool_id, now=clock.now())
    path = [
        ("Bündelungen", url_for("pools.index")),
        (pool.reference, url_for("pools.show", pool_id=pool.id)),
        ("Beratung", None),
    ]
    return _page(
        facts,
        lambda day: gathering.of_pool(db.session(), pool, now=clock.now(), on=day),
        subject=("pool", pool.id),
        title=pool.title,
        path=path,
    )


@pages.get("/vergabeverfahren/<uuid:tender_id>/beratung")
@requires(Permission.VIEW_TENDERS)
def of_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    tender, facts = queries.tender_facts(db.session(), current_actor(), tender_id, now=clock.now())
    path = [
        ("Vergabeverfahren", url_for("tenders.index")),
        (tender.reference, url_for("tenders.show", tender_id=tender.id)),
        ("Beratung", None),
    ]
    return _page(
        facts,
        lambda day: gathering.of_tender(db.session(), tender, now=clock.now(), on=day),
        subject=("tender", tender.id),
        title=tender.title,
        path=path,
    )


def _page(
    facts: AdvisorFacts, on_day: Callable[[dt.date], AdvisorFacts], **frame: Any
) -> ResponseReturnValue:
    """Draw the advice; a wish that cannot be leaves the advice on what is stored, and says so."""
    violations: Sequence[Violation] = ()
    consultation: Consultation | None = None
    try:
        names = [member.name for member in facts.members]
        wanted = wish.read(request.args, request.args.getlist("without"), names)
        asked = on_day(wanted.on) if wanted.on else facts
        consultation = queries.consult(asked, wanted)
    except DomainError as error:
        violations = error.reasons
        consultation = _as_stored(facts)
    return render_template(
        "advice/show.html",
        **frame,
        consultation=consultation,
        entry=request.args,
        name_choices=[(member.name, member.name) for member in facts.members],
        left_out=request.args.getlist("without"),
        violations=violations,
        procedures=_procedure_choices(facts),
        phases=_PHASES,
        duty_phases=DUTY_PHASES,
    ), (422 if violations else 200)


def _as_stored(facts: AdvisorFacts) -> Consultation | None:
    try:
        return queries.consult(facts)
    except DomainError:
        return None


def _procedure_choices(facts: AdvisorFacts) -> list[tuple[str, str]]:
    unfit = "nat-neg-wo-call" if facts.contract_type.is_works else "nat-freehand"
    return [(code, name) for code, name in PROCEDURE_NAMES.items() if code != unfit]
