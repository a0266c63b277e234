from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import Connection, create_engine, inspect, text

from tests.conftest import SECRET
from vergabe.app import create_app
from vergabe.db import GUARDED, Base, db, guard_statements
from vergabe.migrating import MIGRATIONS, upgrade_database
from vergabe.settings import Settings

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def empty_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own without any table."""
    if database_url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    else:
        server = create_engine(database_url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS migration_test"))
            connection.execute(text("CREATE DATABASE migration_test"))
        server.dispose()
        head, _, query = database_url.partition("?")
        base = head.rsplit("/", 1)[0]
        url = f"{base}/migration_test" + (f"?{query}" if query else "")
    app = create_app(
        Settings(
            data=tmp_path,
            database_url=url,
            files=str(tmp_path / "files"),
            base_url="http://localhost",
            secret_key=SECRET,
            is_testing=True,
        )
    )
    yield app
    with app.app_context():
        db.engine.dispose()


def _is_real(difference: object, connection: Connection) -> bool:
    """SQLite reflects our types by their affinity, so type differences say nothing there."""
    entries = difference if isinstance(difference, list) else [difference]
    kinds = {entry[0] for entry in entries}
    return not (connection.dialect.name == "sqlite" and kinds <= {"modify_type"})


def test_head_of_the_migrations_equals_the_models(empty_app: Flask) -> None:
    upgrade_database(empty_app)
    with empty_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [
            difference
            for difference in compare_metadata(context, Base.metadata)
            if _is_real(difference, connection)
        ]
    assert differences == []


def test_migrations_go_up_down_and_up_again(empty_app: Flask) -> None:
    upgrade_database(empty_app)
    with empty_app.app_context():
        Migrate(empty_app, db, directory=str(MIGRATIONS), render_as_batch=True)
        downgrade(directory=str(MIGRATIONS), revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        db.engine.dispose()
        upgrade(directory=str(MIGRATIONS))
        assert "tender" in inspect(db.engine).get_table_names()


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_migrations_import_no_models() -> None:
    for file in (MIGRATIONS / "versions").glob("*.py"):
        assert "vergabe." not in file.read_text(), file.name


def test_migrated_database_guards_what_the_models_guard(empty_app: Flask) -> None:
    upgrade_database(empty_app)
    dialect = "sqlite"
    query = "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
    with empty_app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            dialect, query = "postgresql", "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        found = " ".join(connection.execute(text(query)).scalars())
    for table, columns in GUARDED.items():
        for statement in guard_statements(table, columns, dialect):
            name = statement.split()[2] if "TRIGGER" in statement else ""
            assert name in found
