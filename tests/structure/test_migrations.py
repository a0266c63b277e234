import ast
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import Connection, inspect, text

from tests.conftest import application_of_its_own
from vergabe.db import GUARDED, Base, db, guard_statements
from vergabe.migrating import MIGRATIONS, upgrade_database

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def empty_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own without any table."""
    with application_of_its_own(database_url, tmp_path, has_tables=False) as app:
        yield app


@pytest.fixture(scope="module")
def migrated_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application on a database at the head of the migrations; nobody changes it."""
    place = tmp_path_factory.mktemp("migrated")
    with application_of_its_own(database_url, place, has_tables=False) as app:
        upgrade_database(app)
        yield app


def _is_real(difference: object, connection: Connection) -> bool:
    """SQLite reflects our types by their affinity, so type differences say nothing there."""
    entries = difference if isinstance(difference, list) else [difference]
    kinds = {entry[0] for entry in entries}
    return not (connection.dialect.name == "sqlite" and kinds <= {"modify_type"})


def test_head_of_the_migrations_equals_the_models(migrated_app: Flask) -> None:
    with migrated_app.app_context(), db.engine.connect() as connection:
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


def test_migrated_tables_check_what_the_models_check(migrated_app: Flask, own_app: Flask) -> None:
    with own_app.app_context():
        expected = _checks()
    with migrated_app.app_context():
        assert _checks() == expected


def _checks() -> dict[str, dict[str | None, str]]:
    """Return table → name of a CHECK → its text without white space."""
    inspector = inspect(db.engine)
    return {
        table: {
            check["name"]: "".join(check["sqltext"].split())
            for check in inspector.get_check_constraints(table)
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


FILED_AT = "2026-03-02 09:00:00.000000"
OLD_ROWS = (
    "INSERT INTO organisation (id, kind, name, created_at) "
    f"VALUES (:town, 'municipality', 'Jülich', '{FILED_AT}')",
    "INSERT INTO cooperation (id, key, name, description, reference_prefix, lead_organisation_id, "
    "joining_window_days, cost_key, contact, review_body, file_sha256, created_at, version) "
    "VALUES (:group, 'dlz', 'DLZ', '', 'DLZ', :town, 21, '{}', '{}', '{}', '', "
    f"'{FILED_AT}', 1)",
    "INSERT INTO stored_file (sha256, size_bytes, created_at) "
    f"VALUES ('{'a' * 64}', 7, '{FILED_AT}')",
    "INSERT INTO resolution (id, cooperation_id, organisation_id, subject, body, decided_on, "
    "item_number, wording, result, conditions, is_public, file_sha256, file_name, recorded_at) "
    "VALUES (:resolution, :group, :town, 'joining', 'Rat', '2026-03-01', 'Ö 7', '', 'adopted', '', "
    f":public, '{'a' * 64}', 'Beschluss.pdf', '{FILED_AT}')",
)


@pytest.mark.parametrize(("is_public", "readers"), [(True, "public"), (False, "own")])
def test_the_document_of_a_resolution_survives_both_ways(
    empty_app: Flask, is_public: bool, readers: str
) -> None:
    with empty_app.app_context():
        Migrate(empty_app, db, directory=str(MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(MIGRATIONS), revision="0001")
        ids = {name: uuid.uuid4() for name in ("town", "group", "resolution")}
        is_sqlite = db.engine.dialect.name == "sqlite"
        values = {name: found.hex if is_sqlite else found for name, found in ids.items()}
        with db.engine.begin() as connection:
            for statement in OLD_ROWS:
                used = {
                    k: v
                    for k, v in (values | {"public": is_public}).items()
                    if f":{k}" in statement
                }
                connection.execute(text(statement.replace(":00:00", r"\:00\:00")), used)
        upgrade(directory=str(MIGRATIONS))
        with db.engine.connect() as connection:
            paper = connection.execute(
                text("SELECT classification, kind, file_name FROM resolution_paper")
            ).one()
        assert tuple(paper) == (readers, "extract", "Beschluss.pdf")
        downgrade(directory=str(MIGRATIONS), revision="0001")
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT file_name FROM resolution")).scalar_one() == (
                "Beschluss.pdf"
            )


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_what_commits_step_by_step_is_a_migration_of_its_own() -> None:
    """Else one that was killed, or gave way, could not be run again."""
    online = {"build_index", "remove_index", "add_check", "add_reference"}
    kinds = set()
    for file in (MIGRATIONS / "versions").glob("*.py"):
        functions = [f for f in ast.parse(file.read_text()).body if isinstance(f, ast.FunctionDef)]
        (going_up,) = (function for function in functions if function.name == "upgrade")
        used = {
            node.attr
            for node in ast.walk(going_up)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "op"
        }
        assert not used & online or used <= online, file.name
        kinds.add(bool(used & online))
    assert kinds == {True, False}


def test_migrations_import_no_models() -> None:
    for file in (MIGRATIONS / "versions").glob("*.py"):
        assert "vergabe." not in file.read_text(), file.name


def test_migrated_database_guards_what_the_models_guard(migrated_app: Flask) -> None:
    dialect = "sqlite"
    query = "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
    with migrated_app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            dialect, query = "postgresql", "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        found = " ".join(connection.execute(text(query)).scalars())
    for table, columns in GUARDED.items():
        for statement in guard_statements(table, columns, dialect):
            name = statement.split()[2] if "TRIGGER" in statement else ""
            assert name in found
