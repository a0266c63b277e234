"""Reminders of deadlines: written by the worker, each at most once, also by several workers."""

import datetime as dt
import uuid

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access import queries as access
from vergabe.access.permissions import Permission
from vergabe.deadlines import people, rules
from vergabe.deadlines.model import Deadline, Reminder
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.web.formatting import weekday_moment

BATCH = 100


def has_due_reminders(session: Session, *, now: dt.datetime) -> bool:
    """Return whether `send_due_reminders` would find something to do; writes nothing."""
    due = select(Reminder.id).where(Reminder.sent_at.is_(None), Reminder.remind_at <= now)
    return session.scalars(due.order_by(Reminder.remind_at).limit(1)).first() is not None


def send_due_reminders(session: Session, *, now: dt.datetime, limit: int = BATCH) -> int:
    """Write the due reminders of up to `limit` deadlines; return how many deadlines were handled.

    When several reminders of one deadline are due at once (the worker stood still), only the last
    is told. Those of a deadline that has ended meanwhile are ticked off without a message. The row
    of each deadline is locked; those that another worker has just locked are left to it.
    """
    is_due = exists().where(
        Reminder.deadline_id == Deadline.id,
        Reminder.sent_at.is_(None),
        Reminder.remind_at <= now,
    )
    found = session.scalars(
        select(Deadline)
        .where(is_due)
        .order_by(Deadline.due_at, Deadline.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    due = _due_reminders(session, [deadline.id for deadline in found], now=now)
    for deadline in found:
        reminders = due.get(deadline.id, [])
        for reminder in reminders:
            reminder.sent_at = now
        facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
        if reminders and rules.state(facts, now) is rules.State.RUNNING:
            _remind(session, deadline, reminders[-1], now=now)
    session.flush()
    # A row that a rival let go while we waited for it may have nothing due any more.
    return len(due)


def _due_reminders(
    session: Session, deadline_ids: list[uuid.UUID], *, now: dt.datetime
) -> dict[uuid.UUID, list[Reminder]]:
    """Return the due reminders per deadline, read after its row was locked; the last one last."""
    rows = session.scalars(
        select(Reminder)
        .where(
            Reminder.deadline_id.in_(deadline_ids),
            Reminder.sent_at.is_(None),
            Reminder.remind_at <= now,
        )
        .order_by(Reminder.remind_at)
        .execution_options(populate_existing=True)
    )
    due: dict[uuid.UUID, list[Reminder]] = {}
    for reminder in rows:
        due.setdefault(reminder.deadline_id, []).append(reminder)
    return due


def _remind(session: Session, deadline: Deadline, reminder: Reminder, *, now: dt.datetime) -> None:
    days_left = (clock.berlin_day(deadline.due_at) - clock.berlin_day(now)).days
    when = {0: "heute", 1: "morgen"}.get(days_left, f"in {days_left} Tagen")
    messages.send_many(
        session,
        readers(session, deadline, now=now),
        cause=f"reminder:{reminder.id}",
        kind="deadline_reminder",
        subject=f"Frist {when}: {deadline.title} ({deadline.subject_reference})"[:400],
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
    """Return who is told of a deadline: responsible and substitute, else the officers in charge.

    Somebody who has left, or holds no role there any more, is not told; the others are.
    """
    there = {user.id for user in people.choices(session, deadline, now=now)}
    named = [deadline.responsible_id, deadline.substitute_id]
    told = [user_id for user_id in named if user_id in there]
    if not told:
        officers = access.people_with(
            session,
            Permission.EDIT_DEADLINES,
            [deadline.organisation_id],
            cooperation_id=deadline.cooperation_id,
            now=now,
        )
        told = [user.id for user, _ in officers]
    if not told:
        return [Reader(organisation_id=deadline.organisation_id)]
    return [Reader(user_id=user_id) for user_id in dict.fromkeys(told)]
