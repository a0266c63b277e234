"""Shapes of jobs in the JSON API."""

from marshmallow import fields

from vergabe.web.schema import Schema


class JobSchema(Schema):
    """A job: what it is, how far, what came of it."""

    id = fields.UUID()
    kind = fields.String()
    title = fields.String()
    state = fields.String(metadata={"enum": ["waiting", "running", "done", "failed", "cancelled"]})
    step = fields.String()
    done = fields.Integer(attribute="done_count")
    total = fields.Integer(attribute="total_count", metadata={"description": "0: unbekannt"})
    outcome = fields.String()
    result = fields.Dict()
    file_name = fields.String(allow_none=True)
    created_at = fields.AwareDateTime()
    started_at = fields.AwareDateTime(allow_none=True)
    finished_at = fields.AwareDateTime(allow_none=True)


class JobListSchema(Schema):
    """Jobs, newest first."""

    items = fields.List(fields.Nested(JobSchema))
    next_cursor = fields.String(allow_none=True)
