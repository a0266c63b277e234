"""Pages of tenders: list, cockpit, gates, law, preview; and the steps that need no form."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations.task_rules import Step
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Stale, Violation
from vergabe.exchange import codes
from vergabe.law.errors import LawError
from vergabe.list_views.answers import list_answer
from vergabe.money import german
from vergabe.tenders import (
    assessment,
    cockpit,
    deadline_picture,
    drafting,
    duties,
    explaining,
    field_links,
    gates,
    later,
    listing,
    presenting,
    queries,
    readiness,
    rules,
    shares,
)
from vergabe.tenders.checklist import checklist
from vergabe.tenders.facts import is_joined, trades_of
from vergabe.tenders.forms import FormReader
from vergabe.tenders.gate_lists import common_gates
from vergabe.tenders.lotting import SPLIT_NAMES, LotDraft, Split
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import Stage
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("tenders", __name__)


@pages.get("/vergabeverfahren")
@requires(Permission.VIEW_TENDERS)
def index() -> ResponseReturnValue:
    now = clock.now()
    return list_answer(
        listing.tender_list(db.session(), current_actor(), now=now),
        "tenders/index.html",
        shown_stage=lambda tender: listing.shown_stage(tender, now),
        stage_kind=presenting.stage_kind,
    )


@pages.get("/vergabeverfahren/aus-buendelung/<uuid:pool_id>")
@requires(Permission.EDIT_TENDERS)
def choose_lots(pool_id: uuid.UUID) -> ResponseReturnValue:
    pool, possible = drafting.lots_to_choose(db.session(), current_actor(), pool_id)
    return render_template(
        "tenders/new.html",
        pool=pool,
        split_choices=[
            (split.value, SPLIT_NAMES[split], _in_words(possible[split])) for split in Split
        ],
    )


def _in_words(lots: Sequence[LotDraft]) -> str:
    """Return lots as a person would list them, the first few by name."""
    count = "1 Los" if len(lots) == 1 else f"{len(lots)} Lose"
    named = "; ".join(f"{lot.title} ({german(lot.value_net_cents)})" for lot in lots[:6])
    return f"{count}: {named}{' …' if len(lots) > 6 else ''}"


@pages.post("/vergabeverfahren/aus-buendelung/<uuid:pool_id>")
@requires(Permission.EDIT_TENDERS)
@commits
def draft_from_pool(pool_id: uuid.UUID) -> ResponseReturnValue:
    tender = drafting.draft_tender(
        db.session(), current_actor(), pool_id, now=clock.now(), split=_split()
    )
    flash(_("Das Verfahren %(reference)s ist angelegt.", reference=tender.reference), "success")
    return redirect(url_for(".show", tender_id=tender.id), code=303)


def _split() -> Split:
    try:
        return Split(request.form.get("split") or Split.TRADE)
    except ValueError as error:
        message = "Wählen Sie, wonach die Lose gebildet werden."
        raise InvalidInput("split_unknown", message, field="split") from error


@pages.get("/vergabeverfahren/<uuid:tender_id>")
@requires(Permission.VIEW_TENDERS)
def show(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _cockpit(tender_id)


def _cockpit(
    tender_id: uuid.UUID, violations: Any = (), *, status: int = 200
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    tender = queries.visible_tender(session, actor, tender_id)
    if tender.stage not in (Stage.DRAFT, Stage.READY):
        return _published(tender, violations, status=status)
    found = gates.all_gates(session, tender, now=now)
    trades = trades_of(session, tender)
    found_tasks = cockpit.cockpit_of(
        tender,
        found,
        is_joined=any(is_joined(lot, trades) for lot in tender.lots),
        may_edit=duties.may(session, actor, tender, Step.PREPARE_TENDER),
        may_publish=duties.may(session, actor, tender, Step.PUBLISH),
    )
    return presenting.page(
        "tenders/cockpit.html",
        tender,
        status=status,
        violations=violations,
        cockpit=found_tasks,
        where=_ways_to_mend(tender),
        open_gates=sum(1 for gate in found if gate.is_open),
        gate_count=len(found),
    )


def _ways_to_mend(tender: Tender) -> Callable[[Violation], str | None]:
    """Return what gives the address of the field of a reason, for whoever may edit the draft."""
    is_editable = tender.stage == Stage.DRAFT and duties.may(
        db.session(), current_actor(), tender, Step.PREPARE_TENDER
    )
    return lambda reason: field_links.url_of(tender, reason) if is_editable else None


def _published(tender: Tender, violations: Any, *, status: int) -> ResponseReturnValue:
    tables = shares.lot_tables(tender)
    return presenting.page(
        "tenders/published.html",
        tender,
        status=status,
        violations=violations,
        is_open=rules.is_open_for_bids(
            Stage(tender.stage), tender.submission_deadline, clock.now()
        ),
        can_cancel=rules.Action.CANCEL in rules.allowed_actions(Stage(tender.stage)),
        public_url=presenting.known_url("notices.show", reference=tender.reference)
        if tender.public_since is not None
        else None,
        enquiries_url=presenting.known_url("enquiries.officer_list", tender_id=tender.id),
        deliveries_url=presenting.known_url("deliveries.index", tender_id=tender.id),
        deadlines_url=presenting.known_url("deadlines.timeline", tender_id=tender.id),
        buyers=shares.buyers_of(tender),
        tables=tables,
        sums=shares.column_sums(tables),
        picture=deadline_picture.picture_of(db.session(), tender, now=clock.now()),
    )


@pages.post("/vergabeverfahren/<uuid:tender_id>/bereit")
@requires(Permission.EDIT_TENDERS)
@commits
def declare_ready(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _step(tender_id, readiness.declare_ready, "Das Verfahren ist bereit.")


@pages.post("/vergabeverfahren/<uuid:tender_id>/zurueck")
@requires(Permission.EDIT_TENDERS)
@commits
def take_back(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _step(tender_id, readiness.take_back, "Das Verfahren lässt sich wieder bearbeiten.")


def _step(tender_id: uuid.UUID, command: Any, sentence: str) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    version = FormReader(request.form).version()
    try:
        command(session, actor, tender_id, version=version, now=clock.now())
    except (Refused, Stale) as error:
        db.session.rollback()
        tender = queries.visible_tender(session, actor, tender_id)
        return _cockpit(tender_id, presenting.told(session, tender, error), status=error.status)
    flash(sentence, "success")
    return redirect(url_for(".show", tender_id=tender_id), code=303)


@pages.get("/vergabeverfahren/<uuid:tender_id>/voraussetzungen")
@requires(Permission.VIEW_TENDERS)
def gates_page(tender_id: uuid.UUID) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    tender = queries.visible_tender(session, actor, tender_id)
    found = gates.all_gates(session, tender, now=now)
    return presenting.page(
        "tenders/gates.html",
        tender,
        common=common_gates(found),
        where=_ways_to_mend(tender),
        rows=checklist(session, actor, tender, found, now=now),
        notes=[note for gate in found for note in gate.notes],
        open_count=sum(1 for gate in found if gate.is_open),
        gate_count=len(found),
    )


@pages.get("/vergabeverfahren/<uuid:tender_id>/recht")
@requires(Permission.VIEW_TENDERS)
def law_page(tender_id: uuid.UUID) -> ResponseReturnValue:
    session = db.session()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    try:
        explained = explaining.explain(session, tender, now=clock.now())
    except LawError as error:
        return presenting.page(
            "tenders/law.html",
            tender,
            explained=None,
            violations=[Violation(error.code, error.message, law=error.law)],
        )
    return presenting.page(
        "tenders/law.html",
        tender,
        explained=explained,
        violations=(),
        method_names=lambda codes_: (
            ", ".join(assessment.method_label(code, tender.nature) for code in codes_) or "keine"
        ),
    )


@pages.get("/vergabeverfahren/<uuid:tender_id>/vorschau")
@requires(Permission.VIEW_TENDERS)
def preview(tender_id: uuid.UUID) -> ResponseReturnValue:
    session = db.session()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    return presenting.page(
        "tenders/preview.html",
        tender,
        timing=explaining.timing_of(session, tender, now=clock.now()),
        cpv=codes.cpv(tender.cpv),
        nature=presenting.NATURES[tender.nature],
        value=later.public_value(tender),
        picture=deadline_picture.picture_of(session, tender, now=clock.now()),
    )
