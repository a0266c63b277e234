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


with writing(), database.engine.connect() as connection:
    migrate(connection)
