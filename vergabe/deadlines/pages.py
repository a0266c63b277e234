"""Pages of deadlines: list, timeline of a procedure, who is in charge, and the calendar link."""

import uuid
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.deadlines import calendar_link, listing, people, picture, queries, rules, service
from vergabe.deadlines.model import Deadline
from vergabe.errors import InvalidInput, NotFound, Refused, Violation
from vergabe.exchange import ical
from vergabe.list_views.answers import list_answer
from vergabe.texts import _
from vergabe.web import lists, shell
from vergabe.web.rights import current_actor, public, requires
from vergabe.web.transactions import commits

pages = Blueprint("deadlines", __name__)

MISSED_SHOWN: Final = 10
BADGES: Final = {
    rules.State.RUNNING: "info",
    rules.State.MET: "success",
    rules.State.MISSED: "danger",
    rules.State.LIFTED: "neutral",
}


@dataclass(frozen=True)
class Line:
    """A deadline as a list shows it."""

    deadline: Deadline
    state: rules.State
    state_name: str
    badge: str
    left: str
    may_edit: bool
    timeline_url: str | None


def _line(deadline: Deadline) -> Line:
    now = clock.now()
    facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
    state = rules.state(facts, now)
    is_open = state in (rules.State.RUNNING, rules.State.MISSED)
    may_edit = state is rules.State.RUNNING and current_actor().may(
        Permission.EDIT_DEADLINES,
        cooperation_id=deadline.cooperation_id,
        lead_organisation_id=deadline.organisation_id,
    )
    is_tender = deadline.subject_kind == "tender"
    return Line(
        deadline,
        state,
        rules.STATE_NAMES[state],
        BADGES[state],
        rules.time_left(deadline.due_at, now) if is_open else "",
        may_edit,
        url_for(".timeline", tender_id=deadline.subject_id) if is_tender else None,
    )


@pages.get("/fristen")
@requires(Permission.VIEW_DEADLINES)
def index() -> ResponseReturnValue:
    return _list_page()


def _list_page(secret_url: str | None = None, *, status: int = 200) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    is_plain = lists.is_bare(request.args)
    missed = (
        queries.recently_missed(session, actor, now=now, limit=MISSED_SHOWN) if is_plain else []
    )
    return list_answer(
        listing.deadline_list(session, actor, now=now),
        "deadlines/index.html",
        status=status,
        line_of=_line,
        draw=lambda deadlines: picture.picture_of(deadlines, now=now),
        missed=[_line(each) for each in missed],
        has_link=calendar_link.has_link(session, actor),
        secret_url=secret_url,
    )


@pages.get("/vergabeverfahren/<uuid:tender_id>/fristen")
@requires(Permission.VIEW_DEADLINES)
def timeline(tender_id: uuid.UUID) -> ResponseReturnValue:
    now = clock.now()
    found = queries.of_subject(db.session(), current_actor(), tender_id, now=now)
    if not found:
        raise NotFound("Der Fristenplan")
    lines = [_line(each) for each in found]
    nearest = next((each for each in lines if each.state is rules.State.RUNNING), None)
    return render_template(
        "deadlines/timeline.html",
        reference=found[0].subject_reference,
        lines=lines,
        picture=picture.one_by_one(found, now=now),
        nearest=nearest,
        tender_id=tender_id,
    )


@pages.get("/fristen/<uuid:deadline_id>")
@requires(Permission.VIEW_DEADLINES)
def show(deadline_id: uuid.UUID) -> ResponseReturnValue:
    return _deadline_page(deadline_id)


def _deadline_page(
    deadline_id: uuid.UUID, violations: tuple[Violation, ...] = (), *, status: int = 200
) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    deadline = queries.visible_deadline(session, current_actor(), deadline_id, now=now)
    entry: dict[str, Any] = {
        name: request.form.get(name, str(getattr(deadline, name) or ""))
        for name in ("responsible_id", "substitute_id")
    }
    html = render_template(
        "deadlines/show.html",
        line=_line(deadline),
        candidates=[_choice(user) for user in people.choices(session, deadline, now=now)],
        entry=entry,
        violations=violations,
        kind_name=listing.KIND_NAMES.get(deadline.kind, deadline.kind),
    )
    return html, status


def _choice(user: User) -> tuple[str, str]:
    return str(user.id), f"{user.full_name} ({user.email})"


@pages.post("/fristen/<uuid:deadline_id>/zustaendig")
@requires(Permission.EDIT_DEADLINES)
@commits
def set_people(deadline_id: uuid.UUID) -> ResponseReturnValue:
    try:
        service.set_people(
            db.session(),
            current_actor(),
            deadline_id,
            responsible_id=_person("responsible_id"),
            substitute_id=_person("substitute_id"),
            now=clock.now(),
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _deadline_page(deadline_id, error.reasons, status=error.status)
    flash(_("Die Zuständigkeit ist festgelegt."), "success")
    return redirect(url_for(".show", deadline_id=deadline_id), code=303)


def _person(name: str) -> uuid.UUID | None:
    text = request.form.get(name, "").strip()
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise InvalidInput(
            "person_unknown", "Bitte wählen Sie eine Person aus der Liste.", field=name
        ) from error


@pages.post("/fristen/kalender")
@requires(Permission.VIEW_DEADLINES)
@commits
def renew_calendar() -> ResponseReturnValue:
    secret = calendar_link.renew(db.session(), current_actor())
    path = url_for(".calendar", secret=secret)
    # The link is shown in this answer alone, so there is no redirect to a page that shows it.
    return _list_page(shell.settings().base_url + path, status=201)


@pages.post("/fristen/kalender/widerruf")
@requires(Permission.VIEW_DEADLINES)
@commits
def revoke_calendar() -> ResponseReturnValue:
    calendar_link.revoke(db.session(), current_actor())
    flash(_("Die Kalenderadresse gilt nicht mehr."), "success")
    return redirect(url_for(".index"), code=303)


@pages.get("/kalender/<secret>.ics")
@public
def calendar(secret: str) -> ResponseReturnValue:
    """The calendar of a person, for programs that cannot log in: the secret is the key."""
    content = calendar_link.calendar_of(
        db.session(), secret, base_url=shell.settings().base_url, now=clock.now()
    )
    response = Response(content, content_type=ical.MEDIA_TYPE)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Disposition"] = 'inline; filename="fristen.ics"'
    response.add_etag()
    return response.make_conditional(request)
