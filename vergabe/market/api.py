"""JSON API of other authorities' notices: public reading."""

import uuid
from typing import Any

from flask import Response

from vergabe import clock
from vergabe.db import db
from vergabe.files import current
from vergabe.market import queries, serving
from vergabe.market.queries import Search
from vergabe.market.schema import ForeignNoticeSchema, MarketQuery, ProcedureListSchema
from vergabe.web.api import ApiBlueprint
from vergabe.web.lagging import may_lag
from vergabe.web.rights import public

api = ApiBlueprint("market", __name__, description="Bekanntmachungen anderer Stellen, öffentlich")


@api.get("/market/procedures")
@public
@may_lag
@api.arguments(MarketQuery, location="query")
@api.response(200, ProcedureListSchema)
def search(query: dict[str, Any]) -> Any:
    """Verfahren anderer Stellen suchen, ohne Anmeldung; jedes steht einmal da."""
    wanted = Search(query["q"], serving.cpv_digits(query["cpv"]), query["nuts"], query["state"])
    return queries.search(
        db.session(), wanted, now=clock.now(), cursor=query["cursor"], limit=query["limit"]
    )


@api.get("/market/notices/<uuid:foreign_id>")
@public
@may_lag
@api.response(200, ForeignNoticeSchema)
def notice(foreign_id: uuid.UUID) -> Any:
    """Eine Bekanntmachung mit allem, was von ihr gelesen wurde."""
    shown = serving.shown(db.session(), foreign_id)
    return {
        **{name: getattr(shown.row, name) for name in _COLUMNS},
        "url": shown.url,
        "has_xml": shown.row.file_sha256 is not None,
        "procedure": shown.row.group,
        "others": shown.others,
    }


_COLUMNS = ("id", "source", "source_id", "version", "is_current", "title", "published_on", "facts")


@api.get("/market/notices/<uuid:foreign_id>/xml")
@public
@may_lag
@api.response(200, content_type="application/xml")
def document(foreign_id: uuid.UUID) -> Response:
    """Das XML einer Bekanntmachung, wie es gelesen wurde."""
    return serving.xml(db.session(), foreign_id, current.store())
