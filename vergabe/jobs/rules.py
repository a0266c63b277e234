"""States of a job and what its page says of it. Pure."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vergabe.texts import lazy


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATE_NAMES: Final[Mapping[str, str]] = {
    State.WAITING: lazy("wartet"),
    State.RUNNING: lazy("läuft"),
    State.DONE: lazy("fertig"),
    State.FAILED: lazy("nicht gelungen"),
    State.CANCELLED: lazy("abgebrochen"),
}
OPEN: Final = (State.WAITING, State.RUNNING)
LEASE: Final = dt.timedelta(seconds=90)
"""So long a worker may be silent before another takes its job."""
MAX_ATTEMPTS: Final = 3
SILENCE: Final = dt.timedelta(seconds=60)
"""No sign of any worker for so long means that none runs."""
KEEP: Final = dt.timedelta(days=30)
KEEP_FILE: Final = dt.timedelta(days=7)
TELL_AFTER: Final = dt.timedelta(seconds=10)
"""Who waited longer may have gone on to something else and gets a message."""


def percent(done: int, total: int) -> int | None:
    """Return how much is done in whole percent, None if nobody can say."""
    return min(100, done * 100 // total) if total else None
