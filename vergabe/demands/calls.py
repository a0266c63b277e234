"""Commands on calls for demands (Bedarfsabfragen), and the messages they send as time passes."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import outbox
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations import area_queries, tasks
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import TaskArea
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.db import insert_unless_there
from vergabe.demands import call_queries, call_rules, recording, telling
from vergabe.demands.call_rules import AnswerKind, CallState
from vergabe.demands.events import CallOpened
from vergabe.demands.model import CallAnswer, CallForDemands
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.ids import new_id
from vergabe.law import german
from vergabe.messages import service as messages
from vergabe.web.formatting import weekday_moment

SUBJECT: Final = "call"
_SWEEP_LIMIT: Final = 20


def open_call(
    session: Session,
    actor: Actor,
    *,
    cooperation_id: uuid.UUID,
    area_id: uuid.UUID,
    title: str,
    text: str,
    closes_at: dt.datetime,
    opens_at: dt.datetime | None = None,
    reminder_days: Sequence[int] = call_rules.REMINDER_DAYS,
    now: dt.datetime,
) -> CallForDemands:
    """Make a call for demands among the members of an area and return it.

    title and text: cleaned. opens_at: None means now; closes_at: the first instant that is too
    late. Members that take part with demands are told when it opens. The same call again returns
    the one that is there. Raises NotFound, Forbidden, InvalidInput.
    """
    cooperations.visible_cooperation(session, actor, cooperation_id, now=now)
    area = session.get(TaskArea, area_id)
    if area is None or area.cooperation_id != cooperation_id:
        raise NotFound("Das Aufgabengebiet")
    where = Governed(area.cooperation, area.id)
    tasks.require(session, actor, Step.SURVEY, where, now=now)
    area_queries.refuse_excluded(session, area, now=now)
    opens_at = opens_at or now
    days = sorted(set(reminder_days), reverse=True)
    violations = call_rules.reasons_against_call(title, text, opens_at, closes_at, days, now=now)
    if violations:
        raise InvalidInput.of(violations)
    call = CallForDemands(
        cooperation_id=cooperation_id,
        area_id=area_id,
        title=title,
        text=text,
        opens_at=opens_at,
        closes_at=closes_at,
        reminder_days=days,
        next_tick_at=call_rules.next_tick(opens_at, closes_at, days, now),
        created_by_id=actor.user_id,
        created_at=now,
    )
    if known := _same(session, call, now=now):
        return known
    session.add(call)
    session.flush()
    _record(
        session,
        actor,
        call,
        "call_opened",
        f"Bedarfsabfrage „{recording.shortened(title)}“ bis {weekday_moment(closes_at)} angelegt.",
        now=now,
    )
    outbox.emit(session, CallOpened(call.id, cooperation_id, area_id, opens_at, closes_at), now=now)
    if opens_at <= now:
        _tell_opening(session, call, now=now)
    return call


def _same(session: Session, call: CallForDemands, *, now: dt.datetime) -> CallForDemands | None:
    """Return the call that the same person has made with the same words and days before."""
    cooperations.locked_cooperation(session, call.cooperation_id)
    query = select(CallForDemands).filter_by(
        cooperation_id=call.cooperation_id,
        area_id=call.area_id,
        title=call.title,
        text=call.text,
        closes_at=call.closes_at,
        created_by_id=call.created_by_id,
    )
    for known in session.scalars(query):
        opens_alike = max(known.opens_at, now) == max(call.opens_at, now)
        if opens_alike and known.reminder_days == call.reminder_days:
            return known
    return None


def move_closing(
    session: Session, actor: Actor, call_id: uuid.UUID, closes_at: dt.datetime, *, now: dt.datetime
) -> CallForDemands:
    """Let a call close at another instant than planned, as long as it has not closed; return it.

    All members asked are told. Raises NotFound, Forbidden, Refused for a closed call, InvalidInput.
    """
    call = call_queries.visible_call(session, actor, call_id, now=now, lock=True)
    where = Governed(call.cooperation, call.area_id)
    tasks.require(session, actor, Step.SURVEY, where, now=now)
    if call_queries.state_of(call, now) is CallState.CLOSED:
        raise Refused("call_closed", "Die Abfrage ist schon geschlossen. Legen Sie eine neue an.")
    violations = call_rules.reasons_against_closing_at(call.opens_at, closes_at, now=now)
    if violations:
        raise InvalidInput.of(violations)
    if closes_at == call.closes_at:
        return call
    before, call.closes_at = call.closes_at, closes_at
    call.next_tick_at = call_rules.next_tick(call.opens_at, closes_at, call.reminder_days, now)
    session.flush()
    sentence = f"Ende der Bedarfsabfrage „{recording.shortened(call.title)}“ auf "
    _record(
        session,
        actor,
        call,
        "call_moved",
        f"{sentence}{weekday_moment(closes_at)} verlegt (vorher {weekday_moment(before)}).",
        now=now,
    )
    if call.opens_at <= now:
        _tell(
            session,
            call,
            call_queries.asked(session, call, now=now),
            cause=f"call:{call.id}:moved:{closes_at.isoformat()}",
            subject=f"Bedarfsabfrage endet nun am {weekday_moment(closes_at)}: {call.title}",
            body=f"Das Ende der Abfrage wurde verlegt; vorher war es {weekday_moment(before)}.",
            now=now,
        )
    return call


def answer_no_demand(
    session: Session, actor: Actor, call_id: uuid.UUID, note: str, *, now: dt.datetime
) -> CallAnswer:
    """Record that the actor's organisation has no demand (Fehlanzeige); return the answer.

    A second answer changes nothing and returns the first. Raises NotFound, Forbidden for somebody
    who acts for no organisation, Refused.
    """
    call = call_queries.visible_call(session, actor, call_id, now=now, lock=True)
    organisation_id = actor.organisation_id
    if organisation_id is None:
        raise Forbidden("no_organisation", "Antworten kann nur, wer für eine Kommune handelt.")
    actor.require(
        Permission.ANSWER_CALLS,
        organisation_id=organisation_id,
        cooperation_id=call.cooperation_id,
    )
    reasons = call_rules.reasons_against_no_demand(
        call_queries.state_of(call, now),
        is_asked=call_queries.is_asked(session, call, organisation_id, now=now),
        demand_count=call_queries.demand_count(session, call.id, organisation_id),
        note=note,
    )
    if reasons:
        raise Refused.because("no_demand_refused", reasons[0].message, reasons)
    is_new = insert_unless_there(
        session,
        CallAnswer,
        {
            "id": new_id(),
            "call_id": call.id,
            "organisation_id": organisation_id,
            "note": note,
            "answered_by_id": actor.user_id,
            "answered_at": now,
        },
    )
    if is_new:
        stream = recording.stream_of(call.cooperation_id, organisation_id)
        summary = f"Zur Bedarfsabfrage „{recording.shortened(call.title)}“: kein Bedarf."
        act = Act("call_answered_no_demand", SUBJECT, call.id, summary, reason=note or None)
        audit.append(session, stream, actor, act, now=now)
    return session.scalars(
        select(CallAnswer).where(
            CallAnswer.call_id == call.id, CallAnswer.organisation_id == organisation_id
        )
    ).one()


def has_due_reminders(session: Session, *, now: dt.datetime) -> bool:
    """Return whether `send_call_reminders` would find something to do; writes nothing."""
    due = select(CallForDemands.id).where(CallForDemands.next_tick_at <= now).limit(1)
    return session.scalars(due).first() is not None


def send_call_reminders(session: Session, *, now: dt.datetime) -> int:
    """Tell members of calls that have opened, and remind those without an answer; return how many.

    Safe to repeat and to run in several workers: each call is locked while it is worked on, and
    each message has a key of its own. At most 20 calls at once; call again until it returns 0 to
    catch up. A reminder that was missed is not sent late once the next one is due.
    """
    due = session.scalars(
        select(CallForDemands)
        .where(CallForDemands.next_tick_at <= now)
        .order_by(CallForDemands.next_tick_at, CallForDemands.id)
        .limit(_SWEEP_LIMIT)
        .with_for_update(skip_locked=True)
    ).all()
    sent = 0
    for call in due:
        days = call_rules.due_reminder(call.opens_at, call.closes_at, call.reminder_days, now)
        if days is not None:
            sent += _remind(session, call, days, now=now)
        elif call_queries.state_of(call, now) is CallState.OPEN:
            sent += _tell_opening(session, call, now=now)
        call.next_tick_at = call_rules.next_tick(
            call.opens_at, call.closes_at, call.reminder_days, now
        )
    session.flush()
    return sent


def _tell_opening(session: Session, call: CallForDemands, *, now: dt.datetime) -> int:
    return _tell(
        session,
        call,
        call_queries.asked(session, call, now=now),
        cause=f"call:{call.id}:opened",
        subject=f"Bedarfsabfrage bis {weekday_moment(call.closes_at)}: {call.title}",
        body=call.text or "Bitte melden Sie Ihren Bedarf.",
        now=now,
    )


def _remind(session: Session, call: CallForDemands, days: int, *, now: dt.datetime) -> int:
    silent = [
        answer.organisation_id
        for answer in call_queries.answers(session, call, now=now)
        if answer.kind is AnswerKind.NONE
    ]
    left = german.count(days, "Tag", "Tage")
    return _tell(
        session,
        call,
        silent,
        cause=f"call:{call.id}:{call.closes_at.isoformat()}:{days}",
        subject=f"Erinnerung: Bedarfsabfrage endet am {weekday_moment(call.closes_at)}",
        body=f"Zur Abfrage „{call.title}“ fehlt noch Ihre Antwort. Bis zum Ende: {left}.",
        now=now,
    )


def _tell(
    session: Session,
    call: CallForDemands,
    organisation_ids: Sequence[uuid.UUID],
    *,
    cause: str,
    subject: str,
    body: str,
    now: dt.datetime,
) -> int:
    if not organisation_ids:
        return 0
    hint = "Auch „kein Bedarf“ ist eine Antwort; ein Klick auf der Seite der Abfrage genügt."
    return messages.send_many(
        session,
        telling.readers(
            session,
            Permission.ANSWER_CALLS,
            organisation_ids,
            cooperation_id=call.cooperation_id,
            now=now,
        ),
        cause=cause,
        kind="call_for_demands",
        subject=subject,
        body=f"{body}\n\n{hint}",
        now=now,
        link=f"/bedarfe/abfragen/{call.id}",
    )


def _record(
    session: Session,
    actor: Actor,
    call: CallForDemands,
    action: str,
    summary: str,
    *,
    now: dt.datetime,
) -> None:
    details = {
        "opens_at": call.opens_at.isoformat(),
        "closes_at": call.closes_at.isoformat(),
        "area_id": str(call.area_id),
    }
    audit.append(
        session,
        audit.stream_of("cooperation", call.cooperation_id),
        actor,
        Act(action, SUBJECT, call.id, summary, details=details),
        now=now,
    )
