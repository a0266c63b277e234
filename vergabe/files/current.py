"""The store of the running application."""

from typing import cast

from flask import current_app

from vergabe.files.store import FileStore


def store() -> FileStore:
    """Return the file store that the settings name. Needs an application context."""
    return cast(FileStore, current_app.extensions["vergabe_files"])
