"""JSON API: an announced member joins a published tender."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.pools import announcing, queries
from vergabe.pools.announcing import LaterJoiningEntry
from vergabe.pools.later_api import call_off_as_json
from vergabe.pools.schema import CallOffListSchema, LaterJoiningSchema
from vergabe.tenders import later_joining
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("later_joining", __name__, description="Späterer Beitritt")
Body = dict[str, Any]


@api.post("/tenders/<uuid:tender_id>/later-joining")
@requires(Permission.JOIN_POOLS)
@commits
@api.arguments(LaterJoiningSchema)
@api.response(200, CallOffListSchema)
def join(body: Body, tender_id: uuid.UUID) -> Any:
    """Für die eigene Kommune später beitreten, wie die Bekanntmachung es ankündigt."""
    session, actor = db.session(), current_actor()
    entry = LaterJoiningEntry(
        {line["key"]: line["quantity"] for line in body["quantities"]}, body["mandate_reference"]
    )
    row = later_joining.join_later(session, actor, tender_id, entry, now=clock.now())
    found = queries.call_off_list(session, row.pool_id)
    return {
        "items": [call_off_as_json(each) for each in found],
        "things": announcing.announced_things(row),
    }
