"""Counting in one statement that all processes share, on connections of its own.

Each statement is a transaction by itself, before that of the request: a limit holds nothing up, and
a refused request is counted although everything else of it is undone. PostgreSQL does not wait for
its disk here. With SQLite the table lies in a file beside the database, whose one writer may be
busy for a while with an import. A store that does not answer refuses nobody: limits guard the
service, they are not its purpose.
"""

import datetime as dt
import hashlib
import hmac
import logging
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Engine,
    Table,
    bindparam,
    case,
    create_engine,
    delete,
    event,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from vergabe.limits.model import RateLimit
from vergabe.limits.rules import Limit

logger = logging.getLogger(__name__)

FILE: Final = "limits.sqlite"
_TABLE: Final = cast(Table, RateLimit.__table__)
_COLUMNS: Final = tuple(_TABLE.c.items())
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Wish:
    """So much of a limit for whoever `key` stands for (`Store.key`)."""

    key: str
    limit: Limit
    count: int = 1


@dataclass(frozen=True)
class Grant:
    """What came of a wish: how much of it, and the seconds until more is free (0: all granted)."""

    count: int
    wait_seconds: int


class Store:
    """The limits of one service, whichever process asks. Safe for threads and after a fork."""

    def __init__(self, database_url: str, data: Path, secret_key: str) -> None:
        self._url = database_url
        self._file = data / FILE
        self._secret = hashlib.sha256(f"limits {secret_key}".encode()).digest()
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    def key(self, name: str, whose: str) -> str:
        """Return the key of a limit for an address or account; nobody can tell which one it is."""
        return hmac.new(self._secret, f"{name}\n{whose}".encode(), hashlib.sha256).hexdigest()[:40]

    def take(self, wishes: Sequence[Wish], *, now: dt.datetime) -> list[Grant]:
        """Use up as much as is free of each limit; return what each wish got, in their order."""
        if not wishes:
            return []
        try:
            engine = self._connected()
            statement = _statement(len(wishes), engine.dialect)
            values = statement.values(wishes, _microseconds(now))
            with engine.connect() as connection:
                rows = connection.exec_driver_sql(statement.text, values)
                found = {row.key: _grant(row, _microseconds(now)) for row in rows}
        except (SQLAlchemyError, OSError) as error:
            logger.warning("limits could not be asked", extra={"why": type(error).__name__})
            return [Grant(wish.count, 0) for wish in wishes]
        return [
            Grant(granted, 0 if granted >= min(wish.count, wish.limit.count) else wait)
            for wish in wishes
            for granted, wait in [found[wish.key]]
        ]

    def forget_old(self, *, now: dt.datetime) -> int:
        """Delete rows that mean nothing any more; return how many."""
        with self._connected().connect() as connection:
            gone = connection.execute(delete(_TABLE).where(_TABLE.c.full_at < _microseconds(now)))
            return gone.rowcount

    def close(self) -> None:
        """Give the connections back."""
        if self._engine is not None:
            self._engine.dispose()

    @property
    def _is_sqlite(self) -> bool:
        return self._url.startswith("sqlite")

    def _connected(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = self._beside() if self._is_sqlite else self._in_the_database()
            return self._engine

    def _beside(self) -> Engine:
        engine = create_engine(f"sqlite:///{self._file}", isolation_level="AUTOCOMMIT")
        event.listen(engine, "connect", _on_connect)
        _TABLE.create(engine, checkfirst=True)
        return engine

    def _in_the_database(self) -> Engine:
        options = "-c synchronous_commit=off -c statement_timeout=2s -c lock_timeout=2s"
        return create_engine(
            self._url,
            isolation_level="AUTOCOMMIT",
            pool_size=1,
            max_overflow=8,
            pool_timeout=2,
            hide_parameters=True,
            connect_args={"options": options, "connect_timeout": 2},
        )


@dataclass(frozen=True)
class _Statement:
    """The statement for some number of wishes, as the driver takes it."""

    text: str
    order: tuple[str, ...] | None
    """Names of the values by their places, where the driver takes them so."""

    def values(self, wishes: Sequence[Wish], now: int) -> Any:
        found: dict[str, Any] = {"at": now}
        # One fixed order: two processes that count the same two never wait for each other.
        for number, wish in enumerate(sorted(wishes, key=lambda wish: wish.key)):
            count = min(wish.count, wish.limit.count)
            found |= {
                f"key_{number}": wish.key,
                f"full_at_{number}": now + wish.limit.step_us * count,
                f"step_us_{number}": wish.limit.step_us,
                f"span_us_{number}": wish.limit.span_us,
                f"granted_{number}": count,
            }
        return found if self.order is None else tuple(found[name] for name in self.order)


@lru_cache(maxsize=32)
def _statement(count: int, dialect: Dialect) -> _Statement:
    """Return the statement, written once: putting it together takes longer than running it."""
    rows = [
        {name: bindparam(f"{name}_{number}", type_=column.type) for name, column in _COLUMNS}
        for number in range(count)
    ]
    dialects = sqlite if dialect.name == "sqlite" else postgresql
    insert: Any = dialects.insert(_TABLE).values(rows)
    new, old = insert.excluded, _TABLE.c
    at: Any = bindparam("at", type_=old.full_at.type)
    # Later than a whole span from now it can only be where the clock was ahead.
    last = at + new.span_us
    begin = case((old.full_at > last, last), (old.full_at > at, old.full_at), else_=at)
    granted = _clamped((at + new.span_us - begin) // new.step_us, new.granted)
    whole = insert.on_conflict_do_update(
        index_elements=[old.key],
        set_={
            "full_at": begin + new.step_us * granted,
            "step_us": new.step_us,
            "span_us": new.span_us,
            "granted": granted,
        },
    ).returning(_TABLE)
    compiled: Any = whole.compile(dialect=dialect)
    order = tuple(compiled.positiontup) if compiled.positional else None
    return _Statement(str(compiled), order)


def _on_connect(connection: Any, _record: object) -> None:
    for pragma in ("busy_timeout=2000", "journal_mode=WAL", "synchronous=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _clamped(room: Any, wanted: Any) -> ColumnElement[int]:
    none: Any = literal_column("0")
    return case((room < none, none), (room < wanted, room), else_=wanted)


def _grant(row: Any, now: int) -> tuple[int, int]:
    free_at = row.full_at + row.step_us - row.span_us
    return row.granted, max(1, math.ceil((free_at - now) / 1_000_000))


def _microseconds(instant: dt.datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND
