"""Reminding members of an open call by hand, with words of one's own."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations import tasks
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.demands import call_queries, call_rules, recording, telling
from vergabe.demands.call_queries import MemberAnswer
from vergabe.demands.call_rules import AnswerKind, CallState
from vergabe.demands.model import CallForDemands
from vergabe.errors import InvalidInput, Refused
from vergabe.law import german
from vergabe.messages import service as messages
from vergabe.web.formatting import weekday_moment


def template(call: CallForDemands) -> str:
    """Return the text that the form begins with."""
    return (
        f"Guten Tag,\n\nzu unserer Bedarfsabfrage „{call.title}“ fehlt uns noch Ihre Antwort. "
        f"Bitte melden Sie Ihren Bedarf bis {weekday_moment(call.closes_at)}. Wenn Sie nichts "
        "brauchen, genügt ein Klick auf „Kein Bedarf“.\n\nVielen Dank!"
    )


def silent(answers: list[MemberAnswer]) -> list[MemberAnswer]:
    """Return the members without an answer."""
    return [answer for answer in answers if answer.kind is AnswerKind.NONE]


def remind(
    session: Session, actor: Actor, call_id: uuid.UUID, text: str, *, now: dt.datetime
) -> list[str]:
    """Send a text to all members that have not answered an open call; return their names.

    Once a day: a second click on the same day is refused. Raises NotFound, Forbidden, InvalidInput
    for a text that is empty or too long, Refused where the call is not open or all have answered.
    """
    call = call_queries.visible_call(session, actor, call_id, now=now, lock=True)
    tasks.require(session, actor, Step.SURVEY, Governed(call.cooperation, call.area_id), now=now)
    if not text.strip() or len(text) > call_rules.NOTE_MAX:
        message = f"Bitte schreiben Sie einen Text mit höchstens {call_rules.NOTE_MAX} Zeichen."
        raise InvalidInput("reminder_text", message, field="reminder")
    if call_queries.state_of(call, now) is not CallState.OPEN:
        raise Refused("call_not_open", "Erinnern lässt sich nur, solange die Abfrage offen ist.")
    waiting = silent(call_queries.answers(session, call, now=now))
    if not waiting:
        raise Refused("all_answered", "Alle Mitglieder haben schon geantwortet.")
    sent = messages.send_many(
        session,
        telling.readers(
            session,
            Permission.ANSWER_CALLS,
            [each.organisation_id for each in waiting],
            cooperation_id=call.cooperation_id,
            now=now,
        ),
        cause=f"call:{call.id}:by-hand:{clock.berlin_day(now).isoformat()}",
        kind="call_for_demands",
        subject=f"Erinnerung: Bedarfsabfrage „{recording.shortened(call.title)}“",
        body=text.strip(),
        now=now,
        link=f"/bedarfe/abfragen/{call.id}",
    )
    if not sent:
        message = "Heute wurden diese Mitglieder schon erinnert. Warten Sie bis morgen."
        raise Refused("reminded_today", message)
    names = [each.name for each in waiting]
    audit.append(
        session,
        audit.stream_of("cooperation", call.cooperation_id),
        actor,
        Act(
            "call_reminded",
            "call",
            call.id,
            f"An die Bedarfsabfrage „{recording.shortened(call.title)}“ erinnert: "
            f"{german.join(names)}.",
        ),
        now=now,
    )
    return names
