"""The shape of tenders in the JSON API."""

from typing import Any, Final

from marshmallow import fields, post_load, validate

from vergabe.tenders.cleaning import JOINING_FLAGS, JOINING_TEXTS, VARIANTS
from vergabe.tenders.criteria import KINDS, MOST_CRITERIA
from vergabe.tenders.limits import (
    DESCRIPTION_MAX,
    EMAIL_MAX,
    LINE_MAX,
    NAME_MAX,
    TEXT_MAX,
    TITLE_MAX,
    URL_MAX,
)
from vergabe.tenders.lotting import Split
from vergabe.tenders.rules import FULL_WEIGHT, Stage
from vergabe.web.api import PageQuery
from vergabe.web.schema import Instant, MoneySchema, Schema
from vergabe.web.schema import text as text_field

_STAGE: Final = validate.OneOf(list(Stage), error=f"Möglich sind: {', '.join(Stage)}.")
_SPLIT: Final = validate.OneOf(list(Split), error=f"Möglich sind: {', '.join(Split)}.")
_VARIANTS: Final = validate.OneOf(list(VARIANTS), error=f"Möglich sind: {', '.join(VARIANTS)}.")
_KIND: Final = validate.OneOf(list(KINDS), error=f"Möglich sind: {', '.join(KINDS)}.")


class TenderQuery(PageQuery):
    """Which tenders."""

    stage = fields.String(load_default=None, validate=_STAGE)
    cooperation_id = fields.UUID(load_default=None)
    q = text_field(200, load_default="")


class DraftInSchema(Schema):
    """A tender to be made of a binding pool."""

    pool_id = fields.UUID(required=True)
    split = fields.String(load_default=Split.TRADE.value, validate=_SPLIT)
    title = text_field(TITLE_MAX, load_default=None, allow_none=True)


class ContactSchema(Schema):
    """The one contact for all."""

    name = text_field(NAME_MAX)
    email = text_field(EMAIL_MAX)
    phone = text_field(LINE_MAX)


class ReviewBodySchema(Schema):
    """Body for review proceedings (Vergabekammer)."""

    name = text_field(NAME_MAX)
    street = text_field(LINE_MAX)
    postcode = text_field(20)
    city = text_field(LINE_MAX)
    email = text_field(EMAIL_MAX)
    phone = text_field(LINE_MAX)
    website = text_field(URL_MAX)


_JOINING_FIELDS: Final[dict[str, fields.Field[Any]]] = {
    "ground": text_field(20),
    **{name: text_field(TEXT_MAX) for name in JOINING_TEXTS},
    **{name: fields.Boolean() for name in JOINING_FLAGS},
}
LotsJoiningSchema: Any = Schema.from_dict(_JOINING_FIELDS, name="LotsJoiningSchema")
"""Why lots are awarded together: ground (economic, technical, time), four texts, four flags."""


class TenderChangeSchema(Schema):
    """What is to change in a draft; what is left out stays. Objects are replaced whole."""

    title = text_field(TITLE_MAX, minimum=1)
    description = text_field(DESCRIPTION_MAX)
    selection_criteria = text_field(TEXT_MAX)
    procurement_method = text_field(30)
    method_reason = text_field(TEXT_MAX)
    is_urgent = fields.Boolean()
    urgency_reason = text_field(TEXT_MAX)
    is_framework = fields.Boolean()
    framework_maximum = fields.Nested(MoneySchema, allow_none=True)
    duration_months = fields.Integer(strict=True, allow_none=True)
    duration_reason = text_field(TEXT_MAX)
    contact = fields.Nested(ContactSchema)
    review_body = fields.Nested(ReviewBodySchema)
    variants = fields.String(validate=_VARIANTS)
    max_lots_per_bid = fields.Integer(strict=True, allow_none=True)
    max_lots_per_winner = fields.Integer(strict=True, allow_none=True)
    lots_joining = fields.Nested(LotsJoiningSchema)
    requested_publication_on = fields.Date(allow_none=True)
    enquiries_deadline = Instant(allow_none=True)
    submission_deadline = Instant(allow_none=True)
    bid_validity_until = fields.Date(allow_none=True)
    bid_validity_reason = text_field(TEXT_MAX)

    @post_load
    def amounts(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "framework_maximum" in body:
            amount = body.pop("framework_maximum")
            body["framework_maximum_net_cents"] = amount["amount_cents"] if amount else None
        return body


class CriterionSchema(Schema):
    """An award criterion; weight in basis points of the whole (10,000)."""

    id = fields.UUID(load_default=None, allow_none=True)
    name = text_field(NAME_MAX, minimum=1, required=True)
    kind = fields.String(required=True, validate=_KIND)
    weight_basis_points = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(
            min=1, max=FULL_WEIGHT, error=f"Das Gewicht liegt zwischen 1 und {FULL_WEIGHT}."
        ),
    )
    description = text_field(TEXT_MAX, load_default="")


class CriteriaInSchema(Schema):
    """All criteria in their order; those that are left out are removed."""

    criteria = fields.List(
        fields.Nested(CriterionSchema),
        required=True,
        validate=validate.Length(
            max=MOST_CRITERIA, error=f"Es sind höchstens {MOST_CRITERIA} Kriterien möglich."
        ),
    )


class LotChangeSchema(Schema):
    """What a lot is called and when it is performed; what is left out stays."""

    title = text_field(TITLE_MAX, minimum=1)
    description = text_field(DESCRIPTION_MAX)
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)


class LotSplitSchema(Schema):
    """The principle by which lots are cut."""

    split = fields.String(required=True, validate=_SPLIT)


class LotMergeSchema(Schema):
    """The lot into which another goes."""

    into_lot_id = fields.UUID(required=True)


class QuantitySchema(Schema):
    """How much of an item a member has in its lot."""

    item_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    quantity = fields.Decimal(required=True, as_string=True)


class DistributionSchema(Schema):
    """Quantities to set; over all lots each member keeps what it joined with."""

    quantities = fields.List(fields.Nested(QuantitySchema), required=True)


class PartSchema(Schema):
    """How much of a member's share goes into another lot."""

    organisation_id = fields.UUID(required=True)
    quantity = fields.Decimal(required=True, as_string=True)


class ItemSplitSchema(Schema):
    """Where a part of an item goes: a lot, or null for a new one."""

    to_lot_id = fields.UUID(required=True, allow_none=True)
    parts = fields.List(fields.Nested(PartSchema), required=True)


class ItemMoveSchema(Schema):
    """The lot into which an item goes; null for a new one."""

    to_lot_id = fields.UUID(required=True, allow_none=True)


class LotShareSchema(Schema):
    """A member's share of an item."""

    organisation_id = fields.UUID()
    organisation_name = fields.String()
    demand_id = fields.UUID()
    quantity = fields.String(allow_none=True)
    value_net = fields.Nested(MoneySchema)


class LotItemSchema(Schema):
    """A line of a lot; quantity and value are the sums of its shares."""

    id = fields.UUID()
    position = fields.Integer()
    text = fields.String()
    quantity = fields.String(allow_none=True)
    unit_code = fields.String(allow_none=True)
    value_net = fields.Nested(MoneySchema)
    shares = fields.List(fields.Nested(LotShareSchema))


class LotSchema(Schema):
    """A lot with its items."""

    id = fields.UUID()
    number = fields.Integer()
    kind = fields.String()
    title = fields.String()
    description = fields.String()
    cpv = fields.String()
    nuts = fields.String(allow_none=True)
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    estimated_value_net = fields.Nested(MoneySchema)
    items = fields.List(fields.Nested(LotItemSchema))


class TenderDocumentSchema(Schema):
    """One version of a procurement document."""

    id = fields.UUID()
    document_key = fields.UUID()
    document_version = fields.Integer()
    title = fields.String()
    file_name = fields.String()
    media_type = fields.String()
    size_bytes = fields.Integer()
    sha256 = fields.String()
    uploaded_at = Instant()
    published_in_version = fields.Integer(allow_none=True)
    removed_in_version = fields.Integer(allow_none=True)


class TenderBuyerSchema(Schema):
    """A member that takes part; exactly one is the lead."""

    organisation_id = fields.UUID()
    name = fields.String()
    is_lead = fields.Boolean()
    buys = fields.Boolean()


class TenderHeadSchema(Schema):
    """A tender in a list."""

    id = fields.UUID()
    reference = fields.String()
    stage = fields.String()
    title = fields.String()
    cooperation_id = fields.UUID()
    pool_id = fields.UUID()
    lead_organisation_id = fields.UUID()
    cpv = fields.String()
    nature = fields.String()
    procurement_method = fields.String()
    regime = fields.String()
    estimated_value_net = fields.Nested(MoneySchema)
    submission_deadline = Instant(allow_none=True)
    published_version = fields.Integer()
    version = fields.Integer()


class TenderSchema(TenderHeadSchema):
    """A tender with everything that its lead has written down."""

    description = fields.String()
    selection_criteria = fields.String()
    cpv_additional = fields.List(fields.String())
    method_reason = fields.String()
    is_urgent = fields.Boolean()
    urgency_reason = fields.String()
    is_framework = fields.Boolean()
    framework_maximum = fields.Nested(MoneySchema, allow_none=True)
    duration_months = fields.Integer(allow_none=True)
    duration_reason = fields.String()
    contact = fields.Dict()
    review_body = fields.Dict()
    variants = fields.String()
    max_lots_per_bid = fields.Integer(allow_none=True)
    max_lots_per_winner = fields.Integer(allow_none=True)
    lots_joining = fields.Dict()
    requested_publication_on = fields.Date(allow_none=True)
    enquiries_deadline = Instant(allow_none=True)
    bid_validity_until = fields.Date(allow_none=True)
    bid_validity_reason = fields.String()
    published_at = Instant(allow_none=True)
    public_since = Instant(allow_none=True)
    cancelled_at = Instant(allow_none=True)
    cancellation_reason = fields.String(allow_none=True)
    buyers = fields.List(fields.Nested(TenderBuyerSchema))
    lots = fields.List(fields.Nested(LotSchema))
    criteria = fields.List(fields.Nested(CriterionSchema))
    documents = fields.List(fields.Nested(TenderDocumentSchema))


class TenderPageSchema(Schema):
    """A page of tenders, newest first."""

    items = fields.List(fields.Nested(TenderHeadSchema))
    next_cursor = fields.String(allow_none=True)


class GateSchema(Schema):
    """A named check with every reason that keeps it closed."""

    key = fields.String()
    title = fields.String()
    is_open = fields.Boolean()
    reasons = fields.List(fields.Dict())
    notes = fields.List(fields.String())


class GatesSchema(Schema):
    """All gates; published is only when all are open."""

    is_open = fields.Boolean()
    gates = fields.List(fields.Nested(GateSchema))


class LawStepSchema(Schema):
    """One result of law with its arithmetic."""

    title = fields.String()
    law = fields.String()
    steps = fields.List(fields.String())
    evidence = fields.String()
    open_question = fields.String(allow_none=True)


class LawSchema(Schema):
    """What law says about a tender whose notice is sent on the day `on`."""

    on = fields.Date()
    regime = fields.String()
    regime_name = fields.String()
    value_net = fields.Nested(MoneySchema)
    threshold_net = fields.Nested(MoneySchema)
    reaches_threshold = fields.Boolean()
    free_methods = fields.List(fields.String())
    conditional_methods = fields.List(fields.String())
    minimum_days = fields.Integer(allow_none=True)
    earliest_submission_deadline = Instant(allow_none=True)
    submission_deadline = Instant()
    enquiries_deadline = Instant()
    is_proposed = fields.Boolean()
    reasons = fields.List(fields.Dict())
    warnings = fields.List(fields.String())
    results = fields.List(fields.Nested(LawStepSchema))


class TenderUploadFormSchema(Schema):
    """What goes with a file: its title, or which one of those uploaded in pieces it is."""

    title = text_field(LINE_MAX, load_default="")
    upload_id = fields.UUID(load_default=None)


class TenderUploadFilesSchema(Schema):
    """The file, as a part of multipart/form-data; without it the form names an upload."""

    file = fields.Raw(metadata={"type": "string", "format": "binary"})
