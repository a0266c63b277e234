"""What every connection needs: on SQLite a turn to write, on PostgreSQL to be known as alive."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from vergabe.engines import SQLITE_PATIENCE_SECONDS

TRUSTED_SECONDS: Final = 0.5
"""How long ago a connection may have been in use to be taken for alive."""
_USED: Final = "vergabe_used"
_TURN: Final = "vergabe_turn"
_PATIENT: Final = f"PRAGMA busy_timeout={SQLITE_PATIENCE_SECONDS * 1000}"

# SQLite has one writer. A transaction that will write says so at its start (BEGIN IMMEDIATE), for
# one that reads first and writes later fails at once when another has written in between.
will_write: Final[ContextVar[bool]] = ContextVar("vergabe_will_write", default=False)


@contextmanager
def writing(is_writing: bool = True) -> Iterator[None]:
    """Let transactions begun inside be writing ones (matters on SQLite only)."""
    token = will_write.set(is_writing)
    try:
        yield
    finally:
        will_write.reset(token)


def configure(engine: Engine) -> None:
    """Set what every connection of this engine needs, by database."""
    if engine.dialect.name == "sqlite":
        turn = Lock()
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", partial(_on_sqlite_begin, turn))
        event.listen(engine, "checkin", partial(_end_turn, turn))
    else:
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_ask_whether_alive, engine.dialect))


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = time.monotonic()


def _ask_whether_alive(
    dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Have a connection replaced that was lost while nobody used it, and all others of its age.

    One that was in use a moment ago is not asked: that would be a round trip more for each request
    of a busy service. Should it be lost in just this moment, its first statement says so.
    """
    used = record.info.get(_USED)
    if used is None or time.monotonic() - used < TRUSTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late and never as IMMEDIATE; ours is in _on_sqlite_begin.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(_PATIENT)
    cursor.close()


def _on_sqlite_begin(turn: Lock, connection: Connection) -> None:
    if not will_write.get():
        connection.exec_driver_sql("BEGIN")
        return
    # Writers of one process queue here: SQLite's own waiters sleep up to a tenth of a second each
    # time they find it busy, and whoever comes last may be first.
    if _TURN in connection.info or turn.acquire(timeout=SQLITE_PATIENCE_SECONDS):
        connection.info[_TURN] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    # It has waited long enough; SQLite says what is to be said.
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(_PATIENT)


def _end_turn(turn: Lock, _connection: object, record: ConnectionPoolEntry) -> None:
    if record.info.pop(_TURN, False):
        turn.release()
