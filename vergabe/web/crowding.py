"""Many may wait, few are at work: slow clients cost a waiting thread and never a place at work.

A thread reads a request, however slowly it comes, takes one of the few places at work only when all
of it is here, and leaves it before the answer is sent. Who is slower than a modem is cut off: the
head of a request has seconds, its body a time by its length. Only our own server sets this up
(`vergabe/serving.py`); elsewhere all of it does nothing.
"""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from multiprocessing import Value
from typing import Any, Final

from flask import current_app, g, request
from werkzeug.exceptions import ServiceUnavailable

HEAD_SECONDS: Final = 15
"""A whole head must come in this time, however many pieces it comes in."""
BODY_SECONDS: Final = 60
SLOWEST_BYTES_PER_SECOND: Final = 8 * 1024
SILENCE_SECONDS: Final = 60
"""Neither side may be silent for longer while a request is read or its answer sent."""
PATIENCE_SECONDS: Final = 25
"""How long a request waits for a place at work; a proxy gives up after 60 seconds."""


class Clients:
    """Connections whose request is still coming, and until when it must be here."""

    def __init__(self) -> None:
        self._until: dict[socket.socket, float] = {}
        self._lock = threading.Lock()

    def expect(self, sock: socket.socket, seconds: float) -> None:
        """Give a request so long from now on to be here."""
        with self._lock:
            self._until[sock] = time.monotonic() + seconds

    def is_here(self, sock: socket.socket) -> None:
        """Note that nothing more must come."""
        with self._lock:
            self._until.pop(sock, None)

    def cut_late(self) -> int:
        """Cut those off that are too late, and return how many; their threads go on."""
        now = time.monotonic()
        with self._lock:
            late = [sock for sock, until in self._until.items() if until < now]
            for sock in late:
                del self._until[sock]
        for sock in late:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RD)
        return len(late)


def body_seconds(length: int) -> float:
    """Return how long a body of `length` bytes may take."""
    return BODY_SECONDS + length / SLOWEST_BYTES_PER_SECOND


@dataclass
class Crowd:
    """What the threads of one web process share, and whether the service is about to stop."""

    places: threading.BoundedSemaphore
    clients: Clients = field(default_factory=Clients)
    # Shared with the process that starts and stops the others.
    stopping: Any = field(default_factory=lambda: Value("b", 0, lock=False))

    @classmethod
    def of(cls, at_work: int) -> "Crowd":
        return cls(threading.BoundedSemaphore(at_work))


def is_stopping() -> bool:
    """Return whether this service is about to stop: no balancer should send anything more."""
    crowd: Crowd | None = current_app.extensions.get("vergabe_crowd")
    return crowd is not None and bool(crowd.stopping.value)


def body_is_here() -> None:
    """Note that the request at hand has been read."""
    crowd: Crowd | None = current_app.extensions.get("vergabe_crowd")
    if crowd is not None:
        crowd.clients.is_here(request.environ["gunicorn.socket"])


def take_place() -> None:
    """Wait for a place at work; raises ServiceUnavailable when it takes too long."""
    crowd: Crowd | None = current_app.extensions.get("vergabe_crowd")
    if crowd is None:
        return
    if not crowd.places.acquire(timeout=PATIENCE_SECONDS):
        raise ServiceUnavailable
    g.has_place = True


def leave_place() -> None:
    """Give the place at work to the next."""
    if g.pop("has_place", False):
        current_app.extensions["vergabe_crowd"].places.release()
