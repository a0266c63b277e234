"""The worker: short ticks that ask the database what is due, in a process of their own."""

import datetime as dt
import logging
import signal
import uuid
from collections.abc import Callable
from functools import partial
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.orm import Session, object_session

from vergabe import clock, flow, outbox, stopping, sweeps
from vergabe.db import unit_of_work
from vergabe.outbox import OutboxRow
from vergabe.uptime import guard
from vergabe.web import logs

logger = logging.getLogger(__name__)

DELIVERY_SECONDS: Final = 0.5
SWEEP_SECONDS: Final = 1.0
CLEANING_SECONDS: Final = 600.0
BOUNCE_SECONDS: Final = 30.0
SIGN_SECONDS: Final = 10.0
COPY_SECONDS: Final = 20.0
BATCH: Final = 50
SIGNING: Final = "sign_minute"
"""The one tick that goes on during maintenance: it says that the worker lives."""


def deliver_events(app: Flask, *, limit: int = BATCH) -> int:
    """Turn due events into one reaction per handler, and run due reactions; return how many."""
    with app.app_context():
        return _each(("event",), _fan_out, limit) + _each(("reaction",), _run_reaction, limit)


def _each(kinds: tuple[str, ...], work: Callable[[OutboxRow], None], limit: int) -> int:
    with unit_of_work() as session:
        until = clock.now() + outbox.LEASE
        leased = outbox.lease(session, kinds, now=clock.now(), limit=limit)
    for place, each in enumerate(leased):
        if stopping.is_asked():
            with unit_of_work() as session:
                untouched = [row.id for row in leased[place:]]
                outbox.release_lease(session, untouched, leased_until=until, now=clock.now())
            return place
        # A reaction holds its event, which says what it is about.
        with logs.about(each.payload.get("payload", each.payload)):
            _work_on(each.id, work, until)
    return len(leased)


def _work_on(row_id: uuid.UUID, work: Callable[[OutboxRow], None], until: dt.datetime) -> None:
    try:
        with unit_of_work() as session:
            row = outbox.take_back(session, row_id, now=clock.now())
            if row is not None:
                work(row)
                outbox.mark_done(session, row_id, now=clock.now())
    except Exception as error:  # one row must never hold up those behind it
        logger.exception("outbox row failed", extra={"row": row_id})
        with unit_of_work() as session:
            outbox.mark_failed(session, row_id, _reason(error), now=clock.now(), leased_until=until)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _fan_out(row: OutboxRow) -> None:
    session = _session_of(row)
    rows = [
        (
            handler_name,
            f"{row.dedupe_key}:{handler_name}",
            {"event": row.name, "event_id": row.dedupe_key, "payload": row.payload},
        )
        for handler_name in flow.handlers_of(row.name)
    ]
    outbox.put_many(session, "reaction", rows, now=clock.now())


def _run_reaction(row: OutboxRow) -> None:
    flow.react(
        _session_of(row),
        row.name,
        row.payload["event"],
        row.payload["payload"],
        event_id=uuid.UUID(row.payload["event_id"]),
        now=clock.now(),
    )


def _session_of(row: OutboxRow) -> Session:
    session = object_session(row)
    assert session is not None
    return session


def drain(app: Flask, *, rounds: int = 200) -> int:
    """Deliver until nothing is due any more (tests, demo); return how many rows were worked on."""
    total = 0
    for _ in range(rounds):
        done = deliver_events(app) + sweeps.send_notices(app) + sweeps.send_mails(app)
        done += sweeps.run_jobs(app) + sweeps.call_webhooks(app)
        total += done
        if not done:
            return total
    return total


def start(app: Flask) -> BackgroundScheduler:
    """Start the ticks in the background of this process and return the running scheduler.

    Nothing lawful hangs on them: what time alone decides is derived when asked.
    """
    ticks: tuple[tuple[str, Callable[[Flask], int], float], ...] = (
        ("deliver_events", deliver_events, DELIVERY_SECONDS),
        ("send_mails", sweeps.send_mails, DELIVERY_SECONDS),
        ("call_webhooks", sweeps.call_webhooks, DELIVERY_SECONDS),
        ("send_notices", sweeps.send_notices, SWEEP_SECONDS),
        ("send_reminders", sweeps.send_reminders, SWEEP_SECONDS),
        ("run_jobs", sweeps.run_jobs, DELIVERY_SECONDS),
        ("show_life", sweeps.show_life, SWEEP_SECONDS),
        (SIGNING, sweeps.sign_minute, SIGN_SECONDS),
        ("detect_outages", sweeps.detect_outages, COPY_SECONDS),
        ("follow_outages", sweeps.follow_outages, COPY_SECONDS),
        ("refresh_copy", sweeps.refresh_copy, COPY_SECONDS),
        ("fill_catalogue", sweeps.fill_catalogue, CLEANING_SECONDS),
        ("sweep_uploads", sweeps.sweep_uploads, CLEANING_SECONDS),
        ("sweep_jobs", sweeps.sweep_jobs, CLEANING_SECONDS),
        ("read_bounces", sweeps.read_bounces, BOUNCE_SECONDS),
        ("sweep_limits", sweeps.sweep_limits, CLEANING_SECONDS),
        ("give_up_webhook_calls", sweeps.give_up_webhook_calls, CLEANING_SECONDS),
        ("sweep_answers", sweeps.sweep_answers, CLEANING_SECONDS),
        ("sweep_outbox", sweeps.sweep_outbox, CLEANING_SECONDS),
    )
    # A thread for each: however many hang, the sign of life goes on.
    threads = ThreadPoolExecutor(len(ticks))
    scheduler = BackgroundScheduler(timezone="UTC", executors={"default": threads})
    for name, tick, seconds in ticks:
        scheduler.add_job(
            _guarded(app, name, tick),
            "interval",
            seconds=seconds,
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


def _guarded(app: Flask, name: str, tick: Callable[[Flask], int]) -> Callable[[], None]:
    def run() -> None:
        try:
            if name == SIGNING:
                tick(app)
            elif not guard.is_on(app):
                # What is in hand is finished; nothing is begun while maintenance is on.
                with stopping.held_up_by(partial(guard.is_on, app)):
                    tick(app)
        except Exception:  # the loop must outlive whatever one tick meets
            logger.exception("tick failed", extra={"tick": name})

    return run


def run_forever(app: Flask) -> None:
    """Run the worker until SIGTERM or SIGINT; what is in its hands is finished, the rest is not."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.ask())
    scheduler = start(app)
    logger.info("worker started")
    stopping.wait()
    scheduler.shutdown(wait=True)
    logger.info("worker stopped")
