"""Whether every stored file that the database knows is there and is what its name says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.files.model import StoredFile
from vergabe.files.store import DamagedFile, FileStore


@dataclass(frozen=True)
class Known:
    """A stored file as the database knows it: SHA-256 (hex) and size."""

    sha256: str
    size_bytes: int


def known(session: Session) -> list[Known]:
    """Return all stored files."""
    found = session.execute(select(StoredFile.sha256, StoredFile.size_bytes))
    return [Known(row.sha256, row.size_bytes) for row in found]


def lost(store: FileStore, files: Iterable[Known]) -> Iterator[Known]:
    """Yield the files that are missing or damaged; each is read, which takes its time.

    Needs no transaction: none should stand open for so long. Raises StoreUnreachable.
    """
    for file in files:
        if not _is_whole(store, file):
            yield file


def _is_whole(store: FileStore, file: Known) -> bool:
    try:
        return sum(map(len, store.chunks(file.sha256))) == file.size_bytes
    except (FileNotFoundError, DamagedFile):
        return False
