"""The shape of webhooks in the JSON API."""

from marshmallow import fields, validate

from vergabe.web.api import PageQuery
from vergabe.web.schema import Instant, Schema, text


class SubscriptionInSchema(Schema):
    """A wished subscription."""

    name = text(100, minimum=1, required=True)
    url = text(500, minimum=1, required=True)
    kinds = fields.List(text(60), required=True)


class SubscriptionSchema(Schema):
    """A subscription, without its secret."""

    id = fields.UUID()
    name = fields.String()
    url = fields.String()
    kinds = fields.List(fields.String())
    created_at = Instant()
    paused_at = Instant(allow_none=True)
    paused_reason = fields.String(allow_none=True)
    ended_at = Instant(allow_none=True)


class SubscriptionListSchema(Schema):
    """The subscriptions of an organisation."""

    items = fields.List(fields.Nested(SubscriptionSchema))


class SecretSchema(SubscriptionSchema):
    """A subscription with its secret, shown where it is made."""

    secret = fields.String()


class CallQuery(PageQuery):
    """Which calls."""

    state = fields.String(
        load_default="", validate=validate.OneOf(("", "waiting", "delivered", "failed"))
    )


class CallSchema(Schema):
    """A call; its id is the one in the header `webhook-id`."""

    id = fields.UUID()
    sequence = fields.Integer()
    kind = fields.String()
    body = fields.String()
    state = fields.String()
    attempts = fields.Integer()
    created_at = Instant()
    delivered_at = Instant(allow_none=True)
    last_status = fields.Integer(allow_none=True)
    last_error = fields.String(allow_none=True)


class CallListSchema(Schema):
    """A page of calls, newest first."""

    items = fields.List(fields.Nested(CallSchema))
    next_cursor = fields.String(allow_none=True)
