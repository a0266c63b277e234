"""The shape of by-laws in the JSON API."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe import clock, money
from vergabe.bylaws import queries, wording
from vergabe.bylaws.entries import AMOUNTS, NOTE_LENGTH, REASON_LENGTH, TITLE_LENGTH, BylawEntry
from vergabe.bylaws.model import LIMIT_COLUMNS, NUMBER_COLUMNS, ProcurementBylaw
from vergabe.web.schema import Instant, MoneySchema, Schema, text


class BylawFieldsSchema(Schema):
    """What a by-law says; an amount or number left out: the by-law does not name one."""

    title = text(TITLE_LENGTH, minimum=1, required=True)
    adopted_on = fields.Date(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(allow_none=True, load_default=None)
    direct_max = fields.Nested(MoneySchema, allow_none=True, load_default=None)
    negotiated_wo_call_max = fields.Nested(MoneySchema, allow_none=True, load_default=None)
    restricted_wo_call_max = fields.Nested(MoneySchema, allow_none=True, load_default=None)
    freehand_max = fields.Nested(MoneySchema, allow_none=True, load_default=None)
    ex_ante_from = fields.Nested(MoneySchema, allow_none=True, load_default=None)
    ex_post_from = fields.Nested(MoneySchema, allow_none=True, load_default=None)
    minimum_tender_days = fields.Integer(strict=True, allow_none=True, load_default=None)
    minimum_participation_days = fields.Integer(strict=True, allow_none=True, load_default=None)
    required_quotes = fields.Integer(strict=True, allow_none=True, load_default=None)
    note = text(NOTE_LENGTH, load_default="")


def entry_of(data: dict[str, Any]) -> BylawEntry:
    """Return the entry that a body describes; takes its fields out of it."""
    amounts = {name: data.pop(_short(name)) for name in AMOUNTS}
    own: dict[str, Any] = {
        name: data.pop(name) for name in BylawEntry.__dataclass_fields__ if name in data
    }
    own |= {name: amount["amount_cents"] if amount else None for name, amount in amounts.items()}
    return BylawEntry(**own)


def _short(column: str) -> str:
    return column.removesuffix("_net_cents")


class BylawInSchema(BylawFieldsSchema):
    """A version to record for the own municipality.

    ends_previous: the version that runs without end ends on the day before.
    """

    ends_previous = fields.Boolean(load_default=False)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"ends_previous": data["ends_previous"], "entry": entry_of(data)}


class BylawCorrectionSchema(BylawFieldsSchema):
    """What a version should have said, and why it is replaced."""

    reason = text(REASON_LENGTH, minimum=1, required=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"reason": data["reason"], "entry": entry_of(data)}


class BylawEndSchema(Schema):
    """The last day of a version, and why."""

    valid_to = fields.Date(required=True)
    reason = text(REASON_LENGTH, minimum=1, required=True)


class BylawDocumentSchema(Schema):
    """The text of a by-law, as a part of multipart/form-data."""

    document = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class MunicipalitySchema(Schema):
    id = fields.UUID()
    name = fields.String()
    land = fields.String(allow_none=True)


class BylawSchema(BylawFieldsSchema):
    """A version of a by-law. meaning: German sentences."""

    id = fields.UUID()
    organisation = fields.Nested(MunicipalitySchema)
    number = fields.Integer()
    is_in_force = fields.Boolean()
    is_replaced = fields.Boolean()
    replaced_at = Instant(allow_none=True)
    replacement_reason = fields.String(allow_none=True)
    replaced_by_id = fields.UUID(allow_none=True)
    has_document = fields.Boolean()
    file_sha256 = fields.String(allow_none=True)
    recorded_at = Instant()
    meaning = fields.List(fields.String())


class BylawQuerySchema(Schema):
    """Which by-laws: of one municipality, or those that count on a day."""

    organisation_id = fields.UUID(load_default=None)
    on = fields.Date(load_default=None)


class BylawListSchema(Schema):
    """By-laws of the own municipality and its partners, and who has none that counts."""

    items = fields.List(fields.Nested(BylawSchema))
    without_bylaw = fields.List(fields.Nested(MunicipalitySchema))


def bylaw_json(row: ProcurementBylaw) -> dict[str, Any]:
    """Return a version as the API shows it."""
    amounts = {
        _short(name): None if cents is None else {"amount_cents": cents, "currency": money.EUR}
        for name in LIMIT_COLUMNS
        for cents in [getattr(row, name)]
    }
    plain = {
        name: getattr(row, name)
        for name in (
            *("id", "organisation", "number", "title", "adopted_on", "valid_from", "valid_to"),
            *("note", "replaced_at", "replacement_reason", "replaced_by_id", "file_sha256"),
            *("recorded_at", *NUMBER_COLUMNS),
        )
    }
    return (
        plain
        | amounts
        | {
            "is_in_force": queries.is_in_force(row, clock.berlin_day(clock.now())),
            "is_replaced": row.replaced_at is not None,
            "has_document": row.file_sha256 is not None,
            "meaning": wording.meaning(row),
        }
    )


class OwnClauseSchema(Schema):
    """What one municipality's own rules say on a clause; value: cents, days or a number."""

    member = fields.String()
    organisation_id = fields.String()
    value = fields.Integer(allow_none=True)
    sentence = fields.String()
    law = fields.String()
    source = fields.String()
    evidence = fields.String(validate=validate.OneOf(["S", "G", "P"]))
    open_question = fields.String(allow_none=True)


class ClauseSchema(Schema):
    """A clause of the common rules: the deciding value, whose it is, and why."""

    key = fields.String()
    label = fields.String()
    unit = fields.String()
    value = fields.Integer(allow_none=True)
    text = fields.String()
    deciders = fields.List(fields.String())
    reason = fields.String()
    law = fields.String()
    source = fields.String()
    evidence = fields.String(validate=validate.OneOf(["S", "G", "P"]))
    own = fields.List(fields.Nested(OwnClauseSchema))


class ObjectionSchema(Schema):
    member = fields.String()
    sentence = fields.String()
    law = fields.String()


class VerdictSchema(Schema):
    """What a procedure is for all together, and who keeps it from being free."""

    code = fields.String()
    name = fields.String()
    status = fields.String(validate=validate.OneOf(["free", "conditional", "excluded"]))
    blockers = fields.List(fields.Nested(ObjectionSchema))
    conditions = fields.List(fields.Nested(ObjectionSchema))


class BylawVersionSchema(Schema):
    """Which version counts for whom; bylaw_id is null without a by-law."""

    organisation_id = fields.String()
    name = fields.String()
    bylaw_id = fields.String(allow_none=True)
    number = fields.Integer(allow_none=True)
    label = fields.String(allow_none=True)
    valid_to = fields.String(allow_none=True)


class CommonRulesSchema(Schema):
    """The reconciled rules of all participants for the pooled value on a day."""

    on = fields.Date()
    value = fields.Nested(MoneySchema)
    regime = fields.String()
    is_decisive = fields.Boolean()
    versions = fields.List(fields.Nested(BylawVersionSchema))
    clauses = fields.List(fields.Nested(ClauseSchema))
    procedures = fields.List(fields.Nested(VerdictSchema))
    steps = fields.List(fields.String())
    evidence = fields.String()
    open_questions = fields.List(fields.String())
