"""JSON API of the search over all procedures: public reading."""

from typing import Any

from vergabe import clock
from vergabe.catalogue import queries
from vergabe.catalogue.schema import FoundSchema, SearchQuery
from vergabe.catalogue.wishes import Wish, cpv_prefixes
from vergabe.db import db
from vergabe.web.api import ApiBlueprint
from vergabe.web.lagging import may_lag
from vergabe.web.rights import public

api = ApiBlueprint("catalogue", __name__, description="Suche in allen Bekanntmachungen, öffentlich")


@api.get("/search")
@public
@may_lag
@api.arguments(SearchQuery, location="query")
@api.response(200, FoundSchema)
def search(query: dict[str, Any]) -> Any:
    """Verfahren dieser Plattform und anderer Stellen suchen, mit Zahlen je Merkmal."""
    wish = Wish(
        text=query["q"],
        states=tuple(query["state"]),
        due=tuple(query["due"]),
        cpv=tuple(prefix for code in query["cpv"] for prefix in _prefixes(code)),
        regions=tuple(code.upper() for code in query["region"]),
        natures=tuple(query["nature"]),
        values=tuple(query["value"]),
        methods=tuple(query["method"]),
        joint=tuple(query["joint"]),
        sources=tuple(query["source"]),
        buyers=tuple(query["buyer"]),
        sort=query["order"] or None,
    )
    return queries.search(
        db.session(),
        wish,
        now=clock.now(),
        cursor=query["cursor"],
        limit=query["limit"],
        with_counts=query["with_counts"],
    )


def _prefixes(code: str) -> tuple[str, ...]:
    return cpv_prefixes(code.split("-")[0])
