"""The shape of the search in the JSON API."""

from marshmallow import fields, validate

from vergabe.catalogue import methods, wishes
from vergabe.web.api import PageQuery
from vergabe.web.schema import Instant, Schema


def _several(*known: str) -> fields.List[str]:
    check = validate.OneOf(known) if known else validate.Length(max=400)
    return fields.List(
        fields.String(validate=check),
        load_default=list,
        validate=validate.Length(max=wishes.MOST_VALUES),
    )


class SearchQuery(PageQuery):
    """What to look for: several values of one field widen, different fields narrow."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    state = _several(*wishes.STATES)
    due = _several(*wishes.DUE)
    cpv = fields.List(
        fields.String(validate=validate.Regexp(r"\d{2,8}(-\d)?$")),
        load_default=list,
        validate=validate.Length(max=wishes.MOST_VALUES),
    )
    region = fields.List(
        fields.String(validate=validate.Regexp(r"[A-Za-z0-9]{2,5}$")),
        load_default=list,
        validate=validate.Length(max=wishes.MOST_VALUES),
    )
    nature = _several("supplies", "services", "works", "unbekannt")
    value = _several(*wishes.VALUES)
    method = _several(*methods.GROUPS, "unbekannt")
    joint = _several(*wishes.JOINT)
    source = _several()
    buyer = _several()
    order = fields.String(load_default="", validate=validate.OneOf(["", *wishes.SORTS]))
    with_counts = fields.Boolean(load_default=True)


class EntrySchema(Schema):
    """A procedure as lists show it; `path` is the address of its page."""

    subject_id = fields.UUID()
    origin = fields.String()
    path = fields.String()
    reference = fields.String()
    title = fields.String()
    summary = fields.String()
    buyer_names = fields.List(fields.String())
    sources = fields.List(fields.String())
    cpv = fields.List(fields.String())
    nuts = fields.List(fields.String())
    nature = fields.String()
    method = fields.String()
    estimated_value_net_cents = fields.Integer(attribute="value_net_cents", allow_none=True)
    deadline = Instant(allow_none=True)
    deadline_is_day = fields.Boolean()
    stage = fields.String()
    is_joint = fields.Boolean()
    latest_on = fields.Date(attribute="shown_on")


class FoundSchema(Schema):
    """A page of procedures; counts: facet → value → how many, exact at this instant."""

    items = fields.List(fields.Nested(EntrySchema))
    total = fields.Integer()
    counts = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Integer())
    )
    next_cursor = fields.String(allow_none=True)
