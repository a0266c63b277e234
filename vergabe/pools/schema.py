"""The shape of pools in the JSON API."""

from typing import Final

from marshmallow import fields, validate

from vergabe.pools.consulting import COMMENT_LENGTH
from vergabe.pools.deciding import REASON_LENGTH, TEXT_LENGTH
from vergabe.pools.joining import MANDATE_LENGTH, NOTE_LENGTH
from vergabe.pools.selecting import MOST_PROCEDURES
from vergabe.pools.stages import Stage
from vergabe.web.api import PageQuery
from vergabe.web.schema import Instant, MoneySchema, Schema, text

_STAGE: Final = validate.OneOf(list(Stage), error=f"Möglich sind: {', '.join(Stage)}.")


class PoolQuery(PageQuery):
    """Which pools. Without a stage: all but rejected and dissolved ones."""

    stage = fields.String(load_default=None, validate=_STAGE)
    cooperation_id = fields.UUID(load_default=None)


class PoolHeadSchema(Schema):
    """A pool in a list."""

    id = fields.UUID()
    reference = fields.String()
    cooperation_id = fields.UUID()
    area_id = fields.UUID()
    stage = fields.String()
    title = fields.String()
    cpv = fields.String()
    member_count = fields.Integer()
    demand_count = fields.Integer()
    total_net = fields.Nested(MoneySchema, allow_none=True)
    joining_deadline = Instant(allow_none=True)
    created_at = Instant()


class PoolPageSchema(Schema):
    """A page of pools, newest first."""

    items = fields.List(fields.Nested(PoolHeadSchema))
    next_cursor = fields.String(allow_none=True)


class PoolLineSchema(Schema):
    """A line of a demand; `joined_quantity`: what its member binds itself to, if it has joined."""

    id = fields.UUID()
    text = fields.String()
    quantity = fields.Decimal(as_string=True, allow_none=True)
    joined_quantity = fields.Decimal(as_string=True, allow_none=True)
    unit_code = fields.String(allow_none=True)


class PoolDemandSchema(Schema):
    """A demand in a pool."""

    id = fields.UUID()
    reference = fields.String()
    title = fields.String()
    cpv = fields.String()
    value_net = fields.Nested(MoneySchema, allow_none=True)
    needed_from = fields.Date(allow_none=True)
    needed_until = fields.Date(allow_none=True)
    lines = fields.List(fields.Nested(PoolLineSchema))


class PoolMemberSchema(Schema):
    """A member of a pool: decision is undecided, joined, declined or withdrawn."""

    organisation_id = fields.UUID()
    name = fields.String()
    decision = fields.String()
    decided_at = Instant(allow_none=True)
    decided_by_name = fields.String(allow_none=True)
    mandate_reference = fields.String(allow_none=True)
    asked_net = fields.Nested(MoneySchema, allow_none=True)
    bound_net = fields.Nested(MoneySchema, allow_none=True)
    demands = fields.List(fields.Nested(PoolDemandSchema))


class PoolReasonSchema(Schema):
    """One argument for or against a pool."""

    code = fields.String()
    text = fields.String()
    law = fields.String(allow_none=True)
    organisation_ids = fields.List(fields.UUID())
    demand_ids = fields.List(fields.UUID())


class CommentSchema(Schema):
    """A comment of a member during consultation."""

    id = fields.UUID()
    organisation_id = fields.UUID()
    name = fields.String()
    text = fields.String()
    at = Instant()
    answer = fields.String(allow_none=True)
    answered_at = Instant(allow_none=True)


class ConsentSchema(Schema):
    """What another member said to a withdrawal."""

    organisation_id = fields.UUID()
    is_given = fields.Boolean()
    at = Instant()


class WithdrawalSchema(Schema):
    """A member's wish to leave a binding pool."""

    id = fields.UUID()
    organisation_id = fields.UUID()
    name = fields.String()
    reason = fields.String()
    requested_at = Instant()
    effective_at = Instant(allow_none=True)
    refused_at = Instant(allow_none=True)
    consents = fields.List(fields.Nested(ConsentSchema))


class PoolSchema(Schema):
    """A pool with its members, arguments and what the asker may do now (`actions`)."""

    id = fields.UUID()
    reference = fields.String()
    cooperation_id = fields.UUID()
    area_id = fields.UUID()
    area_key = fields.String()
    stage = fields.String()
    title = fields.String()
    cpv = fields.String()
    created_at = Instant()
    joining_opened_at = Instant(allow_none=True)
    joining_deadline = Instant(allow_none=True)
    stage_reason = fields.String(allow_none=True)
    consultation_text = fields.String()
    total_net = fields.Nested(MoneySchema)
    bound_net = fields.Nested(MoneySchema)
    needed_from = fields.String(allow_none=True)
    needed_until = fields.String(allow_none=True)
    speaks_for = fields.List(fields.Nested(PoolReasonSchema), attribute="for")
    speaks_against = fields.List(fields.Nested(PoolReasonSchema), attribute="against")
    law = fields.Dict()
    members = fields.List(fields.Nested(PoolMemberSchema))
    comments = fields.List(fields.Nested(CommentSchema))
    withdrawals = fields.List(fields.Nested(WithdrawalSchema))
    actions = fields.List(fields.String())


class ProposeSchema(Schema):
    """Over which released demands to propose pools."""

    cooperation_id = fields.UUID(required=True)
    area_id = fields.UUID(load_default=None, allow_none=True)


class ProposalsSchema(Schema):
    """The proposals that stand after proposing."""

    items = fields.List(fields.Nested(PoolSchema))


class SelectionQuery(Schema):
    """Of which area to choose proposals, and how many procedures can be run."""

    area_id = fields.UUID(required=True)
    procedures = fields.Integer(
        required=True,
        validate=validate.Range(1, MOST_PROCEDURES, error="Bitte eine Zahl von 1 bis {max}."),
    )


class GuestSchema(Schema):
    """A demand that would move to a pool, from which other one, and how much it resembles it."""

    demand = fields.String()
    from_ = fields.String(data_key="from", attribute="from")
    similarity_percent = fields.Integer()


class WeighedSchema(Schema):
    """A proposal, why it is chosen or left, and what it would take in."""

    reference = fields.String()
    title = fields.String()
    reasons = fields.List(fields.String())
    guests = fields.List(fields.Nested(GuestSchema))


class SelectionSchema(Schema):
    """Which proposals to go on with; a reckoning of which nothing is stored."""

    chosen = fields.List(fields.Nested(WeighedSchema))
    left = fields.List(fields.Nested(WeighedSchema))
    sentence = fields.String()


class ConsultationSchema(Schema):
    """What the coordinator says to the members."""

    text = text(TEXT_LENGTH, load_default="")


class PoolReasonInSchema(Schema):
    """Why something is done; the members read it."""

    reason = text(REASON_LENGTH, minimum=1, required=True)


class SplitSchema(Schema):
    """Which demands to take out."""

    demand_ids = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(min=1, max=1000, error="Bitte 1 bis 1000 Bedarfe nennen."),
    )


class SplitResultSchema(Schema):
    """The pool that is left, and the new one (null: the demands taken out are free)."""

    pool = fields.Nested(PoolSchema)
    new_pool = fields.Nested(PoolSchema, allow_none=True)


class MergeSchema(Schema):
    """Which other pool to take in."""

    other_id = fields.UUID(required=True)


class WindowSchema(Schema):
    """Until when members can join: the first instant too late. Null: the cooperation's days."""

    joining_deadline = Instant(load_default=None, allow_none=True)


class MaximumSchema(Schema):
    """The most of one thing; key: of `things`; null only where the demands name no quantity."""

    key = text(16, minimum=1, required=True)
    quantity = fields.Decimal(required=True, allow_none=True)


class LaterJoinerInSchema(Schema):
    """What a member may take at most if it joins later; without a value it is worked out."""

    maximum = fields.List(
        fields.Nested(MaximumSchema),
        required=True,
        validate=validate.Length(min=1, max=5000, error="Bitte 1 bis 5000 Positionen."),
    )
    maximum_net = fields.Nested(MoneySchema, load_default=None, allow_none=True)
    latest_on = fields.Date(required=True)


class ThingSchema(Schema):
    """Something that is bought in a pool; `key` names it when a later joiner is announced."""

    key = fields.String()
    text = fields.String()
    unit_code = fields.String(allow_none=True)
    is_counted = fields.Boolean()


class CallOffLineSchema(Schema):
    """The most of one thing; null: no number was named."""

    text = fields.String()
    maximum = fields.Decimal(as_string=True, allow_none=True)
    unit_code = fields.String(allow_none=True)


class CallOffEntrySchema(Schema):
    """Somebody that may call off later; is_buyer false: announced, has not joined yet."""

    organisation_id = fields.UUID()
    name = fields.String()
    is_buyer = fields.Boolean()
    latest_on = fields.Date(allow_none=True)
    maximum_net = fields.Nested(MoneySchema, allow_none=True)
    lines = fields.List(fields.Nested(CallOffLineSchema))


class CallOffListSchema(Schema):
    """Who may call off from the contract later, and what can be announced for later joiners."""

    items = fields.List(fields.Nested(CallOffEntrySchema))
    things = fields.List(fields.Nested(ThingSchema))


class LaterJoiningSchema(Schema):
    """What a later joiner binds itself to: a quantity for each announced thing."""

    quantities = fields.List(
        fields.Nested(MaximumSchema),
        required=True,
        validate=validate.Length(min=1, max=5000, error="Bitte 1 bis 5000 Positionen."),
    )
    mandate_reference = text(MANDATE_LENGTH, minimum=1, required=True)


class OpenWindowSchema(WindowSchema):
    """Until when, and why although comments have no answer (needed only then)."""

    unanswered_reason = text(REASON_LENGTH, load_default="")


class QuantitySchema(Schema):
    """The quantity of one line; null only where the demand names none."""

    line_id = fields.UUID(required=True)
    quantity = fields.Decimal(required=True, allow_none=True)


class JoinSchema(Schema):
    """What a member binds itself to: every line of its demands in the pool."""

    quantities = fields.List(
        fields.Nested(QuantitySchema),
        required=True,
        validate=validate.Length(max=5000, error="Bitte höchstens 5000 Positionen."),
    )
    mandate_reference = text(MANDATE_LENGTH, load_default="")
    mandate_id = fields.UUID(load_default=None, allow_none=True)
    may_call_off_later = fields.Boolean(load_default=True)
    note = text(NOTE_LENGTH, load_default="")


class NoteSchema(Schema):
    """What the others should know."""

    note = text(NOTE_LENGTH, load_default="")


class CommentInSchema(Schema):
    """A comment, or the answer to one."""

    text = text(COMMENT_LENGTH, minimum=1, required=True)


class ConsentInSchema(Schema):
    """Consent to a withdrawal, or its refusal."""

    is_given = fields.Boolean(required=True)
