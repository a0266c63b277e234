"""Pages of own providers of a pool: who is asked first, the check, its result."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit import queries as audit
from vergabe.db import db
from vergabe.errors import DomainError, InvalidInput, NotFound, Refused, Stale, TooLarge, Violation
from vergabe.files import documents, handing_out
from vergabe.files.current import store
from vergabe.in_house import forms, queries, rules, service
from vergabe.in_house.entries import MOST_ALTERNATIVES
from vergabe.in_house.model import InHouseCheck
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.texts import _, lazy
from vergabe.web import stale
from vergabe.web.forms import FormReader
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("in_house", __name__)

_RULE: Final = "/buendelungen/<uuid:pool_id>/eigene-anbieter"
_WRONG: Final = (InvalidInput, Refused, Stale, TooLarge)
KIND_NAMES: Final = {
    "association": lazy("Zweckverband"),
    "cooperative": lazy("Genossenschaft"),
    "company": lazy("Gesellschaft"),
    "institution": lazy("Anstalt des öffentlichen Rechts"),
    "other": lazy("sonstiger Anbieter"),
}
_DOCUMENT: Final = {
    "accept": ",".join(documents.SUFFIXES),
    "limit": f"{documents.LIMIT_MEGABYTES} Megabyte",
}


@pages.context_processor
def words() -> dict[str, Any]:
    """Give templates the German names of results and kinds."""
    return {
        "result_names": {result.value: name for result, name in rules.RESULT_NAMES.items()},
        "kind_names": KIND_NAMES,
    }


def _may_check(pool: Pool) -> bool:
    return current_actor().may(
        Permission.CHECK_IN_HOUSE,
        cooperation_id=pool.cooperation_id,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )


@pages.get(_RULE)
@requires(Permission.VIEW_POOLS)
def index(pool_id: uuid.UUID) -> ResponseReturnValue:
    return _overview(pool_id)


def _overview(
    pool_id: uuid.UUID, violations: Sequence[Violation] = (), status: int = 200
) -> ResponseReturnValue:
    session = db.session()
    pool = pools.visible_pool(session, current_actor(), pool_id)
    html = render_template(
        "in_house/index.html",
        pool=pool,
        asked=queries.asked_first(session, pool, clock.berlin_day(clock.now())),
        earlier=[c for c in queries.checks_of(session, pool.id) if c.replaced_at is not None],
        may_check=_may_check(pool),
        violations=violations,
        questions=rules.OPEN_QUESTIONS,
    )
    return html, status


@pages.post(_RULE)
@requires(Permission.CHECK_IN_HOUSE)
@commits
def start(pool_id: uuid.UUID) -> ResponseReturnValue:
    provider_id = FormReader(request.form).identifier("provider_id")
    if provider_id is None:
        raise NotFound("Der Anbieter")
    try:
        check = service.start_check(
            db.session(), current_actor(), pool_id, provider_id, now=clock.now()
        )
    except Refused as error:
        db.session.rollback()
        return _overview(pool_id, error.reasons, error.status)
    return redirect(url_for(".show", pool_id=pool_id, check_id=check.id), code=303)


@pages.get(f"{_RULE}/<uuid:check_id>")
@requires(Permission.VIEW_POOLS)
def show(pool_id: uuid.UUID, check_id: uuid.UUID) -> ResponseReturnValue:
    return _check(pool_id, check_id)


def _visible(pool_id: uuid.UUID, check_id: uuid.UUID) -> InHouseCheck:
    check = queries.visible_check(db.session(), current_actor(), check_id)
    if check.pool_id != pool_id:
        raise NotFound(queries.WHAT)
    return check


def _check(
    pool_id: uuid.UUID, check_id: uuid.UUID, error: DomainError | None = None
) -> ResponseReturnValue:
    check = _visible(pool_id, check_id)
    facts = queries.facts_of(check)
    html = render_template(
        "in_house/show.html",
        pool=check.pool,
        check=check,
        conditions=rules.conditions(facts),
        figures=rules.figures(facts),
        may_check=_may_check(check.pool) and check.replaced_at is None,
        violations=error.reasons if error else (),
        values=request.form,
        results=list(rules.RESULT_NAMES.items()),
        questions=rules.OPEN_QUESTIONS,
    )
    return html, error.status if error else 200


@pages.get(f"{_RULE}/<uuid:check_id>/bearbeiten")
@requires(Permission.CHECK_IN_HOUSE)
def edit(pool_id: uuid.UUID, check_id: uuid.UUID) -> ResponseReturnValue:
    check = _visible(pool_id, check_id)
    if check.result is not None or check.replaced_at is not None:
        return redirect(url_for(".show", pool_id=pool_id, check_id=check_id), code=303)
    return _form(check, _stored(check))


def _stored(check: InHouseCheck) -> dict[str, Any]:
    return forms.values(queries.entry_of(check)) | {"version": check.version}


def _form(
    check: InHouseCheck,
    values: Mapping[str, Any],
    violations: Sequence[Violation] = (),
    status: int = 200,
) -> ResponseReturnValue:
    filled = [
        index
        for index in range(MOST_ALTERNATIVES)
        if any(values.get(f"alternatives.{index}.{name}") for name in ("name", "amount_net_cents"))
    ]
    html = render_template(
        "in_house/form.html",
        pool=check.pool,
        check=check,
        values=values,
        violations=violations,
        rows=range(min(MOST_ALTERNATIVES, max(filled, default=-1) + 3)),
        document_field=_DOCUMENT,
    )
    return html, status


@pages.post(f"{_RULE}/<uuid:check_id>/bearbeiten")
@requires(Permission.CHECK_IN_HOUSE)
@commits
def save(pool_id: uuid.UUID, check_id: uuid.UUID) -> ResponseReturnValue:
    now = clock.now()
    _visible(pool_id, check_id)
    try:
        service.save_check(
            db.session(),
            current_actor(),
            check_id,
            forms.entry(request.form, clock.berlin_day(now)),
            version=FormReader(request.form).version(),
            upload=forms.upload(request.files, store()),
            now=now,
        )
    except _WRONG as error:
        db.session.rollback()
        check = _visible(pool_id, check_id)
        if isinstance(error, Stale):
            typed = request.form.to_dict() | {"version": check.version}
            return stale.answer(
                lambda: _form(check, _stored(check)),
                lambda: _form(check, typed),
                audit.last_entry_about(db.session(), pool_id),
            )
        return _form(check, request.form, error.reasons, error.status)
    flash(_("Die Prüfung ist gespeichert."), "success")
    return redirect(url_for(".show", pool_id=pool_id, check_id=check_id), code=303)


@pages.post(f"{_RULE}/<uuid:check_id>/ergebnis")
@requires(Permission.CHECK_IN_HOUSE)
@commits
def decide(pool_id: uuid.UUID, check_id: uuid.UUID) -> ResponseReturnValue:
    _visible(pool_id, check_id)
    try:
        result, reason = forms.decision(request.form)
        service.decide_check(
            db.session(),
            current_actor(),
            check_id,
            result,
            reason,
            version=FormReader(request.form).version(),
            now=clock.now(),
        )
    except _WRONG as error:
        db.session.rollback()
        return _check(pool_id, check_id, error)
    flash(
        _("Das Ergebnis ist festgehalten; die beteiligten Kommunen sind benachrichtigt."), "success"
    )
    return redirect(url_for(".show", pool_id=pool_id, check_id=check_id), code=303)


@pages.post(f"{_RULE}/<uuid:check_id>/wiederaufnahme")
@requires(Permission.CHECK_IN_HOUSE)
@commits
def reopen(pool_id: uuid.UUID, check_id: uuid.UUID) -> ResponseReturnValue:
    _visible(pool_id, check_id)
    try:
        copy = service.reopen_check(
            db.session(), current_actor(), check_id, request.form.get("reason", ""), now=clock.now()
        )
    except _WRONG as error:
        db.session.rollback()
        return _check(pool_id, check_id, error)
    flash(_("Die Prüfung ist wieder offen."), "success")
    return redirect(url_for(".show", pool_id=pool_id, check_id=copy.id), code=303)


@pages.get(f"{_RULE}/<uuid:check_id>/dokument")
@requires(Permission.VIEW_POOLS)
def document(pool_id: uuid.UUID, check_id: uuid.UUID) -> ResponseReturnValue:
    check = _visible(pool_id, check_id)
    return handing_out.document(check.file_sha256, check.file_name, store())
