"""Runs the migrations on the engine of the current application (Flask-Migrate)."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from vergabe.db import writing

database = current_app.extensions["migrate"].db


def migrate(connection: Connection) -> None:
    """Run what is missing in one transaction; batch mode, because SQLite cannot alter tables."""
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
        _refuse_broken_references(connection)


def _heed_references(connection: Connection, is_on: bool) -> None:
    """Let SQLite make tables anew: while it does, others may point to a table that is away.

    Set before the transaction begins; inside one the statement does nothing.
    """
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute(f"PRAGMA foreign_keys={'ON' if is_on else 'OFF'}")


def _refuse_broken_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"a migration left rows that point to nothing: {broken[:5]}")


with writing(), database.engine.connect() as connection:
    _heed_references(connection, is_on=False)
    try:
        migrate(connection)
    finally:
        _heed_references(connection, is_on=True)
