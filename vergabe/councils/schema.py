"""The shape of bodies and meetings in the JSON API."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe.councils.rules import MOST_MEETINGS, NAME_LENGTH, BodyEntry, Kind, MeetingEntry
from vergabe.web.schema import Schema, text


class MeetingSchema(Schema):
    """A meeting; papers_due_on: last day for papers."""

    id = fields.UUID()
    day = fields.Date()
    papers_due_on = fields.Date(allow_none=True)


class BodySchema(Schema):
    """A body with its calendar."""

    id = fields.UUID()
    name = fields.String()
    kind = fields.String()
    position = fields.Integer()
    active_from = fields.Date(allow_none=True)
    active_to = fields.Date(allow_none=True)
    meetings = fields.List(fields.Nested(MeetingSchema))


class BodyListSchema(Schema):
    """The bodies of the organisation acted for, in their order."""

    items = fields.List(fields.Nested(BodySchema))


class BodyInSchema(Schema):
    """A body to add, or as it shall be."""

    name = text(NAME_LENGTH, minimum=1, required=True)
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.OTHER)
    active_from = fields.Date(load_default=None, allow_none=True)
    active_to = fields.Date(load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> BodyEntry:
        return BodyEntry(**data)


class MeetingInSchema(Schema):
    """A meeting to put into the calendar."""

    day = fields.Date(required=True)
    papers_due_on = fields.Date(load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> MeetingEntry:
        return MeetingEntry(**data)


class MeetingsInSchema(Schema):
    """Meetings to put into the calendar; days that are there stay."""

    meetings = fields.List(
        fields.Nested(MeetingInSchema),
        required=True,
        validate=validate.Length(
            1, MOST_MEETINGS, error=f"Nennen Sie 1 bis {MOST_MEETINGS} Sitzungen."
        ),
    )
