"""The shape of demands and calls in the JSON API."""

from typing import Final

from marshmallow import fields, validate

from vergabe.demands.import_report import IMPORT_STAGES
from vergabe.demands.rules import REASON_MAX
from vergabe.demands.stages import Stage
from vergabe.exchange.demand_input import ITEM_TEXT_MAX, NATURES, TEXT_LIMITS
from vergabe.web.api import PageQuery
from vergabe.web.schema import Instant, MoneySchema, Schema
from vergabe.web.schema import text as text_field

_BUDGET_LINE_MAX: Final = 200
_NATURE: Final = validate.OneOf(NATURES, error="Möglich sind: supplies, services, works.")
_STAGE: Final = validate.OneOf(list(Stage), error=f"Möglich sind: {', '.join(Stage)}.")


def _line(name: str) -> fields.Field[str]:
    return text_field(TEXT_LIMITS[name], allow_none=True)


class ItemInSchema(Schema):
    """A line of a demand; the unit may be a UN/ECE code or a German spelling."""

    text = text_field(ITEM_TEXT_MAX, minimum=1, required=True)
    quantity = fields.Decimal(allow_none=True)
    unit_code = text_field(40, allow_none=True)
    unit_price_net = fields.Nested(MoneySchema, allow_none=True)


class DemandChangeSchema(Schema):
    """What is to change in a demand; what is left out stays. `items` replaces all lines."""

    area_id = fields.UUID()
    call_id = fields.UUID(allow_none=True)
    title = text_field(TEXT_LIMITS["title"], minimum=1)
    description = _line("description")
    cpv_main = text_field(20)
    cpv_additional = fields.List(text_field(20))
    nature = fields.String(allow_none=True, validate=_NATURE)
    items = fields.List(fields.Nested(ItemInSchema))
    estimated_value_net = fields.Nested(MoneySchema, allow_none=True)
    needed_from = fields.Date(allow_none=True)
    needed_until = fields.Date(allow_none=True)
    nuts = text_field(5, allow_none=True)
    place_street = _line("place_street")
    place_postcode = text_field(10, allow_none=True)
    place_city = _line("place_city")
    cost_centre = _line("cost_centre")
    must_haves = _line("must_haves")
    contact = _line("contact")
    remarks = _line("remarks")
    external_reference = _line("external_reference")


class DemandInSchema(DemandChangeSchema):
    """A new demand of the organisation that the token is for."""

    cooperation_id = fields.UUID(required=True)
    area_id = fields.UUID(required=True)
    title = text_field(TEXT_LIMITS["title"], minimum=1, required=True)
    cpv_main = text_field(20, required=True)


class DemandHeadSchema(Schema):
    """A demand in a list; `value_net` is the value that counts."""

    id = fields.UUID()
    reference = fields.String()
    stage = fields.String()
    title = fields.String()
    cpv_main = fields.String()
    cooperation_id = fields.UUID()
    area_id = fields.UUID()
    organisation_id = fields.UUID()
    call_id = fields.UUID(allow_none=True)
    value_net = fields.Nested(MoneySchema, allow_none=True)
    needed_from = fields.Date(allow_none=True)
    needed_until = fields.Date(allow_none=True)
    created_at = Instant()


class ItemSchema(Schema):
    """A line of a demand."""

    id = fields.UUID()
    position = fields.Integer()
    text = fields.String()
    quantity = fields.Decimal(as_string=True, allow_none=True)
    unit_code = fields.String(allow_none=True)
    unit_price_net = fields.Nested(MoneySchema, allow_none=True)


class WarningSchema(Schema):
    """Something odd that is no reason to refuse."""

    code = fields.String()
    message = fields.String()
    field = fields.String()


class DemandSchema(DemandHeadSchema):
    """A demand; `actions` are those that its stage allows."""

    description = fields.String()
    cpv_additional = fields.List(fields.String())
    nature = fields.String(allow_none=True)
    items = fields.List(fields.Nested(ItemSchema))
    estimated_value_net = fields.Nested(MoneySchema, allow_none=True)
    nuts = fields.String(allow_none=True)
    place_street = fields.String(allow_none=True)
    place_postcode = fields.String(allow_none=True)
    place_city = fields.String(allow_none=True)
    cost_centre = fields.String(allow_none=True)
    must_haves = fields.String()
    contact = fields.String(allow_none=True)
    remarks = fields.String()
    external_reference = fields.String(allow_none=True)
    submitted_at = Instant(allow_none=True)
    released_at = Instant(allow_none=True)
    released_net = fields.Nested(MoneySchema, allow_none=True)
    budget_line = fields.String(allow_none=True)
    stage_reason = fields.String(allow_none=True)
    actions = fields.List(fields.String())
    warnings = fields.List(fields.Nested(WarningSchema))


class DemandQuery(PageQuery):
    """Which demands."""

    stage = fields.String(load_default=None, validate=_STAGE)
    q = text_field(200, load_default="")
    cooperation_id = fields.UUID(load_default=None)
    area_id = fields.UUID(load_default=None)
    call_id = fields.UUID(load_default=None)


class DemandPageSchema(Schema):
    """A page of demands, newest first."""

    items = fields.List(fields.Nested(DemandHeadSchema))
    next_cursor = fields.String(allow_none=True)


class ReasonSchema(Schema):
    """Why; it stands in the record and is told to those concerned."""

    reason = text_field(REASON_MAX, minimum=1, required=True)


class ReleaseSchema(Schema):
    """A release; without an amount the value that counts is released."""

    released_net = fields.Nested(MoneySchema, load_default=None, allow_none=True)
    budget_line = text_field(_BUDGET_LINE_MAX, load_default="")


class ReleaseManySchema(ReleaseSchema):
    """A release of several demands together, all or none; the amount is that of each."""

    demand_ids = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(min=1, max=500, error="Bitte 1 bis 500 Bedarfe auf einmal."),
    )
    versions = fields.Dict(
        keys=fields.UUID(),
        values=fields.Integer(strict=True),
        load_default=dict,
        metadata={"description": "Bedarf → Version, wie sie zuletzt gelesen wurde; darf fehlen"},
    )


class DemandListSchema(Schema):
    """Several demands, in the order that was asked for."""

    items = fields.List(fields.Nested(DemandSchema))


class ImportFormSchema(Schema):
    """Where the demands of a file belong, and what shall become of them."""

    cooperation_id = fields.UUID(required=True)
    area_id = fields.UUID(required=True)
    call_id = fields.UUID(load_default=None)
    stage = fields.String(
        load_default=Stage.DRAFT.value,
        validate=validate.OneOf(
            list(IMPORT_STAGES), error=f"Möglich sind: {', '.join(IMPORT_STAGES)}."
        ),
    )
    dry_run = fields.Boolean(load_default=False)


class ImportFilesSchema(Schema):
    """The file: CSV, XLSX or JSON Lines."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class FindingSchema(Schema):
    """One thing found in the file."""

    row = fields.Integer()
    address = fields.String()
    field = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()
    severity = fields.String()


class ImportReportSchema(Schema):
    """What an import found and did."""

    file_name = fields.String()
    file_sha256 = fields.String()
    rows = fields.Integer()
    demands = fields.Integer()
    lines = fields.Integer()
    unchanged = fields.Integer()
    errors = fields.Integer()
    warnings = fields.Integer()
    stored = fields.Boolean()
    repeat = fields.Boolean()
    dry_run = fields.Boolean()
    first_reference = fields.String(allow_none=True)
    last_reference = fields.String(allow_none=True)
    findings = fields.List(fields.Nested(FindingSchema))
