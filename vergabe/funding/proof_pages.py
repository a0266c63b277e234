"""Pages of what follows a notice: milestones, drawdowns, expenses, the proof of use."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import documents
from vergabe.db import db
from vergabe.errors import DomainError
from vergabe.files import handing_out
from vergabe.files.current import store
from vergabe.funding import deciding, forms, planning, presenting, proving, queries
from vergabe.funding.pages import case_page, run
from vergabe.texts import _
from vergabe.web.forms import FormReader
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("funding_proof", __name__)
_RULE = "/buendelungen/<uuid:pool_id>/foerderung"


@pages.post(f"{_RULE}/meilensteine")
@requires(Permission.EDIT_FUNDING)
@commits
def add_milestone(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        day = forms.only_day(request.form, "due_on", "Geben Sie den Tag an.")
        title = FormReader(request.form).text("title")
        planning.add_milestone(session, actor, pool_id, title, day, now=clock.now())
        return "Der Meilenstein steht im Plan; an ihn wird erinnert."

    return run(pool_id, "milestone", command)


@pages.post(f"{_RULE}/meilensteine/<uuid:milestone_id>/<any(erreicht, streichung):step>")
@requires(Permission.EDIT_FUNDING)
@commits
def move_milestone(pool_id: uuid.UUID, milestone_id: uuid.UUID, step: str) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        if step == "erreicht":
            planning.reach_milestone(session, actor, pool_id, milestone_id, now=clock.now())
            return "Der Meilenstein ist erreicht."
        planning.remove_milestone(session, actor, pool_id, milestone_id, now=clock.now())
        return "Der Meilenstein ist gestrichen."

    return run(pool_id, "milestone", command)


@pages.post(f"{_RULE}/abrufe")
@requires(Permission.EDIT_FUNDING)
@commits
def add_drawdown(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        reader = FormReader(request.form)
        day = reader.required_day("planned_on", "Geben Sie den Tag an.")
        amount = forms.required_money(reader, "planned", "Geben Sie den Betrag an.")
        reader.raise_if_wrong()
        assert day is not None
        planning.add_drawdown(session, actor, pool_id, day, amount, now=clock.now())
        return "Der Mittelabruf steht im Plan."

    return run(pool_id, "drawdown", command)


@pages.post(f"{_RULE}/abrufe/<uuid:drawdown_id>/eingang")
@requires(Permission.EDIT_FUNDING)
@commits
def receive_drawdown(pool_id: uuid.UUID, drawdown_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        reader = FormReader(request.form)
        day = reader.required_day("received_on", "Geben Sie den Tag des Eingangs an.")
        amount = forms.required_money(reader, "received", "Geben Sie den Betrag an.")
        reader.raise_if_wrong()
        assert day is not None
        planning.receive_drawdown(
            session, actor, pool_id, drawdown_id, day, amount, now=clock.now()
        )
        return "Der Eingang ist vermerkt."

    return run(pool_id, f"received-{drawdown_id}", command)


@pages.post(f"{_RULE}/abrufe/<uuid:drawdown_id>/streichung")
@requires(Permission.EDIT_FUNDING)
@commits
def remove_drawdown(pool_id: uuid.UUID, drawdown_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        planning.remove_drawdown(session, actor, pool_id, drawdown_id, now=clock.now())
        return "Der Mittelabruf ist gestrichen."

    return run(pool_id, "drawdown", command)


@pages.get(f"{_RULE}/nachweis")
@requires(Permission.VIEW_FUNDING)
def proof(pool_id: uuid.UUID) -> ResponseReturnValue:
    return proof_page(pool_id)


def proof_page(
    pool_id: uuid.UUID, error: DomainError | None = None, form: str = ""
) -> ResponseReturnValue:
    """Return the proof of use as it stands; before a notice, the page of the case."""
    session, actor, now = db.session(), current_actor(), clock.now()
    case = queries.visible_case(session, actor, pool_id)
    view = presenting.funding_view(session, actor, case, now=now)
    if view.proof is None:
        if error is not None:
            return case_page(pool_id, error)
        flash(_("Ein Verwendungsnachweis setzt einen Bescheid voraus."), "info")
        return redirect(url_for("funding.show", pool_id=pool_id), code=303)
    html = render_template(
        "funding/proof.html",
        pool=case.pool,
        view=view,
        proof=view.proof,
        violations=error.reasons if error else (),
        form_name=form,
        entry=request.form,
        today=clock.berlin_day(now),
        document_accept=",".join(documents.SUFFIXES),
        document_limit=f"{documents.LIMIT_MEGABYTES} Megabyte",
    )
    return html, error.status if error else 200


@pages.post(f"{_RULE}/nachweis")
@requires(Permission.EDIT_FUNDING)
@commits
def record_expense(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        proving.record_expense(
            session,
            actor,
            pool_id,
            forms.expense_entry(request.form),
            forms.upload(request.files, store()),
            now=clock.now(),
        )
        return "Die Ausgabe ist belegt."

    return run(pool_id, "expense", command, proof_page, "funding_proof.proof")


@pages.post(f"{_RULE}/nachweis/<uuid:expense_id>/storno")
@requires(Permission.EDIT_FUNDING)
@commits
def cancel_expense(pool_id: uuid.UUID, expense_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        reason = request.form.get("reason", "")
        proving.cancel_expense(session, actor, pool_id, expense_id, reason, now=clock.now())
        return "Der Beleg ist storniert."

    return run(pool_id, f"cancel-{expense_id}", command, proof_page, "funding_proof.proof")


@pages.get(f"{_RULE}/nachweis/<uuid:expense_id>/dokument")
@requires(Permission.VIEW_FUNDING)
def document(pool_id: uuid.UUID, expense_id: uuid.UUID) -> ResponseReturnValue:
    found = queries.visible_expense(db.session(), current_actor(), pool_id, expense_id)
    return handing_out.document(found.file_sha256, found.file_name, store())


@pages.post(f"{_RULE}/nachweis/abschluss")
@requires(Permission.EDIT_FUNDING)
@commits
def settle(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        day = forms.only_day(request.form, "settled_on", "Geben Sie den Tag des Nachweises an.")
        seen = forms.seen_version(request.form)
        deciding.settle(session, actor, pool_id, day, version=seen, now=clock.now())
        return "Der Verwendungsnachweis ist abgeschlossen; die Beteiligten werden benachrichtigt."

    return run(pool_id, "settle", command, proof_page, "funding_proof.proof")
