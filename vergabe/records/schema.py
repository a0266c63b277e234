"""The shape of a tender's record in the JSON API."""

from marshmallow import fields

from vergabe.web.schema import Schema


class ChainSchema(Schema):
    """A chain with the result of verifying it."""

    stream = fields.String()
    kind = fields.String()
    title = fields.String()
    entry_count = fields.Integer()
    last_hash = fields.String()
    holds = fields.Boolean()
    breaks = fields.List(fields.String())


class EntrySchema(Schema):
    """An entry with the fields that are hashed, and both hashes."""

    stream = fields.String()
    sequence = fields.Integer()
    at = fields.String()
    actor_name = fields.String()
    actor_user_id = fields.String(allow_none=True)
    organisation_id = fields.String(allow_none=True)
    organisation_name = fields.String()
    action = fields.String()
    subject_kind = fields.String()
    subject_id = fields.String(allow_none=True)
    summary = fields.String()
    reason = fields.String(allow_none=True)
    details = fields.Dict()
    previous_hash = fields.String()
    entry_hash = fields.String()


class RecordSchema(Schema):
    """The record of a tender: its chains, and their entries in order of time."""

    tender_id = fields.UUID()
    reference = fields.String()
    holds = fields.Boolean()
    chains = fields.List(fields.Nested(ChainSchema))
    entries = fields.List(fields.Nested(EntrySchema))
