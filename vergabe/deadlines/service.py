"""Commands on deadlines, called inside the transactions of the steps that set them."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.deadlines import rules
from vergabe.deadlines.model import Deadline, Reminder
from vergabe.deadlines.people import set_people
from vergabe.deadlines.reminding import has_due_reminders, send_due_reminders

__all__ = ["has_due_reminders", "lift", "meet", "send_due_reminders", "set_deadline", "set_people"]


def set_deadline(
    session: Session,
    *,
    subject_kind: str,
    subject_id: uuid.UUID,
    subject_reference: str,
    cooperation_id: uuid.UUID,
    kind: str,
    title: str,
    due_at: dt.datetime,
    source: str,
    law: str | None,
    calculation: Mapping[str, Any],
    organisation_id: uuid.UUID,
    responsible_id: uuid.UUID | None = None,
    substitute_id: uuid.UUID | None = None,
    reminder_days: Iterable[int] = rules.REMINDER_DAYS,
    now: dt.datetime,
) -> Deadline:
    """Set the deadline of one kind for a subject and return it; a running one is lifted.

    due_at: the first instant that is too late (aware UTC); calculation: the law result behind it;
    organisation_id: who is responsible. The same instant again keeps the running deadline. People
    whom somebody chose for the running one stay in charge of the new one.
    """
    running = next(iter(_running(session, subject_id, kind)), None)
    if running is not None:
        if running.due_at == due_at:
            return running
        running.lifted_at, running.lifted_reason = now, "neu festgesetzt"
        running.met_at = None
        responsible_id = running.responsible_id or responsible_id
        substitute_id = running.substitute_id or substitute_id
        session.flush()
    deadline = Deadline(
        id=ids.new_id(),
        subject_kind=subject_kind,
        subject_id=subject_id,
        subject_reference=subject_reference,
        cooperation_id=cooperation_id,
        kind=kind,
        title=title,
        due_at=due_at,
        source=source,
        law=law,
        calculation=dict(calculation),
        organisation_id=organisation_id,
        responsible_id=responsible_id,
        substitute_id=substitute_id,
        created_at=now,
    )
    deadline.reminders = [
        Reminder(days_before=days, remind_at=at)
        for days, at in rules.reminder_instants(due_at, reminder_days, now=now)
    ]
    session.add(deadline)
    session.flush()
    return deadline


def meet(session: Session, subject_id: uuid.UUID, kind: str, *, now: dt.datetime) -> None:
    """Note that the running deadline of this kind was met; nothing if there is none."""
    for deadline in _running(session, subject_id, kind):
        deadline.met_at = deadline.met_at or now
    session.flush()


def lift(
    session: Session, subject_id: uuid.UUID, kind: str | None, reason: str, *, now: dt.datetime
) -> None:
    """Lift the running deadlines of this kind (None: of every kind) with a reason."""
    for deadline in _running(session, subject_id, kind):
        if deadline.met_at is None:
            deadline.lifted_at, deadline.lifted_reason = now, reason
    session.flush()


def _running(session: Session, subject_id: uuid.UUID, kind: str | None) -> list[Deadline]:
    query = select(Deadline).where(Deadline.subject_id == subject_id, Deadline.lifted_at.is_(None))
    if kind is not None:
        query = query.where(Deadline.kind == kind)
    return list(session.scalars(query))
