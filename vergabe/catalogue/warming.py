"""Reading the directory before anybody asks: a web process does it beside its first answers."""

import logging

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from vergabe.catalogue import reading
from vergabe.db import asking_replica, db
from vergabe.web.replica import copy_of_app

logger = logging.getLogger(__name__)


def warm(app: Flask) -> None:
    """Read the directory of each database that searches ask, the copy too.

    Nothing hangs on it: where the database is away, the first question reads it after all.
    """
    with app.app_context():
        try:
            reading.snapshot(db.session())
            copy = copy_of_app()
            if copy is not None and copy.is_fit():
                with asking_replica():
                    reading.snapshot(db.session())
        except SQLAlchemyError as error:
            logger.warning("directory not read", extra={"error": type(error).__name__})
