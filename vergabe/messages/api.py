"""JSON API of the mailbox."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.messages import queries, reading
from vergabe.messages.model import Message
from vergabe.messages.queries import MailboxFilter
from vergabe.messages.schema import MailboxQuery, MailboxSchema, MessageSchema
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("messages", __name__, description="Postfach")


@api.get("/messages")
@requires(Permission.VIEW_MESSAGES)
@api.arguments(MailboxQuery, location="query")
@api.response(200, MailboxSchema)
def messages(query: dict[str, Any]) -> Any:
    """Postfach ohne die Texte, neueste zuerst."""
    page = queries.messages_of(
        db.session(),
        current_actor(),
        MailboxFilter(
            text=query["text"],
            state="unread" if query["unread"] else "",
            important=query["important"],
            tender_id=query["tender_id"],
        ),
        cursor=query["cursor"],
        limit=query["limit"],
    )
    return {"items": page.items, "next_cursor": page.next_cursor}


@api.post("/messages/<uuid:message_id>/read")
@requires(Permission.VIEW_MESSAGES)
@commits
@api.response(200, MessageSchema)
def read_message(message_id: uuid.UUID) -> Message:
    """Nachricht öffnen; wann und von wem sie zuerst gelesen wurde, bleibt vermerkt."""
    return reading.open_message(db.session(), current_actor(), message_id, now=clock.now())
