"""Commands on deadlines, called inside the transactions of the steps that set them."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access import queries as access
from vergabe.access.permissions import Permission
from vergabe.deadlines import rules
from vergabe.deadlines.model import Deadline, Reminder
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.web.formatting import weekday_moment


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
    organisation_id: who is responsible. The same instant again keeps the running deadline.
    """
    running = session.scalars(
        select(Deadline).where(
            Deadline.subject_id == subject_id,
            Deadline.kind == kind,
            Deadline.lifted_at.is_(None),
        )
    ).one_or_none()
    if running is not None:
        if running.due_at == due_at:
            return running
        running.lifted_at, running.lifted_reason = now, "neu festgesetzt"
        running.met_at = None
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
    query = select(Deadline).where(
        Deadline.subject_id == subject_id, Deadline.lifted_at.is_(None)
    )
    if kind is not None:
        query = query.where(Deadline.kind == kind)
    return list(session.scalars(query))


def send_due_reminders(session: Session, *, now: dt.datetime, limit: int = 200) -> int:
    """Write the reminders that are due to those responsible; return how many deadlines were told.

    A reminder whose deadline has ended meanwhile is ticked off without a message. Rows that another
    worker is just handling are skipped.
    """
    due = session.scalars(
        select(Reminder)
        .where(Reminder.sent_at.is_(None), Reminder.remind_at <= now)
        .order_by(Reminder.remind_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    told = 0
    for reminder in due:
        reminder.sent_at = now
        deadline = reminder.deadline
        facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
        if rules.state(facts, now) is rules.State.RUNNING:
            _remind(session, deadline, reminder, now=now)
            told += 1
    session.flush()
    return told


def _remind(
    session: Session, deadline: Deadline, reminder: Reminder, *, now: dt.datetime
) -> None:
    days_left = (clock.berlin_day(deadline.due_at) - clock.berlin_day(now)).days
    when = {0: "heute", 1: "morgen"}.get(days_left, f"in {days_left} Tagen")
    messages.send_many(
        session,
        readers(session, deadline, now=now),
        cause=f"reminder:{reminder.id}",
        kind="deadline_reminder",
        subject=f"Frist {when}: {deadline.title} ({deadline.subject_reference})",
        body=(
            f"Die Frist „{deadline.title}“ im Vorgang {deadline.subject_reference} endet "
            f"{weekday_moment(deadline.due_at)}.\n"
            "Ab diesem Augenblick ist es zu spät."
            + (f"\n\nGrundlage: {deadline.law}" if deadline.law else "")
        ),
        link="/fristen",
        now=now,
    )


def readers(session: Session, deadline: Deadline, *, now: dt.datetime) -> list[Reader]:
    """Return who is told of a deadline: responsible and substitute, else the officers in charge."""
    named = [deadline.responsible_id, deadline.substitute_id]
    people = [user_id for user_id in named if user_id is not None]
    if not people:
        people = [
            user.id
            for user, _ in access.people_with(
                session,
                Permission.EDIT_DEADLINES,
                [deadline.organisation_id],
                cooperation_id=deadline.cooperation_id,
                now=now,
            )
        ]
    if not people:
        return [Reader(organisation_id=deadline.organisation_id)]
    return [Reader(user_id=user_id) for user_id in dict.fromkeys(people)]
