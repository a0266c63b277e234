"""Pages of council papers: the own paper, what people add to it, and recording the decision."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit import queries as records
from vergabe.audit import service as audit
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.rules import Subject
from vergabe.council_papers import gathering, queries, service, writing
from vergabe.council_papers.model import MemberTexts
from vergabe.council_papers.service import MemberEntry, ProjectEntry
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Stale, Violation
from vergabe.exchange import report
from vergabe.funding.forms import seen_version
from vergabe.funding.pages import download
from vergabe.money import german
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.texts import _
from vergabe.web import stale
from vergabe.web.forms import FormReader
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("council_papers", __name__)
_RULE = "/buendelungen/<uuid:pool_id>/vorlagen"
_PROJECT = ("facts", "strategy", "inclusion", "annexes")
_MEMBER = (
    *("paper_number", "department", "body", "item_number", "budget_line", "facts", "vat_remark"),
    *("strategy", "inclusion", "resolution", "annexes"),
)


@pages.get(_RULE)
@requires(Permission.VIEW_COUNCIL_PAPERS)
def show(pool_id: uuid.UUID) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    pool = pools.visible_pool(session, actor, pool_id)
    organisation = queries.own_organisation(session, actor, pool, now=now)
    facts = queries.own_facts(session, actor, pool_id, now=now) if organisation else None
    return render_template(
        "council_papers/show.html",
        pool=pool,
        facts=facts,
        paper=writing.paper(facts) if facts else None,
        may_edit=organisation is not None
        and actor.may(
            Permission.EDIT_COUNCIL_PAPERS,
            organisation_id=organisation.id,
            cooperation_id=pool.cooperation_id,
        ),
        may_edit_all=_may_edit_all(pool),
        may_resolve=actor.may(Permission.RECORD_RESOLUTION, cooperation_id=pool.cooperation_id),
    )


def _may_edit_all(pool: Any) -> bool:
    return current_actor().may(
        Permission.EDIT_FUNDING,
        cooperation_id=pool.cooperation_id,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )


@pages.get(f"{_RULE}/vorlage.<any(pdf, txt):ending>")
@requires(Permission.VIEW_COUNCIL_PAPERS)
def paper(pool_id: uuid.UUID, ending: str) -> ResponseReturnValue:
    now = clock.now()
    facts = queries.own_facts(db.session(), current_actor(), pool_id, now=now)
    made = writing.paper(facts)
    name = f"Vorlage {facts.pool_reference} {facts.municipality_short}.{ending}"
    if ending == "pdf":
        return download(report.as_pdf(made, at=now), name, "application/pdf")
    return download(report.as_text(made).encode(), name, "text/plain")


@pages.get(f"{_RULE}/bearbeiten")
@requires(Permission.EDIT_COUNCIL_PAPERS)
def edit(pool_id: uuid.UUID) -> ResponseReturnValue:
    _, own = _own(pool_id)
    return _edit_page(pool_id, _member_values(pool_id, own))


def _own(pool_id: uuid.UUID) -> tuple[uuid.UUID, MemberTexts | None]:
    """Return the own municipality and its texts; NotFound if it takes no part."""
    session, actor, now = db.session(), current_actor(), clock.now()
    pool = pools.visible_pool(session, actor, pool_id)
    organisation = queries.own_organisation(session, actor, pool, now=now)
    if organisation is None:
        raise NotFound(queries.WHAT)
    return organisation.id, queries.member_texts(session, pool_id, organisation.id)


def _member_values(pool_id: uuid.UUID, own: MemberTexts | None) -> dict[str, Any]:
    if own is None:
        pool = pools.visible_pool(db.session(), current_actor(), pool_id)
        public = queries.is_public_by_default(db.session(), pool)
        return {"version": 0, "is_confidential": "" if public else "1"}
    return {name: getattr(own, name) for name in _MEMBER} | {
        "version": own.version,
        "is_confidential": "" if own.is_public else "1",
        "meeting_on": own.meeting_on,
        "maximum": own.maximum_net_cents,
    }


def _edit_page(
    pool_id: uuid.UUID,
    values: Mapping[str, Any],
    violations: Sequence[Violation] = (),
    status: int = 200,
) -> ResponseReturnValue:
    facts = queries.own_facts(db.session(), current_actor(), pool_id, now=clock.now())
    pool = pools.visible_pool(db.session(), current_actor(), pool_id)
    html = render_template(
        "council_papers/edit.html", pool=pool, facts=facts, values=values, violations=violations
    )
    return html, status


@pages.post(f"{_RULE}/bearbeiten")
@requires(Permission.EDIT_COUNCIL_PAPERS)
@commits
def save(pool_id: uuid.UUID) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    try:
        entry, seen = _member_entry(), seen_version(request.form)
        service.save_member_texts(session, actor, pool_id, entry, version=seen, now=clock.now())
    except (InvalidInput, Stale) as error:
        db.session.rollback()
        values = request.form.to_dict()
        if isinstance(error, Stale):
            organisation_id, own = _own(pool_id)
            stored = _member_values(pool_id, own)
            return stale.answer(
                lambda: _edit_page(pool_id, stored),
                lambda: _edit_page(pool_id, values | {"version": stored["version"]}),
                records.last_entry(session, audit.stream_of("organisation", organisation_id)),
            )
        return _edit_page(pool_id, values, error.reasons, error.status)
    flash(_("Die Vorlage ist ergänzt."), "success")
    return redirect(url_for(".show", pool_id=pool_id), code=303)


def _member_entry() -> MemberEntry:
    reader = FormReader(request.form)
    entry = MemberEntry(
        is_public=not reader.flag("is_confidential"),
        meeting_on=reader.day("meeting_on"),
        maximum_net_cents=reader.money("maximum"),
        **{name: reader.text(name) for name in _MEMBER},
    )
    reader.raise_if_wrong()
    return entry


@pages.get(f"{_RULE}/gemeinsam")
@requires(Permission.EDIT_FUNDING)
def edit_all(pool_id: uuid.UUID) -> ResponseReturnValue:
    pool = pools.visible_pool(db.session(), current_actor(), pool_id)
    return _edit_all_page(pool, _all_values(pool))


def _all_values(pool: Pool) -> dict[str, Any]:
    """Return the texts for all papers as the form has them, or those that one may begin with."""
    session = db.session()
    stored = queries.project_texts(session, pool.id)
    found = stored if stored is not None else queries.default_project(session, pool)
    version = stored.version if stored is not None else 0
    return {name: getattr(found, name) for name in _PROJECT} | {"version": version}


def _edit_all_page(
    pool: Any, values: Mapping[str, Any], violations: Sequence[Violation] = (), status: int = 200
) -> ResponseReturnValue:
    current_actor().require(
        Permission.EDIT_FUNDING,
        cooperation_id=pool.cooperation_id,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )
    html = render_template(
        "council_papers/edit_all.html", pool=pool, values=values, violations=violations
    )
    return html, status


@pages.post(f"{_RULE}/gemeinsam")
@requires(Permission.EDIT_FUNDING)
@commits
def save_all(pool_id: uuid.UUID) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    entry = ProjectEntry(**{name: request.form.get(name, "") for name in _PROJECT})
    try:
        seen = seen_version(request.form)
        service.save_project_texts(session, actor, pool_id, entry, version=seen, now=clock.now())
    except (InvalidInput, Stale) as error:
        db.session.rollback()
        pool, typed = pools.visible_pool(session, actor, pool_id), request.form.to_dict()
        if isinstance(error, Stale):
            stored = _all_values(pool)
            return stale.answer(
                lambda: _edit_all_page(pool, stored),
                lambda: _edit_all_page(pool, typed | {"version": stored["version"]}),
                records.last_entry(session, audit.stream_of("pool", pool_id)),
            )
        return _edit_all_page(pool, typed, error.reasons, error.status)
    flash(_("Die Texte stehen in den Vorlagen aller Beteiligten."), "success")
    return redirect(url_for(".show", pool_id=pool_id), code=303)


@pages.get(f"{_RULE}/beschluss")
@requires(Permission.RECORD_RESOLUTION)
def resolve(pool_id: uuid.UUID) -> ResponseReturnValue:
    """Show the form that records the decision, filled from the paper; it posts to resolutions."""
    session, actor, now = db.session(), current_actor(), clock.now()
    facts = queries.own_facts(session, actor, pool_id, now=now)
    pool = pools.visible_pool(session, actor, pool_id)
    agreement = cooperations.current_agreement(session, pool.cooperation_id, clock.berlin_day(now))
    meets_on = facts.bodies[-1].meets_on
    today = clock.berlin_day(now)
    return render_template(
        "council_papers/resolve.html",
        pool=pool,
        facts=facts,
        values={
            "subject": Subject.TENDER.value,
            "pool_id": pool.id,
            "body": facts.bodies[-1].name,
            "decided_on": _not_later(meets_on, today),
            "item_number": facts.texts.item_number,
            "wording": gathering.wording(facts),
            "matter": facts.label,
            "legal_form": agreement.legal_form if agreement else "",
            "limit_net_cents": _typed(facts.maximum_net_cents),
        },
    )


def _not_later(day: dt.date | None, today: dt.date) -> dt.date | None:
    """Return the day of a meeting unless it is still to come: a decision is recorded after it."""
    return day if day is not None and day <= today else None


def _typed(cents: int | None) -> str:
    return "" if cents is None else german(cents).removesuffix("€").strip()
