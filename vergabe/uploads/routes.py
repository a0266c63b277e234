"""The seven routes of resumable uploads, declared once and bound twice: for pages and programs."""

import uuid
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response

from vergabe.access.permissions import Permission
from vergabe.uploads import tus
from vergabe.web.rights import public, requires
from vergabe.web.transactions import commits_itself


@public
def options() -> Response:
    """Was der Server kann und wie groß eine Datei sein darf."""
    return tus.options()


@public
def options_of_one(upload_id: uuid.UUID) -> Response:
    """Was der Server kann und wie groß eine Datei sein darf."""
    return tus.options()


@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def create() -> Response:
    """Eine Datei anmelden: Upload-Length, Upload-Metadata mit filename und purpose."""
    return tus.create()


@requires(Permission.UPLOAD_FILES)
@tus.speaks_tus
def head(upload_id: uuid.UUID) -> Response:
    """Wie weit eine Datei ist."""
    return tus.head(upload_id)


@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def patch(upload_id: uuid.UUID) -> Response:
    """Das nächste Stück ab Upload-Offset."""
    return tus.patch(upload_id)


@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def discard(upload_id: uuid.UUID) -> Response:
    """Eine Datei verwerfen."""
    return tus.discard(upload_id)


@requires(Permission.UPLOAD_FILES)
@commits_itself
@tus.speaks_tus
def instead(upload_id: uuid.UUID) -> Response:
    """PATCH oder DELETE, wo nur POST durchkommt (X-HTTP-Method-Override)."""
    return tus.instead(upload_id)


_ONE: Final = "/<uuid:upload_id>"
_ROUTES: Final[tuple[tuple[str, str, Callable[..., Response]], ...]] = (
    ("", "OPTIONS", options),
    (_ONE, "OPTIONS", options_of_one),
    ("", "POST", create),
    (_ONE, "HEAD", head),
    (_ONE, "PATCH", patch),
    (_ONE, "DELETE", discard),
    (_ONE, "POST", instead),
)


def bind(blueprint: Blueprint, path: str) -> None:
    """Declare the routes of the protocol below `path` in a blueprint of pages or of the API."""
    blueprint.after_request(tus.mark)
    for place, method, view in _ROUTES:
        blueprint.route(f"{path}{place}", methods=[method], provide_automatic_options=False)(view)
