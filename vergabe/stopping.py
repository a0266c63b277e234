"""Whether this process has been asked to end: long work looks here between two steps."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_asked: Final = threading.Event()
_held_up: Final[ContextVar[Callable[[], bool] | None]] = ContextVar("vergabe_held_up", default=None)


def ask() -> None:
    """Ask all long work of this process to end after its present step."""
    _asked.set()


def forget() -> None:
    """Begin anew: nobody has asked."""
    _asked.clear()


def is_asked() -> bool:
    """Return whether the work at hand ends after its present step."""
    held_up = _held_up.get()
    return _asked.is_set() or (held_up is not None and held_up())


@contextmanager
def held_up_by(is_so: Callable[[], bool]) -> Iterator[None]:
    """Let the work inside end after its present step as well once `is_so` says so."""
    token = _held_up.set(is_so)
    try:
        yield
    finally:
        _held_up.reset(token)


def wait() -> None:
    """Return as soon as somebody asks."""
    _asked.wait()
