"""JSON of the facts of a notice: shape in and out."""

from typing import Any

from marshmallow import fields

from vergabe.notice_facts.fields import FIELDS, LOT_FIELDS, Field
from vergabe.web.schema import Instant, Schema, text


def _field(entry: Field) -> fields.Field[Any]:
    match entry.kind:
        case "flag":
            return fields.Boolean()
        case "number":
            return fields.Integer(strict=True, allow_none=True)
        case "day":
            return fields.Date(allow_none=True)
        case "moment":
            return Instant(allow_none=True)
        case "codes" | "pieces":
            return fields.List(fields.String())
        case _:
            return text(entry.maximum)


FactsEditSchema = Schema.from_dict(
    {name: _field(entry) for name, entry in FIELDS.items()}, name="NoticeFactsEditSchema"
)
LotFactsEditSchema = Schema.from_dict(
    {name: _field(entry) for name, entry in LOT_FIELDS.items()}, name="LotNoticeFactsEditSchema"
)


class KnownFactSchema(Schema):
    """A value that the notice takes from the tender."""

    label = fields.String()
    value = fields.String()


class LotFactsSchema(Schema):
    """The facts of one lot."""

    number = fields.Integer()
    values = fields.Nested(LotFactsEditSchema)
    changed = fields.List(fields.String())


class FactsSchema(Schema):
    """The facts of a tender's notices: what holds, and which fields somebody has chosen."""

    values = fields.Nested(FactsEditSchema)
    changed = fields.List(fields.String())
    selection_pieces = fields.List(fields.String())
    known = fields.List(fields.Nested(KnownFactSchema))
    lots = fields.List(fields.Nested(LotFactsSchema))
    version = fields.Integer()
