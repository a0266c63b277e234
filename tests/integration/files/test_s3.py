"""The store on an S3 server: the same promises as in a folder, and no more memory."""

import contextlib
import datetime as dt
import hashlib
import io
import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import s3fs
from sqlalchemy import select

from tests.conftest import NOON, application_of_its_own
from tests.factories import tenders
from tests.live import free_port
from vergabe.db import reading, unit_of_work
from vergabe.errors import TooLarge
from vergabe.files import reaching
from vergabe.files.model import StoredFile
from vergabe.files.reaching import StoreUnreachable
from vergabe.files.store import CHUNK, DamagedFile, FileStore
from vergabe.operation import backing_up

pytestmark = pytest.mark.one_database

TEXT = "Leistungsverzeichnis für Löschfahrzeuge\n".encode() * 100
HASH = hashlib.sha256(TEXT).hexdigest()
MANY_PARTS = 3 * reaching.S3_BLOCK_BYTES + 12_345


class Zeros:
    """A long file that nobody has to hold."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int) -> bytes:
        taken = min(size, self.left)
        self.left -= taken
        return bytes(taken)


def test_a_file_lies_once_under_its_content(root: str, keys: Callable[[], list[str]]) -> None:
    store, other = FileStore(root), FileStore(root)
    assert store.keep(io.BytesIO(TEXT), limit_bytes=CHUNK).sha256 == HASH
    assert other.keep(io.BytesIO(TEXT), limit_bytes=CHUNK).size_bytes == len(TEXT)
    assert keys() == [f"ablage/{HASH[:2]}/{HASH[2:]}"]
    assert other.read(HASH) == TEXT


def test_a_web_process_uses_the_store_that_was_made_before_it_was_forked(root: str) -> None:
    store = FileStore(root)
    store.keep(io.BytesIO(b"vorher"), limit_bytes=CHUNK)
    child = multiprocessing.get_context("fork").Process(
        target=store.keep, args=(io.BytesIO(TEXT),), kwargs={"limit_bytes": CHUNK}
    )
    child.start()
    child.join(timeout=60)
    assert child.exitcode == 0
    assert store.read(HASH) == TEXT


def test_a_file_of_many_parts_comes_back_whole(root: str) -> None:
    kept = FileStore(root).keep(Zeros(MANY_PARTS), limit_bytes=MANY_PARTS)
    assert kept.size_bytes == MANY_PARTS
    digest = hashlib.sha256()
    for piece in FileStore(root).chunks(kept.sha256):
        digest.update(piece)
    assert digest.hexdigest() == kept.sha256


def test_of_a_file_that_is_too_large_nothing_stays(
    root: str, keys: Callable[[], list[str]]
) -> None:
    with pytest.raises(TooLarge, match="größer als die erlaubten"):
        FileStore(root).keep(Zeros(MANY_PARTS), limit_bytes=MANY_PARTS - 1)
    assert keys() == []


def test_a_writer_that_fails_shows_nothing_and_leaves_what_was_there(
    root: str, keys: Callable[[], list[str]]
) -> None:
    store = FileStore(root)
    with store.writing("jobs/7/bericht.csv") as target:
        target.write(b"alt")
    with contextlib.suppress(ConnectionResetError), store.writing("jobs/7/bericht.csv") as target:
        target.write(b"neu")
        raise ConnectionResetError
    assert store.reading("jobs/7/bericht.csv").read() == b"alt"
    assert keys() == ["ablage/jobs/7/bericht.csv"]


def test_what_another_process_has_kept_meanwhile_is_seen(root: str) -> None:
    ours, theirs = FileStore(root), FileStore(root)
    with pytest.raises(FileNotFoundError):
        ours.open(HASH)
    theirs.keep(io.BytesIO(TEXT), limit_bytes=CHUNK)
    assert ours.read(HASH) == TEXT


def test_a_damaged_object_is_noticed_when_read(root: str, s3: Any) -> None:
    store = FileStore(root)
    store.keep(io.BytesIO(TEXT), limit_bytes=CHUNK)
    bucket, place = root.split("/")[2], f"ablage/{HASH[:2]}/{HASH[2:]}"
    s3.put_object(Bucket=bucket, Key=place, Body=TEXT[:-1])
    with pytest.raises(DamagedFile):
        store.read(HASH)


def test_a_process_killed_while_it_writes_leaves_nothing_under_a_true_name(
    root: str, keys: Callable[[], list[str]]
) -> None:
    program = (
        "import os, sys\n"
        "from vergabe.files.store import FileStore\n"
        "class Cut:\n"
        "    left = 12\n"
        "    def read(self, size):\n"
        "        self.left -= 1\n"
        "        return bytes(size) if self.left else os.kill(os.getpid(), 9)\n"
        "FileStore(sys.argv[1]).keep(Cut(), limit_bytes=1 << 30)\n"
    )
    died = subprocess.run([sys.executable, "-c", program, root], check=False)
    assert died.returncode == -9
    assert [key for key in keys() if not key.startswith("begun: ablage/incoming/")] == []


def test_what_was_begun_and_never_finished_is_swept(
    root: str, s3: Any, keys: Callable[[], list[str]]
) -> None:
    store = FileStore(root)
    assert store.sweep(NOON) == 0
    s3.put_object(Bucket=root.split("/")[2], Key="ablage/incoming/0123", Body=b"half")
    kept = store.keep(io.BytesIO(TEXT), limit_bytes=CHUNK)
    assert store.sweep(dt.datetime(2000, 1, 1, tzinfo=dt.UTC)) == 0
    assert store.sweep(dt.datetime(2100, 1, 1, tzinfo=dt.UTC)) == 1
    assert keys() == [f"ablage/{kept.sha256[:2]}/{kept.sha256[2:]}"]


def test_a_tender_is_published_with_its_files_on_s3(
    root: str, database_url: str, tmp_path: Path, keys: Callable[[], list[str]]
) -> None:
    with application_of_its_own(database_url, tmp_path, files=root) as app:
        client = app.test_client()
        assert client.get("/readyz").json == {"status": "ok"}
        with app.app_context(), unit_of_work() as session:
            tenders.published(session, app.extensions["vergabe_files"])
        with app.app_context(), reading() as session:
            known = set(session.scalars(select(StoredFile.sha256)))
        assert {key.removeprefix("ablage/").replace("/", "") for key in keys()} == known
        with app.app_context():
            manifest = backing_up.back_up(
                app.extensions["vergabe_settings"],
                app.extensions["vergabe_files"],
                tmp_path / "backup",
                passphrase="ein langes Passwort",
                now=NOON,
            )
        assert manifest.file_count == len(known)
        assert (tmp_path / "backup" / "files").is_dir()


def test_the_service_says_that_its_store_is_gone(
    root: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    s3fs.S3FileSystem.clear_instance_cache()
    with application_of_its_own(database_url, tmp_path, files=root) as app:
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.json["problems"]) == (503, ["files"])
        with pytest.raises(StoreUnreachable, match="antwortet gerade nicht"):
            app.extensions["vergabe_files"].open(HASH)
