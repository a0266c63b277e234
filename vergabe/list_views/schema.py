"""The shapes of saved views in the JSON API."""

from marshmallow import fields

from vergabe.list_views import rules
from vergabe.web.schema import Instant, Schema, text


class ViewSchema(Schema):
    """A saved view of a list."""

    id = fields.UUID()
    list = fields.String(attribute="list_key")
    name = fields.String()
    path = fields.String()
    query = fields.String()
    is_default = fields.Boolean()
    created_at = Instant()


class ViewsSchema(Schema):
    """All views of the person at the organisation of the token."""

    items = fields.List(fields.Nested(ViewSchema))


class ViewQuerySchema(Schema):
    """Which list's views."""

    list = text(40, load_default="")


class NewViewSchema(Schema):
    """A view to save; `path` and `query` as in the address of the list's page."""

    list = text(40, required=True)
    name = text(rules.NAME_MAX, required=True)
    path = text(rules.PATH_MAX, required=True)
    query = text(rules.QUERY_MAX, required=True)
    is_default = fields.Boolean(load_default=False)


class ChangedViewSchema(Schema):
    """What of a view changes."""

    name = text(rules.NAME_MAX)
    is_default = fields.Boolean()
