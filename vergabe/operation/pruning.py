"""Clearing away what the outbox has done: batch by batch, after the days of the settings.

Nothing that proves anything goes: messages with their mails stay, and the records of what was
decided. docs/decisions says why the rows behind them may go.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vergabe import outbox, stopping
from vergabe.db import reading, unit_of_work
from vergabe.webhooks import forgetting

BATCH: Final = 1_000


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
    before = now - dt.timedelta(days=keep_days)
    return Pruned(
        _in_batches(outbox.has_done, outbox.forget_done, before, most_batches),
        _in_batches(forgetting.has_old, forgetting.forget, before, most_batches),
    )


def _in_batches(
    has_any: Callable[..., bool],
    forget: Callable[..., int],
    before: dt.datetime,
    most: int | None,
) -> int:
    # Looked at first without writing: SQLite has one writer, and mostly there is nothing to do.
    with reading() as session:
        if not has_any(session, before=before):
            return 0
    total = batches = 0
    while (most is None or batches < most) and not stopping.is_asked():
        found = _one_batch(forget, before)
        total, batches = total + found, batches + 1
        if found < BATCH:
            break
    return total


def _one_batch(forget: Callable[..., int], before: dt.datetime) -> int:
    with unit_of_work() as session:
        return forget(session, before=before, limit=BATCH)
