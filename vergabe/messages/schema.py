"""The shape of messages in the JSON API."""

from marshmallow import fields

from vergabe.web.api import PageQuery
from vergabe.web.schema import Instant, Schema, text


class MailboxQuery(PageQuery):
    """Which messages of the mailbox."""

    unread = fields.Boolean(load_default=False)
    important = fields.Boolean(load_default=False)
    text = text(200, load_default="")
    tender_id = fields.UUID(load_default=None)


class MessageHeadSchema(Schema):
    """A message without its text; reading the text is an act of its own."""

    id = fields.UUID()
    kind = fields.String()
    subject = fields.String()
    link = fields.String(allow_none=True)
    tender_id = fields.UUID(allow_none=True)
    delivered_at = Instant()
    first_read_at = Instant(allow_none=True)
    is_personal = fields.Boolean()
    mailed_at = Instant(allow_none=True, metadata={"description": "Letzte E-Mail dazu"})


class MailboxSchema(Schema):
    """A page of the mailbox, newest first."""

    items = fields.List(fields.Nested(MessageHeadSchema))
    next_cursor = fields.String(allow_none=True)


class MessageSchema(Schema):
    """A message that has been opened."""

    id = fields.UUID()
    kind = fields.String()
    subject = fields.String()
    body = fields.String()
    link = fields.String(allow_none=True)
    tender_id = fields.UUID(allow_none=True)
    content_sha256 = fields.String()
    delivered_at = Instant()
    first_read_at = Instant(allow_none=True)
