"""Figures that the database knows: what waits, how long, and what was set aside."""

import datetime as dt
import logging
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from flask import Flask
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.db import reading
from vergabe.deadlines.model import Deadline, Reminder
from vergabe.deadlines.queries import is_in_state
from vergabe.deadlines.rules import State
from vergabe.jobs.model import Job, WorkerSign
from vergabe.operation import gathering_uptime
from vergabe.outbox import OutboxRow
from vergabe.settings import Settings

logger = logging.getLogger(__name__)

KINDS: Final = ("event", "reaction", "mail")


class DatabaseFigures(Collector):
    """Asks the database when the figures are read; every process would say the same."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def collect(self) -> Iterable[GaugeMetricFamily]:
        up = GaugeMetricFamily("vergabe_database_up", "1 if the database answered")
        try:
            with self._app.app_context(), reading() as session:
                now = clock.now()
                found = [
                    *outbox(session, now),
                    *jobs(session, now),
                    *_worker(session, now),
                    *_deadlines(session, now),
                    *gathering_uptime.uptime(session, now),
                ]
        except SQLAlchemyError:
            # The rest is still worth reading, now more than ever.
            logger.exception("figures of the database are missing")
            found = []
        up.add_metric([], int(bool(found)))
        yield from (up, *found)
        settings: Settings = self._app.extensions["vergabe_settings"]
        yield from _disk(settings)
        yield from gathering_uptime.static_copy(settings.static_copy, clock.read())


def outbox(session: Session, now: dt.datetime) -> Iterator[GaugeMetricFamily]:
    """Yield how much of the outbox is due, since when, and how much was set aside, by kind."""
    depth = GaugeMetricFamily("vergabe_outbox_due", "Rows due and not done", labels=["kind"])
    age = GaugeMetricFamily(
        "vergabe_outbox_oldest_due_seconds",
        "Seconds since the oldest undone row was due",
        labels=["kind"],
    )
    failed = GaugeMetricFamily(
        "vergabe_outbox_set_aside", "Rows given up, for an operator to look at", labels=["kind"]
    )
    due = {
        kind: (count, oldest)
        for kind, count, oldest in session.execute(
            select(OutboxRow.kind, func.count(), func.min(OutboxRow.due_at))
            .where(OutboxRow.state == "waiting", OutboxRow.due_at <= now)
            .group_by(OutboxRow.kind)
        )
    }
    failed_rows = session.execute(
        select(OutboxRow.kind, func.count())
        .where(OutboxRow.state == "failed")
        .group_by(OutboxRow.kind)
    )
    lost: dict[str, int] = dict(failed_rows.all())
    for kind in sorted({*KINDS, *due, *lost}):
        count, oldest = due.get(kind, (0, None))
        depth.add_metric([kind], count)
        age.add_metric([kind], _seconds_since(oldest, now))
        failed.add_metric([kind], lost.get(kind, 0))
    yield from (depth, age, failed)


def _seconds_since(instant: dt.datetime | None, now: dt.datetime) -> float:
    return max(0.0, (now - instant).total_seconds()) if instant else 0.0


def jobs(session: Session, now: dt.datetime) -> Iterator[GaugeMetricFamily]:
    """Yield how many jobs wait and run, and since when the oldest of them is there."""
    count = GaugeMetricFamily("vergabe_jobs", "Jobs not finished", labels=["state"])
    age = GaugeMetricFamily("vergabe_jobs_oldest_waiting_seconds", "Age of the oldest waiting job")
    rows = {
        state: (number, oldest)
        for state, number, oldest in session.execute(
            select(Job.state, func.count(), func.min(Job.created_at))
            .where(Job.state.in_(("waiting", "running")))
            .group_by(Job.state)
        )
    }
    for state in ("waiting", "running"):
        count.add_metric([state], rows.get(state, (0, None))[0])
    age.add_metric([], _seconds_since(rows.get("waiting", (0, None))[1], now))
    yield from (count, age)


def _worker(session: Session, now: dt.datetime) -> Iterator[GaugeMetricFamily]:
    seen = session.scalar(select(func.max(WorkerSign.seen_at)))
    known = GaugeMetricFamily("vergabe_worker_seen", "1 if any worker ever gave a sign of life")
    known.add_metric([], int(seen is not None))
    age = GaugeMetricFamily("vergabe_worker_silent_seconds", "Seconds since a worker's last sign")
    age.add_metric([], _seconds_since(seen, now))
    yield from (known, age)


def _deadlines(session: Session, now: dt.datetime) -> Iterator[GaugeMetricFamily]:
    late = GaugeMetricFamily(
        "vergabe_reminder_late_seconds", "Seconds since the oldest unsent reminder was due"
    )
    oldest = session.scalar(
        select(func.min(Reminder.remind_at)).where(
            Reminder.sent_at.is_(None), Reminder.remind_at <= now
        )
    )
    late.add_metric([], _seconds_since(oldest, now))
    soon = GaugeMetricFamily("vergabe_deadlines_next_day", "Deadlines within the next 24 hours")
    soon.add_metric(
        [],
        session.scalar(
            select(func.count()).where(
                is_in_state(State.RUNNING, now), Deadline.due_at <= now + dt.timedelta(days=1)
            )
        )
        or 0,
    )
    yield from (late, soon)


def _disk(settings: Settings) -> Iterator[GaugeMetricFamily]:
    free = GaugeMetricFamily("vergabe_disk_free_bytes", "Free bytes", labels=["place"])
    places = {"data": settings.data}
    if "://" not in settings.files:
        places["files"] = Path(settings.files)
    for name, path in places.items():
        if path.exists():
            free.add_metric([name], shutil.disk_usage(path).free)
    yield free
