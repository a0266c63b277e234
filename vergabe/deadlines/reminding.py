"""Reminders of deadlines: written by the worker, each at most once, also by several workers.

A batch is a fixed number of statements, whatever its size: thousands may fall due in one minute.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, cast

from sqlalchemy import Integer, Select, Table, bindparam, select, update
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access import queries as access
from vergabe.access.permissions import Permission, Role, roles_with
from vergabe.bulk import among
from vergabe.db import UtcDateTime
from vergabe.deadlines import rules
from vergabe.deadlines.model import Deadline, Reminder
from vergabe.messages import service as messages
from vergabe.messages.service import Note, Reader
from vergabe.web.formatting import weekday_moment

BATCH: Final = 500
_LOOKS: Final = Permission.VIEW_DEADLINES
_ACTS: Final = Permission.EDIT_DEADLINES


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
    due_now = {"now": now, "most": limit}
    found = {row.id: row for row in session.execute(_due_deadlines(), due_now)}
    # Rows that a rival let go while we waited for them may have nothing due any more.
    ticked = _tick_off(session, found, now=now) if found else {}
    running = [found[each] for each in ticked if _is_running(found[each], now)]
    if running:
        circle = _Circle(session, {each.organisation_id for each in running}, now)
        today = clock.berlin_day(now)
        notes = (
            note
            for deadline in running
            for note in _notes(deadline, ticked[deadline.id], circle, today)
        )
        messages.send_each(session, notes, kind="deadline_reminder", now=now)
    return len(ticked)


@lru_cache
def _due_deadlines() -> Select[Any]:
    """Return the query of deadlines with a reminder due, locked; one with several comes twice.

    In the order of the index of waiting reminders, so that a long backlog is never sorted. Made
    once: now, most.
    """
    deadline, reminder = cast(Table, Deadline.__table__), cast(Table, Reminder.__table__)
    wanted = (
        "id title subject_reference due_at met_at lifted_at law organisation_id cooperation_id"
        " responsible_id substitute_id"
    )
    return (
        select(*(deadline.c[name] for name in wanted.split()))
        .join(reminder, reminder.c.deadline_id == deadline.c.id)
        .where(
            reminder.c.sent_at.is_(None),
            reminder.c.remind_at <= bindparam("now", type_=UtcDateTime()),
        )
        .order_by(reminder.c.remind_at)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(of=deadline, skip_locked=True)
    )


def _tick_off(
    session: Session, deadline_ids: Iterable[uuid.UUID], *, now: dt.datetime
) -> dict[uuid.UUID, uuid.UUID]:
    """Mark what is due of locked deadlines as sent; return the last reminder of each.

    Asked with the locks in hand: what a rival has sent meanwhile is not among them.
    """
    reminder = cast(Table, Reminder.__table__)
    ticked = session.execute(
        update(reminder)
        .where(
            among(session, reminder.c.deadline_id, deadline_ids),
            reminder.c.sent_at.is_(None),
            reminder.c.remind_at <= now,
        )
        .values(sent_at=now)
        .returning(reminder.c.deadline_id, reminder.c.id, reminder.c.remind_at)
    ).all()
    in_order = sorted(ticked, key=itemgetter(2))
    return {deadline_id: reminder_id for deadline_id, reminder_id, _ in in_order}


def _is_running(deadline: Any, now: dt.datetime) -> bool:
    facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
    return rules.state(facts, now) is rules.State.RUNNING


def _notes(
    deadline: Any, reminder_id: uuid.UUID, circle: "_Circle", today: dt.date
) -> Iterator[Note]:
    """Yield the message of a reminder for each of its readers; deadline: a row of the query."""
    days_left = (clock.berlin_day(deadline.due_at) - today).days
    when = {0: "heute", 1: "morgen"}.get(days_left, f"in {days_left} Tagen")
    subject = f"Frist {when}: {deadline.title} ({deadline.subject_reference})"[:400]
    body = (
        f"Die Frist „{deadline.title}“ im Vorgang {deadline.subject_reference} endet "
        f"{weekday_moment(deadline.due_at)}.\n"
        "Ab diesem Augenblick ist es zu spät."
        + (f"\n\nGrundlage: {deadline.law}" if deadline.law else "")
    )
    office = (deadline.organisation_id, deadline.cooperation_id)
    for reader in circle.readers(*office, deadline.responsible_id, deadline.substitute_id):
        yield Note(reader, f"reminder:{reminder_id}", subject, body, link="/fristen")


class _Circle:
    """Who is told of the deadlines of a batch; whoever is there is asked for once."""

    def __init__(
        self, session: Session, organisation_ids: Iterable[uuid.UUID], now: dt.datetime
    ) -> None:
        self._holders: dict[uuid.UUID, list[tuple[uuid.UUID, Role, uuid.UUID | None]]] = {}
        for user_id, role, organisation_id, cooperation_id in access.holders(
            session, (_LOOKS, _ACTS), organisation_ids, now=now
        ):
            holders = self._holders.setdefault(organisation_id, [])
            holders.append((user_id, role, cooperation_id))
        self.readers = lru_cache(maxsize=None)(self._readers)
        self._people = lru_cache(maxsize=None)(self._people_with)

    def _readers(
        self,
        organisation_id: uuid.UUID,
        cooperation_id: uuid.UUID,
        responsible_id: uuid.UUID | None,
        substitute_id: uuid.UUID | None,
    ) -> list[Reader]:
        """Return who is told: responsible and substitute, else the officers in charge.

        Somebody who has left, or holds no role there any more, is not told; the others are.
        """
        office = (organisation_id, cooperation_id)
        there = self._people(_LOOKS, *office)
        told = [user_id for user_id in (responsible_id, substitute_id) if user_id in there]
        if not told:
            told = list(self._people(_ACTS, *office))
        if not told:
            return [Reader(organisation_id=organisation_id)]
        return [Reader(user_id=user_id) for user_id in dict.fromkeys(told)]

    def _people_with(
        self, permission: Permission, organisation_id: uuid.UUID, cooperation_id: uuid.UUID
    ) -> dict[uuid.UUID, None]:
        """Return the ids of people with a permission there today, in their order, as keys."""
        roles = roles_with(permission)
        return {
            user_id: None
            for user_id, role, where in self._holders.get(organisation_id, ())
            if role in roles and where in (None, cooperation_id)
        }
