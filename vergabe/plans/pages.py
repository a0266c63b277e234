"""Pages of timetables: of a pool, of a tender; "what if" by address, saving by post."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit import queries as records
from vergabe.audit import service as audit
from vergabe.charts.pictures import pictures_of
from vergabe.cooperations.model import Cooperation
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Stale, Violation
from vergabe.plans import forms, measures, picture, rules, saving, service, timetables, wishes
from vergabe.plans.subjects import Subject
from vergabe.plans.timetables import TimetableView
from vergabe.texts import _
from vergabe.web import stale
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("plans", __name__)

_POOL = "/buendelungen/<uuid:pool_id>/zeitplan"
_TENDER = "/vergabeverfahren/<uuid:tender_id>/zeitplan"


@pages.context_processor
def words() -> dict[str, Any]:
    """Give templates the German names of what rules call by code."""
    return {
        "lengths": wishes.LENGTHS,
        "flags": wishes.FLAGS,
        "state_names": rules.STATE_NAMES,
        "state_kinds": STATE_KINDS,
        "kind_names": rules.KIND_NAMES,
    }


STATE_KINDS: Mapping[rules.State, str] = {
    rules.State.OPEN: "neutral",
    rules.State.AGREED: "info",
    rules.State.OVERDUE: "danger",
    rules.State.DONE: "success",
    rules.State.DROPPED: "neutral",
}


@pages.get(_POOL)
@requires(Permission.VIEW_PLANS)
def pool(pool_id: uuid.UUID) -> ResponseReturnValue:
    return _asked("pool", pool_id)


@pages.get(_TENDER)
@requires(Permission.VIEW_PLANS)
def tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _asked("tender", tender_id)


@pages.post(_POOL)
@requires(Permission.EDIT_PLANS)
@commits
def save_pool(pool_id: uuid.UUID) -> ResponseReturnValue:
    return _save("pool", pool_id)


@pages.post(_TENDER)
@requires(Permission.EDIT_PLANS)
@commits
def save_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _save("tender", tender_id)


def _subject(kind: str, subject_id: uuid.UUID) -> Subject:
    return timetables.subject_of(db.session(), current_actor(), kind, subject_id, now=clock.now())


def _asked(kind: str, subject_id: uuid.UUID) -> ResponseReturnValue:
    """Answer what an address asks: nothing is stored."""
    subject = _subject(kind, subject_id)
    try:
        wanted = forms.wishes_in(request.args) if forms.has_wishes(request.args) else None
        view = _view(subject, wanted)
    except InvalidInput as error:
        return _page(_view(subject, None), error.reasons, request.args, status=error.status)
    return _page(view)


def _view(subject: Subject, wanted: wishes.Wishes | None) -> TimetableView:
    is_forward = request.values.get("direction") == "forward"
    return timetables.timetable_of(
        db.session(), subject, wanted, is_forward=is_forward, now=clock.now()
    )


def _save(kind: str, subject_id: uuid.UUID) -> ResponseReturnValue:
    session, subject = db.session(), _subject(kind, subject_id)
    try:
        saving.save_wishes(
            session,
            current_actor(),
            subject,
            forms.wishes_in(request.form),
            version=forms.version_in(request.form),
            now=clock.now(),
        )
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        view = _view(_subject(kind, subject_id), None)
        if isinstance(error, Stale):
            return stale.answer(
                lambda: _page(view),
                lambda: _page(view, entry=request.form),
                records.last_entry(session, audit.stream_of(kind, subject_id)),
            )
        return _page(view, error.reasons, request.form, status=error.status)
    flash(_("Die Wünsche zum Zeitplan sind gespeichert."), "success")
    return redirect(_address(subject), code=303)


def _address(subject: Subject, **more: Any) -> str:
    if subject.kind == "pool":
        return url_for("plans.pool", pool_id=subject.id, **more)
    return url_for("plans.tender", tender_id=subject.id, **more)


def _page(
    view: TimetableView,
    violations: tuple[Violation, ...] = (),
    entry: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> ResponseReturnValue:
    session, subject = db.session(), view.subject
    cooperation = session.get_one(Cooperation, subject.cooperation_id)
    timeline = None if violations else picture.timeline_of(view)
    chosen = view.wishes.as_dict()
    html = render_template(
        "plans/timetable.html",
        view=view,
        subject=subject,
        cooperation=cooperation,
        pictures=pictures_of(timeline, "plan") if timeline else None,
        violations=violations,
        entry=entry if entry is not None else chosen,
        chosen=chosen,
        bodies=[(body.name, body.name) for body in view.lead_bodies],
        direction=request.values.get("direction", ""),
        own_url=_address(subject),
        shared_url=_address(subject, **chosen) if chosen and not violations else None,
        version=view.saved.version if _is_own(view) and view.saved else 0,
        may_edit=service.may_edit(current_actor(), cooperation),
        measure=measures.of_pool(session, subject.pool_id, now=clock.now()),
    )
    return html, status


def _is_own(view: TimetableView) -> bool:
    """Return whether the saved wishes are the subject's own, not those of a tender's pool."""
    return view.saved is not None and view.saved.tender_id == view.subject.tender_id
