"""Bringing a database to the newest migration."""

from pathlib import Path
from typing import Final

from flask import Flask
from flask_migrate import Migrate, upgrade

from vergabe.db import db

MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"


def upgrade_database(app: Flask) -> None:
    """Run every migration that the database of `app` lacks."""
    with app.app_context():
        Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(MIGRATIONS))
