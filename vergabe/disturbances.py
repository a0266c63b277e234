"""What goes wrong between us and the database without anybody's fault, and what may be done then.

Read from what the driver says: PostgreSQL's error codes (SQLSTATE), SQLite's sentences.
"""

from enum import Enum
from typing import Final

from sqlalchemy import exc
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)


class Disturbance(Enum):
    """What kind of trouble it is.

    REPEATABLE: rolled back in favour of a rival, the same again may succeed at once; BUSY: a lock,
    a statement or a free connection took too long; AWAY: the connection or the server is gone.
    """

    REPEATABLE = "repeatable"
    BUSY = "busy"
    AWAY = "away"


_REPEATABLE: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_BUSY: Final = frozenset(
    {
        "55P03",  # lock_not_available: lock_timeout
        "57014",  # query_canceled: statement_timeout
        "53300",  # too many connections
        "53200",  # out of memory
    }
)
_AWAY: Final = frozenset(
    {
        "57P01",  # admin shutdown
        "57P02",  # crash shutdown
        "57P03",  # cannot connect now: it starts, or recovers
        "57P05",  # idle session timeout
        "25P03",  # idle in transaction: our own time-out has ended the connection
        "25006",  # read only: the server we know has become a standby
        "53100",  # disk full
        "58030",  # input or output error
    }
)
_AWAY_CLASSES: Final = ("08",)  # connection exceptions
_SQLITE_BUSY: Final = ("database is locked", "database table is locked", "database is busy")
_SQLITE_AWAY: Final = ("unable to open", "disk i/o error", "disk is full", "readonly database")


def disturbance_in(error: BaseException) -> Disturbance | None:
    """Return what kind of disturbance an error of the database is; None: a mistake of ours."""
    if isinstance(error, exc.TimeoutError):
        return Disturbance.BUSY  # no free connection in the pool
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _by_state(str(state)) or (Disturbance.AWAY if _is_cut(error) else None)
    if _is_cut(error):
        return Disturbance.AWAY
    return _by_sentence(str(error.orig).lower()) if isinstance(error, OperationalError) else None


def _by_state(state: str) -> Disturbance | None:
    if state in _REPEATABLE:
        return Disturbance.REPEATABLE
    if state in _BUSY:
        return Disturbance.BUSY
    if state in _AWAY or state.startswith(_AWAY_CLASSES):
        return Disturbance.AWAY
    return None


def _by_sentence(sentence: str) -> Disturbance | None:
    if any(words in sentence for words in _SQLITE_BUSY):
        return Disturbance.BUSY
    if any(words in sentence for words in _SQLITE_AWAY):
        return Disturbance.AWAY
    return None


def _is_cut(error: DBAPIError) -> bool:
    """Return whether the connection is lost, or was never made; libpq gives no code for either."""
    is_from_server = type(error.orig).__module__.startswith("psycopg")
    return error.connection_invalidated or (
        is_from_server
        and isinstance(error, OperationalError | InterfaceError)
        and getattr(error.orig, "sqlstate", None) is None
    )


def leaves_doubt(error: SQLAlchemyError) -> bool:
    """Return whether a COMMIT that failed so may have taken effect: the answer never came."""
    return disturbance_in(error) is Disturbance.AWAY and not str(
        getattr(getattr(error, "orig", None), "sqlstate", "") or ""
    ).startswith(("25", "53"))
