"""Pages of demands: list, one demand and what can be done to it, release of several, export."""

import uuid
from collections.abc import Callable, Sequence
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit import queries as audit
from vergabe.db import db
from vergabe.demands import (
    budget,
    call_queries,
    drafts,
    listing,
    queries,
    releasing,
    rules,
    service,
)
from vergabe.demands.conversion import facts_of
from vergabe.demands.forms import unit_name
from vergabe.demands.model import Demand
from vergabe.demands.presenting import STAGE_KINDS
from vergabe.demands.reading import as_sent
from vergabe.demands.stages import STAGE_NAMES, Action, Stage, actions_in
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.exchange import codes, german, plain_text
from vergabe.list_views.answers import list_answer
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("demands", __name__)

_BUDGET_LINE_MAX: Final = 200
MOST_CALLS: Final = 5
"""So many open calls stand above the list; the page of the calls has all."""
_PERMISSION: Final = {
    Action.RELEASE: Permission.RELEASE_DEMANDS,
    Action.REJECT: Permission.RELEASE_DEMANDS,
    Action.REVOKE_RELEASE: Permission.RELEASE_DEMANDS,
}


@pages.get("/bedarfe")
@requires(Permission.VIEW_DEMANDS)
def index() -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    may_release = actor.holds(Permission.RELEASE_DEMANDS)
    return list_answer(
        listing.demand_list(session, actor),
        "demands/index.html",
        stage_names=STAGE_NAMES,
        stage_kinds=STAGE_KINDS,
        may_edit=actor.holds(Permission.EDIT_DEMANDS),
        waiting_count=queries.waiting_count(session, actor) if may_release else 0,
        open_calls=call_queries.open_calls(session, actor, now=clock.now(), limit=MOST_CALLS + 1),
        most_calls=MOST_CALLS,
    )


@pages.get("/bedarfe/<uuid:demand_id>")
@requires(Permission.VIEW_DEMANDS)
def show(demand_id: uuid.UUID) -> ResponseReturnValue:
    return _demand_page(queries.visible_demand(db.session(), current_actor(), demand_id))


def _demand_page(
    demand: Demand, violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    html = render_template(
        "demands/show.html",
        demand=demand,
        stage_name=STAGE_NAMES[Stage(demand.stage)],
        stage_kind=STAGE_KINDS[Stage(demand.stage)],
        actions=[
            action.value
            for action in actions_in(Stage(demand.stage))
            if actor.may(
                _PERMISSION.get(action, Permission.EDIT_DEMANDS),
                organisation_id=demand.organisation_id,
                cooperation_id=demand.cooperation_id,
            )
        ],
        may_change=not rules.reasons_against_editing(
            facts_of(demand), actor.user_id, is_operator=actor.is_operator
        ),
        may_copy=actor.holds(Permission.EDIT_DEMANDS),
        cpv=[_cpv(code) for code in (demand.cpv, *demand.cpv_additional)],
        nuts=codes.nuts(demand.nuts) if demand.nuts else None,
        unit_name=unit_name,
        line_totals=[rules.lines_net_cents([item]) for item in demand.items],
        lines_net_cents=rules.lines_net_cents(demand.items),
        call=call_queries.call_of(session, demand),
        warnings=as_sent(rules.value_warnings(demand)),
        history=audit.entries_about(session, demand.id),
        values=request.form,
        violations=violations,
    )
    return html, status


def _cpv(code: str) -> str:
    found = codes.cpv(code)
    return f"{codes.cpv_with_check_digit(code)} {found.label_de}" if found else code


@pages.post("/bedarfe/<uuid:demand_id>/einreichen")
@requires(Permission.EDIT_DEMANDS)
@commits
def submit(demand_id: uuid.UUID) -> ResponseReturnValue:
    return _done(
        demand_id,
        lambda: service.submit_demand(db.session(), current_actor(), demand_id, now=clock.now()),
        "ist eingereicht und wartet auf die Freigabe",
    )


@pages.post("/bedarfe/<uuid:demand_id>/oeffnen")
@requires(Permission.EDIT_DEMANDS)
@commits
def reopen(demand_id: uuid.UUID) -> ResponseReturnValue:
    return _done(
        demand_id,
        lambda: service.reopen_demand(db.session(), current_actor(), demand_id, now=clock.now()),
        "ist wieder ein Entwurf",
    )


@pages.post("/bedarfe/<uuid:demand_id>/kopieren")
@requires(Permission.EDIT_DEMANDS)
@commits
def copy(demand_id: uuid.UUID) -> ResponseReturnValue:
    return _done(
        demand_id,
        lambda: drafts.copy_demand(db.session(), current_actor(), demand_id, now=clock.now()),
        "ist angelegt; bitte prüfen Sie Menge, Wert und Tage",
    )


@pages.post("/bedarfe/<uuid:demand_id>/ablehnen")
@requires(Permission.RELEASE_DEMANDS)
@commits
def reject(demand_id: uuid.UUID) -> ResponseReturnValue:
    return _ended(demand_id, Action.REJECT, service.reject_demand, "ist abgelehnt")


@pages.post("/bedarfe/<uuid:demand_id>/freigabe-zuruecknehmen")
@requires(Permission.RELEASE_DEMANDS)
@commits
def revoke_release(demand_id: uuid.UUID) -> ResponseReturnValue:
    done = "wartet wieder auf die Freigabe"
    return _ended(demand_id, Action.REVOKE_RELEASE, service.revoke_release, done)


@pages.post("/bedarfe/<uuid:demand_id>/zurueckziehen")
@requires(Permission.EDIT_DEMANDS)
@commits
def withdraw(demand_id: uuid.UUID) -> ResponseReturnValue:
    return _ended(demand_id, Action.WITHDRAW, service.withdraw_demand, "ist zurückgezogen")


def _ended(
    demand_id: uuid.UUID, action: Action, command: Callable[..., Demand], done: str
) -> ResponseReturnValue:
    def run() -> Demand:
        return command(db.session(), current_actor(), demand_id, _reason(), now=clock.now())

    # Each of these forms has a field for the reason, and several of them stand on one page.
    return _done(demand_id, run, done, field_prefix=f"{action}-")


def _reason() -> str:
    text = request.form.get("reason", "")
    return plain_text.many_lines(text, max_length=rules.REASON_MAX, field="reason")


@pages.post("/bedarfe/<uuid:demand_id>/freigeben")
@requires(Permission.RELEASE_DEMANDS)
@commits
def release(demand_id: uuid.UUID) -> ResponseReturnValue:
    def run() -> Demand:
        typed = request.form.get("released_net", "").strip()
        return releasing.release_demand(
            db.session(),
            current_actor(),
            demand_id,
            released_net_cents=german.parse_money_cents(typed, field="released_net")
            if typed
            else None,
            budget_line=_budget_line(),
            version=request.form.get("version", type=int),
            now=clock.now(),
        )

    return _done(demand_id, run, "ist freigegeben")


def _budget_line() -> str:
    text = request.form.get("budget_line", "")
    return plain_text.one_line(text, max_length=_BUDGET_LINE_MAX, field="budget_line")


def _done(
    demand_id: uuid.UUID, command: Callable[[], Demand], done: str, *, field_prefix: str = ""
) -> ResponseReturnValue:
    """Run a command; lead to the demand with a sentence, or show again what stood in the way."""
    try:
        demand = command()
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        found = queries.visible_demand(db.session(), current_actor(), demand_id)
        violations = [
            Violation(each.code, each.message, each.law, each.field and field_prefix + each.field)
            for each in as_sent(error.reasons)
        ]
        return _demand_page(found, violations, status=error.status)
    flash(_("Der Bedarf %(reference)s %(done)s.", reference=demand.reference, done=done), "success")
    return redirect(url_for(".show", demand_id=demand.id), code=303)


@pages.get("/bedarfe/freigabe")
@requires(Permission.RELEASE_DEMANDS)
def waiting() -> ResponseReturnValue:
    return _waiting_page()


def _waiting_page(
    violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    centres = budget.by_cost_centre(session, actor, now=now)
    year = clock.berlin_day(now).year
    return list_answer(
        listing.waiting_list(session, actor),
        "demands/waiting.html",
        status=status,
        centres=centres,
        budget_picture=budget.picture(centres, year),
        year=year,
        obstacles=lambda demands: releasing.obstacles(session, actor, demands, now=now),
        chosen=set(request.form.getlist("demand_ids")),
        values=request.form,
        violations=violations,
    )


@pages.post("/bedarfe/freigabe")
@requires(Permission.RELEASE_DEMANDS)
@commits
def decide_many() -> ResponseReturnValue:
    """Release the chosen demands, or return them with a reason."""
    is_returning = "reject" in request.form
    try:
        count = _reject_chosen() if is_returning else _release_chosen()
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _waiting_page(error.reasons, status=error.status)
    done = "abgelehnt" if is_returning else "freigegeben"
    flash(
        _("Ein Bedarf ist %(done)s.", done=done)
        if count == 1
        else _("%(count)s Bedarfe sind %(done)s.", count=count, done=done),
        "success",
    )
    return redirect(request.full_path.removesuffix("?"), code=303)


def _release_chosen() -> int:
    chosen = _chosen_ids()
    versions = {each: request.form.get(f"version-{each}", type=int) for each in chosen}
    released = releasing.release_demands(
        db.session(),
        current_actor(),
        chosen,
        budget_line=_budget_line(),
        seen={each: seen for each, seen in versions.items() if seen is not None},
        now=clock.now(),
    )
    return len(released)


def _reject_chosen() -> int:
    rejected = service.reject_demands(
        db.session(), current_actor(), _chosen_ids(), _reason(), now=clock.now()
    )
    return len(rejected)


def _chosen_ids() -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in request.form.getlist("demand_ids")]
    except ValueError as error:
        message = "Die Auswahl ist beschädigt. Bitte wählen Sie noch einmal."
        raise InvalidInput("choice_invalid", message, field="demand_ids") from error
