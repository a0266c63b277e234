"""Resumable uploads of programs: bearer token, tus protocol 1.0."""

import uuid

from flask import Response

from vergabe.access.permissions import Permission
from vergabe.uploads import tus
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import public, requires
from vergabe.web.transactions import commits_itself

api = ApiBlueprint(
    "uploads", __name__, description="Dateien in Stücken hochladen (Protokoll tus 1.0.0)"
)
api.after_request(tus.mark)


@api.route("/uploads", methods=["OPTIONS"])
@public
def options() -> Response:
    """Was der Server kann und wie groß eine Datei sein darf."""
    return tus.options()


@api.route("/uploads/<uuid:upload_id>", methods=["OPTIONS"])
@public
def options_of_one(upload_id: uuid.UUID) -> Response:
    """Was der Server kann und wie groß eine Datei sein darf."""
    return tus.options()


@api.post("/uploads", provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def create() -> Response:
    """Eine Datei anmelden: Upload-Length, Upload-Metadata mit filename und purpose."""
    return tus.create("api_uploads.head")


@api.route("/uploads/<uuid:upload_id>", methods=["HEAD"], provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@tus.speaks_tus
def head(upload_id: uuid.UUID) -> Response:
    """Wie weit eine Datei ist."""
    return tus.head(upload_id)


@api.patch("/uploads/<uuid:upload_id>", provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def patch(upload_id: uuid.UUID) -> Response:
    """Das nächste Stück ab Upload-Offset."""
    return tus.patch(upload_id)


@api.delete("/uploads/<uuid:upload_id>", provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def discard(upload_id: uuid.UUID) -> Response:
    """Eine Datei verwerfen."""
    return tus.discard(upload_id)


@api.post("/uploads/<uuid:upload_id>", provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def instead(upload_id: uuid.UUID) -> Response:
    """PATCH oder DELETE, wo nur POST durchkommt (X-HTTP-Method-Override)."""
    return tus.instead(upload_id)
