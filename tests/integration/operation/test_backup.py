"""The drill: back up a living service, restore it into an empty place, miss nothing."""

import contextlib
import dataclasses
import datetime as dt
import json
import os
import resource
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import Migrate, stamp
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from tests.conftest import NOON, SECRET, administer, application_of_its_own
from tests.factories import tenders
from tests.factories.audit import without_guards
from vergabe import ids
from vergabe.access.model import Organisation, User
from vergabe.audit import queries as audit
from vergabe.audit.model import RecordEntry
from vergabe.db import Base, db, reading, unit_of_work
from vergabe.files.model import StoredFile
from vergabe.migrating import MIGRATIONS
from vergabe.notices.model import Notice
from vergabe.operation import backing_up, dumping, restoring, snapshots
from vergabe.operation.snapshots import BackupError, Manifest
from vergabe.tenders.model import Tender
from vergabe.uploads.model import Upload, UploadPiece

PASSPHRASE = "ein langes Passwort für den Tresor"


@pytest.fixture
def living(own_app: Flask) -> Flask:
    """A service with a published tender: chains, documents, notices."""
    with own_app.app_context():
        Migrate(own_app, db, directory=str(MIGRATIONS))
        stamp(directory=str(MIGRATIONS))
        with unit_of_work() as session:
            tenders.published(session, own_app.extensions["vergabe_files"])
    return own_app


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A service elsewhere whose database has nothing in it."""
    with application_of_its_own(database_url, tmp_path / "else", has_tables=False) as app:
        yield app


def backed_up(app: Flask, place: Path, *, now: dt.datetime = NOON) -> Manifest:
    return backing_up.back_up(
        app.extensions["vergabe_settings"],
        app.extensions["vergabe_files"],
        place,
        passphrase=PASSPHRASE,
        now=now,
    )


def restored(app: Flask, place: Path, name: str | None = None) -> restoring.Restored:
    return restoring.restore(app, place, snapshots.chosen(place, name))


@contextlib.contextmanager
def full_disk(*, at: int) -> Iterator[None]:
    """No file of this process can grow beyond some bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def rows(app: Flask) -> dict[str, int]:
    """The number of rows of every table."""
    with app.app_context(), reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_everything_is_there_again_and_verified(
    living: Flask, empty: Flask, tmp_path: Path
) -> None:
    manifest = backed_up(living, tmp_path / "backup")
    done = restored(empty, tmp_path / "backup")
    before = rows(living)
    assert rows(empty) == before
    assert (done.chains, done.entries) == (before["record_chain"], before["record_entry"])
    assert done.files == manifest.file_count == before["stored_file"] > 3
    assert done.taken_at == NOON
    with empty.app_context(), reading() as session:
        assert session.scalars(select(Tender.stage)).all() == ["published"]
        for sha256 in session.scalars(select(StoredFile.sha256)):
            assert empty.extensions["vergabe_files"].read(sha256)
        for stream in audit.streams(session):
            assert audit.breaks(session, stream) == []
    # The restored service goes on, and its record still cannot be changed.
    with empty.app_context():
        with pytest.raises(Exception, match="append only"), unit_of_work() as session:
            session.execute(text("DELETE FROM record_entry"))
        with unit_of_work() as session:
            tenders.published(session, empty.extensions["vergabe_files"])
        with reading() as session:
            assert session.scalar(select(func.count()).select_from(Notice)) == 2


def test_what_is_written_during_a_backup_is_in_it_whole_or_not_at_all(
    living: Flask, empty: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files come after the database: one that arrives in between is of the next backup."""
    copied = backing_up._copied

    def written_meanwhile(*arguments: object) -> int:
        with living.app_context(), unit_of_work() as session:
            store = living.extensions["vergabe_files"]
            tenders.published(session, store)
        return copied(*arguments)

    monkeypatch.setattr(backing_up, "_copied", written_meanwhile)
    backed_up(living, tmp_path / "backup")
    restored(empty, tmp_path / "backup")
    with empty.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(Tender)) == 1
    assert rows(living)["tender"] == 2


def test_second_backup_copies_only_new_files_and_older_ones_can_be_restored(
    living: Flask, empty: Flask, tmp_path: Path
) -> None:
    place = tmp_path / "backup"
    backed_up(living, place)
    times = {path: path.stat().st_mtime_ns for path in place.glob("files/*/*")}
    with living.app_context(), unit_of_work() as session:
        tenders.published(session, living.extensions["vergabe_files"])
    backed_up(living, place, now=NOON + dt.timedelta(days=1))
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert len(list(place.glob("files/*/*"))) > len(times)
    names = [snapshot.name for snapshot in snapshots.all_snapshots(place)]
    assert names == ["2026-11-24T110000Z", "2026-11-23T110000Z"]
    restored(empty, place, names[1])
    assert rows(empty)["tender"] == 1


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _damage(place: Path, part: str) -> None:
    snapshot = snapshots.chosen(place, None)
    stored = next(iter(sorted(place.glob("files/*/*"))))
    if part == "lost file":
        stored.unlink()
    elif part == "manifest":
        fields = json.loads((snapshot / "manifest.json").read_text()) | {"shape": 99}
        (snapshot / "manifest.json").write_text(json.dumps(fields))
    else:
        database = snapshot / Manifest.read(snapshot).database
        _flip({"database": database, "list": snapshot / "files.txt"}.get(part, stored))


def test_what_cannot_be_restored_is_refused_before_anything_counts(
    living: Flask, empty: Flask, tmp_path: Path
) -> None:
    place = tmp_path / "backup"
    backed_up(living, place)
    before = rows(living)
    with pytest.raises(BackupError, match="nicht leer"):
        restored(living, place)
    assert rows(living) == before
    with pytest.raises(BackupError, match="gibt es schon"):
        backed_up(living, place)

    for part in ("database", "list", "file", "lost file", "manifest"):
        damaged = tmp_path / part
        shutil.copytree(place, damaged)
        _damage(damaged, part)
        with pytest.raises(BackupError):
            restored(empty, damaged)
        assert dumping.is_empty(empty.extensions["vergabe_settings"].database_url), part

    snapshot = snapshots.chosen(place, None)
    assert restoring.secret_key_of(snapshot, PASSPHRASE) == SECRET
    assert SECRET not in (snapshot / "keys.json").read_text()
    with pytest.raises(BackupError, match="öffnet die Schlüssel"):
        restoring.secret_key_of(snapshot, "ein anderes Passwort")
    settings = empty.extensions["vergabe_settings"]
    empty.extensions["vergabe_settings"] = dataclasses.replace(settings, secret_key="y" * 40)
    with pytest.raises(BackupError, match="nicht der Schlüssel dieser Sicherung"):
        restored(empty, place)


def test_what_a_lost_database_left_beside_itself_does_not_enter_the_restored_one(
    living: Flask, empty: Flask, tmp_path: Path
) -> None:
    """SQLite would play the log of the old file into the new one: rows of after the backup."""
    url = living.extensions["vergabe_settings"].database_url
    if dumping.engine_name(url) == "postgresql":
        pytest.skip("a server keeps its logs to itself")
    backed_up(living, tmp_path / "backup")
    with living.app_context(), unit_of_work() as session:
        tenders.published(session, living.extensions["vergabe_files"])
    old, new = (
        Path(make_url(app.extensions["vergabe_settings"].database_url).database or "")
        for app in (living, empty)
    )
    log = new.with_name(f"{new.name}-wal")
    shutil.copy(old.with_name(f"{old.name}-wal"), log)
    with pytest.raises(BackupError, match="-wal"):
        restored(empty, tmp_path / "backup")
    log.unlink()
    restored(empty, tmp_path / "backup")
    assert rows(empty)["tender"] == 1


@pytest.mark.postgres
def test_rights_of_roles_that_the_other_machine_lacks_do_not_stop_a_restore(
    living: Flask, empty: Flask, tmp_path: Path
) -> None:
    role = f"monitoring_{uuid.uuid4().hex[:12]}"
    url = living.extensions["vergabe_settings"].database_url
    administer(url, f"CREATE ROLE {role}")
    administer(url, f"GRANT SELECT ON tender TO {role}")
    backed_up(living, tmp_path / "backup")
    administer(url, f"DROP OWNED BY {role}")
    administer(url, f"DROP ROLE {role}")
    restored(empty, tmp_path / "backup")
    assert rows(empty)["tender"] == 1


@pytest.mark.postgres
def test_a_database_with_nothing_but_what_extensions_bring_is_empty(empty: Flask) -> None:
    url = empty.extensions["vergabe_settings"].database_url
    administer(url, "CREATE VIEW statistics AS SELECT 1 AS calls")
    assert not dumping.is_empty(url)
    administer(url, "ALTER EXTENSION plpgsql ADD VIEW statistics")
    assert dumping.is_empty(url)


def test_a_backup_of_a_newer_program_is_refused_before_anything_counts(
    living: Flask, empty: Flask, tmp_path: Path
) -> None:
    with living.app_context(), unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backed_up(living, tmp_path / "backup")
    with pytest.raises(BackupError, match="9999"):
        restored(empty, tmp_path / "backup")
    assert dumping.is_empty(empty.extensions["vergabe_settings"].database_url)


def test_a_file_cut_short_in_the_backup_place_is_copied_anew(
    living: Flask, empty: Flask, tmp_path: Path
) -> None:
    """As a power cut leaves it: the name is there, the bytes are not."""
    place = tmp_path / "backup"
    backed_up(living, place)
    for file in place.glob("files/*/*"):
        file.write_bytes(b"")
    backed_up(living, place, now=NOON + dt.timedelta(hours=1))
    restored(empty, place)


def test_what_killed_backups_left_is_cleared_away_after_two_days(
    living: Flask, tmp_path: Path
) -> None:
    place = tmp_path / "backup"
    backed_up(living, place)
    stored = next(place.glob("files/*/*"))
    for name in (".2026-11-20T110000Z.0123abcd", ".2026-11-23T100000Z.4567cdef"):
        shutil.copytree(snapshots.chosen(place, None), place / "snapshots" / name)
    for name in ("0123abcd", "4567cdef"):
        stored.with_name(f"{stored.name}.{name}").write_bytes(b"half")
    for left in set(place.rglob("*0123abcd")):
        os.utime(left, ((NOON - dt.timedelta(days=3)).timestamp(),) * 2)
    for left in set(place.rglob("*4567cdef")):
        os.utime(left, (NOON.timestamp(),) * 2)
    backed_up(living, place, now=NOON + dt.timedelta(hours=1))
    assert list(place.rglob("*0123abcd")) == []
    assert len(list(place.rglob("*4567cdef"))) == 2, "they may be of a backup that still runs"


def test_uploads_whose_bytes_are_in_no_backup_are_forgotten(
    living: Flask, empty: Flask, tmp_path: Path
) -> None:
    """Else a client would go on in the middle and be told at the end that nothing is there."""
    with living.app_context(), unit_of_work() as session:
        person = session.scalars(select(User).limit(1)).one()
        town = session.scalars(select(Organisation).limit(1)).one()
        upload = Upload(
            id=ids.new_id(),
            user_id=person.id,
            organisation_id=town.id,
            purpose="tender_document",
            file_name="plan.pdf",
            metadata_header="",
            size_bytes=8,
            offset_bytes=4,
            created_at=NOON,
            expires_at=NOON + dt.timedelta(days=3),
        )
        session.add(upload)
        session.flush()
        session.add(UploadPiece(upload_id=upload.id, start_byte=0, size_bytes=4, name="uploads/a"))
    backed_up(living, tmp_path / "backup")
    restored(empty, tmp_path / "backup")
    assert rows(empty) == rows(living) | {"upload": 0, "upload_piece": 0}


def test_a_backup_place_that_is_full_or_no_folder_is_told_in_a_sentence(
    living: Flask, tmp_path: Path
) -> None:
    place = tmp_path / "backup"
    with full_disk(at=3_000), pytest.raises(BackupError, match=r"Platz|pg_dump"):
        backed_up(living, place)
    assert [path for path in place.rglob("*") if path.is_file()] == []
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BackupError, match="beschreibbar"):
        backed_up(living, tmp_path / "file")


def test_file_missing_in_the_store_stops_the_backup(living: Flask, tmp_path: Path) -> None:
    with living.app_context(), reading() as session:
        sha256 = session.scalars(select(StoredFile.sha256)).first()
    assert sha256
    next(tmp_path.glob(f"files/{sha256[:2]}/{sha256[2:]}")).unlink()
    with pytest.raises(BackupError, match=sha256):
        backed_up(living, tmp_path / "backup")
    assert snapshots.all_snapshots(tmp_path / "backup") == []
    assert not list((tmp_path / "backup" / "snapshots").iterdir())


def test_chain_that_was_broken_before_is_told(living: Flask, empty: Flask, tmp_path: Path) -> None:
    with living.app_context(), unit_of_work() as session:
        without_guards(session)
        entry = session.scalars(select(RecordEntry).limit(1)).one()
        session.execute(
            text("UPDATE record_entry SET summary = 'anders' WHERE stream = :s AND sequence = :n"),
            {"s": entry.stream, "n": entry.sequence},
        )
    backed_up(living, tmp_path / "backup")
    with pytest.raises(BackupError, match="gebrochen"):
        restored(empty, tmp_path / "backup")
