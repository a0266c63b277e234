"""Runs the migrations on the engine of the current application (Flask-Migrate).

A running service goes on meanwhile: each migration is a transaction of its own, waits for a lock
only for seconds (whoever comes after it would wait behind it), and is tried again later
(`vergabe/migrating.py`). Two that migrate at once do so one after the other.
"""

import time
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection, text

from vergabe.connections import writing
from vergabe.engines import Process
from vergabe.migrations import operations

database = current_app.extensions["migrate"].db
assert operations, "migrations use operations of ours"
ONE_AT_A_TIME = 7_313_024
"""Number of the lock (PostgreSQL, for the session) under which migrations run."""
LOOK_SECONDS = 0.5


def migrate(connection: Connection) -> None:
    """Run what is missing; batch mode, because SQLite cannot alter tables."""
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
        on_version_apply=_refuse_broken_references,
    )
    with context.begin_transaction():
        context.run_migrations()


def _be_brief(connection: Connection) -> None:
    """Wait for locks as long as the settings say, and for one's own statements without end."""
    if connection.dialect.name != "postgresql":
        return
    patience = current_app.extensions["vergabe_settings"].database.patience[Process.MIGRATION]
    _wait_for_others(connection)
    for name, seconds in (
        ("lock_timeout", patience.lock_seconds),
        ("statement_timeout", patience.statement_seconds),
        ("idle_in_transaction_session_timeout", patience.idle_seconds),
    ):
        connection.execute(text(f"SET {name} = '{int(seconds)}s'"))
    connection.commit()


def _wait_for_others(connection: Connection) -> None:
    """Wait until nobody else migrates, between two looks without a transaction.

    An index built beside readers and writers waits for all transactions that are open: for one that
    waits for the lock of its own process too, until the server calls it a deadlock.
    """
    wanted = text("SELECT pg_try_advisory_lock(:number)")
    while not connection.execute(wanted, {"number": ONE_AT_A_TIME}).scalar_one():
        connection.rollback()
        time.sleep(LOOK_SECONDS)


def _be_done(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": ONE_AT_A_TIME})
        connection.commit()
        # What was set for this session is nobody else's business.
        connection.invalidate()


def _heed_references(connection: Connection, is_on: bool) -> None:
    """Let SQLite make tables anew: while it does, others may point to a table that is away.

    Set before the transaction begins; inside one the statement does nothing.
    """
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute(f"PRAGMA foreign_keys={'ON' if is_on else 'OFF'}")


def _refuse_broken_references(ctx: MigrationContext, *_: Any, **__: Any) -> None:
    connection = ctx.connection
    if connection is not None and connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"a migration left rows that point to nothing: {broken[:5]}")


with writing(), database.engine.connect() as connection:
    _be_brief(connection)
    _heed_references(connection, is_on=False)
    try:
        migrate(connection)
    finally:
        _heed_references(connection, is_on=True)
        _be_done(connection)
