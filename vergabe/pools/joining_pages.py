"""Pages on which a member decides: joining, staying out, leaving, asking to leave."""

import uuid
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations.model import Mandate
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Refused, Violation
from vergabe.pools import forms, joining, presenting, queries, withdrawing
from vergabe.pools.commitment import commitment
from vergabe.pools.joining import JoiningEntry
from vergabe.pools.model import Pool
from vergabe.pools.pages import run
from vergabe.pools.presenting import MemberView
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("joining", __name__)


@pages.get("/buendelungen/<uuid:pool_id>/beitritt")
@requires(Permission.JOIN_POOLS)
def form(pool_id: uuid.UUID) -> ResponseReturnValue:
    pool, member = _own(pool_id)
    return _form_page(pool, member, _first_entry(member))


@pages.post("/buendelungen/<uuid:pool_id>/beitritt")
@requires(Permission.JOIN_POOLS)
@commits
def join(pool_id: uuid.UUID) -> ResponseReturnValue:
    pool, member = _own(pool_id)
    try:
        entry = forms.joining_entry(request.form, member)
        if "preview" in request.form:
            return _form_page(pool, member, entry, forms.entered(entry))
        joining.join(db.session(), current_actor(), pool_id, entry, now=clock.now())
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        pool, member = _own(pool_id)
        return _form_page(
            pool,
            member,
            _first_entry(member),
            request.form.to_dict(),
            violations=error.reasons,
            status=error.status,
        )
    flash(_("Der Beitritt ist verbindlich eingetragen."), "success")
    return redirect(url_for("pools.show", pool_id=pool_id), code=303)


def _own(pool_id: uuid.UUID) -> tuple[Pool, MemberView]:
    """Return a pool and the part of the actor's organisation; NotFound if it has none."""
    session, actor = db.session(), current_actor()
    pool = queries.visible_pool(session, actor, pool_id)
    view = presenting.pool_view(session, actor, pool, now=clock.now())
    member = view.member(actor.organisation_id)
    if member is None:
        raise NotFound("Ein Bedarf Ihrer Kommune in dieser Bündelung")
    return pool, member


def _first_entry(member: MemberView) -> JoiningEntry:
    said = member.joining
    return JoiningEntry(
        quantities=presenting.quantities_of(member),
        mandate_reference=said.mandate_reference if said else "",
        mandate_id=said.mandate_id if said else None,
        may_call_off_later=said.may_call_off_later if said else True,
        note=said.note if said else "",
    )


def _basis(entry: JoiningEntry, mandates: Sequence[Mandate]) -> str:
    """Return the resolution or mandate that the form names, empty while it names none."""
    named = next((found for found in mandates if found.id == entry.mandate_id), None)
    return entry.mandate_reference or (joining.mandate_text(named) if named else "")


def _form_page(
    pool: Pool,
    member: MemberView,
    entry: JoiningEntry,
    shown: Mapping[str, str] | None = None,
    *,
    violations: Sequence[Violation] = (),
    status: int = 200,
) -> ResponseReturnValue:
    now = clock.now()
    mandates = joining.own_mandates(db.session(), pool, member.organisation_id, now=now)
    html = render_template(
        "pools/join.html",
        pool=pool,
        member=member,
        entry=shown or forms.entered(entry),
        violations=list(violations),
        mandates=[(str(found.id), joining.mandate_choice(found)) for found in mandates],
        sentence=commitment(
            member.name,
            member.demands,
            entry.quantities,
            pool.joining_deadline,
            _basis(entry, mandates),
        ),
        is_open=presenting.stage_of(pool, now) == "joining",
    )
    return html, status


@pages.post("/buendelungen/<uuid:pool_id>/nicht-beitreten")
@requires(Permission.JOIN_POOLS)
@commits
def decline(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        note = request.form.get("note", "")
        joining.decline(session, actor, pool_id, note, now=clock.now())
        return "Eingetragen: Ihre Kommune tritt nicht bei."

    return run(pool_id, "decline", command)


@pages.post("/buendelungen/<uuid:pool_id>/beitritt/ruecknahme")
@requires(Permission.JOIN_POOLS)
@commits
def leave(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        joining.leave(session, actor, pool_id, now=clock.now())
        return "Der Beitritt ist zurückgenommen."

    return run(pool_id, "leave", command)


@pages.post("/buendelungen/<uuid:pool_id>/austritte")
@requires(Permission.JOIN_POOLS)
@commits
def ask_to_withdraw(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        reason = request.form.get("reason", "")
        request_ = withdrawing.ask_to_withdraw(session, actor, pool_id, reason, now=clock.now())
        if request_.effective_at is not None:
            return "Der Austritt ist wirksam."
        return "Der Austritt ist beantragt; die anderen Beigetretenen werden gefragt."

    return run(pool_id, "withdraw", command)


@pages.post(
    "/buendelungen/<uuid:pool_id>/austritte/<uuid:withdrawal_id>/<any(zustimmung, ablehnung):said>"
)
@requires(Permission.JOIN_POOLS)
@commits
def consent(pool_id: uuid.UUID, withdrawal_id: uuid.UUID, said: str) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        is_given = said == "zustimmung"
        withdrawing.consent(
            session, actor, pool_id, withdrawal_id, is_given=is_given, now=clock.now()
        )
        return "Ihre Zustimmung ist eingetragen." if is_given else "Der Austritt ist abgelehnt."

    return run(pool_id, "consent", command)
