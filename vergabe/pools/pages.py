"""Pages of pools: the list, proposing, one pool, and the commands of the coordinator."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import queries as audit
from vergabe.audit import service as record
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations import tasks
from vergabe.cooperations.model import TaskArea
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.db import db
from vergabe.demands import queries as demands
from vergabe.errors import InvalidInput, Violation
from vergabe.list_views.answers import list_answer
from vergabe.pools import (
    changing,
    consulting,
    forms,
    listing,
    presenting,
    proposal_cards,
    propose_jobs,
    proposing,
    queries,
    shaping,
)
from vergabe.pools.commitment import amount
from vergabe.pools.rules import moment
from vergabe.pools.stages import STAGE_NAMES, Stage
from vergabe.texts import _
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("pools", __name__)

Command = Callable[[Session, Actor], str]


@pages.get("/buendelungen")
@requires(Permission.VIEW_POOLS)
def index() -> ResponseReturnValue:
    return _index()


def _index(error: InvalidInput | None = None, area_id: str = "") -> ResponseReturnValue:
    """Return the page of the list; with what is wrong at the form for proposals, as typed."""
    session, actor, now = db.session(), current_actor(), clock.now()
    return list_answer(
        listing.pool_list(session, actor, now=now),
        "pools/index.html",
        status=error.status if error else 200,
        beside=url_for(".index") if error else None,
        violations=error.violations if error else [],
        area_id=area_id,
        counts=lambda found: presenting.counts(session, found),
        waiting=lambda: proposal_cards.waiting(session, actor, now=now),
        cards_of=lambda found: proposal_cards.cards_of(session, actor, found, now=now),
        areas=area_choices(session, actor),
        may_propose=actor.holds(Permission.EDIT_POOLS),
        **_helpers(),
    )


def _helpers() -> dict[str, Any]:
    now = clock.now()
    return {
        "stage_of": lambda pool: presenting.stage_of(pool, now),
        "stage_names": STAGE_NAMES,
        "stage_kinds": presenting.STAGE_KINDS,
        "amount": amount,
        "until": moment,
    }


def area_choices(session: Session, actor: Actor) -> list[tuple[uuid.UUID, str]]:
    """Return the areas over which the actor may propose pools."""
    return [
        (area.id, f"{cooperation.name}: {area.name}")
        for cooperation in cooperations.cooperations_of(session, actor)
        for area in cooperation.areas
        if tasks.may(
            session, actor, Step.PROPOSE_POOL, Governed(cooperation, area.id), now=clock.now()
        )
    ]


def chosen_area(values: forms.Form) -> TaskArea:
    """Return the area that a form names; InvalidInput if it names none."""
    area_id = forms.id_in(values, "area_id")
    area = db.session.get(TaskArea, area_id) if area_id else None
    if area is None:
        message = "Bitte wählen Sie ein Aufgabengebiet."
        raise InvalidInput.of([Violation("area_missing", message, field="area_id")])
    return area


@pages.get("/buendelungen/vorschau")
@requires(Permission.EDIT_POOLS)
def preview() -> ResponseReturnValue:
    try:
        area = chosen_area(request.args)
    except InvalidInput as error:
        return _index(error, request.args.get("area_id", ""))
    previews = proposing.preview_pools(
        db.session(), current_actor(), area.cooperation_id, area.id, now=clock.now()
    )
    return render_template("pools/preview.html", area=area, previews=previews, **_helpers())


@pages.post("/buendelungen/vorschlagen")
@requires(Permission.EDIT_POOLS)
@commits
def propose() -> ResponseReturnValue:
    try:
        area = chosen_area(request.form)
    except InvalidInput as error:
        return _index(error, request.form.get("area_id", ""))
    count = demands.released_count(db.session(), area.cooperation_id, area.id)
    if count > propose_jobs.MANY:
        job = propose_jobs.start(db.session(), current_actor(), area, now=clock.now())
        return redirect(url_for("jobs.show", job_id=job.id), code=303)
    found = proposing.propose_pools(
        db.session(), current_actor(), area.cooperation_id, area.id, now=clock.now()
    )
    if found:
        number = "Ein Vorschlag liegt" if len(found) == 1 else f"{len(found)} Vorschläge liegen"
        flash(_("%(number)s für „%(name)s“ vor.", number=number, name=area.name), "success")
    else:
        flash(_("Die freigegebenen Bedarfe passen zurzeit nicht zueinander."), "info")
    return redirect(url_for(".index", stand=Stage.PROPOSED), code=303)


@pages.get("/buendelungen/<uuid:pool_id>")
@requires(Permission.VIEW_POOLS)
def show(pool_id: uuid.UUID) -> ResponseReturnValue:
    return pool_page(pool_id)


def pool_page(
    pool_id: uuid.UUID,
    violations: Sequence[Violation] = (),
    *,
    form: str = "",
    entry: Mapping[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Return the page of a pool; `form` is the one whose entry was refused."""
    session, actor, now = db.session(), current_actor(), clock.now()
    view = presenting.pool_view(
        session, actor, queries.visible_pool(session, actor, pool_id), now=now
    )
    html = render_template(
        "pools/show.html",
        view=view,
        pool=view.pool,
        call_off=queries.call_off_list(session, pool_id),
        tenders=queries.tenders_of(session, pool_id)
        if actor.holds(Permission.VIEW_TENDERS)
        else (),
        own=view.member(actor.organisation_id),
        comparison=presenting.comparison(session, view, now=now),
        candidates=presenting.merge_candidates(session, actor, view.pool)
        if "merge" in view.actions
        else [],
        history=audit.entries(session, record.stream_of("pool", pool_id)),
        may_comment=actor.organisation_id is not None
        and actor.may(Permission.COMMENT_POOLS, cooperation_id=view.pool.cooperation_id),
        may_answer=presenting.may_do(session, actor, view.pool, Step.OPEN_JOINING, now=now),
        violations=list(violations),
        form_name=form,
        entry=entry or {},
        **_helpers(),
    )
    return html, status


def run(pool_id: uuid.UUID, form: str, command: Command) -> ResponseReturnValue:
    """Run a command on a pool and go back to its page; a refusal shows the page with the entry."""
    return attempt(
        lambda: command(db.session(), current_actor()),
        lambda error: pool_page(
            pool_id, error.reasons, form=form, entry=request.form.to_dict(), status=error.status
        ),
        to=url_for("pools.show", pool_id=pool_id),
    )


@pages.post("/buendelungen/<uuid:pool_id>/anhoerung")
@requires(Permission.EDIT_POOLS)
@commits
def start_consultation(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        text, version = request.form.get("text", ""), forms.version_in(request.form)
        changing.start_consultation(session, actor, pool_id, text, version=version, now=clock.now())
        return "Die Anhörung hat begonnen; die beteiligten Kommunen werden benachrichtigt."

    return run(pool_id, "consultation", command)


@pages.post("/buendelungen/<uuid:pool_id>/ablehnung")
@requires(Permission.EDIT_POOLS)
@commits
def reject(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        reason, version = request.form.get("reason", ""), forms.version_in(request.form)
        changing.reject(session, actor, pool_id, reason, version=version, now=clock.now())
        return "Die Bündelung ist abgelehnt; ihre Bedarfe sind frei."

    return run(pool_id, "reject", command)


@pages.post("/buendelungen/<uuid:pool_id>/aufloesung")
@requires(Permission.EDIT_POOLS)
@commits
def dissolve(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        reason, version = request.form.get("reason", ""), forms.version_in(request.form)
        changing.dissolve(session, actor, pool_id, reason, version=version, now=clock.now())
        return "Die Bündelung ist aufgelöst; ihre Bedarfe sind frei."

    return run(pool_id, "dissolve", command)


@pages.post("/buendelungen/<uuid:pool_id>/teilung")
@requires(Permission.EDIT_POOLS)
@commits
def split(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        ids, version = forms.ids_in(request.form, "demand_ids"), forms.version_in(request.form)
        new = shaping.split(session, actor, pool_id, ids, version=version, now=clock.now())
        if new is None:
            return "Die Bedarfe sind herausgenommen und wieder frei."
        return f"Die Bedarfe bilden jetzt die Bündelung {new.reference}."

    return run(pool_id, "split", command)


@pages.post("/buendelungen/<uuid:pool_id>/zusammenfuehrung")
@requires(Permission.EDIT_POOLS)
@commits
def merge(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        other_id, version = forms.id_in(request.form, "other_id"), forms.version_in(request.form)
        if other_id is None:
            message = "Bitte wählen Sie die andere Bündelung."
            raise InvalidInput.of([Violation("pool_missing", message, field="other_id")])
        shaping.merge(session, actor, pool_id, other_id, version=version, now=clock.now())
        return "Die Bündelungen sind zusammengeführt."

    return run(pool_id, "merge", command)


@pages.post("/buendelungen/<uuid:pool_id>/beitrittsfenster")
@requires(Permission.EDIT_POOLS)
@commits
def open_joining(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        deadline, version = forms.deadline_in(request.form), forms.version_in(request.form)
        changing.open_joining(
            session,
            actor,
            pool_id,
            deadline,
            unanswered_reason=request.form.get("unanswered_reason", ""),
            version=version,
            now=clock.now(),
        )
        return "Der Beitritt ist offen; die beteiligten Kommunen werden benachrichtigt."

    return run(pool_id, "joining", command)


@pages.post("/buendelungen/<uuid:pool_id>/beitrittsfrist")
@requires(Permission.EDIT_POOLS)
@commits
def extend_joining(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        deadline, version = forms.deadline_in(request.form), forms.version_in(request.form)
        if deadline is None:
            message = "Bitte den neuen letzten Tag angeben."
            field = "joining_deadline_day"
            raise InvalidInput.of([Violation("deadline_missing", message, field=field)])
        changing.extend_joining(session, actor, pool_id, deadline, version=version, now=clock.now())
        return "Die Beitrittsfrist ist verlängert."

    return run(pool_id, "extension", command)


@pages.post("/buendelungen/<uuid:pool_id>/stellungnahmen")
@requires(Permission.COMMENT_POOLS)
@commits
def comment(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        consulting.comment(session, actor, pool_id, request.form.get("text", ""), now=clock.now())
        return "Ihre Stellungnahme ist gespeichert."

    return run(pool_id, "comment", command)


@pages.post("/buendelungen/<uuid:pool_id>/stellungnahmen/<uuid:comment_id>/antwort")
@requires(Permission.EDIT_POOLS)
@commits
def answer(pool_id: uuid.UUID, comment_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        text = request.form.get("answer", "")
        consulting.answer(session, actor, pool_id, comment_id, text, now=clock.now())
        return "Die Antwort ist gespeichert; die Kommune wird benachrichtigt."

    return run(pool_id, f"answer-{comment_id}", command)
