"""The shape of other authorities' notices in the JSON API."""

from marshmallow import fields, validate

from vergabe.market.queries import STATES
from vergabe.web.api import PageQuery
from vergabe.web.schema import Instant, Schema


class MarketQuery(PageQuery):
    """What to look for; empty fields do not narrow."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    cpv = fields.String(load_default="", validate=validate.Length(max=10))
    nuts = fields.String(load_default="", validate=validate.Length(max=5))
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))


class PlaceSchema(Schema):
    """Where a procedure was published."""

    source = fields.String()
    notice_id = fields.UUID()
    url = fields.String(allow_none=True)


class ProcedureSchema(Schema):
    """A procedure of another authority, as lists show it: one hit, wherever it was published."""

    id = fields.UUID()
    notice_id = fields.UUID(attribute="shown_id")
    title = fields.String()
    summary = fields.String()
    buyer_names = fields.List(fields.String())
    cpv = fields.String(allow_none=True)
    nature = fields.String(allow_none=True)
    latest_on = fields.Date(attribute="shown_on")
    deadline = Instant(allow_none=True)
    deadline_is_day = fields.Boolean()
    is_awarded = fields.Boolean()
    is_cancelled = fields.Boolean()
    is_planning = fields.Boolean()
    notice_count = fields.Integer()
    published_at = fields.List(fields.Nested(PlaceSchema), attribute="places")


class ProcedureListSchema(Schema):
    """A page of procedures."""

    items = fields.List(fields.Nested(ProcedureSchema))
    next_cursor = fields.String(allow_none=True)


class NoticeShortSchema(Schema):
    """A notice of a procedure, in one version."""

    id = fields.UUID()
    source = fields.String()
    source_id = fields.String()
    version = fields.Integer()
    is_current = fields.Boolean()
    title = fields.String()
    published_on = fields.Date(allow_none=True)


class ForeignNoticeSchema(NoticeShortSchema):
    """A notice with all that was read of it, and the other notices of its procedure."""

    facts = fields.Dict()
    url = fields.String(allow_none=True)
    has_xml = fields.Boolean()
    procedure = fields.Nested(ProcedureSchema)
    others = fields.List(fields.Nested(NoticeShortSchema))
