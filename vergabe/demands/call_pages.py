"""Pages of calls for demands: list with rates, one call with its answers, a new call."""

import datetime as dt
import re
import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.demands import (
    call_charts,
    call_listing,
    call_queries,
    call_reminding,
    call_rules,
    calls,
    choices,
)
from vergabe.demands.call_rules import ANSWER_NAMES, CALL_STATE_NAMES, AnswerKind, CallState
from vergabe.demands.model import CallForDemands
from vergabe.errors import InvalidInput, Refused, Violation, gather
from vergabe.exchange import german_dates, plain_text
from vergabe.law import german
from vergabe.list_views.answers import list_answer
from vergabe.texts import _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("calls", __name__)

_STATE_KINDS = {CallState.PLANNED: "neutral", CallState.OPEN: "success", CallState.CLOSED: "info"}
_ANSWER_KINDS = {
    AnswerKind.DEMANDS: "success",
    AnswerKind.NO_DEMAND: "info",
    AnswerKind.NONE: "warning",
}
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")
_USUAL_DAYS = 21


@pages.get("/bedarfe/abfragen")
@requires(Permission.VIEW_COOPERATION)
def index() -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    rates = call_queries.rates_shown(session, actor, now=now)
    return list_answer(
        call_listing.call_list(session, actor, now=now),
        "calls/index.html",
        state_of=lambda call: call_queries.state_of(call, now),
        state_names=CALL_STATE_NAMES,
        state_kinds=_STATE_KINDS,
        rates=rates,
        rated_calls=call_queries.RATED_CALLS,
        pictures=[
            call_charts.rates(total, members, f"rates-{place}")
            for place, (_, total, members) in enumerate(rates)
        ],
        may_run=actor.holds(Permission.RUN_CALLS),
    )


@pages.get("/bedarfe/abfragen/neu")
@requires(Permission.RUN_CALLS)
def new() -> ResponseReturnValue:
    return _new_page()


def _new_page(violations: Sequence[Violation] = (), *, status: int = 200) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    places = choices.callable_areas(session, actor, now=now)
    day = clock.berlin_day(now) + dt.timedelta(days=_USUAL_DAYS)
    first = {
        "area_id": choices.usual_area(places) or "",
        "closes_at_day": day.isoformat(),
        "closes_at_time": "12:00",
        "reminder_days": ", ".join(map(str, call_rules.REMINDER_DAYS)),
    }
    html = render_template(
        "calls/new.html",
        places=places,
        values=request.form if request.method == "POST" else first,
        violations=violations,
    )
    return html, status


@pages.post("/bedarfe/abfragen/neu")
@requires(Permission.RUN_CALLS)
@commits
def create() -> ResponseReturnValue:
    try:
        call = _create()
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _new_page(error.reasons, status=error.status)
    flash(_("Die Bedarfsabfrage „%(title)s“ ist angelegt.", title=call.title), "success")
    return redirect(url_for(".show", call_id=call.id), code=303)


def _create() -> CallForDemands:
    session, actor, now = db.session(), current_actor(), clock.now()
    wrong: list[Violation] = []
    area = choices.area(choices.callable_areas(session, actor, now=now), _area_id())
    if area is None:
        message = "Bitte wählen Sie das Aufgabengebiet."
        wrong.append(Violation("area_missing", message, field="area_id"))
    typed = request.form.get("title", ""), request.form.get("text", "")
    title = gather(
        wrong,
        lambda: plain_text.one_line(typed[0], max_length=call_rules.TITLE_MAX, field="title"),
    )
    text = gather(
        wrong,
        lambda: plain_text.many_lines(typed[1], max_length=call_rules.TEXT_MAX, field="text"),
    )
    opens_at = gather(wrong, lambda: _instant("opens_at"))
    closes_at = gather(wrong, lambda: _instant("closes_at"))
    if closes_at is None and not any(found.field == "closes_at" for found in wrong):
        message = "Bitte geben Sie an, bis wann geantwortet werden soll."
        wrong.append(Violation("closes_missing", message, field="closes_at"))
    reminder_days = gather(wrong, _reminder_days)
    words, days = (title or "", text or ""), reminder_days or []
    if wrong or area is None or closes_at is None:
        # The command would tell the rest only once all of this is mended.
        named = {found.field for found in wrong}
        rest = call_rules.reasons_against_call(
            *words, opens_at or now, closes_at or now, days, now=now
        )
        raise InvalidInput.of([*wrong, *(each for each in rest if each.field not in named)])
    return calls.open_call(
        session,
        actor,
        cooperation_id=area.cooperation_id,
        area_id=area.area_id,
        title=words[0],
        text=words[1],
        opens_at=opens_at,
        closes_at=closes_at,
        reminder_days=days,
        now=now,
    )


def _area_id() -> uuid.UUID | None:
    return request.form.get("area_id", type=uuid.UUID)


def _instant(name: str) -> dt.datetime | None:
    """Return the instant of the two fields for day and time; None if both are empty.

    A day without a time means its beginning for an opening, noon for a closing.
    """
    day_text = request.form.get(f"{name}_day", "").strip()
    time_text = request.form.get(f"{name}_time", "").strip()
    if not day_text and not time_text:
        return None
    day = german_dates.parse_date(day_text, field=name) if day_text else None
    match = _TIME.fullmatch(time_text) if time_text else None
    if day is None or (time_text and match is None):
        message = "Bitte geben Sie Tag und Uhrzeit an, zum Beispiel 31.12.2026 und 12:00."
        raise InvalidInput("instant_incomplete", message, field=name)
    usual = dt.time(12) if name == "closes_at" else dt.time()
    time = dt.time(int(match[1]), int(match[2])) if match else usual
    return clock.berlin_instant(day, time)


def _reminder_days() -> list[int]:
    text = request.form.get("reminder_days", "")
    words = re.findall(r"[^\s,;]+", text[:200])
    if all(word.isascii() and word.isdecimal() and len(word) < 5 for word in words):
        return [int(word) for word in words]
    message = "Bitte geben Sie Tage mit Komma getrennt an, zum Beispiel 7, 3, 1."
    raise InvalidInput("reminder_days_unreadable", message, field="reminder_days")


@pages.get("/bedarfe/abfragen/<uuid:call_id>")
@requires(Permission.VIEW_COOPERATION)
def show(call_id: uuid.UUID) -> ResponseReturnValue:
    return _call_page(call_id)


def _call_page(
    call_id: uuid.UUID, violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    call = call_queries.visible_call(session, actor, call_id, now=now)
    rate, answers = call_queries.answers_for(session, actor, call, now=now)
    state = call_queries.state_of(call, now)
    own = next((each for each in answers if each.organisation_id == actor.organisation_id), None)
    local = call.closes_at.astimezone(clock.BERLIN)
    may_run = call_queries.may_run(session, actor, call, now=now)
    is_open = state is CallState.OPEN
    html = render_template(
        "calls/show.html",
        call=call,
        state=state,
        state_name=CALL_STATE_NAMES[state],
        state_kind=_STATE_KINDS[state],
        rate=rate,
        answers=answers,
        own=own,
        answer_names=ANSWER_NAMES,
        answer_kinds=_ANSWER_KINDS,
        may_run=may_run,
        picture=call_charts.values(answers, "values") if may_run else None,
        silent=call_reminding.silent(answers) if may_run and is_open else [],
        reminder=request.form.get("reminder", call_reminding.template(call)),
        may_answer=actor.holds(Permission.ANSWER_CALLS) and is_open,
        may_edit=actor.holds(Permission.EDIT_DEMANDS),
        closes_day=local.date().isoformat(),
        closes_time=local.strftime("%H:%M"),
        values=request.form,
        violations=violations,
    )
    return html, status


@pages.post("/bedarfe/abfragen/<uuid:call_id>/kein-bedarf")
@requires(Permission.ANSWER_CALLS)
@commits
def answer_no_demand(call_id: uuid.UUID) -> ResponseReturnValue:
    try:
        note = plain_text.many_lines(
            request.form.get("note", ""), max_length=call_rules.NOTE_MAX, field="note"
        )
        calls.answer_no_demand(db.session(), current_actor(), call_id, note, now=clock.now())
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _call_page(call_id, error.reasons, status=error.status)
    flash(_("Danke, „kein Bedarf“ ist vermerkt."), "success")
    return redirect(url_for(".show", call_id=call_id), code=303)


@pages.post("/bedarfe/abfragen/<uuid:call_id>/erinnern")
@requires(Permission.RUN_CALLS)
@commits
def remind(call_id: uuid.UUID) -> ResponseReturnValue:
    try:
        text = plain_text.many_lines(
            request.form.get("reminder", ""), max_length=call_rules.NOTE_MAX, field="reminder"
        )
        names = call_reminding.remind(db.session(), current_actor(), call_id, text, now=clock.now())
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _call_page(call_id, error.reasons, status=error.status)
    flash(_("Erinnert: %(names)s.", names=german.join(names)), "success")
    return redirect(url_for(".show", call_id=call_id), code=303)


@pages.post("/bedarfe/abfragen/<uuid:call_id>/ende")
@requires(Permission.RUN_CALLS)
@commits
def move_closing(call_id: uuid.UUID) -> ResponseReturnValue:
    try:
        closes_at = _instant("closes_at")
        if closes_at is None:
            message = "Bitte geben Sie das neue Ende an."
            raise InvalidInput("closes_missing", message, field="closes_at")
        calls.move_closing(db.session(), current_actor(), call_id, closes_at, now=clock.now())
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _call_page(call_id, error.reasons, status=error.status)
    flash(_("Das Ende der Abfrage ist verlegt, die Mitglieder sind benachrichtigt."), "success")
    return redirect(url_for(".show", call_id=call_id), code=303)
