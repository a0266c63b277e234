"""Handing out the documents of resolutions and mandates; always as a download, never shown."""

from flask import Response

from vergabe.cooperations.model import Mandate, Resolution
from vergabe.errors import NotFound
from vergabe.files.store import FileStore
from vergabe.web.downloads import content_disposition


def document(row: Resolution | Mandate, store: FileStore) -> Response:
    """Return the document of a resolution or mandate that the reader may see; NotFound without."""
    if row.file_sha256 is None or row.file_name is None:
        raise NotFound("Das Dokument")
    response = Response(store.chunks(row.file_sha256), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition(row.file_name)
    response.headers["Cache-Control"] = "no-store"
    return response
