"""Receiving bytes: into pieces of the store, each noted as soon as it is safe.

A piece ends after 8 MiB or ten seconds, whichever comes first. So a killed process loses at most
the piece it was in, a slow line loses no more than seconds, and the lock shows that somebody is
still at it. A line that is cut loses nothing that came.
"""

import hashlib
import time
import uuid
from collections.abc import Iterator
from typing import IO, Any, Final

from werkzeug.exceptions import ClientDisconnected

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.db import reading, unit_of_work
from vergabe.errors import NotFound, Refused
from vergabe.files.store import CHUNK, FileStore
from vergabe.uploads import rules, service
from vergabe.uploads.rules import Checksum
from vergabe.uploads.service import Piece, Ticket

PIECE_BYTES: Final = 8 * 1024 * 1024
PIECE_SECONDS: Final = 10.0
_READ: Final = 64 * 1024


def receive(
    ticket: Ticket, store: FileStore, stream: IO[bytes], checksum: Checksum | None = None
) -> int:
    """Store what a request brings and return the new offset; the lock is given back.

    With a checksum nothing counts before all of it has come and agrees. Raises ChecksumWrong,
    Refused (somebody else writes meanwhile). Opens units of work of its own.
    """
    offset = ticket.offset
    try:
        if checksum is not None:
            return _checked(ticket, store, stream, checksum)
        for piece in _pieces(ticket, store, stream):
            _note(ticket, store, [piece])
            offset = piece.start_byte + piece.size_bytes
        return offset
    finally:
        with unit_of_work() as session:
            service.release(session, ticket)


def _checked(ticket: Ticket, store: FileStore, stream: IO[bytes], checksum: Checksum) -> int:
    digest = rules.CHECKSUMS[checksum.algorithm]()
    pieces: list[Piece] = []
    try:
        for piece in _pieces(ticket, store, stream, digest):
            pieces.append(piece)
            with unit_of_work() as session:
                service.renew(session, ticket, now=clock.now())
        checksum.check(digest.digest())
    except BaseException:
        for piece in pieces:
            store.remove(piece.name)
        raise
    _note(ticket, store, pieces)
    return pieces[-1].start_byte + pieces[-1].size_bytes if pieces else ticket.offset


def _note(ticket: Ticket, store: FileStore, pieces: list[Piece]) -> None:
    with unit_of_work() as session:
        is_ours = service.note_pieces(session, ticket, pieces, now=clock.now())
    if not is_ours:
        for piece in pieces:
            store.remove(piece.name)
        raise Refused("upload_taken_over", "Eine andere Übertragung dieser Datei läuft weiter.")


def _pieces(
    ticket: Ticket, store: FileStore, stream: IO[bytes], digest: Any = None
) -> Iterator[Piece]:
    """Yield pieces as they are safe, until the body or the file ends or the line is cut."""
    offset, is_open = ticket.offset, True
    while is_open and offset < ticket.size_bytes:
        name = f"{ticket.folder}/{uuid.uuid4().hex}"
        most = min(PIECE_BYTES, ticket.size_bytes - offset)
        with store.writing(name) as target:
            size, is_open = _copy(stream, target, most, digest)
        if size == 0:
            store.remove(name)
            return
        yield Piece(name, offset, size)
        offset += size


def _copy(stream: IO[bytes], target: IO[bytes], most: int, digest: Any) -> tuple[int, bool]:
    """Copy until a piece is full or old enough; return its size and whether more may come."""
    size, started = 0, time.monotonic()
    while size < most and time.monotonic() - started < PIECE_SECONDS:
        try:
            chunk = stream.read(min(_READ, most - size))
        except (ClientDisconnected, ConnectionError, TimeoutError):
            return size, False
        if not chunk:
            return size, False
        target.write(chunk)
        if digest is not None:
            digest.update(chunk)
        size += len(chunk)
    return size, True


def make_whole(actor: Actor, upload_id: uuid.UUID, store: FileStore) -> None:
    """Put the pieces of an upload together if all are there and nobody has done it.

    Safe to repeat after a killed process. Raises NotFound (also for one whose pieces are gone),
    Locked.
    """
    with reading() as session:
        upload = service.visible(session, actor, upload_id, now=clock.now())
        if upload.sha256 is not None or upload.offset_bytes < upload.size_bytes:
            return
        offset = upload.size_bytes
    with unit_of_work() as session:
        ticket = service.begin(session, actor, upload_id, offset=offset, now=clock.now())
        pieces = service.pieces_of(session, upload_id)
    try:
        name, sha256 = _joined(ticket, store, pieces)
        with unit_of_work() as session:
            is_ours = service.note_whole(session, ticket, name, sha256)
    except BaseException as error:
        with unit_of_work() as session:
            service.release(session, ticket)
        if not isinstance(error, FileNotFoundError):
            raise
        if _is_whole(actor, upload_id):
            return
        raise NotFound(service.WHAT) from error
    if is_ours:
        left = [piece.name for piece in pieces if piece.name != name]
    else:
        # Thrown away meanwhile, or somebody was faster: of our whole nobody will know.
        left = [] if len(pieces) == 1 else [name]
    for each in left:
        store.remove(each)


def _is_whole(actor: Actor, upload_id: uuid.UUID) -> bool:
    """Return whether somebody was faster; NotFound for what was thrown away."""
    with reading() as session:
        return service.visible(session, actor, upload_id, now=clock.now()).sha256 is not None


def _joined(ticket: Ticket, store: FileStore, pieces: list[Piece]) -> tuple[str, str]:
    """Return name and SHA-256 of one object with all the bytes; a single piece is one already."""
    digest = hashlib.sha256()
    if len(pieces) == 1:
        for chunk in _chunks(store, pieces[0].name):
            digest.update(chunk)
        return pieces[0].name, digest.hexdigest()
    name = f"{ticket.folder}/{uuid.uuid4().hex}"
    with store.writing(name) as target:
        for piece in pieces:
            for chunk in _chunks(store, piece.name):
                digest.update(chunk)
                target.write(chunk)
            with unit_of_work() as session:
                service.renew(session, ticket, now=clock.now())
    return name, digest.hexdigest()


def _chunks(store: FileStore, name: str) -> Iterator[bytes]:
    with store.reading(name) as source:
        while chunk := source.read(CHUNK):
            yield chunk
