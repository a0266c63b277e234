"""The database as one file and back: SQLite by its own backup, PostgreSQL by its own programs."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Engine, make_url

from vergabe.operation.snapshots import BackupError

FILE: Final = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
SQLITE_LOGS: Final = ("-wal", "-journal")
PROGRAMS: Final = "VERGABE_POSTGRESQL_PROGRAMS"
_FILES: Final = "SELECT sha256, size_bytes FROM stored_file"

_OWN_TABLES: Final = """
    SELECT count(*) FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (
        SELECT FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND deptype = 'e'
        AND objid = format('%I.%I', table_schema, table_name)::regclass
    )
"""


def engine_name(url: str) -> str:
    """Return `sqlite` or `postgresql`."""
    return make_url(url).get_backend_name()


def dump(url: str, target: Path) -> dict[str, int]:
    """Write the database to a file and return hash → bytes of the stored files it knows.

    Both are read at the same instant while the service goes on writing. Raises BackupError.
    """
    return _dump_sqlite(url, target) if engine_name(url) == "sqlite" else _dump_server(url, target)


def _dump_sqlite(url: str, target: Path) -> dict[str, int]:
    source = make_url(url).database or ""
    if not Path(source).is_file():
        raise BackupError("no_database", f"Die Datenbank {source} gibt es nicht.")
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        # The copy is one file, whatever the live one writes beside itself.
        copy.execute("PRAGMA journal_mode=DELETE")
        return dict(copy.execute(_FILES).fetchall())


def _dump_server(url: str, target: Path) -> dict[str, int]:
    with _server(url) as engine, engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        files = {row.sha256: row.size_bytes for row in connection.execute(text(_FILES))}
        _run("pg_dump", url, "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
        return files


@contextlib.contextmanager
def _server(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def is_empty(url: str) -> bool:
    """Return whether nothing is in the database yet, not even our tables.

    A log beside a file of SQLite counts: it would be played into whatever takes the file's place.
    What belongs to an extension of PostgreSQL does not: the server puts it there by itself.
    """
    if engine_name(url) == "sqlite":
        path = make_url(url).database or ""
        parts = [Path(f"{path}{ending}") for ending in ("", *SQLITE_LOGS)]
        return not any(part.exists() and part.stat().st_size for part in parts)
    with _server(url) as engine, engine.connect() as connection:
        return not connection.scalar(text(_OWN_TABLES))


def restore(url: str, source: Path) -> None:
    """Fill an empty database from a dump; BackupError if that fails, and nothing is left then."""
    if engine_name(url) == "sqlite":
        path = Path(make_url(url).database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        passing = path.with_name(f"{path.name}.incoming")
        shutil.copyfile(source, passing)
        passing.replace(path)
        return
    # Roles and what they may read belong to the old server; the new one may not know them.
    kept_out = ("--no-owner", "--no-privileges")
    _run("pg_restore", url, *kept_out, "--single-transaction", "--exit-on-error", str(source))


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a program of PostgreSQL; the password goes by its environment, where no list shows it."""
    folder = os.environ.get(PROGRAMS)
    path = shutil.which(program, path=folder or None)
    if path is None:
        raise BackupError(
            "program_missing",
            f"{program} fehlt. Installieren Sie die Programme von PostgreSQL (Paket "
            f"postgresql-client) oder nennen Sie ihren Ordner in {PROGRAMS}.",
        )
    parts = make_url(url)
    environment = dict(os.environ)
    if parts.password is not None:
        environment["PGPASSWORD"] = str(parts.password)
    finished = subprocess.run(  # noqa: S603  # a program of PostgreSQL, arguments of our own
        [path, f"--dbname={_without_password(parts)}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise BackupError(
            "program_failed", f"{program} meldet: {finished.stderr.strip()[-600:] or 'nichts'}"
        )


def _without_password(url: URL) -> str:
    bare = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=url.query,
    )
    return bare.render_as_string(hide_password=False)
