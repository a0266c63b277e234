"""Pages of a cooperation's plan and of its milestones."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit import queries as audit
from vergabe.charts.pictures import pictures_of
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Stale, Violation
from vergabe.plans import forms, overview, queries, research, rules, service
from vergabe.plans.model import Milestone
from vergabe.plans.pages import words
from vergabe.plans.timetables import milestone_line
from vergabe.texts import _
from vergabe.web import stale
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("milestones", __name__)
pages.context_processor(words)

_LIST = "/zusammenarbeit/<key>/zeitplan"
_ONE = f"{_LIST}/<uuid:milestone_id>"


def _cooperation(key: str) -> Cooperation:
    return cooperations.cooperation_by_key(db.session(), current_actor(), key, now=clock.now())


@pages.get(_LIST)
@requires(Permission.VIEW_PLANS)
def index(key: str) -> ResponseReturnValue:
    view = overview.plan_of(db.session(), current_actor(), _cooperation(key), now=clock.now())
    timeline = overview.timeline_of(view)
    return render_template(
        "plans/index.html",
        view=view,
        cooperation=view.cooperation,
        most_ended=queries.MOST_ENDED,
        pictures=pictures_of(timeline, "plan") if timeline else None,
    )


@pages.get(f"{_LIST}/kennzahlen.json")
@requires(Permission.EDIT_PLANS)
def figures(key: str) -> ResponseReturnValue:
    secret = str(current_app.secret_key)
    found = research.figures_of(
        db.session(), current_actor(), _cooperation(key), secret, now=clock.now()
    )
    response = jsonify(found.as_dict())
    response.headers["Content-Disposition"] = 'attachment; filename="Kennzahlen.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get(f"{_LIST}/neu")
@requires(Permission.EDIT_PLANS)
def new(key: str) -> ResponseReturnValue:
    return _form(_cooperation(key), request.args)


@pages.post(f"{_LIST}/neu")
@requires(Permission.EDIT_PLANS)
@commits
def add(key: str) -> ResponseReturnValue:
    try:
        entry = forms.milestone_in(request.form)
        milestone = service.add_milestone(
            db.session(), current_actor(), key, entry, now=clock.now()
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _form(_cooperation(key), request.form, error.reasons, status=error.status)
    flash(_("Der Meilenstein „%(title)s“ steht im Zeitplan.", title=milestone.title), "success")
    return redirect(url_for(".index", key=key), code=303)


def _form(
    cooperation: Cooperation,
    entry: Mapping[str, Any],
    violations: tuple[Violation, ...] = (),
    *,
    milestone: Milestone | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session, today = db.session(), clock.berlin_day(clock.now())
    members = cooperations.members(session, cooperation.id, today)
    html = render_template(
        "plans/edit.html",
        cooperation=cooperation,
        milestone=milestone,
        entry=entry,
        violations=violations,
        members=[(member.organisation_id, member.organisation.name) for member in members],
        areas=[(area.id, area.name) for area in cooperation.areas],
        projects=overview.pool_choices(session, cooperation.id),
        kinds=[(kind.value, name) for kind, name in rules.KIND_NAMES.items()],
        steps=list(rules.STEPS.items()),
    )
    return html, status


@pages.get(_ONE)
@requires(Permission.VIEW_PLANS)
def show(key: str, milestone_id: uuid.UUID) -> ResponseReturnValue:
    return _show(key, milestone_id)


def _show(
    key: str,
    milestone_id: uuid.UUID,
    violations: tuple[Violation, ...] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    milestone = queries.visible_milestone(session, actor, key, milestone_id, now=now)
    cooperation = session.get_one(Cooperation, milestone.cooperation_id)
    may_edit = service.may_edit(actor, cooperation)
    html = render_template(
        "plans/show.html",
        cooperation=cooperation,
        line=milestone_line(milestone, None, clock.berlin_day(now)),
        milestone=milestone,
        projects=dict(overview.pool_choices(session, cooperation.id)),
        steps=rules.STEPS,
        history=audit.entries_about(session, milestone.id),
        may_edit=may_edit,
        may_report=may_edit
        or actor.may(
            Permission.REPORT_MILESTONES,
            organisation_id=milestone.organisation_id,
            cooperation_id=milestone.cooperation_id,
        ),
        today=clock.berlin_day(now),
        entry=request.form,
        violations=violations,
    )
    return html, status


@pages.get(f"{_ONE}/aendern")
@requires(Permission.EDIT_PLANS)
def edit(key: str, milestone_id: uuid.UUID) -> ResponseReturnValue:
    milestone = queries.visible_milestone(
        db.session(), current_actor(), key, milestone_id, now=clock.now()
    )
    return _form(_cooperation(key), _values(milestone), milestone=milestone)


def _values(milestone: Milestone) -> dict[str, Any]:
    names = ("title", "organisation_id", "kind", "note", "before_step", "area_id", "pool_id")
    values = {name: getattr(milestone, name) for name in (*names, "wished_on", "agreed_on")}
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value or ""
        for name, value in values.items()
    } | {"version": milestone.version}


@pages.post(f"{_ONE}/aendern")
@requires(Permission.EDIT_PLANS)
@commits
def change(key: str, milestone_id: uuid.UUID) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    try:
        service.change_milestone(
            session,
            actor,
            key,
            milestone_id,
            forms.milestone_in(request.form),
            version=forms.version_in(request.form),
            now=now,
        )
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        milestone = queries.visible_milestone(session, actor, key, milestone_id, now=now)
        if isinstance(error, Stale):
            return _overtaken(_cooperation(key), milestone)
        return _form(
            _cooperation(key),
            request.form,
            error.reasons,
            milestone=milestone,
            status=error.status,
        )
    flash(_("Der Meilenstein ist geändert."), "success")
    return redirect(url_for(".show", key=key, milestone_id=milestone_id), code=303)


def _overtaken(cooperation: Cooperation, milestone: Milestone) -> ResponseReturnValue:
    stored = _values(milestone)
    typed = request.form.to_dict() | {"version": stored["version"]}
    return stale.answer(
        lambda: _form(cooperation, stored, milestone=milestone),
        lambda: _form(cooperation, typed, milestone=milestone),
        audit.last_entry_about(db.session(), milestone.id),
    )


@pages.post(f"{_ONE}/erledigt")
@requires(Permission.REPORT_MILESTONES)
@commits
def complete(key: str, milestone_id: uuid.UUID) -> ResponseReturnValue:
    now = clock.now()
    try:
        service.complete_milestone(
            db.session(),
            current_actor(),
            key,
            milestone_id,
            done_on=forms.done_in(request.form, clock.berlin_day(now)),
            now=now,
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _show(key, milestone_id, error.reasons, status=error.status)
    flash(_("Der Meilenstein ist erledigt."), "success")
    return redirect(url_for(".show", key=key, milestone_id=milestone_id), code=303)


@pages.post(f"{_ONE}/streichen")
@requires(Permission.EDIT_PLANS)
@commits
def drop(key: str, milestone_id: uuid.UUID) -> ResponseReturnValue:
    try:
        service.drop_milestone(
            db.session(),
            current_actor(),
            key,
            milestone_id,
            reason=forms.reason_in(request.form),
            now=clock.now(),
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _show(key, milestone_id, error.reasons, status=error.status)
    flash(_("Der Meilenstein ist gestrichen."), "success")
    return redirect(url_for(".index", key=key), code=303)
