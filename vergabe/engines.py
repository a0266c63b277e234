"""How a process talks to the database: how long it waits, how many connections it keeps, and why.

Every kind of process has its own patience. A person looks at a page for seconds, not for minutes,
and whoever waits for a lock holds others up; a worker may take its time; a migration must never
queue behind a long transaction, for everybody else would then queue behind the migration; an
export reads for long and locks nothing.
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

import orjson


class Process(StrEnum):
    """What kind of process asks; its name stands before its settings and in `pg_stat_activity`."""

    WEB = "web"
    WORKER = "worker"
    MIGRATION = "migration"
    EXPORT = "export"


@dataclass(frozen=True)
class Patience:
    """How long PostgreSQL lets a process wait, in seconds; 0 means without end.

    lock_seconds: for a lock that another holds; statement_seconds: for one statement;
    idle_seconds: how long a transaction may do nothing while it holds its locks.
    """

    lock_seconds: int
    statement_seconds: int
    idle_seconds: int


# A proxy gives up after 60 seconds, so that the web answers first. A worker's longest transaction
# checks and draws documents. An export holds its snapshot open while files are copied.
PATIENCE: Final = {
    Process.WEB: Patience(10, 30, 120),
    Process.WORKER: Patience(20, 120, 600),
    Process.MIGRATION: Patience(3, 0, 0),
    Process.EXPORT: Patience(10, 600, 0),
}


@dataclass(frozen=True)
class DatabaseSettings:
    """What an operator can say about connections; the defaults suit one machine.

    pool_size, pool_overflow: connections that a process keeps, and may add for a while: as many as
    its threads at work and some for readers of long answers; pool_wait_seconds: for a free one,
    then 503; pool_recycle_seconds: age at which one is made anew, below what firewalls and
    balancers bear; replica_url: a copy that lags, None: there is none; replica_lag_seconds: how far
    behind it may be and still be asked.
    """

    pool_size: int = 8
    pool_overflow: int = 8
    pool_wait_seconds: int = 5
    pool_recycle_seconds: int = 1800
    patience: dict[Process, Patience] = field(default_factory=lambda: dict(PATIENCE))
    replica_url: str | None = field(default=None, repr=False)
    replica_lag_seconds: int = 10


# A server that is gone without a word is noticed within about 20 seconds, by the kernel.
_NOTICING: Final = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
SQLITE_PATIENCE_SECONDS: Final = 15
"""SQLite has one writer: who writes waits in a queue of short transactions, not for a lock."""


def read_json(text: str | bytes) -> Any:
    """Return what a JSON column holds.

    Half of what the first list of a process costs is reading JSON columns: the quick reader goes
    first. It knows UTF-8 alone; what was stored with half a surrogate pair takes the patient one.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def engine_options(
    database_url: str,
    process: Process = Process.WEB,
    wanted: DatabaseSettings | None = None,
    *,
    is_replica: bool = False,
) -> dict[str, Any]:
    """Return the engine options for a database URL: pool, time-outs and isolation by database."""
    wanted = wanted or DatabaseSettings()
    # What somebody has entered stands in no error and so in no log.
    common = {"json_deserializer": read_json, "hide_parameters": True}
    pool = {
        "pool_size": wanted.pool_size,
        "max_overflow": wanted.pool_overflow,
        "pool_timeout": wanted.pool_wait_seconds,
    }
    if database_url.startswith("sqlite"):
        # One in memory has one connection for all.
        is_file = urlsplit(database_url).path not in {"", "/", "/:memory:"}
        patient = {"connect_args": {"timeout": SQLITE_PATIENCE_SECONDS}}
        return common | patient | (pool if is_file else {})
    patience = wanted.patience[process]
    facts = {
        "lock_timeout": f"{patience.lock_seconds}s",
        "statement_timeout": f"{patience.statement_seconds}s",
        "idle_in_transaction_session_timeout": f"{patience.idle_seconds}s",
        "timezone": "UTC",
        # Compiling a plan takes longer than any statement of ours.
        "jit": "off",
    }
    if process is Process.WEB:
        # The estimate for "still open" rests on the past and is a thousand times too high: helpers
        # would be started for six rows, on every page.
        facts["max_parallel_workers_per_gather"] = "0"
    if is_replica:
        facts["default_transaction_read_only"] = "on"
    return (
        common
        | pool
        | {
            "pool_recycle": wanted.pool_recycle_seconds,
            # Those used last are used first, so that after a busy hour the others can be let go.
            "pool_use_lifo": True,
            "isolation_level": "READ COMMITTED",
            "connect_args": {
                **_NOTICING,
                "application_name": f"vergabe {process}",
                "options": " ".join(f"-c {name}={value}" for name, value in facts.items()),
            },
        }
    )
