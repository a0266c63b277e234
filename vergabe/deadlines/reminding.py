"""Reminders of deadlines: written by the worker, each at most once, also by several workers.

A batch is a fixed number of statements, whatever its size: thousands may fall due in one minute.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import ColumnElement, Integer, Select, Table, Text, Uuid, bindparam, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access import queries as access
from vergabe.access.permissions import Permission, Role, roles_with
from vergabe.bulk import among
from vergabe.db import UtcDateTime
from vergabe.deadlines import rules
from vergabe.deadlines.model import Deadline, Reminder
from vergabe.law.zone import last_day_before
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
    found = {each.id: each for each in map(_Due._make, session.execute(_due_deadlines(), due_now))}
    # Rows that a rival let go while we waited for them may have nothing due any more.
    ticked = _tick_off(session, found, now=now) if found else {}
    running = [found[each] for each in ticked if _is_running(found[each], now)]
    if running:
        circle = _Circle(session, {each.organisation_id for each in running}, now)
        ends = _Ends(now)
        notes = (
            note
            for deadline in running
            for note in _notes(deadline, ticked[deadline.id], circle, ends)
        )
        messages.send_each(session, notes, kind="deadline_reminder", now=now)
    return len(ticked)


class _Due(NamedTuple):
    """A deadline with a reminder due. Ids are texts here: most are only compared."""

    id: str
    title: str
    subject_reference: str
    due_at: dt.datetime
    met_at: dt.datetime | None
    lifted_at: dt.datetime | None
    law: str | None
    organisation_id: str
    cooperation_id: str
    responsible_id: str | None
    substitute_id: str | None


@lru_cache
def _due_deadlines() -> Select[Any]:
    """Return the query of deadlines with a reminder due, locked; one with several comes twice.

    In the order of the index of waiting reminders, so that a long backlog is never sorted. Made
    once: now, most.
    """
    deadline, reminder = cast(Table, Deadline.__table__), cast(Table, Reminder.__table__)
    columns = (deadline.c[name] for name in _Due._fields)
    shown = (_as_text(each) if isinstance(each.type, Uuid) else each for each in columns)
    return (
        select(*shown)
        .join(reminder, reminder.c.deadline_id == deadline.c.id)
        .where(
            reminder.c.sent_at.is_(None),
            reminder.c.remind_at <= bindparam("now", type_=UtcDateTime()),
        )
        .order_by(reminder.c.remind_at)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(of=deadline, skip_locked=True)
    )


def _as_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Return an id as the database writes it: with hyphens on PostgreSQL, without on SQLite."""
    return sql_cast(column, Text())


def _tick_off(session: Session, deadline_ids: Iterable[str], *, now: dt.datetime) -> dict[str, str]:
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
        .returning(_as_text(reminder.c.deadline_id), _as_text(reminder.c.id), reminder.c.remind_at)
    ).all()
    in_order = sorted(ticked, key=itemgetter(2))
    return {deadline_id: reminder_id for deadline_id, reminder_id, _ in in_order}


def _is_running(deadline: _Due, now: dt.datetime) -> bool:
    facts = rules.DeadlineFacts(deadline.due_at, deadline.met_at, deadline.lifted_at)
    return rules.state(facts, now) is rules.State.RUNNING


def _notes(deadline: _Due, reminder_id: str, circle: "_Circle", ends: "_Ends") -> Iterator[Note]:
    """Yield the message of a reminder for each of its readers."""
    when, moment = ends.words(deadline.due_at)
    subject = f"Frist {when}: {deadline.title} ({deadline.subject_reference})"[:400]
    body = (
        f"Die Frist „{deadline.title}“ im Vorgang {deadline.subject_reference} endet "
        f"{moment}.\n"
        "Ab diesem Augenblick ist es zu spät."
        + (f"\n\nGrundlage: {deadline.law}" if deadline.law else "")
    )
    office = (deadline.organisation_id, deadline.cooperation_id)
    cause = f"reminder:{uuid.UUID(reminder_id)}"
    for reader in circle.readers(*office, deadline.responsible_id, deadline.substitute_id):
        yield Note(reader, cause, subject, body, link="/fristen")


class _Ends:
    """How the ends of the deadlines of a batch are told; many have the same one."""

    def __init__(self, now: dt.datetime) -> None:
        self._today = clock.berlin_day(now)
        self._of_minute = lru_cache(maxsize=None)(self._words)

    def words(self, due_at: dt.datetime) -> tuple[str, str]:
        """Return how far off the last day is, and the end: `in 3 Tagen`, `Donnerstag, 31.12.…`."""
        minute = due_at.replace(second=0, microsecond=0)
        return self._of_minute(minute, minute == due_at)

    def _words(self, minute: dt.datetime, is_whole: bool) -> tuple[str, str]:
        # Nothing but midnight itself is told otherwise than the rest of its minute.
        due_at = minute if is_whole else minute + dt.timedelta(seconds=1)
        days_left = (last_day_before(due_at) - self._today).days
        when = {0: "heute", 1: "morgen"}.get(days_left, f"in {days_left} Tagen")
        return when, weekday_moment(due_at)


class _Circle:
    """Who is told of the deadlines of a batch; whoever is there is asked for once."""

    def __init__(self, session: Session, organisation_ids: Iterable[str], now: dt.datetime) -> None:
        self._holders: dict[uuid.UUID, list[tuple[uuid.UUID, Role, uuid.UUID | None]]] = {}
        for user_id, role, organisation_id, cooperation_id in access.holders(
            session, (_LOOKS, _ACTS), map(uuid.UUID, organisation_ids), now=now
        ):
            holders = self._holders.setdefault(organisation_id, [])
            holders.append((user_id, role, cooperation_id))
        self.readers = lru_cache(maxsize=None)(self._readers)
        self._people = lru_cache(maxsize=None)(self._people_with)

    def _readers(
        self,
        organisation_text: str,
        cooperation_text: str,
        responsible_text: str | None,
        substitute_text: str | None,
    ) -> list[Reader]:
        """Return who is told: responsible and substitute, else the officers in charge.

        Somebody who has left, or holds no role there any more, is not told; the others are.
        """
        office = (uuid.UUID(organisation_text), uuid.UUID(cooperation_text))
        there = self._people(_LOOKS, *office)
        named = [uuid.UUID(each) for each in (responsible_text, substitute_text) if each]
        told = [user_id for user_id in named if user_id in there]
        if not told:
            told = list(self._people(_ACTS, *office))
        if not told:
            return [Reader(organisation_id=office[0])]
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
