"""All documents of a tender in one ZIP, streamed: never whole in memory."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Final

from vergabe.files.store import FileStore
from vergabe.tenders.model import TenderDocument

_EPOCH: Final = (2026, 1, 1, 0, 0, 0)


class _Pipe(io.RawIOBase):
    """A file that zipfile writes to and that gives its bytes away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # any buffer, as RawIOBase has it
        self._pieces.append(piece)
        self._position += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._position

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def stream(store: FileStore, documents: Sequence[TenderDocument]) -> Iterator[bytes]:
    """Yield a ZIP of the documents; same names get their version added.

    Stored, not packed: most documents are packed already, and the same bytes come out each time.
    """
    pipe = _Pipe()
    used: set[str] = set()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for document in documents:
            entry = zipfile.ZipInfo(_free_name(document, used), date_time=_EPOCH)
            with archive.open(entry, "w", force_zip64=True) as target:
                for chunk in store.chunks(document.file_sha256):
                    target.write(chunk)
                    yield pipe.take()
            yield pipe.take()
    yield pipe.take()


def _free_name(document: TenderDocument, used: set[str]) -> str:
    name = document.file_name
    stem, dot, ending = name.rpartition(".")
    count = 1
    while name.casefold() in used:
        count += 1
        name = f"{stem or ending} ({count}){dot}{ending}" if stem else f"{ending} ({count})"
    used.add(name.casefold())
    return name
