"""Whether an address is a page of this service: a view must not lead anywhere else."""

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from vergabe.errors import InvalidInput


def page_of_ours(path: str) -> str:
    """Return a path that leads to a page of this service; InvalidInput for any other."""
    try:
        if path.startswith("/") and not path.startswith(("//", "/\\", "/api/")):
            current_app.url_map.bind("localhost").match(path, method="GET")
            return path
    except (HTTPException, RequestRedirect):
        pass  # the same answer as for an address elsewhere
    raise InvalidInput("page_unknown", "Diese Liste gibt es nicht.", field="path")
