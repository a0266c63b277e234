"""Bringing a database to the newest migration, while the service runs."""

import logging
import time
from pathlib import Path
from typing import Final

from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy.exc import DBAPIError

from vergabe.db import db
from vergabe.disturbances import Disturbance, disturbance_in

logger = logging.getLogger(__name__)

MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"
MOST_ATTEMPTS: Final = 8
FIRST_PAUSE_SECONDS: Final = 1.0


def knows(revision: str) -> bool:
    """Return whether a database with this revision can be brought to the newest by this program."""
    return any(each.revision == revision for each in ScriptDirectory(MIGRATIONS).walk_revisions())


def upgrade_database(app: Flask, *, first_pause_seconds: float = FIRST_PAUSE_SECONDS) -> None:
    """Run every migration that the database of `app` lacks.

    One that does not get its lock in time gives way and is tried again after a pause that doubles,
    for about two minutes altogether; those before it stay.
    """
    with app.app_context():
        Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
        for attempt in range(MOST_ATTEMPTS - 1):
            try:
                upgrade(directory=str(MIGRATIONS))
            except DBAPIError as error:
                if disturbance_in(error) not in (Disturbance.BUSY, Disturbance.REPEATABLE):
                    raise
                logger.warning("migration gives way", extra={"error": str(error.orig)[:200]})
            else:
                return
            time.sleep(first_pause_seconds * 2**attempt)
        upgrade(directory=str(MIGRATIONS))
