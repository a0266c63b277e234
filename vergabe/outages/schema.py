"""The shape of outages and of what follows from them in the JSON API."""

from marshmallow import fields, validate

from vergabe.tenders.limits import REASON_MAX
from vergabe.uptime.rules import SOURCES
from vergabe.web.schema import Instant, Schema, text


class OutageSchema(Schema):
    """An outage with what proves it; `ended_at` null: it goes on."""

    id = fields.UUID()
    cause = fields.String()
    source = fields.String()
    began_at = Instant()
    ended_at = Instant(allow_none=True)
    note = fields.String()
    evidence = fields.Dict()
    organisation_id = fields.UUID(allow_none=True)
    recorded_at = Instant()
    recorded_by_name = fields.String()
    withdrawn_at = Instant(allow_none=True)


class OutageListSchema(Schema):
    """The latest outages, and maintenance that is announced."""

    items = fields.List(fields.Nested(OutageSchema))


class OutsideOutageSchema(Schema):
    """An outage that somebody has seen from outside, with what proves it."""

    began_at = Instant(required=True)
    ended_at = Instant(load_default=None, allow_none=True)
    source = fields.String(required=True, validate=validate.OneOf(sorted(SOURCES)))
    evidence = text(4000, required=True)


class WithdrawalSchema(Schema):
    """Why an outage was recorded by mistake."""

    reason = text(4000, required=True)


class ProposalSchema(Schema):
    """The extension that law proposes for one procedure, ready to be signed off."""

    tender_id = fields.UUID(attribute="tender.id")
    reference = fields.String(attribute="tender.reference")
    submission_deadline = Instant(attribute="tender.submission_deadline")
    proposed_submission_deadline = Instant(attribute="extension.submission_deadline")
    proposed_enquiries_deadline = Instant(attribute="extension.enquiries_deadline", allow_none=True)
    needs_reopening = fields.Boolean(attribute="extension.needs_reopening")
    summary = fields.String()
    law = fields.String(attribute="result.law")
    steps = fields.List(fields.String(), attribute="result.steps")
    questions = fields.List(fields.String())
    warnings = fields.List(fields.String())
    outage_ids = fields.Function(lambda proposal: [str(c.outage_id) for c in proposal.cases])


class ProposalListSchema(Schema):
    """The procedures that wait for a decision."""

    items = fields.List(fields.Nested(ProposalSchema))


class ExtensionSchema(Schema):
    """Sign off the extension.

    submission_deadline: the proposed end that was seen, or a later one. is_unopened, reason: where
    the deadline is over and is opened anew.
    """

    submission_deadline = Instant(load_default=None, allow_none=True)
    is_unopened = fields.Boolean(load_default=False)
    reason = text(REASON_MAX, load_default="")


class KeepingSchema(Schema):
    """Why nothing is extended."""

    reason = text(REASON_MAX, required=True)


class CaseSchema(Schema):
    """What was decided about one procedure after one outage."""

    id = fields.UUID()
    outage_id = fields.UUID()
    tender_id = fields.UUID()
    state = fields.String()
    decided_at = Instant(allow_none=True)
    reason = fields.String(allow_none=True)


class CaseListSchema(Schema):
    """What was decided about one procedure."""

    items = fields.List(fields.Nested(CaseSchema))
