"""The shape of plans in the JSON API."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe.plans.rules import (
    NOTE_LENGTH,
    REASON_LENGTH,
    STEPS,
    TITLE_LENGTH,
    Kind,
    MilestoneEntry,
)
from vergabe.plans.wishes import LONGEST_DAYS, Wishes
from vergabe.web.schema import Schema, text

_RANGE = validate.Range(min=0, max=LONGEST_DAYS, error=f"Bitte 0 bis {LONGEST_DAYS} Tage angeben.")
_DIRECTIONS = ("backward", "forward")


def _length() -> fields.Integer:
    return fields.Integer(load_default=None, allow_none=True, validate=_RANGE)


def _day() -> fields.Date:
    return fields.Date(load_default=None, allow_none=True)


class WishesSchema(Schema):
    """Wishes of a timetable. Days are legal days; lengths in calendar or working days."""

    performance_on = _day()
    begins_on = _day()
    council_on = _day()
    procedure = text(40, load_default=None, allow_none=True)
    award_body = text(200, load_default=None, allow_none=True)
    joining_days = _length()
    preparation_working_days = _length()
    participation_days = _length()
    request_evaluation_working_days = _length()
    tender_days = _length()
    evaluation_working_days = _length()
    decision_working_days = _length()
    lead_time_days = _length()
    urgent = fields.Boolean(load_default=False)
    pin_published = fields.Boolean(load_default=False)
    by_post = fields.Boolean(load_default=False)


class WishesInSchema(WishesSchema):
    """Wishes to be saved."""

    @ma.post_load
    def _wishes(self, data: dict[str, Any], **_: Any) -> Wishes:
        return Wishes(**data)


class TimetableQuery(WishesSchema):
    """What if: any wish given here counts instead of the saved ones."""

    direction = fields.String(
        load_default="backward",
        validate=validate.OneOf(_DIRECTIONS, error="Möglich sind: backward, forward."),
    )


class StepSchema(Schema):
    """A step of a timetable."""

    key = fields.String()
    title = fields.String()
    who = fields.String()
    begins_on = fields.String()
    ends_on = fields.String()
    ends_at = fields.String(allow_none=True)
    is_statutory = fields.Boolean()
    is_known = fields.Boolean()
    law = fields.String(allow_none=True)
    reason = fields.String()
    holidays = fields.List(fields.Dict())
    earliest_on = fields.String()
    latest_on = fields.String(allow_none=True)
    slack_days = fields.Integer(allow_none=True)
    if_missed = fields.String(allow_none=True)


class DecisionSchema(Schema):
    """What a body of a member decides, or has decided, before the notice."""

    organisation_id = fields.String()
    organisation = fields.String()
    subject = fields.String()
    body = fields.String(allow_none=True)
    decided_on = fields.String(allow_none=True)
    papers_due_on = fields.String(allow_none=True)
    latest_on = fields.String(allow_none=True)
    earliest_on = fields.String(allow_none=True)
    is_late = fields.Boolean()
    if_missed = fields.String(allow_none=True)


class MilestoneSchema(Schema):
    """A milestone that people set themselves; `latest_on`: where it belongs before a step."""

    id = fields.String()
    pool_id = fields.String(allow_none=True)
    area_id = fields.String(allow_none=True)
    organisation_id = fields.String()
    kind = fields.String()
    title = fields.String()
    note = fields.String()
    before_step = fields.String(allow_none=True)
    wished_on = fields.String(allow_none=True)
    agreed_on = fields.String(allow_none=True)
    done_on = fields.String(allow_none=True)
    dropped_reason = fields.String(allow_none=True)
    state = fields.String()
    latest_on = fields.String(allow_none=True)
    if_missed = fields.String(allow_none=True)
    version = fields.Integer()


class TimetableSchema(Schema):
    """A timetable; `problem` says why there is none. `version`: of the saved wishes, 0 without."""

    subject = fields.String()
    id = fields.String()
    reference = fields.String()
    title = fields.String()
    regime = fields.String()
    wishes = fields.Dict()
    is_saved = fields.Boolean()
    version = fields.Integer()
    problem = fields.String(allow_none=True)
    direction = fields.String(allow_none=True)
    wished_on = fields.String(allow_none=True)
    begins_on = fields.String(allow_none=True)
    latest_begin_on = fields.String(allow_none=True)
    performance_on = fields.String(allow_none=True)
    missed_days = fields.Integer(allow_none=True)
    warnings = fields.List(fields.String())
    steps = fields.List(fields.Nested(StepSchema))
    decisions = fields.List(fields.Nested(DecisionSchema))
    milestones = fields.List(fields.Nested(MilestoneSchema))


class MeasureSchema(Schema):
    """Calendar days from the invitation to the first joint notice, or so far."""

    invited_on = fields.String(allow_none=True)
    invited_by = fields.String(allow_none=True)
    noticed_on = fields.String(allow_none=True)
    days = fields.Integer(allow_none=True)
    is_final = fields.Boolean()


class PlanSchema(Schema):
    """The plan of a cooperation: milestones, and the timetables of its newest projects."""

    cooperation = fields.String()
    milestones = fields.List(fields.Nested(MilestoneSchema))
    projects = fields.List(fields.Nested(TimetableSchema))
    has_more_projects = fields.Boolean()
    measure = fields.Nested(MeasureSchema)


class MilestoneInSchema(Schema):
    """A milestone to be added or changed: a wished or an agreed day is needed."""

    title = text(TITLE_LENGTH, minimum=1, required=True)
    organisation_id = fields.UUID(required=True)
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.OTHER)
    note = text(NOTE_LENGTH, load_default="")
    before_step = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(list(STEPS), error=f"Möglich sind: {', '.join(STEPS)}."),
    )
    area_id = fields.UUID(load_default=None, allow_none=True)
    pool_id = fields.UUID(load_default=None, allow_none=True)
    wished_on = _day()
    agreed_on = _day()

    @ma.post_load
    def _entry(self, data: dict[str, Any], **_: Any) -> MilestoneEntry:
        return MilestoneEntry(**data)


class DoneInSchema(Schema):
    """The day on which a milestone was done; today if it is left out."""

    done_on = _day()


class DropInSchema(Schema):
    """Why a milestone is dropped."""

    reason = text(REASON_LENGTH, minimum=1, required=True)


class MemberFiguresSchema(Schema):
    """A member under its pseudonym."""

    member = fields.String()
    kind = fields.String()
    land = fields.String(allow_none=True)
    size = fields.String()
    calls_asked = fields.Integer()
    calls_answered = fields.Integer()


class ProjectFiguresSchema(Schema):
    """A project under its pseudonym; calendar days, net euros rounded to 1,000."""

    project = fields.String()
    division = fields.String()
    stage = fields.String()
    members = fields.List(fields.String())
    demands = fields.Integer()
    value_net_euro = fields.Integer(allow_none=True)
    days_to_binding = fields.Integer(allow_none=True)
    days_to_notice = fields.Integer(allow_none=True)
    days_from_invitation = fields.Integer(allow_none=True)
    enquiries = fields.Integer()
    minutes_worked = fields.Integer()
    is_cancelled = fields.Boolean()


class FiguresSchema(Schema):
    """Key figures of a cooperation for research."""

    cooperation = fields.String()
    day = fields.String()
    days_to_first_notice = fields.Integer(allow_none=True)
    members = fields.List(fields.Nested(MemberFiguresSchema))
    projects = fields.List(fields.Nested(ProjectFiguresSchema))
