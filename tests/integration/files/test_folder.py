"""The store in a folder: what a full disk leaves behind."""

import io
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from vergabe.files.reaching import StoreUnreachable
from vergabe.files.store import FileStore

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
