"""JSON API of the advisor: a pool, a tender, or facts that exist nowhere yet."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.advice import queries
from vergabe.advice.schema import AdviceSchema, QuestionSchema, WishQuery
from vergabe.advice.wish import Wish, refuse_strangers
from vergabe.db import db
from vergabe.law.advice import AdvisorFacts
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("advice", __name__, description="Beratung")


@api.get("/pools/<uuid:pool_id>/advice")
@requires(Permission.VIEW_POOLS)
@api.arguments(WishQuery, location="query")
@api.response(200, AdviceSchema)
def of_pool(query: dict[str, Any], pool_id: uuid.UUID) -> Any:
    """Was für eine Bündelung gilt; mit Angaben in der Adresse: was gelten würde."""
    _, facts = queries.pool_facts(
        db.session(), current_actor(), pool_id, now=clock.now(), on=query.get("on")
    )
    return _answer(facts, query)


@api.get("/tenders/<uuid:tender_id>/advice")
@requires(Permission.VIEW_TENDERS)
@api.arguments(WishQuery, location="query")
@api.response(200, AdviceSchema)
def of_tender(query: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Was für ein Vergabeverfahren gilt; mit Angaben in der Adresse: was gelten würde."""
    _, facts = queries.tender_facts(
        db.session(), current_actor(), tender_id, now=clock.now(), on=query.get("on")
    )
    return _answer(facts, query)


@api.post("/law/advice")
@requires(Permission.VIEW_POOLS)
@commits
@api.arguments(QuestionSchema)
@api.response(200, AdviceSchema)
def of_facts(facts: AdvisorFacts) -> Any:
    """Was für gedachte Angaben gilt; gespeichert wird nichts."""
    return queries.consult(facts).advice.as_dict()


def _answer(facts: AdvisorFacts, query: dict[str, Any]) -> dict[str, Any]:
    wish = Wish(**{**query, "without": frozenset(query["without"])})
    refuse_strangers(wish.without, [member.name for member in facts.members])
    return queries.consult(facts, wish).advice.as_dict()
