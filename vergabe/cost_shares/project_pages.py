"""Pages of the costs of a project: shares, who bears them, hours, what is still to come."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock, ids
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cost_shares import (
    advances,
    forms,
    no_award,
    overview,
    projects,
    queries,
)
from vergabe.cost_shares.forms import CostForm
from vergabe.cost_shares.kinds import CATEGORY_NAMES, Category
from vergabe.cost_shares.vat_rules import GROUND_NAMES
from vergabe.db import db
from vergabe.errors import Refused, Violation
from vergabe.pools.model import Pool
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender
from vergabe.texts import _
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("costs", __name__)

CATEGORIES = [(category.value, name) for category, name in CATEGORY_NAMES.items()]
GROUNDS = [(ground.value, name) for ground, name in GROUND_NAMES.items()]


@pages.get("/buendelungen/<uuid:pool_id>/kosten")
@requires(Permission.VIEW_COSTS)
def of_pool(pool_id: uuid.UUID) -> ResponseReturnValue:
    return _page(queries.visible_project(db.session(), current_actor(), pool_id))


@pages.get("/vergabeverfahren/<uuid:tender_id>/kosten")
@requires(Permission.VIEW_COSTS)
def of_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    tender = _tender(tender_id)
    return _page(tender.pool, tender=tender)


def _tender(tender_id: uuid.UUID) -> Tender:
    """Return a tender whose project the actor may see: its members alone, no service provider."""
    session, actor = db.session(), current_actor()
    tender = tenders.visible_tender(session, actor, tender_id)
    queries.visible_project(session, actor, tender.pool_id)
    return tender


def _page(
    pool: Pool,
    *,
    tender: Tender | None = None,
    violations: Sequence[Violation] = (),
    form: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    costs = overview.project_costs(session, pool, now=now)
    members = cooperations.members(session, pool.cooperation_id, clock.berlin_day(now))
    own_member = any(m.organisation_id == actor.organisation_id for m in members)
    html = render_template(
        "cost_shares/project.html",
        pool=pool,
        tender=tender,
        costs=costs,
        without_award=overview.no_award_shares(session, pool, now=now)
        if tender is not None and tender.stage == "cancelled"
        else None,
        efforts=queries.efforts(session, pool.id),
        taken_back={row.reverses_id for row in queries.efforts(session, pool.id)},
        hours=advances.hours,
        keeps=queries.keeps_ledger(actor, pool.cooperation),
        may_record=own_member
        and actor.may(
            Permission.RECORD_EFFORT,
            organisation_id=actor.organisation_id,
            cooperation_id=pool.cooperation_id,
        ),
        own_id=actor.organisation_id,
        bearer_choices=[(str(m.organisation_id), m.organisation.name) for m in members],
        categories=CATEGORIES,
        grounds=GROUNDS,
        violations=list(violations),
        form_name=form,
        entry=request.form if form else {},
        request_key=request.form.get("request_key") or ids.new_secret()[:40],
    )
    return html, status


def _run(pool_id: uuid.UUID, form: str, command: Callable[[], str]) -> ResponseReturnValue:
    """Run a command and go back to the page; a refusal shows it with what was typed."""
    queries.visible_project(db.session(), current_actor(), pool_id)
    return attempt(
        command,
        lambda error: _page(
            queries.visible_project(db.session(), current_actor(), pool_id),
            violations=error.reasons,
            form=form,
            status=error.status,
        ),
        to=url_for(".of_pool", pool_id=pool_id),
    )


@pages.post("/buendelungen/<uuid:pool_id>/kosten/kostentraeger")
@requires(Permission.SETTLE_COSTS)
@commits
def decide_bearer(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command() -> str:
        form = CostForm(request.form)
        facts = forms.bearer(form)
        form.together(
            lambda: projects.decide_bearer(
                db.session(), current_actor(), pool_id, **facts, now=clock.now()
            )
        )
        return "Der Kostenträger ist festgelegt; er gilt für alles, was ab jetzt gebucht wird."

    return _run(pool_id, "bearer", command)


@pages.post("/buendelungen/<uuid:pool_id>/kosten/erwartet")
@requires(Permission.SETTLE_COSTS)
@commits
def expect_cost(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command() -> str:
        form = CostForm(request.form)
        facts: dict[str, Any] = {
            "category": form.word("category", Category),
            "text": form.clean("text"),
            "gross_cents": form.money("gross"),
        }
        form.together(
            lambda: projects.expect_cost(
                db.session(), current_actor(), pool_id, **facts, now=clock.now()
            )
        )
        return "Die erwarteten Kosten sind eingetragen."

    return _run(pool_id, "expected", command)


@pages.post("/buendelungen/<uuid:pool_id>/kosten/erwartet/<uuid:cost_id>/ruecknahme")
@requires(Permission.SETTLE_COSTS)
@commits
def withdraw_expected(pool_id: uuid.UUID, cost_id: uuid.UUID) -> ResponseReturnValue:
    def command() -> str:
        projects.withdraw_expected(db.session(), current_actor(), pool_id, cost_id, now=clock.now())
        return "Die erwarteten Kosten sind zurückgenommen."

    return _run(pool_id, "", command)


@pages.post("/buendelungen/<uuid:pool_id>/kosten/stunden")
@requires(Permission.RECORD_EFFORT)
@commits
def record_effort(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command() -> str:
        form = CostForm(request.form)
        entry, key = forms.effort(form), form.request_key()
        form.together(
            lambda: projects.record_effort(
                db.session(), current_actor(), pool_id, entry, request_key=key, now=clock.now()
            )
        )
        return "Die Stunden sind eingetragen."

    return _run(pool_id, "effort", command)


@pages.post("/buendelungen/<uuid:pool_id>/kosten/stunden/<uuid:effort_id>/ruecknahme")
@requires(Permission.RECORD_EFFORT)
@commits
def take_back_effort(pool_id: uuid.UUID, effort_id: uuid.UUID) -> ResponseReturnValue:
    def command() -> str:
        form = CostForm(request.form)
        reason = form.clean("reason")
        form.together(
            lambda: projects.take_back_effort(
                db.session(), current_actor(), pool_id, effort_id, reason, now=clock.now()
            )
        )
        return "Die Stunden sind zurückgenommen."

    return _run(pool_id, f"effort-{effort_id}", command)


@pages.post("/buendelungen/<uuid:pool_id>/kosten/stunden/buchung")
@requires(Permission.SETTLE_COSTS)
@commits
def book_efforts(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command() -> str:
        form = CostForm(request.form)
        vat = forms.vat_entry(form)
        form.together(
            lambda: advances.book_efforts(
                db.session(), current_actor(), pool_id, vat, now=clock.now()
            )
        )
        return "Die Stunden sind gebucht und nach dem Schlüssel verteilt."

    return _run(pool_id, "book", command)


@pages.post("/vergabeverfahren/<uuid:tender_id>/kosten/ohne-zuschlag")
@requires(Permission.SETTLE_COSTS)
@commits
def share_without_award(tender_id: uuid.UUID) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    _tender(tender_id)
    try:
        no_award.share_without_award(session, actor, tender_id, now=clock.now())
    except Refused as error:
        db.session.rollback()
        tender = _tender(tender_id)
        return _page(tender.pool, tender=tender, violations=error.reasons, status=error.status)
    flash(_("Der Aufwand ist nach der Regel ohne Zuschlag verteilt."), "success")
    return redirect(url_for(".of_tender", tender_id=tender_id), code=303)
