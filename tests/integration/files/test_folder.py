"""The store in a folder: what a full disk and killed processes leave behind."""

import datetime as dt
import io
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import MovableClock
from vergabe import sweeps
from vergabe.files import current
from vergabe.files.reaching import StoreUnreachable
from vergabe.files.store import DamagedFile, FileStore

pytestmark = pytest.mark.one_database

FULL_AT = 100_000
LINE = b"Position 1; Streusalz; 40 t\n"


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file of this process can grow beyond some bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_and_keeps_nothing_of_what_was_begun(
    tmp_path: Path, full_disk: None
) -> None:
    store = FileStore(str(tmp_path))
    with pytest.raises(StoreUnreachable, match="ist voll"):
        store.keep(io.BytesIO(bytes(2 * FULL_AT)), limit_bytes=10 * FULL_AT)
    with pytest.raises(StoreUnreachable, match="ist voll"):
        _write_a_report(store)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def _write_a_report(store: FileStore) -> None:
    """Small lines: some of them wait in memory when the disk refuses the ones before."""
    with store.writing("jobs/7/file") as target:
        for _ in range(2 * FULL_AT // len(LINE)):
            target.write(LINE)


def test_a_power_cut_finds_the_bytes_on_the_disk_before_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a committed row names is there: noted is what the disk was told to keep, in order."""
    told: list[str] = []

    def noted(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        size = place.stat().st_size if place.is_file() else None
        told.append(f"{place.relative_to(tmp_path)} {size}" if size else str(place))

    monkeypatch.setattr(os, "fsync", noted)
    store = FileStore(str(tmp_path))
    kept = store.keep(io.BytesIO(LINE), limit_bytes=FULL_AT)
    place = store.local_file(kept.sha256)
    assert place is not None
    content, *names = told
    assert content.startswith("incoming/")
    assert content.endswith(f" {len(LINE)}")
    assert names == [str(place.parent), str(tmp_path)]
    told.clear()
    FileStore(str(tmp_path), is_lasting=False).keep(io.BytesIO(b"kurz"), limit_bytes=FULL_AT)
    assert told == []


@pytest.mark.parametrize("damaged", [b"", LINE.swapcase()], ids=["cut-short", "other-bytes"])
def test_whoever_brings_a_file_again_that_is_damaged_mends_it(
    tmp_path: Path, damaged: bytes
) -> None:
    """After a power cut the name may be there without its bytes."""
    store = FileStore(str(tmp_path))
    kept = store.keep(io.BytesIO(LINE), limit_bytes=FULL_AT)
    place = store.local_file(kept.sha256)
    assert place is not None
    place.write_bytes(damaged)
    with pytest.raises(DamagedFile):
        store.read(kept.sha256)
    assert store.keep(io.BytesIO(LINE), limit_bytes=FULL_AT) == kept
    assert store.read(kept.sha256) == LINE
    # What has come the same way and is there already changes nothing.
    store.keep(io.BytesIO(LINE), limit_bytes=FULL_AT)
    store.adopt("incoming/is gone", kept.sha256)
    assert store.read(kept.sha256) == LINE
    with pytest.raises(FileNotFoundError):
        store.adopt("incoming/is gone", "0" * 64)


def test_what_killed_processes_left_half_written_is_swept_after_a_day(
    app: Flask, moving_clock: MovableClock
) -> None:
    store = current.store()
    kept = store.keep(io.BytesIO(b"ganz"), limit_bytes=FULL_AT)
    sweeps.sweep_uploads(app)  # the store is that of all tests: what they left is not counted
    folder = Path(app.extensions["vergabe_settings"].files) / "incoming"
    for name, hours in (("killed", 25), ("being written", 1)):
        (folder / name).write_bytes(bytes(FULL_AT))
        seen_at = (moving_clock.now() - dt.timedelta(hours=hours)).timestamp()
        os.utime(folder / name, (seen_at, seen_at))
    assert sweeps.sweep_uploads(app) == 1
    assert [(folder / name).exists() for name in ("killed", "being written")] == [False, True]
    assert store.read(kept.sha256) == b"ganz"
    (folder / "being written").unlink()
