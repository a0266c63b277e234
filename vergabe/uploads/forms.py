"""What a form brings: files of the ordinary field, and uploads that are complete already."""

import uuid
from dataclasses import dataclass
from typing import IO, Final

from flask import Response, after_this_request, request
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.errors import InvalidInput, NotFound
from vergabe.files import current
from vergabe.files.store import Kept
from vergabe.uploads import purposes, receiving, service

MOST_FILES: Final = 50


@dataclass(frozen=True)
class HandedIn:
    """A file that came; kept: where it lies in the store already, None if it has yet to go there.

    stream: opened for reading, can be rewound.
    """

    name: str
    stream: IO[bytes]
    kept: Kept | None = None


@dataclass(frozen=True)
class Waiting:
    """A complete upload that a refused form still holds."""

    id: uuid.UUID
    name: str
    size_bytes: int


def handed_in(session: Session, actor: Actor, purpose_key: str, field: str) -> list[HandedIn]:
    """Return the files of a posted form, in its order: `field`, and `<field>_upload` with ids.

    Call it before anything else is written: an upload whose pieces nobody could put together yet
    is put together here, in units of work of its own. Raises InvalidInput without any file or with
    too many, NotFound for another's upload.
    """
    found = [
        HandedIn(given.filename, given.stream)
        for given in request.files.getlist(field)
        if given.filename
    ]
    upload_ids = _ids(field)
    if len(found) + len(upload_ids) > MOST_FILES:
        raise InvalidInput(
            "too_many_files", f"Höchstens {MOST_FILES} Dateien auf einmal.", field=field
        )
    # All are put together before the first is taken: each does so in units of work of its own.
    for upload_id in upload_ids:
        receiving.make_whole(actor, upload_id, current.store())
    found += [_taken(session, actor, purpose_key, upload_id) for upload_id in upload_ids]
    if not found:
        raise InvalidInput("file_missing", "Wählen Sie eine Datei aus.", field=field)
    return found


def taken(session: Session, actor: Actor, purpose_key: str, upload_id: uuid.UUID) -> HandedIn:
    """Return one complete upload, taken over into the store; errors as `service.take`.

    Call it before anything else is written, as `handed_in`.
    """
    receiving.make_whole(actor, upload_id, current.store())
    return _taken(session, actor, purpose_key, upload_id)


def _taken(session: Session, actor: Actor, purpose_key: str, upload_id: uuid.UUID) -> HandedIn:
    store = current.store()
    purpose = purposes.find(purpose_key)
    upload = service.take(session, actor, purpose, upload_id, store, now=clock.now())
    stream = store.open(upload.kept.sha256)
    after_this_request(lambda response: _closing(stream, response))
    return HandedIn(upload.name, stream, upload.kept)


def _closing(stream: IO[bytes], response: Response) -> Response:
    stream.close()
    return response


def kept(session: Session, actor: Actor, field: str) -> list[Waiting]:
    """Return the uploads that a refused form named, for the form to name them again."""
    found = []
    for upload_id in request.form.getlist(f"{field}_upload")[:MOST_FILES]:
        try:
            upload = service.visible(session, actor, uuid.UUID(upload_id), now=clock.now())
        except (ValueError, NotFound):
            continue
        found.append(Waiting(upload.id, upload.file_name, upload.size_bytes))
    return found


def _ids(field: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in request.form.getlist(f"{field}_upload")]
    except ValueError as error:
        raise NotFound("Die hochgeladene Datei") from error
