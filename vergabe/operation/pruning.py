"""Clearing away what the outbox has done: batch by batch, after the days of the settings.

Nothing that proves anything goes: messages with their mails stay, and the records of what was
decided. docs/decisions says why the rows behind them may go.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import Select, delete
from sqlalchemy.orm import InstrumentedAttribute

from vergabe import outbox, stopping
from vergabe.db import reading, unit_of_work
from vergabe.outbox import OutboxRow
from vergabe.webhooks import queries as webhooks
from vergabe.webhooks.model import WebhookCall

BATCH: Final = 1_000
_LONGEST_DAYS: Final = 20_000
"""More days lead to before 1970, where the ids of rows begin: nothing is so old."""
Ids: TypeAlias = InstrumentedAttribute[uuid.UUID]


@dataclass(frozen=True)
class Pruned:
    """How many done rows of the outbox and old calls of webhooks went."""

    outbox_rows: int
    webhook_calls: int


def prune(*, now: dt.datetime, keep_days: int, most_batches: int | None = None) -> Pruned:
    """Delete what was done before `keep_days` ago, in transactions of `BATCH` rows.

    most_batches: of each table, None until nothing is left. Stops between two batches when the
    process is asked to.
    """
    before = now - dt.timedelta(days=min(keep_days, _LONGEST_DAYS))
    return Pruned(
        _in_batches(OutboxRow.id, outbox.done(before), most_batches),
        _in_batches(WebhookCall.id, webhooks.over(before), most_batches),
    )


def _in_batches(column: Ids, old: Select[uuid.UUID], most: int | None) -> int:
    # Looked at first without writing: SQLite has one writer, and mostly there is nothing to do.
    with reading() as session:
        if session.scalars(old.limit(1)).first() is None:
            return 0
    total = batches = 0
    while (most is None or batches < most) and not stopping.is_asked():
        found = _one_batch(column, old)
        total, batches = total + found, batches + 1
        if found < BATCH:
            break
    return total


def _one_batch(column: Ids, old: Select[uuid.UUID]) -> int:
    oldest = old.order_by(column).limit(BATCH).with_for_update(skip_locked=True)
    with unit_of_work() as session:
        found = session.scalars(oldest).all()
        session.execute(delete(column.class_).where(column.in_(found)))
    return len(found)
