"""The shape of questions and answers in the JSON API."""

from marshmallow import fields

from vergabe.enquiries.rules import LONGEST
from vergabe.web.schema import Instant, Schema, text


class EnquirySchema(Schema):
    """A question, for the lead's officers."""

    id = fields.UUID()
    text = fields.String()
    asked_at = Instant()
    is_timely = fields.Boolean()
    answer_id = fields.UUID(allow_none=True)
    asked_by = fields.String()


class EnquiryListSchema(Schema):
    """All questions to a tender."""

    items = fields.List(fields.Nested(EnquirySchema))


class AnswerInSchema(Schema):
    """An answer to publish."""

    enquiry_ids = fields.List(fields.UUID(), required=True)
    question_text = text(LONGEST, minimum=5, required=True)
    text = text(LONGEST, minimum=5, required=True)
    accept_traces = fields.Boolean(load_default=False)


class AnswerSchema(Schema):
    """A published answer."""

    id = fields.UUID()
    question_text = fields.String()
    text = fields.String()
    published_at = Instant()
    warnings = fields.List(fields.String())


class DraftInSchema(Schema):
    """An answer that is begun; version: that of the draft with this id as it was read."""

    enquiry_ids = fields.List(fields.UUID(), required=True)
    question_text = text(LONGEST, load_default="")
    text = text(LONGEST, load_default="")
    draft_id = fields.UUID(allow_none=True, load_default=None)
    version = fields.Integer(strict=True, allow_none=True, load_default=None)


class DraftSchema(Schema):
    """An answer that is begun; nobody outside sees it."""

    id = fields.UUID()
    enquiry_ids = fields.List(fields.UUID())
    question_text = fields.String()
    text = fields.String()
    saved_at = Instant()
    saved_by_name = fields.String()
    version = fields.Integer()


class DraftListSchema(Schema):
    """All answers begun for a tender."""

    items = fields.List(fields.Nested(DraftSchema))


class QuestionInSchema(Schema):
    """A question of a supplier."""

    text = text(LONGEST, minimum=5, required=True)


class QuestionSchema(Schema):
    """A supplier's own question."""

    id = fields.UUID()
    text = fields.String()
    asked_at = Instant()
    is_timely = fields.Boolean()
