"""Pages about who may call off later: the list, and naming later joiners (before the tender)."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Violation, gather
from vergabe.exchange import german, german_dates
from vergabe.pools import announcing, forms, later_queries, later_rules, presenting, queries
from vergabe.pools.announcing import LaterEntry
from vergabe.pools.commitment import amount, unit_name
from vergabe.pools.later_rules import Article
from vergabe.pools.model import Pool
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("later", __name__)


@pages.get("/buendelungen/<uuid:pool_id>/abrufe")
@requires(Permission.VIEW_POOLS)
def show(pool_id: uuid.UUID) -> ResponseReturnValue:
    return _page(pool_id)


def _page(
    pool_id: uuid.UUID,
    violations: Sequence[Violation] = (),
    *,
    entry: Mapping[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    pool = queries.visible_pool(session, actor, pool_id)
    stage = presenting.stage_of(pool, now)
    html = render_template(
        "pools/later.html",
        pool=pool,
        is_fixed=stage in ("binding", "tendering", "concluded"),
        entries=queries.call_off_list(session, pool.id),
        later=later_queries.announced(session, pool.id),
        may_name=stage in later_rules.NAMED_IN
        and actor.may(Permission.EDIT_POOLS, cooperation_id=pool.cooperation_id),
        things=announcing.articles_in(session, pool),
        nameable=_choices(session, pool, now),
        violations=list(violations),
        entry=entry or {},
        amount=amount,
        unit_name=unit_name,
    )
    return html, status


def _choices(session: Session, pool: Pool, now: dt.datetime) -> list[tuple[uuid.UUID, str]]:
    """Return the members that could be named."""
    today = clock.berlin_day(now)
    facts = queries.pool_facts(session, pool)
    allowed = later_queries.foreseen(session, pool.area_id, today)
    return [
        (member.organisation_id, member.organisation.name)
        for member in cooperations.members(session, pool.cooperation_id, today)
        if facts.participant(member.organisation_id) is None
        and (not allowed or member.organisation_id in allowed)
    ]


@pages.post("/buendelungen/<uuid:pool_id>/spaetere")
@requires(Permission.EDIT_POOLS)
@commits
def name(pool_id: uuid.UUID) -> ResponseReturnValue:
    try:
        session, actor = db.session(), current_actor()
        pool = queries.visible_pool(session, actor, pool_id)
        entry = _entry(request.form, announcing.articles_in(session, pool))
        announcing.name_later_joiner(
            session,
            actor,
            pool_id,
            entry,
            version=forms.version_in(request.form),
            now=clock.now(),
        )
    except (InvalidInput, Refused) as error:
        return _refused(pool_id, error)
    flash(_("Eingetragen; die Kommune wird benachrichtigt."), "success")
    return redirect(url_for(".show", pool_id=pool_id), code=303)


def _entry(form: forms.Form, things: Sequence[Article]) -> LaterEntry:
    """Return what the form says; InvalidInput with everything in it that cannot be read."""
    reasons: list[Violation] = []
    organisation_id = forms.id_in(form, "organisation_id")
    if organisation_id is None:
        message = "Bitte wählen Sie die Kommune."
        reasons.append(Violation("organisation_missing", message, field="organisation_id"))
    maximum: dict[str, Decimal | None] = {}
    for thing in things:
        field = f"maximum.{thing.key}"
        text = form.get(field, "").strip()
        if not thing.is_counted:
            if form.get(field) == "1":
                maximum[thing.key] = None
        elif text:
            maximum[thing.key] = _read(reasons, german.parse_decimal, text, field)
    value_text = form.get("maximum_net", "").strip()
    value = _read(reasons, german.parse_money_cents, value_text, "maximum_net")
    day = _read(reasons, german_dates.parse_date, form.get("latest_on", "").strip(), "latest_on")
    if day is None and not form.get("latest_on", "").strip():
        message = "Bitte den letzten Tag angeben."
        reasons.append(Violation("day_missing", message, field="latest_on"))
    if reasons:
        raise InvalidInput.of(reasons)
    assert organisation_id is not None
    return LaterEntry(organisation_id, maximum, day, value)


def _read(reasons: list[Violation], parse: Any, text: str, field: str) -> Any:
    """Return what a text means, None for an empty or wrong one; what is wrong goes to `reasons`."""
    return gather(reasons, lambda: parse(text, field=field)) if text else None


@pages.post("/buendelungen/<uuid:pool_id>/spaetere/<uuid:organisation_id>/entfernen")
@requires(Permission.EDIT_POOLS)
@commits
def drop(pool_id: uuid.UUID, organisation_id: uuid.UUID) -> ResponseReturnValue:
    try:
        announcing.drop_later_joiner(
            db.session(), current_actor(), pool_id, organisation_id, now=clock.now()
        )
    except (InvalidInput, Refused) as error:
        return _refused(pool_id, error)
    flash(_("Die Kommune ist nicht mehr für einen späteren Beitritt vorgesehen."), "success")
    return redirect(url_for(".show", pool_id=pool_id), code=303)


def _refused(pool_id: uuid.UUID, error: InvalidInput | Refused) -> ResponseReturnValue:
    db.session.rollback()
    return _page(pool_id, error.reasons, entry=request.form.to_dict(), status=error.status)
