"""Whether this process has been asked to end: long work looks here between two steps."""

import threading
from typing import Final

_asked: Final = threading.Event()


def ask() -> None:
    """Ask all long work of this process to end after its present step."""
    _asked.set()


def forget() -> None:
    """Begin anew: nobody has asked."""
    _asked.clear()


def is_asked() -> bool:
    return _asked.is_set()


def wait() -> None:
    """Return as soon as somebody asks."""
    _asked.wait()
