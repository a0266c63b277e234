"""The shape of checks of own providers in the JSON API."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe import money
from vergabe.in_house import queries, rules
from vergabe.in_house.entries import (
    MOST_ALTERNATIVES,
    NAME_LENGTH,
    REASON_LENGTH,
    TEXT_LENGTH,
    CheckEntry,
)
from vergabe.in_house.model import InHouseCheck
from vergabe.in_house.queries import Asked
from vergabe.in_house.rules import Alternative, Result
from vergabe.web.schema import Instant, MoneySchema, Schema, text


class AlternativeSchema(Schema):
    """What somebody else would charge, net."""

    name = text(NAME_LENGTH, minimum=1, required=True)
    amount = fields.Nested(MoneySchema, required=True)
    source = text(NAME_LENGTH, load_default="")


class CheckFieldsSchema(Schema):
    """What a check says; null: not answered yet. activities_basis_points: 8500 is 85 %."""

    offer_amount = fields.Nested(MoneySchema, allow_none=True, load_default=None)
    offered_on = fields.Date(allow_none=True, load_default=None)
    offer_text = text(TEXT_LENGTH, load_default="")
    declined_on = fields.Date(allow_none=True, load_default=None)
    has_control = fields.Boolean(allow_none=True, load_default=None)
    control_note = text(TEXT_LENGTH, load_default="")
    activities_basis_points = fields.Integer(strict=True, allow_none=True, load_default=None)
    activities_note = text(TEXT_LENGTH, load_default="")
    has_private_capital = fields.Boolean(allow_none=True, load_default=None)
    capital_note = text(TEXT_LENGTH, load_default="")
    alternatives = fields.List(
        fields.Nested(AlternativeSchema),
        load_default=list,
        validate=validate.Length(
            max=MOST_ALTERNATIVES, error=f"Höchstens {MOST_ALTERNATIVES} Alternativen sind möglich."
        ),
    )
    criteria = text(TEXT_LENGTH, load_default="")
    comparison = text(TEXT_LENGTH, load_default="")


class InHouseCheckInSchema(CheckFieldsSchema):
    """What is known so far; the whole check, as it shall be."""

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> CheckEntry:
        offer = data.pop("offer_amount")
        alternatives = tuple(
            Alternative(one["name"], one["amount"]["amount_cents"], one["source"])
            for one in data.pop("alternatives")
        )
        return CheckEntry(
            **data,
            offer_amount_net_cents=offer["amount_cents"] if offer else None,
            alternatives=alternatives,
        )


class InHouseStartSchema(Schema):
    """Which provider is checked."""

    provider_id = fields.UUID(required=True)


class InHouseDecisionSchema(Schema):
    """How the check ends, and why."""

    result = fields.Enum(Result, by_value=True, required=True)
    reason = text(REASON_LENGTH, minimum=1, required=True)


class InHouseReopeningSchema(Schema):
    """Why a decided check is taken up again."""

    reason = text(REASON_LENGTH, minimum=1, required=True)


class InHouseDocumentSchema(Schema):
    """The offer, as a part of multipart/form-data."""

    document = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class ProviderSchema(Schema):
    """A provider of the members' own."""

    id = fields.UUID()
    name = fields.String()
    kind = fields.String()
    since = fields.Date()
    until = fields.Date(allow_none=True)


class ConditionSchema(Schema):
    """A condition of § 108 GWB; reason: why it stands against a direct order, empty if not."""

    key = fields.String()
    title = fields.String()
    law = fields.String()
    is_met = fields.Boolean(allow_none=True)
    note = fields.String()
    reason = fields.String()


class FiguresSchema(Schema):
    """The comparison in figures: offer minus cheapest alternative, net."""

    offer = fields.Nested(MoneySchema)
    cheapest = fields.String()
    cheapest_amount = fields.Nested(MoneySchema)
    difference = fields.Nested(MoneySchema)
    difference_basis_points = fields.Integer()


class InHouseCheckSchema(CheckFieldsSchema):
    """A check of an own provider for a pool."""

    id = fields.UUID()
    pool_id = fields.UUID()
    provider = fields.Nested(ProviderSchema)
    number = fields.Integer()
    result = fields.String(allow_none=True)
    reason = fields.String()
    decided_at = Instant(allow_none=True)
    decided_by = fields.String()
    pool_value = fields.Nested(MoneySchema, allow_none=True)
    is_replaced = fields.Boolean()
    replacement_reason = fields.String(allow_none=True)
    file_sha256 = fields.String(allow_none=True)
    conditions = fields.List(fields.Nested(ConditionSchema))
    figures = fields.Nested(FiguresSchema, allow_none=True)


class InHouseAskedSchema(Schema):
    """A provider that is asked first, and its current check."""

    provider = fields.Nested(ProviderSchema)
    check = fields.Nested(InHouseCheckSchema, allow_none=True)


class InHouseListSchema(Schema):
    """Who is asked first for a pool; earlier: checks that were taken up again."""

    asked_first = fields.List(fields.Nested(InHouseAskedSchema))
    earlier = fields.List(fields.Nested(InHouseCheckSchema))
    open_questions = fields.List(fields.String())


def check_json(check: InHouseCheck) -> dict[str, Any]:
    """Return a check as the API shows it."""
    facts, entry = queries.facts_of(check), queries.entry_of(check)
    said = {
        name: getattr(entry, name) for name in CheckFieldsSchema().fields if hasattr(entry, name)
    }
    return said | {
        "offer_amount": _money(check.offer_amount_net_cents),
        "alternatives": [
            {"name": a.name, "amount": _money(a.amount_net_cents), "source": a.source}
            for a in entry.alternatives
        ],
        "id": check.id,
        "pool_id": check.pool_id,
        "provider": check.provider,
        "number": check.number,
        "result": check.result,
        "reason": check.reason,
        "decided_at": check.decided_at,
        "decided_by": check.decided_by,
        "pool_value": _money(check.pool_value_net_cents),
        "is_replaced": check.replaced_at is not None,
        "replacement_reason": check.replacement_reason,
        "file_sha256": check.file_sha256,
        "conditions": rules.conditions(facts),
        "figures": _figures(rules.figures(facts)),
    }


def asked_json(asked: Asked) -> dict[str, Any]:
    """Return a provider and its check as the API shows them."""
    check = check_json(asked.check) if asked.check is not None else None
    return {"provider": asked.provider, "check": check}


def _figures(found: rules.Figures | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "offer": _money(found.offer_net_cents),
        "cheapest": found.cheapest.name,
        "cheapest_amount": _money(found.cheapest.amount_net_cents),
        "difference": _money(found.difference_net_cents),
        "difference_basis_points": found.difference_basis_points,
    }


def _money(cents: int | None) -> dict[str, Any] | None:
    return None if cents is None else {"amount_cents": cents, "currency": money.EUR}
