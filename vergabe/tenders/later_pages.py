"""Page of a tender about call-offs: who may, and joining later as the notice announces."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Violation, gather
from vergabe.exchange import german
from vergabe.pools import announcing, later_queries
from vergabe.pools import queries as pools
from vergabe.pools.announcing import LaterJoiningEntry
from vergabe.pools.commitment import amount
from vergabe.pools.model import LaterJoiner
from vergabe.tenders import later, later_joining, queries
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("call_offs", __name__)
QUANTITY: Final = "quantities."


@pages.get("/vergabeverfahren/<uuid:tender_id>/abrufe")
@requires(Permission.VIEW_TENDERS)
def show(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _page(tender_id)


def _page(
    tender_id: uuid.UUID,
    violations: Sequence[Violation] = (),
    *,
    entry: Mapping[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    tender = queries.visible_tender(session, actor, tender_id)
    row = later_joining.announced_for(session, tender, actor)
    may_join = (
        row is not None
        and row.joined_at is None
        and later_joining.is_published(tender)
        and clock.berlin_day(now) <= row.latest_on
        and actor.may(
            Permission.JOIN_POOLS,
            organisation_id=actor.organisation_id,
            cooperation_id=tender.cooperation_id,
        )
    )
    html = render_template(
        "tenders/call_offs.html",
        tender=tender,
        entries=pools.call_off_list(session, tender.pool_id),
        own=row if may_join else None,
        things=announcing.announced_things(row) if row is not None else [],
        most=later_queries.facts_of(row).maximum if row is not None else {},
        violations=list(violations),
        entry=entry or {},
        amount=amount,
        law=later.law_of(tender),
    )
    return html, status


@pages.post("/vergabeverfahren/<uuid:tender_id>/abrufe/beitritt")
@requires(Permission.JOIN_POOLS)
@commits
def join(tender_id: uuid.UUID) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    try:
        tender = queries.visible_tender(session, actor, tender_id)
        row = later_joining.announced_for(session, tender, actor)
        entry = LaterJoiningEntry(_quantities(row), request.form.get("mandate_reference", ""))
        later_joining.join_later(session, actor, tender_id, entry, now=clock.now())
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _page(tender_id, error.reasons, entry=request.form.to_dict(), status=error.status)
    flash(_("Der Beitritt ist verbindlich eingetragen."), "success")
    return redirect(url_for(".show", tender_id=tender_id), code=303)


def _quantities(row: LaterJoiner | None) -> dict[str, Decimal | None]:
    """Return the posted quantity of each announced thing; InvalidInput for what is no number."""
    found: dict[str, Decimal | None] = {}
    reasons: list[Violation] = []
    for thing in announcing.announced_things(row) if row is not None else []:
        name = f"{QUANTITY}{thing.key}"
        text = request.form.get(name, "").strip()
        if not thing.is_counted:
            found[thing.key] = None if text else Decimal(0)
            continue
        read = partial(german.parse_decimal, text, field=name)
        found[thing.key] = gather(reasons, read) if text else None
    if reasons:
        raise InvalidInput.of(reasons)
    return found
