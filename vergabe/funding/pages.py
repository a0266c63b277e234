"""Pages of funding: the case of a pool, its plan, what the authority decides, the paper."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import queries as records
from vergabe.audit import service as audit
from vergabe.cooperations import documents, project_defaults
from vergabe.cost_keys.keys import KEY_NAMES
from vergabe.db import db
from vergabe.errors import DomainError, InvalidInput, Refused, Stale, TooLarge, Violation
from vergabe.exchange import report
from vergabe.files import handing_out
from vergabe.files.current import store
from vergabe.funding import deciding, forms, presenting, printing, queries, rules, service
from vergabe.funding.entries import AWARD_RULES, OWN_KEYS
from vergabe.funding.model import FundingCase
from vergabe.funding.rules import ALIVE, Stage
from vergabe.law import funding as law
from vergabe.law.funding import ROUNDING_NAMES
from vergabe.pools import queries as pools
from vergabe.texts import _
from vergabe.web import stale
from vergabe.web.downloads import content_disposition
from vergabe.web.forms import FormReader
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("funding", __name__)
Command = Callable[[Session, Actor], str]
REFUSALS = (InvalidInput, Refused, Stale, TooLarge)
_RULE = "/buendelungen/<uuid:pool_id>/foerderung"


@pages.get(_RULE)
@requires(Permission.VIEW_FUNDING)
def show(pool_id: uuid.UUID) -> ResponseReturnValue:
    return case_page(pool_id)


def case_page(
    pool_id: uuid.UUID, error: DomainError | None = None, form: str = ""
) -> ResponseReturnValue:
    """Return the page of a pool's funding; `form` is the one whose entry was refused."""
    session, actor, now = db.session(), current_actor(), clock.now()
    pool = pools.visible_pool(session, actor, pool_id)
    case = queries.newest_case(session, pool.id)
    what_if = FormReader(request.args)
    amount = what_if.money("betrag") if request.method == "GET" else None
    violations = [*(error.reasons if error else ()), *what_if.violations]
    html = render_template(
        "funding/show.html",
        pool=pool,
        view=presenting.funding_view(session, actor, case, now=now, what_if_cents=amount)
        if case
        else None,
        may_edit=_may_edit(actor, pool),
        violations=violations,
        form_name=form,
        entry=forms.typed(request.form),
        what_if=request.args.get("betrag", ""),
        today=clock.berlin_day(now),
        **_words(),
    )
    return html, error.status if error else (422 if violations else 200)


def _may_edit(actor: Actor, pool: Any) -> bool:
    return actor.may(
        Permission.EDIT_FUNDING,
        cooperation_id=pool.cooperation_id,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )


def _words() -> dict[str, Any]:
    return {
        "stage_names": rules.STAGE_NAMES,
        "stage_kinds": presenting.STAGE_KINDS,
        "error_costs": presenting.ERROR_COSTS,
        "rounding_names": ROUNDING_NAMES,
        "award_rules": [(rule, rule) for rule in AWARD_RULES],
        "document_accept": ",".join(documents.SUFFIXES),
        "document_limit": f"{documents.LIMIT_MEGABYTES} Megabyte",
    }


def run(
    pool_id: uuid.UUID,
    form: str,
    command: Command,
    page: Callable[..., ResponseReturnValue] = case_page,
    endpoint: str = "funding.show",
) -> ResponseReturnValue:
    """Run a command and go back to its page; a refusal shows the page with the entry."""
    return attempt(
        lambda: command(db.session(), current_actor()),
        lambda error: page(pool_id, error, form),
        to=url_for(endpoint, pool_id=pool_id),
    )


@pages.get(f"{_RULE}/plan")
@requires(Permission.EDIT_FUNDING)
def plan(pool_id: uuid.UUID) -> ResponseReturnValue:
    case = _own_case(pool_id)
    pool = pools.visible_pool(db.session(), current_actor(), pool_id)
    defaults = project_defaults.funding_defaults(db.session(), pool.cooperation_id)
    return _plan_page(pool_id, case, forms.values_of(case, defaults))


def _own_case(pool_id: uuid.UUID) -> FundingCase | None:
    """Return the case that is alive, to who may change it; NotFound for an unseen pool."""
    actor = current_actor()
    pool = pools.visible_pool(db.session(), actor, pool_id)
    actor.require(
        Permission.EDIT_FUNDING,
        cooperation_id=pool.cooperation_id,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )
    case = queries.newest_case(db.session(), pool.id)
    return case if case is not None and Stage(case.stage) in ALIVE else None


def _plan_page(
    pool_id: uuid.UUID,
    case: FundingCase | None,
    values: Mapping[str, Any],
    violations: Sequence[Violation] = (),
    status: int = 200,
) -> ResponseReturnValue:
    today = clock.berlin_day(clock.now())
    pool = pools.visible_pool(db.session(), current_actor(), pool_id)
    html = render_template(
        "funding/plan.html",
        pool=pool,
        case=case,
        values=values,
        row_count=forms.rows_in(values),
        violations=violations,
        programmes=[(row.id, row.title) for row in law.programmes(today)],
        keys=[(kind.value, KEY_NAMES[kind]) for kind in OWN_KEYS],
        roundings=[(rounding.value, name) for rounding, name in ROUNDING_NAMES.items()],
        **_words(),
    )
    return html, status


@pages.post(f"{_RULE}/plan")
@requires(Permission.EDIT_FUNDING)
@commits
def save(pool_id: uuid.UUID) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    try:
        entry = forms.case_entry(request.form)
        seen = forms.seen_version(request.form)
        service.save_case(session, actor, pool_id, entry, version=seen, now=clock.now())
    except REFUSALS as error:
        db.session.rollback()
        case = _own_case(pool_id)
        values = forms.typed(request.form)
        if isinstance(error, Stale):
            return stale.answer(
                lambda: _plan_page(pool_id, case, forms.values_of(case, {})),
                lambda: _plan_page(pool_id, case, values),
                records.last_entry(session, audit.stream_of("pool", pool_id)),
            )
        return _plan_page(pool_id, case, values, error.reasons, error.status)
    flash(_("Der Finanzierungsplan ist gespeichert."), "success")
    return redirect(url_for(".show", pool_id=pool_id), code=303)


@pages.post(f"{_RULE}/antrag")
@requires(Permission.EDIT_FUNDING)
@commits
def apply(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        day = forms.only_day(request.form, "applied_on", "Geben Sie den Tag des Antrags an.")
        seen = forms.seen_version(request.form)
        service.apply(session, actor, pool_id, day, version=seen, now=clock.now())
        return "Der Antrag ist vermerkt; die Beteiligten werden benachrichtigt."

    return run(pool_id, "apply", command)


@pages.post(f"{_RULE}/vorzeitiger-beginn")
@requires(Permission.EDIT_FUNDING)
@commits
def permit_early_start(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        reader = FormReader(request.form)
        day = reader.required_day("early_start_on", "Geben Sie an, ab wann begonnen werden darf.")
        document = forms.upload(request.files, store())
        if document is None:
            sentence = "Hinterlegen Sie das Schreiben der Bewilligungsbehörde."
            reader.violations.append(Violation("document_missing", sentence, field="document"))
        reader.raise_if_wrong()
        assert day is not None
        deciding.permit_early_start(
            session,
            actor,
            pool_id,
            day,
            reader.text("early_start_reference"),
            document,
            version=forms.seen_version(request.form),
            now=clock.now(),
        )
        return "Der vorzeitige Maßnahmenbeginn ist vermerkt."

    return run(pool_id, "early_start", command)


@pages.post(f"{_RULE}/bescheid")
@requires(Permission.EDIT_FUNDING)
@commits
def grant(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        deciding.grant(
            session,
            actor,
            pool_id,
            forms.decision_entry(request.form),
            forms.upload(request.files, store()),
            version=forms.seen_version(request.form),
            now=clock.now(),
        )
        return "Der Bescheid ist eingetragen; die Beteiligten werden benachrichtigt."

    return run(pool_id, "grant", command)


@pages.post(f"{_RULE}/ablehnung")
@requires(Permission.EDIT_FUNDING)
@commits
def reject(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        day = forms.only_day(request.form, "decided_on", "Geben Sie den Tag des Bescheids an.")
        reason, seen = FormReader(request.form).text("reason"), forms.seen_version(request.form)
        deciding.reject(session, actor, pool_id, day, reason, version=seen, now=clock.now())
        return "Die Ablehnung ist eingetragen; die Beteiligten werden benachrichtigt."

    return run(pool_id, "reject", command)


@pages.post(f"{_RULE}/ruecknahme")
@requires(Permission.EDIT_FUNDING)
@commits
def withdraw(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        reason, seen = request.form.get("reason", ""), forms.seen_version(request.form)
        service.withdraw(session, actor, pool_id, reason, version=seen, now=clock.now())
        return "Die Förderung ist zurückgezogen; die Beteiligten werden benachrichtigt."

    return run(pool_id, "withdraw", command)


@pages.get(f"{_RULE}/druck")
@requires(Permission.VIEW_FUNDING)
def paper(pool_id: uuid.UUID) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    case = queries.visible_case(session, actor, pool_id)
    view = presenting.funding_view(session, actor, case, now=now)
    content = report.as_pdf(printing.report_of(view, now=now), at=now)
    return download(content, f"Förderung {case.pool.reference}.pdf", "application/pdf")


@pages.get(f"{_RULE}/<any(bescheid, beginn):which>/dokument")
@requires(Permission.VIEW_FUNDING)
def document(pool_id: uuid.UUID, which: str) -> ResponseReturnValue:
    case = queries.visible_case(db.session(), current_actor(), pool_id)
    if which == "bescheid":
        sha256, name = case.decision_sha256, case.decision_file_name
    else:
        sha256, name = case.early_start_sha256, case.early_start_file_name
    return handing_out.document(sha256, name, store())


def download(content: Any, name: str, media_type: str) -> Response:
    """Return something to keep under a name; never cached by others."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["Cache-Control"] = "no-store"
    return response
