"""The watch of one process: it signs each minute, looks at itself and remembers what failed.

A process that cannot reach the database keeps in memory what it saw and writes it when the database
is back: that distinguishes a database that was away from processes that were. Nobody watches when
all processes are down; the gap itself is found at the next start.
"""

import collections
import datetime as dt
import logging
import os
import socket
import threading
import weakref
from collections.abc import Iterable
from typing import Final, TypeVar

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from vergabe import clock
from vergabe.db import insert_unless_there, unit_of_work
from vergabe.disturbances import Disturbance, disturbance_in
from vergabe.files.reaching import StoreUnreachable
from vergabe.files.store import FileStore
from vergabe.uptime.model import FaultMinute, Heartbeat
from vergabe.uptime.rules import minute_of

K = TypeVar("K")

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 10.0
MOST_MINUTES: Final = 7 * 24 * 60
"""What a process remembers at most while the database is away: a week."""
_ANSWER_OF_MAINTENANCE: Final = "maintenance"
MARK: Final = "X-Vergabe-State"


class Watch:
    """What one process knows of itself; safe to use from several threads.

    kind: what it signs as, `web` or `worker`.
    """

    def __init__(self, app: Flask, kind: str) -> None:
        self._app = weakref.ref(app)
        self.kind = kind
        self._lock = threading.Lock()
        self._signed = 0
        self._probed = 0
        self._requests: collections.Counter[int] = collections.Counter()
        self._faults: collections.Counter[tuple[int, str]] = collections.Counter()
        self._thread: tuple[int, threading.Thread] | None = None

    def count_answer(self, status: int, *, now: dt.datetime) -> None:
        """Count an answer; those of maintenance are not given here."""
        minute = minute_of(now)
        with self._lock:
            self._requests[minute] += 1
            if status >= 500:
                self._note(minute, "http")

            _trim(self._requests)

    def _note(self, minute: int, what: str) -> None:
        self._faults[minute, what] += 1
        _trim(self._faults)

    def look(self, *, is_paused: bool = False) -> bool:
        """Look at files and database, write what failed earlier and sign the minute.

        Return whether this minute is signed. is_paused: in maintenance mode, signed as such.
        Needs no application context.
        """
        app = self._app()
        if app is None:
            return False
        now = clock.now()
        minute = minute_of(now)
        self._probe(app, minute)
        closed = self._closed_faults(minute)
        if self._signed == minute and not closed:
            return True
        kind = "pause" if is_paused else self.kind
        try:
            with app.app_context(), unit_of_work() as session:
                for key in closed:
                    insert_unless_there(session, FaultMinute, self._row(key))
                insert_unless_there(session, Heartbeat, {"kind": kind, "minute": minute})
        except SQLAlchemyError as error:
            # A long import may keep SQLite's one writer busy: whom that turned away is counted.
            if disturbance_in(error) is not Disturbance.BUSY:
                with self._lock:
                    self._note(minute, "database")
            logger.warning("minute not signed", extra={"error": type(error).__name__})
            return False
        self._signed = minute
        self._forget(closed, minute)
        return True

    def _probe(self, app: Flask, minute: int) -> None:
        """Write and remove a small file, once a minute."""
        if self._probed == minute:
            return
        self._probed = minute
        store: FileStore = app.extensions["vergabe_files"]
        try:
            store.probe()
        except StoreUnreachable:
            logger.warning("file store does not work")
            with self._lock:
                self._note(minute, "files")

    def _closed_faults(self, minute: int) -> list[tuple[int, str]]:
        """Return the keys of what failed in minutes that are over."""
        with self._lock:
            return [key for key in self._faults if key[0] < minute]

    def _row(self, key: tuple[int, str]) -> dict[str, object]:
        minute, what = key
        with self._lock:
            return {
                "minute": minute,
                "process": process_name(),
                "what": what,
                "request_count": self._requests[minute],
                "failure_count": self._faults[key],
            }

    def _forget(self, written: Iterable[tuple[int, str]], minute: int) -> None:
        with self._lock:
            for key in written:
                del self._faults[key]
            for when in [when for when in self._requests if when < minute]:
                del self._requests[when]

    def start(self) -> None:
        """Look every few seconds in the background of this process, from now on; once is enough."""
        with self._lock:
            if self._thread is not None and self._thread[0] == os.getpid():
                return
            thread = threading.Thread(target=self._run, name="vergabe-watch", daemon=True)
            self._thread = (os.getpid(), thread)
        thread.start()

    def _run(self) -> None:
        from vergabe.uptime import guard

        pause = threading.Event()
        while (app := self._app()) is not None:
            try:
                self.look(is_paused=guard.is_on(app))
            except Exception:  # the watch must outlive whatever it meets
                logger.exception("watch failed")
            del app
            pause.wait(EVERY_SECONDS)


def _trim(remembered: "collections.Counter[K]") -> None:
    """Forget the oldest beyond what a process may remember."""
    while len(remembered) > MOST_MINUTES:
        del remembered[next(iter(remembered))]


def process_name() -> str:
    """Return machine and process id: what tells processes apart in the evidence."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def watch_of(app: Flask) -> Watch:
    """Return the watch of this process."""
    found: Watch = app.extensions["vergabe_watch"]
    return found


def init_app(app: Flask) -> None:
    """Count the answers of `app` from now on."""
    watch = app.extensions["vergabe_watch"] = Watch(app, "web")

    @app.after_request
    def count(response: Response) -> Response:
        if response.headers.get(MARK) != _ANSWER_OF_MAINTENANCE:
            # When it goes out: the minute in which it began may be told of already.
            watch.count_answer(response.status_code, now=clock.read())
        return response
