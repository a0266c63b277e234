"""A copy of the database that lags: whether it may be asked now.

One that is away or too far behind is left alone for a while, and the primary is asked instead. Who
may ask it, and what for, says `web/lagging.py`.
"""

import logging
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, cast

from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from vergabe.db import REPLICA, db
from vergabe.engines import DatabaseSettings

logger = logging.getLogger(__name__)

FROM_PRIMARY: Final = "vergabe.from_primary"
"""Key of a request's environment: who asks within the house may say that nothing may lag."""
_CHECK_EVERY_SECONDS: Final = 2.0
_LEAVE_ALONE_SECONDS: Final = 15.0
# A worker writes its sign of life every quarter of a minute, so that a copy that follows is seen
# to follow; one that has replayed all it received is as fresh as the network lets it be.
_LAG: Final = text(
    "SELECT CASE WHEN NOT pg_is_in_recovery() THEN 0 "
    "WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() "
    "AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming') THEN 0 "
    "ELSE coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 1e9) END"
)


@dataclass
class Copy:
    """What this process knows of the copy: until when its last look holds, and whether to ask."""

    lag_seconds: int
    is_good: bool = False
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def is_fit(self) -> bool:
        """Return whether the copy may be asked; looks at it every other second at most."""
        with self.lock:
            if time.monotonic() < self.until:
                return self.is_good
            # Others go by the last look until this one is done.
            self.until = time.monotonic() + _CHECK_EVERY_SECONDS
        try:
            with db.engines[REPLICA].connect() as connection:
                lag = float(connection.execute(_LAG).scalar_one())
        except (DBAPIError, NoFreeConnection):
            self.leave_alone()
            return False
        self.is_good = lag <= self.lag_seconds
        return self.is_good

    def leave_alone(self) -> None:
        """Ask the primary for a while."""
        logger.warning("the copy for reading is away")
        self.is_good, self.until = False, time.monotonic() + _LEAVE_ALONE_SECONDS


def init_app(app: Flask, wanted: DatabaseSettings) -> None:
    """Remember whether there is a copy."""
    if wanted.replica_url is not None:
        app.extensions["vergabe_replica"] = Copy(wanted.replica_lag_seconds)


def copy_of_app() -> Copy | None:
    return cast("Copy | None", current_app.extensions.get("vergabe_replica"))
