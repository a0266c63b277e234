"""JSON API: who may call off later, and naming later joiners."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.money import EUR
from vergabe.pools import announcing, queries
from vergabe.pools.announcing import LaterEntry
from vergabe.pools.later_queries import CallOffEntry
from vergabe.pools.schema import CallOffListSchema, LaterJoinerInSchema
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("later", __name__, description="Spätere Abrufe und Beitritte")
Body = dict[str, Any]


@api.get("/pools/<uuid:pool_id>/call-offs")
@requires(Permission.VIEW_POOLS)
@api.response(200, CallOffListSchema)
def call_offs(pool_id: uuid.UUID) -> Any:
    """Wer später abrufen darf, mit Höchstmengen; fest, sobald der Beitritt verbindlich ist."""
    return _shown(pool_id)


def _shown(pool_id: uuid.UUID) -> Body:
    session = db.session()
    pool = queries.visible_pool(session, current_actor(), pool_id)
    return {
        "items": [call_off_as_json(entry) for entry in queries.call_off_list(session, pool.id)],
        "things": announcing.articles_in(session, pool),
    }


def call_off_as_json(entry: CallOffEntry) -> Body:
    """Return an entry of the list as the API writes it."""
    value = entry.maximum_net_cents
    return {
        "organisation_id": entry.organisation_id,
        "name": entry.name,
        "is_buyer": entry.is_buyer,
        "latest_on": entry.latest_on,
        "maximum_net": None if value is None else {"amount_cents": value, "currency": EUR},
        "lines": entry.lines,
    }


@api.put("/pools/<uuid:pool_id>/later-joiners/<uuid:organisation_id>")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(LaterJoinerInSchema)
@api.response(200, CallOffListSchema)
def name(body: Body, pool_id: uuid.UUID, organisation_id: uuid.UUID) -> Any:
    """Eine Kommune für den späteren Beitritt vorsehen; noch einmal ersetzt die Angaben."""
    value = body["maximum_net"]
    entry = LaterEntry(
        organisation_id=organisation_id,
        maximum={line["key"]: line["quantity"] for line in body["maximum"]},
        latest_on=body["latest_on"],
        maximum_net_cents=value["amount_cents"] if value else None,
    )
    announcing.name_later_joiner(db.session(), current_actor(), pool_id, entry, now=clock.now())
    return _shown(pool_id)


@api.delete("/pools/<uuid:pool_id>/later-joiners/<uuid:organisation_id>")
@requires(Permission.EDIT_POOLS)
@commits
@api.response(200, CallOffListSchema)
def drop(pool_id: uuid.UUID, organisation_id: uuid.UUID) -> Any:
    """Eine Kommune nicht mehr für den späteren Beitritt vorsehen."""
    announcing.drop_later_joiner(
        db.session(), current_actor(), pool_id, organisation_id, now=clock.now()
    )
    return _shown(pool_id)
