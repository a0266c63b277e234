"""The shape of suppliers in the JSON API."""

from typing import Any

from marshmallow import fields, validate

from vergabe import money
from vergabe.suppliers import rules
from vergabe.web.schema import Instant, MoneySchema, Schema, text


def _amount(cents: int | None) -> dict[str, Any] | None:
    return None if cents is None else {"amount_cents": cents, "currency": money.EUR}


class RegistrationInSchema(Schema):
    """A firm and its first person; firm and password may also be given after the link."""

    firm = text(400, load_default="")
    full_name = text(200, minimum=1, required=True)
    email = fields.String(required=True)
    password = fields.String(load_default=None, load_only=True)


class AcceptedSchema(Schema):
    """What happens next."""

    message = fields.String()


class ProfileInSchema(Schema):
    """What the firm wants to hear of."""

    cpv_prefixes = fields.List(
        text(12), load_default=list, validate=validate.Length(max=rules.MOST_CPV)
    )
    nuts_prefixes = fields.List(
        text(5), load_default=list, validate=validate.Length(max=rules.MOST_REGIONS)
    )
    keywords = fields.List(
        text(rules.KEYWORD_LENGTH),
        load_default=list,
        validate=validate.Length(max=rules.MOST_KEYWORDS),
    )
    size = fields.String(load_default="", allow_none=True)
    natures = fields.List(fields.String(), load_default=list, validate=validate.Length(max=3))
    value_from = fields.Nested(MoneySchema, load_default=None, allow_none=True)
    value_until = fields.Nested(MoneySchema, load_default=None, allow_none=True)


class ProfileSchema(Schema):
    """A profile as it is used for matching."""

    cpv_prefixes = fields.List(fields.String())
    nuts_prefixes = fields.List(fields.String())
    keywords = fields.List(fields.String())
    size = fields.String(allow_none=True)
    natures = fields.Function(lambda profile: profile.natures.split())
    value_from = fields.Function(lambda profile: _amount(profile.value_from_net_cents))
    value_until = fields.Function(lambda profile: _amount(profile.value_until_net_cents))
    paused_at = Instant(allow_none=True)
    updated_at = Instant()


class PauseInSchema(Schema):
    """Whether invitations are stopped."""

    is_paused = fields.Boolean(required=True)


class ColleagueInSchema(Schema):
    """Somebody to invite."""

    full_name = text(200, minimum=1, required=True)
    email = fields.String(required=True)
