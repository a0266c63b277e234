"""JSON API of calls for demands."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.db import db
from vergabe.demands import call_queries, call_reminding, call_rules, calls, presenting
from vergabe.demands.call_schema import (
    AnswersSchema,
    CallAnswerSchema,
    CallInSchema,
    CallPageSchema,
    CallSchema,
    ClosingSchema,
    NoDemandSchema,
    RatesQuery,
    RatesSchema,
    RemindedSchema,
    ReminderSchema,
)
from vergabe.web.api import ApiBlueprint, PageQuery
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("calls", __name__, description="Bedarfsabfragen")


@api.get("/calls")
@requires(Permission.VIEW_COOPERATION)
@api.arguments(PageQuery, location="query")
@api.response(200, CallPageSchema)
def all_calls(query: dict[str, Any]) -> Any:
    """Bedarfsabfragen der eigenen Zusammenarbeiten, neueste zuerst."""
    now = clock.now()
    page = call_queries.calls_page(db.session(), current_actor(), now=now, **query)
    items = [presenting.call(found, now) for found in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@api.post("/calls")
@requires(Permission.RUN_CALLS)
@commits
@api.arguments(CallInSchema)
@api.response(201, CallSchema)
def open_call(body: dict[str, Any]) -> Any:
    """Bedarfsabfrage anlegen; geöffnet und geschlossen wird sie allein durch die Zeit."""
    body.setdefault("reminder_days", call_rules.REMINDER_DAYS)
    now = clock.now()
    return presenting.call(calls.open_call(db.session(), current_actor(), now=now, **body), now)


@api.get("/calls/<uuid:call_id>")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, CallSchema)
def call(call_id: uuid.UUID) -> Any:
    """Eine Bedarfsabfrage."""
    now = clock.now()
    found = call_queries.visible_call(db.session(), current_actor(), call_id, now=now)
    return presenting.call(found, now)


@api.patch("/calls/<uuid:call_id>")
@requires(Permission.RUN_CALLS)
@commits
@api.arguments(ClosingSchema)
@api.response(200, CallSchema)
def move_closing(body: dict[str, Any], call_id: uuid.UUID) -> Any:
    """Ende der Abfrage verlegen, solange sie nicht geschlossen ist."""
    now = clock.now()
    found = calls.move_closing(db.session(), current_actor(), call_id, body["closes_at"], now=now)
    return presenting.call(found, now)


@api.post("/calls/<uuid:call_id>/no-demand")
@requires(Permission.ANSWER_CALLS)
@commits
@api.arguments(NoDemandSchema)
@api.response(200, CallAnswerSchema)
def answer_no_demand(body: dict[str, str], call_id: uuid.UUID) -> Any:
    """Mit „kein Bedarf“ antworten."""
    return calls.answer_no_demand(
        db.session(), current_actor(), call_id, body["note"], now=clock.now()
    )


@api.post("/calls/<uuid:call_id>/reminders")
@requires(Permission.RUN_CALLS)
@commits
@api.arguments(ReminderSchema)
@api.response(200, RemindedSchema)
def remind(body: dict[str, str], call_id: uuid.UUID) -> Any:
    """Mitglieder ohne Antwort erinnern, höchstens einmal am Tag."""
    names = call_reminding.remind(
        db.session(), current_actor(), call_id, body["text"], now=clock.now()
    )
    return {"names": names}


@api.get("/calls/<uuid:call_id>/answers")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, AnswersSchema)
def answers(call_id: uuid.UUID) -> Any:
    """Antwortquote; Antworten der anderen sieht nur die Koordination."""
    session, actor, now = db.session(), current_actor(), clock.now()
    found = call_queries.visible_call(session, actor, call_id, now=now)
    rate, shown = call_queries.answers_for(session, actor, found, now=now)
    return {"rate": rate, "items": [presenting.answer(each) for each in shown]}


@api.get("/calls/rates")
@requires(Permission.VIEW_COOPERATION)
@api.arguments(RatesQuery, location="query")
@api.response(200, RatesSchema)
def rates(query: dict[str, uuid.UUID]) -> Any:
    """Antwortquote über alle Abfragen einer Zusammenarbeit, je Mitglied."""
    session, actor, now = db.session(), current_actor(), clock.now()
    found = cooperations.visible_cooperation(session, actor, query["cooperation_id"], now=now)
    rate, members = call_queries.rates_for(session, actor, found.id, now=now)
    return {"rate": rate, "items": members}
