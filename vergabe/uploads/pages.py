"""Resumable uploads of pages: session and CSRF head."""

import uuid

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from vergabe.access.permissions import Permission
from vergabe.uploads import tus
from vergabe.web.rights import public, requires
from vergabe.web.transactions import commits_itself

pages = Blueprint("uploads", __name__)
pages.after_request(tus.mark)


@pages.route("/hochladen", methods=["OPTIONS"])
@public
def options() -> ResponseReturnValue:
    return tus.options()


@pages.route("/hochladen/<uuid:upload_id>", methods=["OPTIONS"])
@public
def options_of_one(upload_id: uuid.UUID) -> ResponseReturnValue:
    return tus.options()


@pages.post("/hochladen", provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def create() -> Response:
    return tus.create("uploads.head")


@pages.route("/hochladen/<uuid:upload_id>", methods=["HEAD"], provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@tus.speaks_tus
def head(upload_id: uuid.UUID) -> Response:
    return tus.head(upload_id)


@pages.patch("/hochladen/<uuid:upload_id>", provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def patch(upload_id: uuid.UUID) -> Response:
    return tus.patch(upload_id)


@pages.delete("/hochladen/<uuid:upload_id>", provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def discard(upload_id: uuid.UUID) -> Response:
    return tus.discard(upload_id)


@pages.post("/hochladen/<uuid:upload_id>", provide_automatic_options=False)
@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def instead(upload_id: uuid.UUID) -> Response:
    return tus.instead(upload_id)
