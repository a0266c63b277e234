"""Making a backup while the service runs: database first, then the files that it knows."""

import contextlib
import datetime as dt
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from vergabe.files.store import DamagedFile, FileStore
from vergabe.operation import dumping, keys
from vergabe.operation.snapshots import (
    FILES,
    KEYS,
    BackupError,
    Manifest,
    fingerprint,
    hash_of_file,
    hash_of_list,
    name_of,
    place_of_file,
)
from vergabe.settings import Settings

ABANDONED_AFTER: Final = dt.timedelta(days=2)
"""So long after its last sign what a backup has begun belongs to one that was killed."""


def back_up(
    settings: Settings, store: FileStore, place: Path, *, passphrase: str | None, now: dt.datetime
) -> Manifest:
    """Write a snapshot into a backup place and return its manifest.

    Files that an earlier snapshot has whole are not copied again. A file that is missing or damaged
    in the store stops the backup with its hash: a backup that cannot be restored is none. Nothing
    counts before the manifest is there. Raises BackupError.
    """
    snapshot = place / "snapshots" / name_of(now)
    unfinished = snapshot.with_name(f".{snapshot.name}.{uuid.uuid4().hex[:8]}")
    if snapshot.exists():
        raise BackupError(
            "backup_there", f"Die Sicherung {snapshot.name} gibt es schon. Warten Sie eine Sekunde."
        )
    try:
        with _told_of(place):
            _clear_away(place, now)
            unfinished.mkdir(mode=0o700, parents=True)
            manifest = _written(settings, store, place, unfinished, passphrase, now)
            unfinished.rename(snapshot)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return manifest


@contextlib.contextmanager
def _told_of(place: Path) -> Iterator[None]:
    """Raise BackupError for what the backup place cannot do."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            "place_failed",
            f"Die Sicherung ist abgebrochen: {error}. Prüfen Sie, ob der Ordner {place} "
            "beschreibbar ist und ob dort noch Platz ist.",
        ) from error


def _clear_away(place: Path, now: dt.datetime) -> None:
    """Remove what killed backups left; what is younger may be of one that still runs."""
    before = (now - ABANDONED_AFTER).timestamp()
    begun = "snapshots/.????-??-??T??????Z.????????", "files/??/*.????????"
    for left in [path for pattern in begun for path in place.glob(pattern)]:
        with contextlib.suppress(FileNotFoundError):
            if left.stat().st_mtime > before:
                continue
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()


def _written(
    settings: Settings,
    store: FileStore,
    place: Path,
    folder: Path,
    passphrase: str | None,
    now: dt.datetime,
) -> Manifest:
    engine = dumping.engine_name(settings.database_url)
    database = folder / dumping.FILE[engine]
    files = dumping.dump(settings.database_url, database)
    database.chmod(0o600)
    if passphrase:
        _write_private(folder / KEYS, keys.locked(settings.secret_key, passphrase))
    (folder / FILES).write_text("".join(f"{each}\n" for each in sorted(files)), encoding="ascii")
    manifest = Manifest(
        taken_at=now.astimezone(dt.UTC).isoformat(),
        engine=engine,
        revision=_revision(settings.database_url),
        database=database.name,
        database_sha256=hash_of_file(database),
        file_count=len(files),
        file_bytes=_copied(store, place, files),
        files_sha256=hash_of_list(list(files)),
        secret=fingerprint(settings.secret_key),
        has_keys=bool(passphrase),
    )
    manifest.write(folder)
    return manifest


def _write_private(path: Path, content: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:  # noqa: PTH123  # of a descriptor
        target.write(content)


def _revision(url: str) -> str:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    finally:
        engine.dispose()


def _copied(store: FileStore, place: Path, files: Mapping[str, int]) -> int:
    """Copy what is not there yet, or was cut short there, and return the bytes of all files."""
    for sha256, size in files.items():
        target = place_of_file(place, sha256)
        if not target.exists() or target.stat().st_size != size:
            _copy(store, sha256, target)
    return sum(files.values())


def _copy(store: FileStore, sha256: str, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    passing = target.with_name(f"{target.name}.{uuid.uuid4().hex[:8]}")
    try:
        with passing.open("wb") as out:
            for piece in store.chunks(sha256):
                out.write(piece)
        passing.replace(target)
    except (FileNotFoundError, DamagedFile) as error:
        raise BackupError(
            "file_lost",
            f"Die Datei {sha256} fehlt im Dateispeicher oder ist beschädigt. Holen Sie sie aus "
            "einer früheren Sicherung zurück, bevor Sie eine neue machen.",
        ) from error
    finally:
        passing.unlink(missing_ok=True)
