"""The shape of deliveries in the JSON API."""

from marshmallow import fields

from vergabe.notices.delivering import NUMBER_MAX, TEXT_MAX, URL_MAX
from vergabe.web.schema import Instant, Schema, text


class ReasonSchema(Schema):
    """Something that stands against a notice, as the outside or the official rules say it."""

    source = fields.String()
    rule = fields.String()
    path = fields.String()
    text = fields.String()


class DeliveryEventSchema(Schema):
    """Something that happened to a delivery; the raw answer stays with the operator."""

    at = Instant()
    kind = fields.String()
    summary = fields.String()
    by_name = fields.String()
    http_status = fields.Integer(allow_none=True)


class DeliverySchema(Schema):
    """One version of a notice on its way; `release_at`: public here then at the latest."""

    id = fields.UUID()
    notice_id = fields.UUID()
    notice_uuid = fields.UUID(attribute="notice.notice_uuid")
    kind = fields.String(attribute="notice.kind")
    stage = fields.String(attribute="notice.stage")
    version_number = fields.Integer()
    outlet = fields.String()
    place = fields.String()
    state = fields.String()
    attempts = fields.Integer()
    tracking_code = fields.String(allow_none=True)
    created_at = Instant()
    sent_at = Instant(allow_none=True)
    accepted_at = Instant(allow_none=True)
    published_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    release_at = Instant(allow_none=True)
    publication_number = fields.String(allow_none=True)
    publication_url = fields.String(allow_none=True)
    last_error = fields.String(allow_none=True)
    reasons = fields.List(fields.Nested(ReasonSchema))
    events = fields.List(fields.Nested(DeliveryEventSchema))


class DeliveryListSchema(Schema):
    """All deliveries of a tender, the latest notice and version first."""

    items = fields.List(fields.Nested(DeliverySchema))


class ReceiptSchema(Schema):
    """When the Publications Office confirmed the receipt."""

    accepted_at = Instant(required=True)


class PublicationSchema(Schema):
    """When and under which number the EU published."""

    published_at = Instant(required=True)
    publication_number = text(NUMBER_MAX, minimum=1, required=True)
    publication_url = text(URL_MAX, load_default="")


class RejectionSchema(Schema):
    """What was objected to."""

    reason = text(TEXT_MAX, minimum=1, required=True)
