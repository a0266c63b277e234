"""The shape of votes in the JSON API."""

from marshmallow import fields, validate

from vergabe.votes.casting import NAME_LENGTH
from vergabe.votes.closing import REASON_LENGTH
from vergabe.votes.rules import Choice
from vergabe.votes.service import QUESTION_LENGTH
from vergabe.web.schema import Instant, Schema, text


class TallySchema(Schema):
    """Votes counted by the rule: members, or inhabitants under the weighted rule."""

    yes = fields.Integer()
    no = fields.Integer()
    abstain = fields.Integer()
    missing = fields.Integer()


class VoterSchema(Schema):
    """A member entitled to vote and what it said; choice null: it has not voted."""

    organisation_id = fields.UUID()
    name = fields.String()
    inhabitants = fields.Integer(allow_none=True)
    inhabitants_on = fields.Date(allow_none=True)
    choice = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    voter_name = fields.String(allow_none=True)
    cast_at = Instant(allow_none=True)
    cast_by_name = fields.String(allow_none=True)


class VoteSchema(Schema):
    """A vote: `subject` is what was frozen, `is_current` whether the pool still is that.

    subject_sha256: SHA-256 over the subject as JSON with sorted keys, without blanks, in UTF-8.
    """

    id = fields.UUID()
    pool_id = fields.UUID()
    number = fields.Integer()
    question = fields.String()
    cost_bearer = fields.String()
    state = fields.String()
    is_current = fields.Boolean()
    changes = fields.List(fields.String())
    rule = fields.String()
    quorum_basis_points = fields.Integer()
    majority_of = fields.String()
    abstention_blocks = fields.Boolean()
    subject = fields.Dict()
    subject_sha256 = fields.String()
    opened_at = Instant()
    opened_by_name = fields.String()
    deadline = Instant(allow_none=True)
    closed_at = Instant(allow_none=True)
    closing_reason = fields.String()
    tally = fields.Nested(TallySchema)
    voters = fields.List(fields.Nested(VoterSchema))
    may_cast = fields.Boolean()
    may_close = fields.Boolean()


class VotesSchema(Schema):
    """The votes on a pool, newest first; the first one counts."""

    items = fields.List(fields.Nested(VoteSchema))


class OpenVoteSchema(Schema):
    """What is asked, and until when: the first instant too late, null for no end by time."""

    question = text(QUESTION_LENGTH, minimum=1, required=True)
    cost_bearer = text(REASON_LENGTH, load_default="")
    deadline = Instant(load_default=None, allow_none=True)


class BallotSchema(Schema):
    """What a member says; a "no" needs a reason. voter_name: whose vote it is, name and office."""

    choice = fields.String(
        required=True,
        validate=validate.OneOf(list(Choice), error=f"Möglich sind: {', '.join(Choice)}."),
    )
    reason = text(REASON_LENGTH, load_default="")
    voter_name = text(NAME_LENGTH, load_default="")


class ClosingSchema(Schema):
    """Why a vote is closed early; the members read it."""

    reason = text(REASON_LENGTH, minimum=1, required=True)
