"""The shape of calls for demands in the JSON API."""

from marshmallow import fields

from vergabe.demands.call_rules import NOTE_MAX, TEXT_MAX, TITLE_MAX
from vergabe.web.schema import Instant, MoneySchema, Schema
from vergabe.web.schema import text as text_field


class CallInSchema(Schema):
    """A new call for demands; without `opens_at` it opens at once."""

    cooperation_id = fields.UUID(required=True)
    area_id = fields.UUID(required=True)
    title = text_field(TITLE_MAX, minimum=1, required=True)
    text = text_field(TEXT_MAX, load_default="")
    opens_at = Instant(load_default=None, allow_none=True)
    closes_at = Instant(required=True)
    reminder_days = fields.List(fields.Integer(strict=True))


class ClosingSchema(Schema):
    """Another end of a call."""

    closes_at = Instant(required=True)


class CallSchema(Schema):
    """A call for demands; `state` is planned, open or closed, by time alone."""

    id = fields.UUID()
    cooperation_id = fields.UUID()
    area_id = fields.UUID()
    title = fields.String()
    text = fields.String()
    opens_at = Instant()
    closes_at = Instant()
    reminder_days = fields.List(fields.Integer())
    state = fields.String()
    created_at = Instant()


class CallPageSchema(Schema):
    """A page of calls, newest first."""

    items = fields.List(fields.Nested(CallSchema))
    next_cursor = fields.String(allow_none=True)


class NoDemandSchema(Schema):
    """The answer "no demand"."""

    note = text_field(NOTE_MAX, load_default="")


class ReminderSchema(Schema):
    """What members without an answer are told."""

    text = text_field(NOTE_MAX, required=True)


class RemindedSchema(Schema):
    """The members that were reminded."""

    names = fields.List(fields.String())


class CallAnswerSchema(Schema):
    """The answer that is on file."""

    call_id = fields.UUID()
    organisation_id = fields.UUID()
    note = fields.String()
    answered_at = Instant()


class MemberAnswerSchema(Schema):
    """How a member has answered: demands, no_demand or none."""

    organisation_id = fields.UUID()
    name = fields.String()
    kind = fields.String()
    demand_count = fields.Integer()
    value_net = fields.Nested(MoneySchema)
    at = Instant(allow_none=True)
    note = fields.String()


class RateSchema(Schema):
    """How many of those asked have answered; basis_points: hundredths of a per cent."""

    asked = fields.Integer()
    answered = fields.Integer()
    basis_points = fields.Integer()


class AnswersSchema(Schema):
    """The rate over all members asked, and the answers that the caller may see."""

    rate = fields.Nested(RateSchema)
    items = fields.List(fields.Nested(MemberAnswerSchema))


class RatesQuery(Schema):
    """Of which cooperation."""

    cooperation_id = fields.UUID(required=True)


class MemberRateSchema(Schema):
    """The rate of one member over all calls."""

    organisation_id = fields.UUID()
    name = fields.String()
    rate = fields.Nested(RateSchema)


class RatesSchema(Schema):
    """The rate over all calls of a cooperation, and of each member the caller may see."""

    rate = fields.Nested(RateSchema)
    items = fields.List(fields.Nested(MemberRateSchema))
