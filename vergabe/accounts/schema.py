"""The shape of accounts in the JSON API."""

from marshmallow import fields

from vergabe.web.schema import Instant, Schema, text


class OrganisationRefSchema(Schema):
    """An organisation in short."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class MeSchema(Schema):
    """Who a token stands for."""

    name = fields.String()
    organisation_id = fields.UUID()
    organisation_name = fields.String()
    roles = fields.List(fields.String())


class TokenInSchema(Schema):
    """A wished token."""

    name = text(100, minimum=1, required=True)
    expires_on = fields.Date(required=True)
    is_read_only = fields.Boolean(load_default=False)


class TokenSchema(Schema):
    """A token, without its secret."""

    id = fields.UUID()
    name = fields.String()
    organisation_id = fields.UUID()
    is_read_only = fields.Boolean()
    created_at = Instant()
    expires_at = Instant()
    revoked_at = Instant(allow_none=True)


class NewTokenSchema(TokenSchema):
    """A new token with its secret, shown this once."""

    secret = fields.String()


class RoleInSchema(Schema):
    """A role to give."""

    email = text(254, minimum=3, required=True)
    full_name = text(200, minimum=1, required=True)
    role = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    reason = text(2000, load_default=None, allow_none=True)


class RoleSchema(Schema):
    """A role that somebody has."""

    id = fields.UUID()
    full_name = fields.String(attribute="user.full_name")
    email = fields.String(attribute="user.email")
    role = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)


class RoleListSchema(Schema):
    """The roles at the organisation acted for."""

    items = fields.List(fields.Nested(RoleSchema))


class TokenListSchema(Schema):
    """One's own tokens."""

    items = fields.List(fields.Nested(TokenSchema))
