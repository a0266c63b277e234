"""The shape of JSON in and out: costs of projects and the ledger. Amounts in cents."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from vergabe.cost_shares.kinds import Category, Kind
from vergabe.cost_shares.rules import (
    DOCUMENT_LENGTH,
    REASON_LENGTH,
    TEXT_LENGTH,
    CostEntry,
    EffortEntry,
)
from vergabe.cost_shares.vat_rules import VatEntry, VatGround
from vergabe.web.schema import Instant, MoneySchema, Schema
from vergabe.web.schema import text as words


class VatInSchema(Schema):
    """The VAT status of passing a cost on, by its ground."""

    ground = fields.Enum(VatGround, by_value=True, required=True)
    reason = words(REASON_LENGTH, load_default="")
    yearly_turnover_net = fields.Nested(MoneySchema, load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> VatEntry:
        turnover = data["yearly_turnover_net"]
        return VatEntry(
            ground=data["ground"],
            reason=data["reason"],
            yearly_turnover_net_cents=turnover["amount_cents"] if turnover else None,
        )


class AdvanceInSchema(Schema):
    """A cost that the lead has paid; is_credit: that it got back."""

    category = fields.Enum(Category, by_value=True, required=True)
    text = words(TEXT_LENGTH, minimum=1, required=True)
    document = words(DOCUMENT_LENGTH, minimum=1, required=True)
    document_on = fields.Date(required=True)
    supplied_on = fields.Date(required=True)
    net = fields.Nested(MoneySchema, required=True)
    vat = fields.Nested(MoneySchema, required=True)
    vat_status = fields.Nested(VatInSchema, required=True)
    is_credit = fields.Boolean(load_default=False)
    deducts_input_tax = fields.Boolean(load_default=False)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> CostEntry:
        return CostEntry(
            net_cents=data.pop("net")["amount_cents"],
            vat_cents=data.pop("vat")["amount_cents"],
            vat=data.pop("vat_status"),
            **data,
        )


class EffortInSchema(Schema):
    """Time that one's own staff worked."""

    worker_name = words(200, minimum=1, required=True)
    worked_on = fields.Date(required=True)
    minutes = fields.Integer(required=True, strict=True)
    hourly_rate_net = fields.Nested(MoneySchema, required=True)
    activity = words(TEXT_LENGTH, minimum=1, required=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> EffortEntry:
        return EffortEntry(hourly_rate_cents=data.pop("hourly_rate_net")["amount_cents"], **data)


class EffortSchema(Schema):
    id = fields.UUID()
    organisation_id = fields.UUID()
    worker_name = fields.String()
    worked_on = fields.Date()
    minutes = fields.Integer()
    hourly_rate_net = fields.Nested(MoneySchema)
    activity = fields.String()
    reverses_id = fields.UUID(allow_none=True)
    booked_entry_id = fields.UUID(allow_none=True)


class BearerInSchema(Schema):
    """Who bears a project: 10000 basis points all of it, 0 nothing beyond the key."""

    bearer_id = fields.UUID(load_default=None, allow_none=True)
    basis_points = fields.Integer(required=True, strict=True)
    decided_on = fields.Date(required=True)
    decision = words(TEXT_LENGTH, minimum=1, required=True)
    reason = words(REASON_LENGTH, minimum=1, required=True)


class BearerSchema(Schema):
    number = fields.Integer()
    bearer_id = fields.UUID(allow_none=True)
    basis_points = fields.Integer()
    decided_on = fields.Date()
    decision = fields.String()
    reason = fields.String()
    recorded_at = Instant()


class ExpectedCostInSchema(Schema):
    category = fields.Enum(Category, by_value=True, required=True)
    text = words(TEXT_LENGTH, minimum=1, required=True)
    gross = fields.Nested(MoneySchema, required=True)


class ExpectedCostSchema(Schema):
    id = fields.UUID()
    category = fields.String()
    text = fields.String()
    gross = fields.Nested(MoneySchema)


class ReasonSchema(Schema):
    reason = words(REASON_LENGTH, minimum=1, required=True)


class ShareSchema(Schema):
    organisation_id = fields.UUID()
    share = fields.Nested(MoneySchema)
    explanation = fields.String()


class CostLineSchema(Schema):
    """A cost; state: booked, hours (worked, not booked) or expected."""

    state = fields.String()
    category = fields.String()
    text = fields.String()
    day = fields.Date(allow_none=True)
    amount = fields.Nested(MoneySchema)
    shares = fields.List(fields.Nested(ShareSchema))


class SumSchema(Schema):
    organisation_id = fields.UUID()
    name = fields.String()
    estimated_value_net = fields.Nested(MoneySchema, allow_none=True)
    spent = fields.Nested(MoneySchema)
    expected = fields.Nested(MoneySchema)


class NoAwardSchema(Schema):
    rule = fields.String()
    lines = fields.List(fields.Nested(CostLineSchema))
    problems = fields.List(fields.Dict())


class ProjectCostsSchema(Schema):
    """The costs of a project: sums per member, and each line with its shares."""

    pool_id = fields.UUID()
    tender_id = fields.UUID(allow_none=True)
    key = fields.String()
    bearer = fields.Nested(BearerSchema, allow_none=True)
    members = fields.List(fields.Nested(SumSchema))
    lines = fields.List(fields.Nested(CostLineSchema))
    problems = fields.List(fields.Dict())
    no_award = fields.Nested(NoAwardSchema, allow_none=True)


class LineSchema(Schema):
    account = fields.String()
    organisation_id = fields.UUID(allow_none=True)
    amount = fields.Nested(MoneySchema)
    explanation = fields.String()


class EntrySchema(Schema):
    """A booking; its lines add up to zero."""

    id = fields.UUID()
    number = fields.Integer()
    kind = fields.Enum(Kind, by_value=True)
    pool_id = fields.UUID(allow_none=True)
    organisation_id = fields.UUID(allow_none=True)
    text = fields.String()
    document = fields.String()
    document_on = fields.Date()
    supplied_on = fields.Date(allow_none=True)
    amount = fields.Nested(MoneySchema)
    vat_status = fields.String(allow_none=True)
    vat_reason = fields.String()
    vat_rate_basis_points = fields.Integer()
    due_on = fields.Date(allow_none=True)
    reverses_id = fields.UUID(allow_none=True)
    recorded_at = Instant()
    lines = fields.List(fields.Nested(LineSchema))


class EntryListSchema(Schema):
    items = fields.List(fields.Nested(EntrySchema))
    next_cursor = fields.String(allow_none=True)


class EntriesSchema(Schema):
    items = fields.List(fields.Nested(EntrySchema))


class ReminderSchema(Schema):
    level = fields.Integer()
    sent_on = fields.Date()
    due_on = fields.Date()


class ReminderInSchema(Schema):
    level = fields.Integer(required=True, strict=True)


class ItemSchema(Schema):
    entry_id = fields.UUID()
    number = fields.Integer()
    due_on = fields.Date()
    amount = fields.Nested(MoneySchema)
    paid = fields.Nested(MoneySchema)
    open = fields.Nested(MoneySchema)
    reminders = fields.List(fields.Nested(ReminderSchema))


class MemberAccountSchema(Schema):
    """What stands between a member and the lead; a negative balance is a credit."""

    organisation_id = fields.UUID()
    name = fields.String()
    advanced = fields.Nested(MoneySchema)
    balance = fields.Nested(MoneySchema)
    overdue = fields.Nested(MoneySchema)
    interest = fields.Nested(MoneySchema)
    items = fields.List(fields.Nested(ItemSchema))


class LedgerSchema(Schema):
    """The ledger; a member gets its own account alone and no total."""

    total = fields.Nested(MoneySchema, allow_none=True)
    members = fields.List(fields.Nested(MemberAccountSchema))


class DemandInSchema(Schema):
    organisation_id = fields.UUID(load_default=None, allow_none=True)


class PaymentInSchema(Schema):
    """A payment of a member; is_payout: the lead pays a credit back."""

    amount = fields.Nested(MoneySchema, required=True)
    paid_on = fields.Date(required=True)
    document = words(DOCUMENT_LENGTH, minimum=1, required=True)
    is_payout = fields.Boolean(load_default=False)


class WriteOffInSchema(Schema):
    amount = fields.Nested(MoneySchema, required=True)
    reason = words(REASON_LENGTH, minimum=1, required=True)
