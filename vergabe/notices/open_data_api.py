"""JSON API of open data: the same record and feed as the pages, without login."""

from typing import Any

from flask import Response

from vergabe import clock
from vergabe.db import db
from vergabe.files import current
from vergabe.notices import open_data
from vergabe.notices.schema import ChangeQuery
from vergabe.web import shell
from vergabe.web.api import ApiBlueprint
from vergabe.web.lagging import may_lag
from vergabe.web.rights import public

api = ApiBlueprint("open_data", __name__, description="Offene Daten (OCDS), öffentlich")


@api.get("/ocds/releases")
@public
@may_lag
@api.arguments(ChangeQuery, location="query")
@api.response(200, {"type": "object"}, content_type="application/json")
def releases(query: dict[str, Any]) -> Response:
    """OCDS-Releases in der Reihenfolge ihrer Veröffentlichung; `links.next` führt weiter."""
    content = open_data.feed(
        db.session(),
        current.store(),
        after=query["after"],
        limit=query["limit"],
        base_url=shell.settings().base_url,
        now=clock.now(),
    )
    return Response(content, content_type="application/json")


@api.get("/ocds/records/<reference>")
@public
@may_lag
@api.response(200, {"type": "object"}, content_type="application/json")
def record(reference: str) -> Response:
    """OCDS-Record eines Verfahrens: alle Releases, ihr Stand und ihre Geschichte."""
    content = open_data.record(
        db.session(), current.store(), reference, base_url=shell.settings().base_url
    )
    return Response(content, content_type="application/json")
