"""Handing out stored files; documents that people handed in only as a download, never shown."""

from flask import Response, request

from vergabe.errors import NotFound
from vergabe.files.store import FileStore
from vergabe.web.downloads import content_disposition


def stored(
    store: FileStore,
    sha256: str,
    media_type: str,
    *,
    size_bytes: int | None = None,
    disposition: str | None = None,
) -> Response:
    """Return the answer with a stored file, or 304 for a reader that has it: it never changes."""
    response = Response(store.chunks(sha256), content_type=media_type)
    if size_bytes is not None:
        response.content_length = size_bytes
    response.headers["ETag"] = f'"{sha256}"'
    if disposition is not None:
        response.headers["Content-Disposition"] = disposition
    response.make_conditional(request)
    return response


def document(sha256: str | None, name: str | None, store: FileStore) -> Response:
    """Return the answer with a stored document; NotFound where there is none."""
    if sha256 is None or name is None:
        raise NotFound("Das Dokument")
    response = Response(store.chunks(sha256), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["Cache-Control"] = "no-store"
    return response
