"""The whole file of a tender as one ZIP with an index, streamed: never whole in memory."""

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

import orjson
from flask import current_app
from jinja2 import Template
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.files.store import DamagedFile, FileStore
from vergabe.records import contents
from vergabe.records.contents import ChainPart, Part, StoredPart
from vergabe.records.plain import value
from vergabe.tenders.model import Tender

FORMAT: Final = "vergabe-akte/1"
CHUNK: Final = 1024 * 1024


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


@dataclass(frozen=True)
class _Listed:
    """A file as the index lists it; problem: a German sentence when its bytes are not right."""

    part: Part
    size_bytes: int
    sha256: str
    problem: str | None = None


def export_zip(
    session: Session, store: FileStore, actor: Actor, tender: Tender, *, now: dt.datetime
) -> Iterator[bytes]:
    """Return the file of a tender as the pieces of a ZIP: index, chains, documents, data, script.

    The database is read before the first piece; the pieces need neither session nor request. A
    damaged or missing file does not end the export: the index names it. Needs an application
    context for the call. Rights are the caller's (`queries.tender_for_record`).
    """
    parts, chains = contents.parts_of(session, actor, tender, now=now)
    head: dict[str, Any] = {
        "format": FORMAT,
        "reference": tender.reference,
        "title": tender.title,
        "lead": tender.lead.name,
        "exported_at": value(now),
        "exported_by": actor.name,
        "exported_for": actor.organisation_name,
    }
    template = current_app.jinja_env.get_template("records/export_index.html")
    return _pieces(store, parts, chains, head, template, now=now)


def _pieces(
    store: FileStore,
    parts: Sequence[Part],
    chains: Sequence[ChainPart],
    head: dict[str, Any],
    template: Template,
    *,
    now: dt.datetime,
) -> Iterator[bytes]:
    pipe = _Pipe()
    listed: list[_Listed] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            written = yield from _written(archive, pipe, store, part, now)
            listed.append(written)
        page = template.render(head=head, files=listed, chains=chains, now=now).encode()
        index_page = Part("index.html", "Prüfung", "Dieses Verzeichnis", page)
        listed.append((yield from _written(archive, pipe, store, index_page, now)))
        index = _index(head, listed, chains)
        archive.writestr(_entry("index.json", now), index, zipfile.ZIP_DEFLATED)
        yield pipe.take()
    yield pipe.take()


def _written(
    archive: zipfile.ZipFile, pipe: _Pipe, store: FileStore, part: Part, now: dt.datetime
) -> Generator[bytes, None, _Listed]:
    """Yield the bytes of one file as the ZIP has them; return how the index lists it."""
    digest, size, problem = hashlib.sha256(), 0, None
    with archive.open(_entry(part.path, now), "w", force_zip64=True) as target:
        try:
            for chunk in _chunks(store, part.source):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
                yield pipe.take()
        except DamagedFile:
            problem = "Die Datei ist im Speicher beschädigt."
        except FileNotFoundError:
            problem = "Die Datei fehlt im Speicher."
    yield pipe.take()
    expected = part.source.sha256 if isinstance(part.source, StoredPart) else digest.hexdigest()
    return _Listed(part, size, expected, problem)


def _chunks(store: FileStore, source: bytes | IO[bytes] | StoredPart) -> Iterator[bytes]:
    if isinstance(source, StoredPart):
        yield from store.chunks(source.sha256)
    elif isinstance(source, bytes):
        yield source
    else:
        with source:
            while chunk := source.read(CHUNK):
                yield chunk


def _entry(path: str, now: dt.datetime) -> zipfile.ZipInfo:
    at = now.astimezone(dt.UTC)
    entry = zipfile.ZipInfo(path, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _index(head: dict[str, Any], listed: Sequence[_Listed], chains: Sequence[ChainPart]) -> bytes:
    index = head | {
        "files": [
            {
                "path": each.part.path,
                "section": each.part.section,
                "title": each.part.title,
                "size_bytes": each.size_bytes,
                "sha256": each.sha256,
            }
            for each in listed
        ],
        "chains": [
            {
                "path": chain.path,
                "stream": chain.ref.stream,
                "title": chain.ref.title,
                "entry_count": chain.entry_count,
                "last_hash": chain.last_hash,
            }
            for chain in chains
        ],
        "problems": [f"{each.part.path}: {each.problem}" for each in listed if each.problem],
    }
    return orjson.dumps(index, option=orjson.OPT_INDENT_2)
