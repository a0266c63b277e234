"""All documents of a tender in one ZIP, streamed: never whole in memory.

The same documents give the same bytes, and their number is known before the first is read: a
browser shows how far it is, and a download that was cut goes on where it ended (RFC 9110, 14).
"""

import hashlib
import io
import itertools
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from flask import Response, request

from vergabe.files.store import FileStore
from vergabe.tenders.model import TenderDocument
from vergabe.web.downloads import content_disposition

_EPOCH: Final = (2026, 1, 1, 0, 0, 0)
_PLAIN_MAX: Final = 2**31 - 2**24
"""Bytes; from 2 GiB on offsets take more room in the directory."""


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


def answer(store: FileStore, documents: Sequence[TenderDocument], name: str) -> Response:
    """Return the answer with the ZIP under this name, or with the part of it that is asked for."""
    pieces = stream(store, documents)
    # Fetched before the answer begins: later nobody could be told that the store is away.
    first = next(pieces)
    response = Response(itertools.chain((first,), pieces), content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition(name)
    length = length_of(documents)
    if length is None:
        return response
    response.content_length = length
    response.set_etag(_tag(documents))
    response.make_conditional(request, accept_ranges=True, complete_length=length)
    return response


def length_of(documents: Sequence[TenderDocument]) -> int | None:
    """Return how many bytes the ZIP has, None beyond the size at which its form changes."""
    total = sum(document.size_bytes for document in documents)
    if total > _PLAIN_MAX:
        return None
    return total + sum(map(len, _pieces(documents, lambda _document: ())))


def _tag(documents: Sequence[TenderDocument]) -> str:
    used: set[str] = set()
    named = [f"{_free_name(each, used)}:{each.file_sha256}" for each in documents]
    return hashlib.sha256("\n".join(named).encode()).hexdigest()


def stream(store: FileStore, documents: Sequence[TenderDocument]) -> Iterator[bytes]:
    """Yield a ZIP of the documents; same names get their version added.

    Stored, not packed: most documents are packed already, and the same bytes come out each time.
    """
    return _pieces(documents, lambda document: store.chunks(document.file_sha256))


def _pieces(
    documents: Sequence[TenderDocument], chunks_of: Callable[[TenderDocument], Iterable[bytes]]
) -> Iterator[bytes]:
    pipe = _Pipe()
    used: set[str] = set()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for document in documents:
            entry = zipfile.ZipInfo(_free_name(document, used), date_time=_EPOCH)
            with archive.open(entry, "w", force_zip64=True) as target:
                for chunk in chunks_of(document):
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
