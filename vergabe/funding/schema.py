"""The shape of funding in the JSON API. Amounts are gross (net where VAT can be deducted)."""

from typing import Any, Final

from marshmallow import fields, post_load, validate

from vergabe.cost_keys.keys import KeyKind
from vergabe.funding.entries import (
    AWARD_RULES,
    MOST_LINES,
    NAME_LENGTH,
    REASON_LENGTH,
    REFERENCE_LENGTH,
    TEXT_LENGTH,
    CaseEntry,
    DecisionEntry,
    ExpenseEntry,
    LineEntry,
)
from vergabe.law.funding import Rounding
from vergabe.web.schema import MoneySchema, Schema, text

_RULES: Final = validate.ContainsOnly(list(AWARD_RULES))


class FundingFileSchema(Schema):
    """A document, as multipart/form-data."""

    document = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class LineInSchema(Schema):
    """A cost line; without `eligible` all of it is eligible."""

    name = text(NAME_LENGTH, minimum=1, required=True)
    planned = fields.Nested(MoneySchema, required=True)
    eligible = fields.Nested(MoneySchema, load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> LineEntry:
        return LineEntry(data["name"], data["planned"]["amount_cents"], _cents(data["eligible"]))


def _cents(amount: dict[str, Any] | None) -> int | None:
    return amount["amount_cents"] if amount else None


class CaseInSchema(Schema):
    """A funding case as it is to be applied for; it replaces the draft."""

    programme = text(40, required=True)
    lines = fields.List(
        fields.Nested(LineInSchema), load_default=list, validate=validate.Length(max=MOST_LINES)
    )
    authority = text(NAME_LENGTH, load_default="")
    file_reference = text(REFERENCE_LENGTH, load_default="")
    purpose = text(TEXT_LENGTH, load_default="")
    has_weak_budget = fields.Boolean(load_default=False)
    quota_basis_points = fields.Integer(strict=True, load_default=None, allow_none=True)
    ceiling = fields.Nested(MoneySchema, load_default=None, allow_none=True)
    rounding = fields.Enum(Rounding, by_value=True, load_default=None, allow_none=True)
    key_kind = fields.Enum(KeyKind, by_value=True, load_default=None, allow_none=True)
    requires_resolutions = fields.Boolean(load_default=None, allow_none=True)
    award_rules = fields.List(fields.String(), load_default=list, validate=_RULES)
    conditions = text(TEXT_LENGTH, load_default="")
    period_from = fields.Date(load_default=None, allow_none=True)
    period_until = fields.Date(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> CaseEntry:
        ceiling, rules = _cents(data.pop("ceiling")), tuple(data.pop("award_rules"))
        return CaseEntry(ceiling_gross_cents=ceiling, award_rules=rules, **data)


class AppliedInSchema(Schema):
    """The day on which the application went out."""

    applied_on = fields.Date(required=True)


class EarlyStartInSchema(Schema):
    """Consent to begin before the notice; the letter follows as a file."""

    begins_on = fields.Date(required=True)
    reference = text(REFERENCE_LENGTH, minimum=1, required=True)


class DecisionInSchema(Schema):
    """A funding notice."""

    decided_on = fields.Date(required=True)
    granted = fields.Nested(MoneySchema, required=True)
    quota_basis_points = fields.Integer(strict=True, load_default=None, allow_none=True)
    file_reference = text(REFERENCE_LENGTH, load_default="")
    award_rules = fields.List(fields.String(), load_default=list, validate=_RULES)
    conditions = text(TEXT_LENGTH, load_default="")
    period_from = fields.Date(load_default=None, allow_none=True)
    period_until = fields.Date(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> DecisionEntry:
        granted, rules = data.pop("granted")["amount_cents"], tuple(data.pop("award_rules"))
        return DecisionEntry(granted_gross_cents=granted, award_rules=rules, **data)


class RejectionInSchema(Schema):
    """That the application was rejected."""

    decided_on = fields.Date(required=True)
    reason = text(REASON_LENGTH, minimum=1, required=True)


class FundingReasonInSchema(Schema):
    """A reason."""

    reason = text(REASON_LENGTH, minimum=1, required=True)


class MilestoneInSchema(Schema):
    """Something that the notice wants by a day."""

    title = text(200, minimum=1, required=True)
    due_on = fields.Date(required=True)


class DrawdownInSchema(Schema):
    """A part of the grant to be called."""

    planned_on = fields.Date(required=True)
    planned = fields.Nested(MoneySchema, required=True)


class ReceiptInSchema(Schema):
    """Money that came in."""

    received_on = fields.Date(required=True)
    received = fields.Nested(MoneySchema, required=True)


class ExpenseInSchema(Schema):
    """An expense with its voucher; without `organisation_id` the lead has paid."""

    line_id = fields.UUID(required=True)
    paid_on = fields.Date(required=True)
    payee = text(NAME_LENGTH, minimum=1, required=True)
    voucher = text(REFERENCE_LENGTH, minimum=1, required=True)
    amount = fields.Nested(MoneySchema, required=True)
    eligible = fields.Nested(MoneySchema, load_default=None, allow_none=True)
    organisation_id = fields.UUID(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ExpenseEntry:
        amount, eligible = data.pop("amount")["amount_cents"], _cents(data.pop("eligible"))
        return ExpenseEntry(amount_gross_cents=amount, eligible_gross_cents=eligible, **data)


class SettlementInSchema(Schema):
    """The day of the proof of use."""

    settled_on = fields.Date(required=True)


class PartSchema(Schema):
    """What one member gets and bears; only one's own, unless one leads."""

    organisation_id = fields.UUID()
    name = fields.String()
    cost = fields.Nested(MoneySchema)
    grant = fields.Nested(MoneySchema)
    own_share = fields.Nested(MoneySchema)
    explanation = fields.String()


class FundingLineSchema(Schema):
    """A cost line as planned and, once granted, as proven."""

    id = fields.UUID()
    name = fields.String()
    planned = fields.Nested(MoneySchema)
    eligible = fields.Nested(MoneySchema)
    grant = fields.Nested(MoneySchema)
    own_share = fields.Nested(MoneySchema)
    spent = fields.Nested(MoneySchema, allow_none=True)
    recognised = fields.Nested(MoneySchema, allow_none=True)


class ScenarioSchema(Schema):
    """What is left to the members with another grant."""

    name = fields.String()
    grant = fields.Nested(MoneySchema)
    own_share = fields.Nested(MoneySchema)


class MilestoneSchema(Schema):
    """A milestone."""

    id = fields.UUID()
    title = fields.String()
    due_on = fields.Date()
    reached_on = fields.Date(allow_none=True)


class DrawdownSchema(Schema):
    """A drawdown."""

    id = fields.UUID()
    planned_on = fields.Date()
    planned = fields.Nested(MoneySchema)
    received_on = fields.Date(allow_none=True)
    received = fields.Nested(MoneySchema, allow_none=True)


class ExpenseSchema(Schema):
    """An expense that counts."""

    id = fields.UUID()
    line_id = fields.UUID()
    organisation_id = fields.UUID()
    paid_on = fields.Date()
    payee = fields.String()
    voucher = fields.String()
    amount = fields.Nested(MoneySchema)
    eligible = fields.Nested(MoneySchema)
    has_document = fields.Boolean()


class FundingReasonSchema(Schema):
    """A reason with the law behind it."""

    code = fields.String()
    message = fields.String()
    law = fields.String(allow_none=True)


class CaseSchema(Schema):
    """The funding case of a pool with its arithmetic."""

    pool_id = fields.UUID()
    stage = fields.String()
    programme = fields.String()
    programme_title = fields.String()
    authority = fields.String()
    file_reference = fields.String()
    applied_on = fields.Date(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    early_start_on = fields.Date(allow_none=True)
    has_early_start_letter = fields.Boolean()
    award_rules = fields.List(fields.String())
    conditions = fields.String()
    cost_key = fields.String()
    grant = fields.Nested(MoneySchema)
    own_share = fields.Nested(MoneySchema)
    steps = fields.List(fields.String())
    lines = fields.List(fields.Nested(FundingLineSchema))
    parts = fields.List(fields.Nested(PartSchema))
    scenarios = fields.List(fields.Nested(ScenarioSchema))
    milestones = fields.List(fields.Nested(MilestoneSchema))
    drawdowns = fields.List(fields.Nested(DrawdownSchema))
    expenses = fields.List(fields.Nested(ExpenseSchema))
    proof_steps = fields.List(fields.String())
    blocks = fields.List(fields.Nested(FundingReasonSchema))
    version = fields.Integer()
