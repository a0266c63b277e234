"""The web server: gunicorn with threads, as measured, and with what it lacks against slow clients.

Two processes with four places at work each; sixty more threads of each only read slow requests
and send slow answers. The limits of a request stand here; docs/serving.md says why, and what a
proxy adds.
"""

import ctypes
import os
import re
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers import gthread

from vergabe import loading, processors
from vergabe.catalogue import warming
from vergabe.db import db
from vergabe.uptime import watching
from vergabe.web.crowding import (
    HEAD_SECONDS,
    SILENCE_SECONDS,
    Crowd,
    body_seconds,
)
from vergabe.web.logs import JsonFormatter

WAITING_THREADS: Final = 60
"""Threads of a process beside those at work."""
LONGEST_LINE: Final = 8190
MOST_FIELDS: Final = 100
LONGEST_FIELD: Final = 8190
KEEPALIVE_SECONDS: Final = 5
GRACE_SECONDS: Final = 30
"""How long requests that run may take after SIGTERM."""
HANGING_SECONDS: Final = 120
"""A process whose main loop is silent for so long is replaced."""

_NO_REQUEST: Final = re.compile(r"(Invalid request from ip=\S+: [\w ]*).*", re.DOTALL)
_ARENA_MAX: Final = -8
"""Name of the setting in glibc's malloc.h (M_ARENA_MAX)."""


@dataclass(frozen=True)
class Serving:
    """How to serve. at_work: requests at a time in each process; drain_seconds: how long all is
    served as before after SIGTERM while `/readyz` already says that we stop; keeps_to_one: let each
    process run on one processor alone, where the system can.
    """

    bind: str = "127.0.0.1:8000"
    processes: int = 2
    at_work: int = 4
    drain_seconds: int = 0
    is_quiet: bool = False
    keeps_to_one: bool = True


class PatientWorker(gthread.ThreadWorker):  # type: ignore[misc]  # the library has no types
    """A web process whose threads wait for slow clients only as long as is decent."""

    crowd: Crowd
    processor: int | None = None

    def init_process(self) -> None:
        self.crowd = self.app.crowd
        super().init_process()

    def handle(self, conn: Any) -> Any:
        """Serve a connection that has something to say; a silent one waits without a thread."""
        if not conn.initialized and not conn.wait_for_data(0):
            return gthread._DEFER
        sock: socket.socket = conn.sock
        self.crowd.clients.expect(sock, HEAD_SECONDS)
        try:
            return super().handle(conn)
        finally:
            self.crowd.clients.is_here(sock)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Serve a request whose head is here."""
        self.crowd.clients.expect(conn.sock, body_seconds(_length(req.headers)))
        conn.sock.settimeout(SILENCE_SECONDS)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        super().murder_pending()
        self.crowd.clients.cut_late()


def _length(headers: list[tuple[str, str]]) -> int:
    """Return how long a request says that it is; one that does not say has the shortest time."""
    for name, value in headers:
        if name == "CONTENT-LENGTH" and value.isdecimal():
            return int(value)
    return 0


class _Parent(Arbiter):  # type: ignore[misc]  # the library has no types
    """The process that starts and stops the others; it tells balancers before it stops."""

    def stop(self, graceful: bool = True) -> None:
        self.app.crowd.stopping.value = 1
        if graceful and self.app.serving.drain_seconds and self.WORKERS:
            until = time.monotonic() + self.app.serving.drain_seconds
            while time.monotonic() < until:
                self.reap_workers()
                time.sleep(0.2)
        super().stop(graceful)


class _Server(BaseApplication):  # type: ignore[misc]  # the library has no types
    """gunicorn with settings of ours instead of a command line of its own."""

    def __init__(self, app: Flask, serving: Serving) -> None:
        self._app, self.serving = app, serving
        self.crowd = app.extensions["vergabe_crowd"] = Crowd.of(serving.at_work)
        super().__init__()

    def load_config(self) -> None:
        for key, value in _options(self.serving).items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        return self._app

    def run(self) -> None:
        _Parent(self).run()


class JsonLogger(Logger):  # type: ignore[misc]  # the library has no types
    """What gunicorn itself says, in the same form and as little personal as our own lines."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for each in self.error_log.handlers:
            each.setFormatter(JsonFormatter())

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Say what was wrong with a request that was none, without what stood in it."""
        super().warning(_NO_REQUEST.sub(r"\1", msg), *args, **kwargs)

    def exception(self, msg: object, *_args: Any, **kwargs: Any) -> None:
        """Say that something failed, without the address that was asked for."""
        super().exception(str(msg).partition(" %s")[0], **kwargs)


def _options(serving: Serving) -> dict[str, Any]:
    return {
        "bind": serving.bind,
        "workers": serving.processes,
        "threads": serving.at_work + WAITING_THREADS,
        "worker_class": PatientWorker,
        "timeout": HANGING_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": KEEPALIVE_SECONDS,
        "limit_request_line": LONGEST_LINE,
        "limit_request_fields": MOST_FIELDS,
        "limit_request_field_size": LONGEST_FIELD,
        # What a proxy says of addresses is judged by the application.
        "forwarded_allow_ips": "127.0.0.1,::1",
        # By itself it lets whoever asks through a proxy of this machine choose SCRIPT_NAME.
        "forwarder_headers": "",
        "control_socket_disable": True,
        "accesslog": None,
        "logger_class": JsonLogger,
        "loglevel": "warning" if serving.is_quiet else "info",
        "pre_fork": _give_processor,
        "post_worker_init": _begin,
        "child_exit": _forget_figures,
    }


def _give_processor(parent: Any, worker: Any) -> None:
    """Choose where a process shall run that is about to start."""
    if parent.app.serving.keeps_to_one:
        taken = [other.processor for other in parent.WORKERS.values()]
        worker.processor = processors.choose(taken)


def _begin(worker: Any) -> None:
    """Let the process that has just begun sign the minutes in which it works, and read ahead.

    What the search needs is read beside the first answers, which do not wait for it.
    """
    if worker.processor is not None:
        processors.keep_to(worker.processor)
    app: Flask = worker.app.load()
    watching.watch_of(app).start()
    threading.Thread(target=warming.warm, args=(app,), name="reading ahead", daemon=True).start()


def _forget_figures(_server: Any, worker: Any) -> None:
    """Let what a web process measured be added up without it, once it is gone."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        # Not loaded before the folder is known: it decides then where figures are kept.
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # theirs


def _share_heaps() -> None:
    """Let all threads of a process take memory from two heaps, where the C library is glibc.

    By itself it gives every few threads one of their own: what one gave back is then of no use
    to the others, and a process with many threads grows for hours.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_ARENA_MAX, 2)


def serve(app: Flask, serving: Serving) -> None:
    """Serve until SIGTERM; requests that run are finished first."""
    with app.app_context():
        # Children must not share a connection of the parent.
        for engine in db.engines.values():
            engine.dispose()
    loading.keep_still()
    _share_heaps()
    _Server(app, serving).run()
