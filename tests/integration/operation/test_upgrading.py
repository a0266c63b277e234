"""From the first release to this one, with its rows; and beside a service that runs."""

import datetime as dt
import gzip
import itertools
import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import MetaData, event, inspect, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeEngine

from tests.blocking import blocking
from tests.conftest import application_of_its_own
from tests.factories import access
from vergabe import worker
from vergabe.access.model import Organisation, User
from vergabe.audit import queries as audit
from vergabe.connections import writing
from vergabe.db import Base, db, reading, unit_of_work
from vergabe.engines import DatabaseSettings, Patience, Process
from vergabe.migrating import MIGRATIONS, upgrade_database
from vergabe.notices.model import Notice
from vergabe.outbox import OutboxRow
from vergabe.tenders.model import Tender

OLD = Path(__file__).resolve().parents[2] / "golden" / "release-0001.json.gz"
"""All rows of a place in which the first release had played its demonstration."""
RELEASED_BEFORE_THE_RULE = "0006"
BEFORE_A_CHANGE = "0009b"
"""The one after it changes tables that have rows."""
ONLINE = "0007b"
"""Consists of many steps, each committed."""
IMPATIENT = DatabaseSettings(patience={process: Patience(1, 30, 0) for process in Process})


@pytest.fixture(scope="module")
def old(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application of today on a database as the first release left it."""
    place = tmp_path_factory.mktemp("old")
    with application_of_its_own(database_url, place, database=IMPATIENT) as app:
        with app.app_context():
            with writing():
                Base.metadata.drop_all(db.engine)
            db.engine.dispose()
            Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
            upgrade(directory=str(MIGRATIONS), revision="0001")
            _fill()
            db.engine.dispose()
        yield app


def _fill() -> None:
    rows: dict[str, list[dict[str, Any]]] = json.loads(gzip.decompress(OLD.read_bytes()))
    del rows["alembic_version"]
    tables = MetaData()
    tables.reflect(db.engine)
    with writing(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        for name, found in rows.items():
            if not found:
                continue
            columns = {column.name: _kind(column.type) for column in tables.tables[name].c}
            is_sqlite = connection.dialect.name == "sqlite"
            values = [
                {key: _as(columns[key], value, is_sqlite) for key, value in row.items()}
                for row in found
            ]
            keys = ", ".join(found[0])
            marks = ", ".join(f":{key}" for key in found[0])
            connection.execute(text(f"INSERT INTO {name} ({keys}) VALUES ({marks})"), values)


def _kind(type_: TypeEngine[Any]) -> type | None:
    try:
        return type_.python_type
    except NotImplementedError:
        return None


def _as(kind: type | None, value: Any, is_sqlite: bool) -> Any:
    """Return a value of the old file as this database takes it; SQLite's are in it as they were."""
    if is_sqlite or value is None:
        return value
    if kind is bool:
        return bool(value)
    if kind is uuid.UUID:
        return uuid.UUID(value)
    if kind is dt.datetime:
        return f"{value}+00:00"
    return value


def test_rows_of_the_first_release_come_through_and_the_service_works(old: Flask) -> None:
    said: list[str] = []
    with old.app_context():
        before = _counts()

        def note(*arguments: Any) -> None:
            said.append(arguments[2])

        event.listen(db.engine, "before_cursor_execute", note)
        upgrade_database(old)
        event.remove(db.engine, "before_cursor_execute", note)
        after = _counts()
        assert {name: after.get(name) for name in before if name in after} == {
            name: count for name, count in before.items() if name in after
        }
        # SQLite has one writer and no index built beside it.
        assert db.engine.dialect.name == "sqlite" or _blocking_of_newer(said) == []
    with old.app_context(), unit_of_work() as session:
        assert {
            s: found for s in audit.streams(session) if (found := audit.breaks(session, s))
        } == {}
        officer = session.scalars(
            select(User).where(User.email == "vergabestelle@merzenich.example")
        ).one()
        town = session.scalars(select(Organisation).where(Organisation.name == "Merzenich")).one()
        headers = access.bearer(session, officer, town)
        tender = session.scalars(select(Tender)).one()
    client = old.test_client()
    for path in (f"/api/v1/tenders/{tender.id}", "/api/v1/demands", "/api/v1/pools"):
        assert client.get(path, headers=headers).status_code == 200, path
    for path in ("/bekanntmachungen", "/api/v1/notices/changes", "/bekanntmachungen/atom.xml"):
        assert client.get(path).status_code == 200, path
    worker.drain(old)
    with old.app_context(), reading() as session:
        assert session.scalars(select(OutboxRow.state).distinct()).all() == ["done"]
        assert set(session.scalars(select(Notice.stage))) == {"published"}


def _counts() -> dict[str, int]:
    tables = MetaData()
    with db.engine.connect() as connection:
        tables.reflect(connection)
        return {
            name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())
            for name in tables.tables
            if name not in ("alembic_version", "resolution_paper")
        }


def _blocking_of_newer(said: list[str]) -> list[str]:
    """Return what migrations after the rule did that stops a running service."""
    wrong: list[str] = []
    own: list[str] = []
    for statement in said:
        own.append(statement)
        if statement.startswith("UPDATE alembic_version"):
            revision = statement.split("'")[1]
            if revision > RELEASED_BEFORE_THE_RULE:
                wrong += blocking(own, _docstring(revision))
            own = []
    return wrong


def _docstring(revision: str) -> str:
    found = ScriptDirectory(str(MIGRATIONS)).get_revision(revision)
    assert found is not None
    return str(found.module.__doc__)


def test_migration_that_dies_between_its_steps_is_run_again(old: Flask) -> None:
    with old.app_context():
        upgrade_database(old)
        wanted = _schema()
        downgrade(directory=str(MIGRATIONS), revision=_before(ONLINE))
        steps = itertools.count()

        def die(*arguments: Any) -> None:
            if arguments[2].startswith("CREATE INDEX") and next(steps) == 5:
                raise InterruptedError("killed")

        event.listen(db.engine, "before_cursor_execute", die)
        with pytest.raises(InterruptedError):
            upgrade_database(old)
        event.remove(db.engine, "before_cursor_execute", die)
        db.engine.dispose()
        upgrade_database(old)
        assert _schema() == wanted


def _before(revision: str) -> str:
    found = ScriptDirectory(str(MIGRATIONS)).get_revision(revision)
    assert found is not None
    assert isinstance(found.down_revision, str)
    return found.down_revision


def _schema() -> dict[str, set[str | None]]:
    """Return the names of indexes and constraints, by table."""
    seen = inspect(db.engine)
    return {
        table: {index["name"] for index in seen.get_indexes(table)}
        | {key["name"] for key in seen.get_foreign_keys(table)}
        | {check["name"] for check in seen.get_check_constraints(table)}
        for table in seen.get_table_names()
    }


@pytest.mark.postgres
def test_migration_gives_way_to_a_long_transaction_and_comes_again(old: Flask) -> None:
    """Some steps back and forward again, while somebody reads whatever they may change."""
    with old.app_context():
        Migrate(old, db, directory=str(MIGRATIONS), render_as_batch=True)
        downgrade(directory=str(MIGRATIONS), revision=BEFORE_A_CHANGE)
        db.engine.dispose()
        reader = db.engine.connect()
        names = ", ".join(inspect(reader).get_table_names())
        reader.execute(text(f"LOCK TABLE {names} IN ACCESS SHARE MODE"))
    done = threading.Event()

    def migrate() -> None:
        upgrade_database(old, first_pause_seconds=0.3)
        done.set()

    thread = threading.Thread(target=migrate)
    thread.start()
    assert not done.wait(timeout=1.3), "it waits as long as somebody reads"
    with old.app_context(), db.engine.connect() as other:
        # Nobody queues behind the migration for longer than it queues itself.
        other.execute(text("SET statement_timeout = '4s'"))
        try:
            other.execute(text("SELECT count(*) FROM tender")).scalar_one()
        except OperationalError as error:
            pytest.fail(f"a page would have waited: {error}")
    reader.rollback()
    reader.close()
    assert done.wait(timeout=60)
    thread.join()


@pytest.mark.postgres
def test_whoever_comes_second_waits_without_holding_up_the_first(old: Flask) -> None:
    """CREATE INDEX CONCURRENTLY waits for every transaction, also for one that waits for it."""
    with old.app_context():
        first = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    number = {"number": 7_313_024}
    first.execute(text("SELECT pg_advisory_lock(:number)"), number)
    done = threading.Event()

    def migrate() -> None:
        upgrade_database(old)
        done.set()

    thread = threading.Thread(target=migrate)
    thread.start()
    # The view shows the whole server, where other tests wait for locks of their own.
    waiting = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
        " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
    )
    for _ in range(20):
        assert first.execute(waiting).scalar_one() == 0
        assert not done.wait(timeout=0.1)
    first.execute(text("CREATE INDEX CONCURRENTLY ix_of_the_first ON tender (title)"))
    first.execute(text("DROP INDEX ix_of_the_first"))
    first.execute(text("SELECT pg_advisory_unlock(:number)"), number)
    first.close()
    assert done.wait(timeout=60)
    thread.join()
