"""Handing out a file that a job has made, to who may still see what is in it."""

from collections.abc import Iterator

from flask import Response
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.errors import NotFound
from vergabe.files.store import CHUNK, FileStore
from vergabe.jobs import kinds
from vergabe.jobs.model import Job
from vergabe.jobs.service import file_of
from vergabe.web.downloads import content_disposition


def made_file(session: Session, job: Job, actor: Actor, store: FileStore) -> Response:
    """Return the answer with a job's file; NotFound if there is none any more.

    The right is asked anew: a role, or the place in a cooperation, may have ended since the file
    was made.
    """
    kind = kinds.find(job.kind)
    if job.file_name is None or kind is None:
        raise NotFound("Die Datei")
    actor.require(kind.permission)
    if kind.ask_again is not None:
        kind.ask_again(session, actor, job)
    try:
        source = store.reading(file_of(job.id))
    except FileNotFoundError as error:
        raise NotFound("Die Datei") from error

    def pieces() -> Iterator[bytes]:
        while chunk := source.read(CHUNK):
            yield chunk

    response = Response(pieces(), mimetype="application/octet-stream")
    response.call_on_close(source.close)
    response.content_length = source.seek(0, 2)
    source.seek(0)
    response.headers["Content-Disposition"] = content_disposition(job.file_name)
    response.headers["Cache-Control"] = "no-store"
    return response
