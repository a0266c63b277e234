"""The shape of deadlines in the JSON API."""

from marshmallow import fields, validate

from vergabe.deadlines.rules import State
from vergabe.web.api import PageQuery
from vergabe.web.schema import Instant, Schema

_STATES = [str(state) for state in State]


class DeadlineQuery(PageQuery):
    """Which deadlines of the list."""

    state = fields.String(
        load_default=None,
        validate=validate.OneOf(_STATES, error=f"Bitte eines von: {', '.join(_STATES)}."),
    )
    kind = fields.String(load_default=None, validate=validate.Length(max=40))
    cooperation_id = fields.UUID(load_default=None)
    subject_id = fields.UUID(load_default=None)


class PersonSchema(Schema):
    """Somebody in charge."""

    id = fields.UUID()
    full_name = fields.String()


class DeadlineSchema(Schema):
    """A deadline; `due_at` is the first instant that is too late."""

    id = fields.UUID()
    subject_kind = fields.String()
    subject_id = fields.UUID()
    subject_reference = fields.String()
    cooperation_id = fields.UUID()
    organisation_id = fields.UUID()
    kind = fields.String()
    title = fields.String()
    due_at = Instant()
    state = fields.String()
    source = fields.String()
    law = fields.String(allow_none=True)
    calculation = fields.Dict()
    responsible = fields.Nested(PersonSchema, allow_none=True)
    substitute = fields.Nested(PersonSchema, allow_none=True)
    met_at = Instant(allow_none=True)
    lifted_at = Instant(allow_none=True)
    lifted_reason = fields.String(allow_none=True)


class DeadlinesSchema(Schema):
    """A page of deadlines, the earliest first."""

    items = fields.List(fields.Nested(DeadlineSchema))
    next_cursor = fields.String(allow_none=True)


class PeopleSchema(Schema):
    """Who is to be in charge; null: the officers together."""

    responsible_id = fields.UUID(required=True, allow_none=True)
    substitute_id = fields.UUID(load_default=None, allow_none=True)


class CalendarLinkSchema(Schema):
    """The calendar link; shown this once."""

    url = fields.String()
