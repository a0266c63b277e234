"""Handing out documents that people handed in; always as a download, never shown."""

from flask import Response

from vergabe.errors import NotFound
from vergabe.files.store import FileStore
from vergabe.web.downloads import content_disposition


def document(sha256: str | None, name: str | None, store: FileStore) -> Response:
    """Return the answer with a stored document; NotFound where there is none."""
    if sha256 is None or name is None:
        raise NotFound("Das Dokument")
    response = Response(store.chunks(sha256), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["Cache-Control"] = "no-store"
    return response
