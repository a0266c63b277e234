"""Pages of conflicts of interest: one's own declaration, and the list for who runs the tender."""

import uuid
from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.conflicts import queries, rules, service
from vergabe.conflicts.rules import State
from vergabe.db import Base, db
from vergabe.errors import DomainError, InvalidInput, NotFound, Violation
from vergabe.pools import queries as pools
from vergabe.web.forms import FormReader
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("conflicts", __name__)

STATE_KINDS = {
    State.CLEAR: "success",
    State.MEASURES: "warning",
    State.MISSING: "danger",
    State.OUTDATED: "danger",
}


@pages.get("/buendelungen/<uuid:pool_id>/interessenkonflikte")
@requires(Permission.DECLARE_INTERESTS)
def show(pool_id: uuid.UUID) -> ResponseReturnValue:
    return _page(pool_id)


@pages.get("/vergabeverfahren/<uuid:tender_id>/interessenkonflikte")
@requires(Permission.DECLARE_INTERESTS)
def show_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    # Tenders are a later step of the flow: their table is read by its name.
    tender = Base.metadata.tables["tender"]
    found = db.session.execute(
        select(tender.c.pool_id).where(tender.c.id == tender_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("Das Vergabeverfahren")
    pool = pools.visible_pool(db.session(), current_actor(), found)
    return redirect(url_for(".show", pool_id=pool.id), code=303)


def _page(pool_id: uuid.UUID, error: DomainError | None = None) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    pool = pools.visible_pool(session, actor, pool_id)
    runs = queries.runs(session, actor, pool, now=now)
    kinds, own = queries.about(queries.entries(session, pool.id), actor.user_id)
    html = render_template(
        "conflicts/show.html",
        pool=pool,
        runs=runs,
        own=own,
        state=rules.state_of(kinds),
        declarants=queries.declarants(session, pool, now=now) if runs else [],
        is_required=queries.requires_declarations(pool),
        is_substitute=actor.is_substitute(pool.cooperation_id),
        state_names=rules.STATE_NAMES,
        state_kinds=STATE_KINDS,
        values=request.form,
        violations=error.reasons if error else (),
    )
    return html, error.status if error else 200


def _run(
    pool_id: uuid.UUID,
    done: str,
    command: Callable[..., object],
    *arguments: object,
    **named: object,
) -> ResponseReturnValue:
    return attempt(
        lambda: command(
            db.session(), current_actor(), pool_id, *arguments, **named, now=clock.now()
        ),
        lambda error: _page(pool_id, error),
        done=done,
        to=url_for(".show", pool_id=pool_id),
    )


@pages.post("/buendelungen/<uuid:pool_id>/interessenkonflikte")
@requires(Permission.DECLARE_INTERESTS)
@commits
def declare(pool_id: uuid.UUID) -> ResponseReturnValue:
    answer = request.form.get("has_conflict")
    if answer not in ("0", "1"):
        pools.visible_pool(db.session(), current_actor(), pool_id)
        message = "Wählen Sie, ob ein Interessenkonflikt besteht."
        wrong = Violation("answer_missing", message, field="has_conflict")
        return _page(pool_id, InvalidInput.of([wrong]))
    return _run(
        pool_id,
        "Ihre Erklärung ist gespeichert.",
        service.declare,
        has_conflict=answer == "1",
        text=request.form.get("text", ""),
    )


@pages.post("/buendelungen/<uuid:pool_id>/interessenkonflikte/personen")
@requires(Permission.EDIT_TENDERS)
@commits
def decide(pool_id: uuid.UUID) -> ResponseReturnValue:
    reader = FormReader(request.form)
    user_id = reader.identifier("user_id")
    commands: dict[str, Callable[..., object]] = {
        "measures": service.allow_with_measures,
        "exclude": service.exclude,
        "readmit": service.readmit,
    }
    command = commands.get(reader.text("decision"))
    if user_id is None or command is None:
        pools.visible_pool(db.session(), current_actor(), pool_id)
        message = "Wählen Sie die Person und was für sie gilt."
        wrong = Violation("choice_missing", message, field="user_id")
        return _page(pool_id, InvalidInput.of([wrong]))
    text = reader.text("reason")
    return _run(pool_id, "Die Entscheidung ist vermerkt.", command, user_id, text)


@pages.post("/buendelungen/<uuid:pool_id>/interessenkonflikte/erneuerung")
@requires(Permission.EDIT_TENDERS)
@commits
def renew(pool_id: uuid.UUID) -> ResponseReturnValue:
    return _run(
        pool_id,
        "Alle werden gebeten, sich neu zu erklären.",
        service.ask_anew,
        request.form.get("reason", ""),
    )
