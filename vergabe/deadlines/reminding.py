"""Reminders of deadlines: written by the worker, each at most once, also by several workers.

A batch is a fixed number of statements, whatever its size: thousands may fall due in one minute.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access import queries as access
from vergabe.access.permissions import Permission
from vergabe.deadlines import rules
from vergabe.deadlines.model import Deadline, Reminder
from vergabe.messages import service as messages
from vergabe.messages.service import Note, Reader
from vergabe.web.formatting import weekday_moment

BATCH: Final = 500


def has_due_reminders(session: Session, *, now: dt.datetime) -> bool:
    """Return whether `send_due_reminders` would find something to do; writes nothing."""
    due = select(Reminder.id).where(Reminder.sent_at.is_(None), Reminder.remind_at <= now)
    return session.scalars(due.order_by(Reminder.remind_at).limit(1)).first() is not None


def send_due_reminders(session: Session, *, now: dt.datetime, limit: int = BATCH) -> int:
    """Write up to `limit` due reminders, the earliest first; return how many deadlines that were.

    When several reminders of one deadline are due at once (the worker stood still), only the last
    is told. Those of a deadline that has ended meanwhile are ticked off without a message. The row
    of each deadline is locked; those that another worker has just locked are left to it.
    """
    found = {row.id: row for row in session.execute(_due_deadlines(now, limit))}
    due = _due_reminders(session, list(found), now=now)
    if not due:
        # Rows that a rival let go while we waited for them may have nothing due any more.
        return 0
    every = [reminder_id for reminder_ids in due.values() for reminder_id in reminder_ids]
    session.execute(update(Reminder).where(Reminder.id.in_(every)).values(sent_at=now))
    circle = _Circle(session, now)
    notes = (
        note
        for deadline_id, reminder_ids in due.items()
        if _is_running(found[deadline_id], now)
        for note in _notes(found[deadline_id], reminder_ids[-1], circle, now=now)
    )
    messages.send_each(session, notes, kind="deadline_reminder", now=now)
    return len(due)


def _due_deadlines(now: dt.datetime, limit: int) -> Any:
    """Return the query of deadlines with a reminder due, locked; one with several comes twice.

    In the order of the index of waiting reminders, so that a long backlog is never sorted.
    """
    columns: tuple[Any, ...] = (
        Deadline.id,
        Deadline.title,
        Deadline.subject_reference,
        Deadline.due_at,
        Deadline.met_at,
        Deadline.lifted_at,
        Deadline.law,
        Deadline.organisation_id,
        Deadline.cooperation_id,
        Deadline.responsible_id,
        Deadline.substitute_id,
    )
    return (
        select(*columns)
        .join(Reminder, Reminder.deadline_id == Deadline.id)
        .where(Reminder.sent_at.is_(None), Reminder.remind_at <= now)
        .order_by(Reminder.remind_at)
        .limit(limit)
        .with_for_update(of=Deadline, skip_locked=True)
    )


def _due_reminders(
    session: Session, deadline_ids: Sequence[uuid.UUID], *, now: dt.datetime
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return the due reminders per deadline, read after its row was locked; the last one last."""
    if not deadline_ids:
        return {}
    rows = session.execute(
        select(Reminder.deadline_id, Reminder.id)
        .where(
            Reminder.deadline_id.in_(deadline_ids),
            Reminder.sent_at.is_(None),
            Reminder.remind_at <= now,
        )
        .order_by(Reminder.remind_at)
    )
    due: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for deadline_id, reminder_id in rows:
        due[deadline_id].append(reminder_id)
    return due


def _is_running(deadline: Any, now: dt.datetime) -> bool:
    facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
    return rules.state(facts, now) is rules.State.RUNNING


def _notes(
    deadline: Any, reminder_id: uuid.UUID, circle: "_Circle", *, now: dt.datetime
) -> Iterator[Note]:
    """Yield the message of a reminder for each of its readers; deadline: a row of the query."""
    days_left = (clock.berlin_day(deadline.due_at) - clock.berlin_day(now)).days
    when = {0: "heute", 1: "morgen"}.get(days_left, f"in {days_left} Tagen")
    subject = f"Frist {when}: {deadline.title} ({deadline.subject_reference})"[:400]
    body = (
        f"Die Frist „{deadline.title}“ im Vorgang {deadline.subject_reference} endet "
        f"{weekday_moment(deadline.due_at)}.\n"
        "Ab diesem Augenblick ist es zu spät."
        + (f"\n\nGrundlage: {deadline.law}" if deadline.law else "")
    )
    for reader in circle.readers(deadline):
        yield Note(reader, f"reminder:{reminder_id}", subject, body, link="/fristen")


class _Circle:
    """Who is told of the deadlines of a batch; each office is asked for once."""

    def __init__(self, session: Session, now: dt.datetime) -> None:
        self._session, self._now = session, now
        self._people = lru_cache(maxsize=None)(self._people_with)

    def readers(self, deadline: Any) -> list[Reader]:
        """Return who is told: responsible and substitute, else the officers in charge.

        Somebody who has left, or holds no role there any more, is not told; the others are.
        """
        office = (deadline.organisation_id, deadline.cooperation_id)
        there = self._people(Permission.VIEW_DEADLINES, *office)
        named = [deadline.responsible_id, deadline.substitute_id]
        told = [user_id for user_id in named if user_id in there]
        if not told:
            told = list(self._people(Permission.EDIT_DEADLINES, *office))
        if not told:
            return [Reader(organisation_id=deadline.organisation_id)]
        return [Reader(user_id=user_id) for user_id in dict.fromkeys(told)]

    def _people_with(
        self, permission: Permission, organisation_id: uuid.UUID, cooperation_id: uuid.UUID
    ) -> dict[uuid.UUID, None]:
        """Return the ids of people with a permission there today, in their order, as keys."""
        found = access.people_with(
            self._session,
            permission,
            [organisation_id],
            cooperation_id=cooperation_id,
            now=self._now,
        )
        return {user.id: None for user, _ in found}
