"""What the worker does at each tick, gathered from the capabilities; each sweep is safe to repeat.

Every function takes the application, opens its own units of work, and returns how much it did.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from flask import Flask

from vergabe import clock, stopping
from vergabe.accounts import lockouts
from vergabe.db import reading, unit_of_work
from vergabe.deadlines import service as deadlines
from vergabe.demands import calls
from vergabe.files.store import FileStore
from vergabe.jobs import running
from vergabe.jobs import service as jobs
from vergabe.limits import hooks as limits
from vergabe.market import filling
from vergabe.messages import bounces, delivery
from vergabe.notices import dispatching
from vergabe.notices.answering import House
from vergabe.notices.dispatching import Desk
from vergabe.notices.senders.choosing import sender_for
from vergabe.operation import pruning
from vergabe.outages import finding as outage_cases
from vergabe.outages import reminding as outage_reminding
from vergabe.pools import reminding as joinings
from vergabe.settings import Settings
from vergabe.static_copy import copying
from vergabe.tenders import mandate_watch
from vergabe.tenders.outlet import Outlet
from vergabe.uploads import service as uploads
from vergabe.uptime import detecting
from vergabe.uptime.watching import Watch
from vergabe.votes import handlers as votes
from vergabe.web import idempotency
from vergabe.webhooks import delivery as webhooks

logger = logging.getLogger(__name__)

_UNFINISHED: Final = dt.timedelta(days=1)
"""Nothing is written for so long."""
_BATCHES: Final = 10
"""So many of a kind in one tick: others want to write too."""


def send_mails(app: Flask) -> int:
    """Send due mails of the outbox; return how many were tried."""
    return delivery.send_due(app)


def send_notices(app: Flask) -> int:
    """Send notices, ask what became of others, publish what has waited; return how many."""
    settings: Settings = app.extensions["vergabe_settings"]
    house = House(app.extensions["vergabe_files"], settings.base_url)
    with app.app_context():
        return _each_for_itself((lambda: _dispatch(app, settings, house), lambda: _release(house)))


def _dispatch(app: Flask, settings: Settings, house: House) -> int:
    sender = sender_for(app)
    if sender is None:
        return 0
    with reading() as session:
        if not dispatching.has_due(session, now=clock.now()):
            return 0
    outlet = Outlet.of(settings.notice_sender)
    desk = Desk(sender, outlet, house, settings.eforms_sdk)
    done = 0
    # One at a time: sending may take a minute, and what is claimed later has its whole lease.
    while not stopping.is_asked():
        with unit_of_work() as session:
            claims = dispatching.claim(session, outlet, now=clock.now(), limit=1)
        if not claims:
            break
        dispatching.work(claims[0], desk)
        done += 1
    return done


def _release(house: House) -> int:
    with reading() as session:
        due = dispatching.due_releases(session, now=clock.now())
    return _each_for_itself(partial(dispatching.release_one, each, house) for each in due)


def _each_for_itself(works: Iterable[Callable[[], int]]) -> int:
    """Do all of it, although one fails again and again; return how much was done.

    The first failure is raised when all the others have had their turn.
    """
    done, failed = 0, None
    for work in works:
        try:
            done += work()
        except Exception as error:  # those behind it must not wait for ever
            if failed is not None:
                logger.exception("part of a tick failed")
            failed = failed or error
    if failed is not None:
        raise failed
    return done


def send_reminders(app: Flask) -> int:
    """Write the reminders that are due; return how many calls and deadlines were handled."""
    kinds = (
        _remind_of_calls,
        _remind_of_deadlines,
        _remind_of_joinings,
        _warn_of_mandates,
        _tell_of_votes,
    )
    return _each_for_itself(partial(remind, app) for remind in kinds)


def _remind_of_calls(app: Flask) -> int:
    # Looked at first without writing: SQLite has one writer, and most ticks have nothing to do.
    with app.app_context():
        with reading() as session:
            if not calls.has_due_reminders(session, now=clock.now()):
                return 0
        with unit_of_work() as session:
            return calls.send_call_reminders(session, now=clock.now())


def _remind_of_deadlines(app: Flask) -> int:
    with app.app_context():
        with reading() as session:
            if not deadlines.has_due_reminders(session, now=clock.now()):
                return 0
        handled = 0
        # A batch per transaction; none left, or all of the rest in other workers' hands, ends it.
        while not stopping.is_asked():
            with unit_of_work() as session:
                batch = deadlines.send_due_reminders(session, now=clock.now())
            handled += batch
            if not batch:
                break
        return handled


def _warn_of_mandates(app: Flask) -> int:
    with app.app_context():
        with reading() as session:
            if not mandate_watch.has_due_warnings(session, now=clock.now()):
                return 0
        with unit_of_work() as session:
            return mandate_watch.send_warnings(session, now=clock.now())


def _remind_of_joinings(app: Flask) -> int:
    with app.app_context():
        with reading() as session:
            if not joinings.has_due_reminders(session, now=clock.now()):
                return 0
        with unit_of_work() as session:
            return joinings.send_due_reminders(session, now=clock.now())


def _tell_of_votes(app: Flask) -> int:
    with app.app_context():
        with reading() as session:
            if not votes.has_due_ticks(session, now=clock.now()):
                return 0
        with unit_of_work() as session:
            return votes.send_due(session, now=clock.now())


def fill_catalogue(app: Flask) -> int:
    """Enter procedures that the search does not know yet; return how many."""
    return filling.fill(app)


def sweep_uploads(app: Flask) -> int:
    """Remove what was uploaded and never used, or never finished; return how many files."""
    store: FileStore = app.extensions["vergabe_files"]
    with app.app_context():
        with reading() as session:
            now = clock.now()
            has_expired = uploads.has_expired(session, now=now)
        count = store.sweep(now - _UNFINISHED)
        if not has_expired:
            return count
        with unit_of_work() as session:
            return count + uploads.sweep(session, store, now=clock.now())


def read_bounces(app: Flask) -> int:
    """Read what mail servers have answered, from the Maildir of the settings; return how many."""
    settings: Settings = app.extensions["vergabe_settings"]
    if settings.bounce_folder is None:
        return 0
    found = bounces.unread_in(settings.bounce_folder)
    for file in found:
        # One at a time, put away once it is noted: read twice it changes nothing.
        try:
            content = bounces.content_of(file)
            with app.app_context(), unit_of_work() as session:
                bounces.take(session, content, now=clock.now())
            bounces.put_away(settings.bounce_folder, file)
        except FileNotFoundError:
            continue  # another worker was quicker
        except OSError as error:  # one file must not hold up those behind it
            logger.warning("report not read", extra={"error": type(error).__name__})
    return len(found)


def call_webhooks(app: Flask) -> int:
    """Tell subscribed systems what happened; return how many calls were tried."""
    return webhooks.send_due(app)


def give_up_webhook_calls(app: Flask) -> int:
    """Give up what paused webhooks have kept for too long; return how many calls."""
    return webhooks.give_up_kept(app)


def sweep_limits(app: Flask) -> int:
    """Forget who asked how often, once it means nothing any more; return how many rows."""
    with app.app_context(), unit_of_work() as session:
        forgotten = lockouts.forget_old(session, now=clock.now())
    return forgotten + limits.store_of(app).forget_old(now=clock.now())


def run_jobs(app: Flask) -> int:
    """Do what people have started and wait for; return how many."""
    return running.run_due(app)


def show_life(app: Flask) -> int:
    """Leave a sign that a worker runs."""
    return running.show_life(app)


def sweep_jobs(app: Flask) -> int:
    """Forget jobs that are long over; return how many."""
    with app.app_context():
        with reading() as session:
            if not jobs.has_old(session, now=clock.now()):
                return 0
        with unit_of_work() as session:
            return jobs.sweep(session, app.extensions["vergabe_files"], now=clock.now())


def sweep_answers(app: Flask) -> int:
    """Forget answers kept for an `Idempotency-Key`, a little at a time; return how many."""
    with app.app_context():
        with reading() as session:
            if not idempotency.has_old(session, now=clock.now()):
                return 0
        with unit_of_work() as session:
            return idempotency.forget_old(session, now=clock.now())


def sweep_outbox(app: Flask) -> int:
    """Clear away what was done long ago, a little at a time; return how many rows."""
    settings: Settings = app.extensions["vergabe_settings"]
    if not settings.keep_done_days:
        return 0
    with app.app_context():
        found = pruning.prune(
            now=clock.now(), keep_days=settings.keep_done_days, most_batches=_BATCHES
        )
    return found.outbox_rows + found.webhook_calls


def sign_minute(app: Flask) -> int:
    """Sign the minute as a worker, and tell what failed earlier; return whether it was signed."""
    watch: Watch = app.extensions.setdefault("vergabe_worker_watch", Watch(app, "worker"))
    return int(watch.look(is_paused=False))


def detect_outages(app: Flask) -> int:
    """Enter outages that the signs of life show; return how many were new or changed."""
    with app.app_context():
        with reading() as session:
            if not detecting.has_news(session, now=clock.now()):
                return 0
        with unit_of_work() as session:
            return detecting.detect(session, now=clock.now())


def follow_outages(app: Flask) -> int:
    """Find the procedures near an outage and remind their officers; return how many."""
    done = 0
    with app.app_context():
        with reading() as session:
            has_new = outage_cases.has_news(session)
        if has_new:
            with unit_of_work() as session:
                done += outage_cases.examine(session, now=clock.now())
        with reading() as session:
            has_due = outage_reminding.has_due(session, now=clock.now())
        if has_due:
            with unit_of_work() as session:
                done += outage_reminding.send_due(session, now=clock.now())
    return done


def refresh_copy(app: Flask) -> int:
    """Write what has become public into the static copy, if there is one; return how many files."""
    settings: Settings = app.extensions["vergabe_settings"]
    if settings.static_copy is None:
        return 0
    return copying.refresh(app, settings.static_copy).written
