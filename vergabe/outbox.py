"""The outbox: what leaves a transaction is a row written in it, delivered by workers afterwards.

Three short transactions: decide and write; lease a batch; do the work and mark it, together. A row
whose worker died comes back when its lease ends. Work inside the database (`event`, `reaction`) and
its mark are one transaction, so it happens exactly once; what leaves the house (`mail`, `webhook`)
happens at least once, with a stable id that lets the receiver see a repetition.

Rows of one lane (the mails to one address, the calls of one webhook) go in the order in which they
were written, whatever the number of workers: one that has to be tried again holds up those behind.
"""

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    bindparam,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from vergabe import bulk, ids
from vergabe.db import Id, Instant, JsonDict, Model, UtcDateTime
from vergabe.events import Event

LEASE: Final = dt.timedelta(minutes=2)
MAX_ATTEMPTS: Final = 12
SUSPICIOUS_ATTEMPTS: Final = 3
"""A row whose lease ran out this often is tried alone: perhaps it is what kills its worker."""
FIRST_DELAY_SECONDS: Final = 5
LONGEST_DELAY_SECONDS: Final = 3600
# Chance only spreads retries in time; nothing secret hangs on it.
_jitter = random.Random()  # noqa: S311


class OutboxRow(Model):
    """One thing to do outside the deciding transaction."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state_known"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_has_instant"),
        Index("uq_outbox_kind_dedupe_key", "kind", "dedupe_key", unique=True),
        Index(
            "ix_outbox_waiting_due_at_id",
            "kind",
            "due_at",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_waiting_lane",
            "kind",
            "lane",
            "id",
            sqlite_where=text("state = 'waiting' AND lane IS NOT NULL"),
            postgresql_where=text("state = 'waiting' AND lane IS NOT NULL"),
        ),
        Index(
            "ix_outbox_failed_kind",
            "kind",
            sqlite_where=text("state = 'failed'"),
            postgresql_where=text("state = 'failed'"),
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    dedupe_key: Mapped[str] = mapped_column(String(200))
    payload: Mapped[JsonDict]
    created_at: Mapped[Instant]
    due_at: Mapped[Instant]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[Instant | None]
    done_at: Mapped[Instant | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    lane: Mapped[str | None] = mapped_column(String(64))
    """Rows of one kind and lane go one after the other; None: in any order."""


_TABLE: Final = cast(Table, OutboxRow.__table__)


def emit(session: Session, event: Event, *, now: dt.datetime) -> uuid.UUID:
    """Write an event to the outbox in the current transaction; return the event's id."""
    event_id = ids.new_id()
    put(session, "event", event.name, str(event_id), event.payload(), now=now)
    return event_id


def put(
    session: Session,
    kind: str,
    name: str,
    dedupe_key: str,
    payload: Mapping[str, Any],
    *,
    now: dt.datetime,
    due_at: dt.datetime | None = None,
    lane: str | None = None,
) -> None:
    """Write one row; IntegrityError at flush if (kind, dedupe_key) was written before."""
    put_many(
        session, kind, [(name, dedupe_key, payload)], now=now, due_at=due_at, lane_of=lambda _: lane
    )


def put_many(
    session: Session,
    kind: str,
    rows: Iterable[tuple[str, str, Mapping[str, Any]]],
    *,
    now: dt.datetime,
    due_at: dt.datetime | None = None,
    lane_of: Callable[[Mapping[str, Any]], str | None] = lambda _payload: None,
) -> int:
    """Write many rows (name, dedupe key, payload) of one kind in one statement; return how many.

    lane_of: gives the lane of a row by its payload.
    """
    given = list(rows)
    values = [
        {
            "id": row_id,
            "name": name,
            "dedupe_key": key,
            "payload": payload,
            "lane": lane_of(payload),
        }
        for row_id, (name, key, payload) in zip(ids.new_ids(len(given)), given, strict=True)
    ]
    common = {"kind": kind, "created_at": now, "due_at": due_at or now}
    bulk.insert_all(session, OutboxRow, values, {**common, "state": "waiting", "attempts": 0})
    return len(values)


class Leased(NamedTuple):
    """A row taken by a worker, without the machinery of an entity: there may be very many."""

    id: uuid.UUID
    name: str
    payload: dict[str, Any]
    attempts: int
    leased_until: dt.datetime | None
    """The lease before this one, if its worker has not given it back."""
    lane: str | None


def lease(
    session: Session,
    kinds: Sequence[str],
    *,
    now: dt.datetime,
    limit: int = 50,
    is_without_lane: bool = False,
    when_given_up: Callable[[Leased, str], None] = lambda _row, _reason: None,
) -> list[Leased]:
    """Take up to `limit` due rows for this worker until `now` + LEASE; commit right afterwards.

    is_without_lane: only such rows, to go with others; the database has to look for them. One that
    a worker has died with is not among them: it waits for its turn alone.
    when_given_up: told of each row that is set aside here, with the reason.
    PostgreSQL: rows that another worker is just taking are skipped, never waited for. The attempt
    is counted here, before the work: a row that kills its worker is first tried alone, so that it
    takes no other with it, and is set aside after MAX_ATTEMPTS.
    """
    query = _due_without_lane() if is_without_lane else _due()
    due = session.execute(query, {"kinds": list(kinds), "now": now, "most": limit})
    in_order = _in_order(session, [Leased(*row) for row in due])
    rows = _without_killers(session, in_order, when_given_up)
    if rows:
        _commit_without_waiting(session)
        session.execute(
            update(_TABLE)
            .where(bulk.among(session, _TABLE.c.id, [row.id for row in rows]))
            .values(leased_until=now + LEASE, attempts=_TABLE.c.attempts + 1)
        )
    return rows


def _commit_without_waiting(session: Session) -> None:
    """Let the commit of a lease not wait for the disk.

    What a server that crashes right then forgets of it is a lease alone: a batch in work may be
    done twice, as after the death of its worker.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL synchronous_commit TO off"))


@lru_cache
def _due() -> Select[Any]:
    """Return the query of rows to lease, made once: kinds, now, most."""
    now = bindparam("now", type_=UtcDateTime())
    columns: tuple[Any, ...] = (
        OutboxRow.id,
        OutboxRow.name,
        OutboxRow.payload,
        OutboxRow.attempts,
        OutboxRow.leased_until,
        OutboxRow.lane,
    )
    return (
        select(*columns)
        .where(
            OutboxRow.state == "waiting",
            OutboxRow.kind.in_(bindparam("kinds", expanding=True)),
            OutboxRow.due_at <= now,
            (OutboxRow.leased_until.is_(None)) | (OutboxRow.leased_until <= now),
            OutboxRow.lane.is_(None) | ~_held_up(now),
        )
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True)
    )


@lru_cache
def _due_without_lane() -> Select[Any]:
    return _due().where(OutboxRow.lane.is_(None), OutboxRow.leased_until.is_(None))


def _held_up(now: ColumnElement[dt.datetime]) -> ColumnElement[bool]:
    """Return whether an earlier row of the same lane waits for later, or is in work.

    In the order of the lanes' index, so that PostgreSQL takes no other, whatever it believes the
    table to hold: just after thousands of mails were written it knows of none, and would read all
    of them for each.
    """
    earlier = aliased(OutboxRow)
    first = (
        select(earlier.id)
        .where(
            earlier.kind == OutboxRow.kind,
            earlier.lane == OutboxRow.lane,
            earlier.state == "waiting",
            earlier.id < OutboxRow.id,
            (earlier.due_at > OutboxRow.due_at) | (earlier.leased_until > now),
        )
        .order_by(earlier.kind, earlier.lane, earlier.id)
        .limit(1)
    )
    return first.scalar_subquery().is_not(None)


def _in_order(session: Session, rows: list[Leased]) -> list[Leased]:
    """Return the rows before which no other of their lane is left to anybody else.

    Another worker may hold an earlier one that was skipped here, and not have committed yet: asked
    with the locks of our own rows in hand, it is either still waiting or done.
    """
    if all(row.lane is None for row in rows):
        return rows
    held_up = set(session.scalars(_behind(session, [row.id for row in rows])))
    return [row for row in rows if row.id not in held_up]


def _behind(session: Session, mine: Sequence[uuid.UUID]) -> Select[Any]:
    """Return the query of those of `mine` with one of somebody else before them.

    In the order of the lanes' index, for the same reason as `_held_up`.
    """
    earlier = _TABLE.alias("earlier")
    first = (
        select(earlier.c.id)
        .where(
            earlier.c.kind == _TABLE.c.kind,
            earlier.c.lane == _TABLE.c.lane,
            earlier.c.state == "waiting",
            earlier.c.id < _TABLE.c.id,
            ~bulk.among(session, earlier.c.id, mine),
        )
        .order_by(earlier.c.kind, earlier.c.lane, earlier.c.id)
        .limit(1)
    )
    return select(_TABLE.c.id).where(
        bulk.among(session, _TABLE.c.id, mine), first.scalar_subquery().is_not(None)
    )


def _without_killers(
    session: Session, rows: list[Leased], when_given_up: Callable[[Leased, str], None]
) -> list[Leased]:
    """Return the rows to lease now; a lease that ran out says that its worker died or hung."""
    hopeful = []
    for row in rows:
        if row.leased_until is not None and row.attempts >= MAX_ATTEMPTS:
            reason = "Der Hintergrunddienst wurde bei jedem Versuch beendet."
            set_aside(session, row.id, reason)
            when_given_up(row, reason)
        else:
            hopeful.append(row)
    suspects = [
        row
        for row in hopeful
        if row.leased_until is not None and row.attempts >= SUSPICIOUS_ATTEMPTS
    ]
    return suspects[:1] or hopeful


def take_back(session: Session, row_id: uuid.UUID, *, now: dt.datetime) -> OutboxRow | None:
    """Lock a leased row in the transaction that does its work; None if it was done meanwhile."""
    row = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.id == row_id, OutboxRow.state == "waiting")
        .with_for_update()
    ).one_or_none()
    if row is None or row.leased_until is None or row.leased_until <= now:
        return None
    return row


def mark_done(session: Session, row_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Mark a row as done, in the same transaction as its effect."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row_id)
        .values(state="done", done_at=now, leased_until=None, last_error=None)
    )


def mark_all_done(session: Session, row_ids: Sequence[uuid.UUID], *, now: dt.datetime) -> None:
    """Mark many rows as done in one statement; entities of them in the session are not renewed."""
    session.execute(
        update(_TABLE)
        .where(bulk.among(session, _TABLE.c.id, row_ids))
        .values(state="done", done_at=now, leased_until=None, last_error=None)
    )


def mark_failed(
    session: Session,
    row_id: uuid.UUID,
    reason: str,
    *,
    now: dt.datetime,
    leased_until: dt.datetime,
) -> bool:
    """Note a failed attempt; return whether the row is now set aside for good.

    The next attempt comes after twice the time of the last one, with jitter, at most an hour.
    leased_until: the end of the lease it was taken with; whoever has taken the row since keeps it.
    """
    row = session.get(OutboxRow, row_id, with_for_update=True)
    if row is None or row.state != "waiting" or row.leased_until != leased_until:
        return False
    row.leased_until = None
    row.last_error = reason[:2000]
    if row.attempts >= MAX_ATTEMPTS:
        row.state = "failed"
        return True
    delay = min(FIRST_DELAY_SECONDS * 2 ** (row.attempts - 1), LONGEST_DELAY_SECONDS)
    row.due_at = now + dt.timedelta(seconds=delay * _jitter.uniform(0.8, 1.2))
    return False


def set_aside(session: Session, row_id: uuid.UUID, reason: str) -> bool:
    """Stop trying a row that can never succeed (poison), keeping its reason.

    Return whether it still waited: one that another worker has done stays done.
    """
    waiting = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row_id, OutboxRow.state == "waiting")
        .values(state="failed", leased_until=None, last_error=reason[:2000])
        .returning(OutboxRow.id)
    )
    return waiting.first() is not None


def postpone(
    session: Session,
    row_ids: Sequence[uuid.UUID],
    *,
    leased_until: dt.datetime,
    until: dt.datetime,
) -> None:
    """Give leased rows back for later without an attempt counted: nothing was tried.

    leased_until: the end of the lease they were taken with; whoever has taken them since keeps
    them.
    """
    session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.id.in_(row_ids),
            OutboxRow.state == "waiting",
            OutboxRow.leased_until == leased_until,
        )
        .values(leased_until=None, due_at=until, attempts=OutboxRow.attempts - 1)
    )


def try_again(session: Session, row_id: uuid.UUID, *, now: dt.datetime) -> OutboxRow | None:
    """Let a row that was set aside be tried from the start; None if it is not set aside."""
    row = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.id == row_id, OutboxRow.state == "failed")
        .with_for_update()
    ).one_or_none()
    if row is not None:
        row.state, row.attempts, row.due_at, row.leased_until = "waiting", 0, now, None
        session.flush()
    return row


def release_lease(
    session: Session, row_ids: Sequence[uuid.UUID], *, leased_until: dt.datetime, now: dt.datetime
) -> None:
    """Give leased rows back untouched, to be tried at once; as `postpone`."""
    postpone(session, row_ids, leased_until=leased_until, until=now)


def done(before: dt.datetime) -> Select[uuid.UUID]:
    """Return the query of the ids of rows that were done before an instant.

    What waits or was set aside is not among them. Found along the ids, whose order is that of time:
    an index by `done_at` would make every mark of a row dearer.
    """
    return select(OutboxRow.id).where(
        OutboxRow.id < ids.lowest_at(before),
        OutboxRow.state == "done",
        OutboxRow.done_at < before,
    )
