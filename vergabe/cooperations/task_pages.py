"""Page of the task matrix (Schnittstellenregelung) of a cooperation."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import ROLE_NAMES, Permission, roles_with
from vergabe.cooperations import queries, task_forms, task_matrix, tasks
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.pages import visible, words
from vergabe.cooperations.task_rules import STEPS, Step
from vergabe.cooperations.tasks import Governed
from vergabe.db import db
from vergabe.errors import DomainError, InvalidInput, NotFound, Refused, Violation
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("tasks", __name__)
pages.context_processor(words)


@pages.get("/zusammenarbeit/<key>/aufgaben")
@requires(Permission.VIEW_COOPERATION)
def show(key: str) -> ResponseReturnValue:
    return _page(visible(key))


@pages.post("/zusammenarbeit/<key>/aufgaben")
@requires(Permission.EDIT_COOPERATION)
@commits
def change(key: str) -> ResponseReturnValue:
    cooperation = visible(key)
    area = _area(cooperation, request.form.get("area"))
    try:
        newest = queries.newest_agreement(db.session(), cooperation.id)
        if newest is None:
            raise NotFound("Die Vereinbarung")
        before = tasks.tasks_of(db.session(), newest.id)
        wanted = task_forms.tasks_in(request.form, before, area.id if area else None)
        task_matrix.set_tasks(
            db.session(),
            current_actor(),
            cooperation.id,
            wanted,
            reason=request.form.get("reason", ""),
            now=clock.now(),
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _page(visible(key), error)
    flash(_("Die Aufgabenverteilung ist gespeichert."), "success")
    return redirect(url_for(".show", key=key, gebiet=area.key if area else None), code=303)


def _area(cooperation: Cooperation, key: str | None) -> TaskArea | None:
    return queries.area_by_key(db.session(), cooperation.id, key) if key else None


def _at_steps(error: DomainError) -> list[Violation]:
    """Return the reasons with the fields of the form instead of the lines of the matrix."""
    return [
        replace(each, field=None) if (each.field or "").startswith("tasks.") else each
        for each in error.reasons
    ]


def _page(cooperation: Cooperation, error: DomainError | None = None) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    area = _area(cooperation, request.values.get("gebiet") or request.form.get("area"))
    area_id = area.id if area else None
    newest = queries.newest_agreement(session, cooperation.id)
    counting = tasks.governing_agreement(session, cooperation.id, clock.berlin_day(now))
    drafted = tasks.tasks_of(session, newest.id) if newest else []
    in_force = tasks.tasks_of(session, counting.id) if counting else []
    may_edit = (
        newest is not None
        and newest.stage in task_matrix.DRAFT_STAGES
        and tasks.may(session, actor, Step.COORDINATE, Governed(cooperation), now=now)
    )
    name = cooperation.lead.name
    html = render_template(
        "cooperations/tasks.html",
        cooperation=cooperation,
        area=area,
        areas=cooperation.areas,
        newest=newest,
        counting=counting,
        rows=task_matrix.rows(session, in_force, area_id, name),
        drafted=task_matrix.rows(session, drafted, area_id, name),
        roles={
            step: ", ".join(ROLE_NAMES[role] for role in sorted(roles_with(facts.permission)))
            for step, facts in STEPS.items()
        },
        may_edit=may_edit,
        options=_options(cooperation) if may_edit else [],
        codes=task_forms.codes_of(drafted, area_id),
        keep=task_forms.KEEP,
        values=request.form,
        violations=_at_steps(error) if error else [],
    )
    return html, error.status if error else 200


def _options(cooperation: Cooperation) -> list[tuple[str, str]]:
    session, now = db.session(), clock.now()
    members = queries.members(session, cooperation.id, clock.berlin_day(now))
    providers = task_matrix.provider_choices(session, cooperation, now=now)
    return task_forms.options(cooperation, members, providers)
