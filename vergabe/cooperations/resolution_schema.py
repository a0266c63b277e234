"""The shape of resolutions, their papers and their overview in the JSON API."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe.access.permissions import Role
from vergabe.cooperations.confidentiality import Classification, PaperKind
from vergabe.cooperations.entries import (
    BASIS_LENGTH,
    BODY_LENGTH,
    CONDITIONS_LENGTH,
    ITEM_LENGTH,
    MATTER_LENGTH,
    REASON_LENGTH,
    WORDING_LENGTH,
    ResolutionEntry,
)
from vergabe.cooperations.overview import ResolutionView
from vergabe.cooperations.papers import PaperEntry
from vergabe.cooperations.planning import PlanEntry
from vergabe.cooperations.resolution_overview import Cell, Row, SubjectTable
from vergabe.cooperations.rules import LegalForm, ResolutionKind, Subject
from vergabe.money import EUR
from vergabe.web.schema import Instant, MoneySchema, Schema, text

_ONE_OF = "Möglich sind: {choices}."
_OPEN_FACTS = (
    *("legal_form", "matter", "basis", "wording", "conditions"),
    *("yes_votes", "no_votes", "abstentions", "is_unanimous"),
)


class ResolutionPaperSchema(Schema):
    """A paper that the reader may open; roles: who may where the class is `roles`."""

    id = fields.UUID()
    kind = fields.String()
    classification = fields.String()
    roles = fields.List(fields.String())
    file_name = fields.String()
    file_sha256 = fields.String()
    recorded_at = Instant()


class ResolutionSchema(Schema):
    """A resolution; what was decided in closed session is null for other members."""

    id = fields.UUID()
    organisation_id = fields.UUID()
    pool_id = fields.UUID(allow_none=True)
    subject = fields.String()
    kind = fields.String()
    body = fields.String()
    decided_on = fields.Date()
    item_number = fields.String()
    result = fields.String()
    is_public = fields.Boolean()
    revoked_on = fields.Date(allow_none=True)
    is_standing = fields.Boolean()
    legal_form = fields.String(allow_none=True)
    matter = fields.String(allow_none=True)
    basis = fields.String(allow_none=True)
    wording = fields.String(allow_none=True)
    conditions = fields.String(allow_none=True)
    yes_votes = fields.Integer(allow_none=True)
    no_votes = fields.Integer(allow_none=True)
    abstentions = fields.Integer(allow_none=True)
    is_unanimous = fields.Boolean(allow_none=True)
    limit_net = fields.Nested(MoneySchema, allow_none=True)
    document_sha256 = fields.String(allow_none=True)
    papers = fields.List(fields.Nested(ResolutionPaperSchema))


class ResolutionInSchema(Schema):
    """A resolution to record for the organisation acted for."""

    subject = fields.Enum(Subject, by_value=True, required=True)
    body = text(BODY_LENGTH, minimum=1, required=True)
    decided_on = fields.Date(required=True)
    result = fields.String(
        required=True, validate=validate.OneOf(["adopted", "rejected"], error=_ONE_OF)
    )
    kind = fields.Enum(ResolutionKind, by_value=True, load_default=ResolutionKind.DECISION)
    basis = text(BASIS_LENGTH, load_default="")
    legal_form = fields.Enum(LegalForm, by_value=True, load_default=None, allow_none=True)
    matter = text(MATTER_LENGTH, load_default="")
    yes_votes = fields.Integer(strict=True, load_default=None, allow_none=True)
    no_votes = fields.Integer(strict=True, load_default=None, allow_none=True)
    abstentions = fields.Integer(strict=True, load_default=None, allow_none=True)
    is_unanimous = fields.Boolean(load_default=False)
    item_number = text(ITEM_LENGTH, load_default="")
    wording = text(WORDING_LENGTH, load_default="")
    conditions = text(CONDITIONS_LENGTH, load_default="")
    limit_net = fields.Nested(MoneySchema, load_default=None, allow_none=True)
    is_public = fields.Boolean(load_default=True)
    pool_id = fields.UUID(load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ResolutionEntry:
        data["is_adopted"] = data.pop("result") == "adopted"
        data["limit_net_cents"] = cents_of(data.pop("limit_net"))
        return ResolutionEntry(**data)


def _roles() -> fields.List[Any]:
    return fields.List(
        fields.Enum(Role, by_value=True),
        load_default=list,
        validate=validate.Length(max=len(Role), error="Das sind zu viele."),
    )


class PaperFormSchema(Schema):
    """What a paper is and who may read it, as parts of multipart/form-data."""

    kind = fields.Enum(PaperKind, by_value=True, load_default=PaperKind.EXTRACT)
    classification = fields.Enum(Classification, by_value=True, load_default=None)
    roles = _roles()

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> PaperEntry:
        return PaperEntry(data["kind"], data["classification"], frozenset(data["roles"]))


class ClassificationSchema(Schema):
    """Another class for a paper, and why."""

    classification = fields.Enum(Classification, by_value=True, required=True)
    roles = _roles()
    reason = text(REASON_LENGTH, minimum=1, required=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"roles": frozenset(data["roles"])}


class PaperOpeningSchema(Schema):
    """Who opened a paper, and when."""

    opened_at = Instant()
    person_name = fields.String()
    organisation_name = fields.String()


class PaperOpeningListSchema(Schema):
    """The access log of a paper, newest first."""

    items = fields.List(fields.Nested(PaperOpeningSchema))


class PlannedDecisionInSchema(Schema):
    """When a body is to decide; planned_on null: no longer planned."""

    subject = fields.Enum(Subject, by_value=True, required=True)
    body = text(BODY_LENGTH, minimum=1, required=True)
    planned_on = fields.Date(required=True, allow_none=True)
    pool_id = fields.UUID(load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> PlanEntry:
        return PlanEntry(**data)


class PlannedDecisionSchema(Schema):
    """What a body of a member is to decide, and when."""

    organisation_id = fields.UUID()
    subject = fields.String()
    pool_id = fields.UUID(allow_none=True)
    body = fields.String()
    planned_on = fields.Date()


class PlannedDecisionListSchema(Schema):
    """All planned decisions of a cooperation, in the order of days."""

    items = fields.List(fields.Nested(PlannedDecisionSchema))


class ChainStepSchema(Schema):
    """A body of a member's chain."""

    body = fields.String()
    has_last_word = fields.Boolean()
    planned_on = fields.Date(allow_none=True)
    resolution_id = fields.UUID(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    result = fields.String(allow_none=True)


class ChainRowSchema(Schema):
    """A member's chain; effective_on: the day from which it takes effect."""

    organisation_id = fields.UUID()
    name = fields.String()
    state = fields.String()
    is_under_reserve = fields.Boolean()
    effective_on = fields.Date(allow_none=True)
    steps = fields.List(fields.Nested(ChainStepSchema))
    reasons = fields.List(fields.Dict())


class SubjectTableSchema(Schema):
    """All members on one subject."""

    subject = fields.String()
    pool_id = fields.UUID(allow_none=True)
    is_required = fields.Boolean()
    effective_together = fields.Boolean()
    is_complete = fields.Boolean()
    effective_on = fields.Date(allow_none=True)
    members = fields.List(fields.Nested(ChainRowSchema))
    reasons = fields.List(fields.Dict())


class ResolutionOverviewSchema(Schema):
    """The resolutions of all members in one area, subject by subject."""

    area = fields.String()
    tables = fields.List(fields.Nested(SubjectTableSchema))


class ProofQuerySchema(Schema):
    """On which subject the check "all members, same form, same subject" is made."""

    area = fields.String(load_default=None)
    subject = fields.Enum(Subject, by_value=True, required=True)
    pool_id = fields.UUID(load_default=None)


def cents_of(amount: dict[str, Any] | None) -> int | None:
    """Return the cents of a MoneySchema."""
    return amount["amount_cents"] if amount else None


def amount_of(cents: int | None) -> dict[str, Any] | None:
    """Return cents as MoneySchema takes them."""
    return None if cents is None else {"amount_cents": cents, "currency": EUR}


def resolution_json(view: ResolutionView) -> dict[str, Any]:
    """Return a resolution as ResolutionSchema takes it."""
    resolution = view.resolution
    names = (
        *("id", "organisation_id", "pool_id", "subject", "kind", "body", "decided_on"),
        *("item_number", "result", "is_public", "revoked_on"),
    )
    shown: dict[str, Any] = {name: getattr(resolution, name) for name in names}
    return (
        shown
        | {name: getattr(resolution, name) if view.is_open else None for name in _OPEN_FACTS}
        | {
            "is_standing": view.is_standing,
            "limit_net": amount_of(resolution.limit_net_cents) if view.is_open else None,
            "document_sha256": view.papers[-1].file_sha256 if view.papers else None,
            "papers": view.papers,
        }
    )


def table_json(table: SubjectTable) -> dict[str, Any]:
    """Return the members on one subject as SubjectTableSchema takes them."""
    return {
        "subject": table.subject,
        "pool_id": table.pool.id if table.pool else None,
        "is_required": table.is_required,
        "effective_together": table.effective_together,
        "is_complete": table.is_complete,
        "effective_on": table.effective_on,
        "members": [_row_json(row) for row in table.rows],
        "reasons": [reason.as_dict() for reason in table.reasons],
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "organisation_id": row.organisation_id,
        "name": row.name,
        "state": row.chain.state,
        "is_under_reserve": row.is_under_reserve,
        "effective_on": row.effective_on,
        "steps": [_cell_json(cell) for cell in row.cells],
        "reasons": [reason.as_dict() for reason in row.reasons],
    }


def _cell_json(cell: Cell) -> dict[str, Any]:
    found = cell.view.resolution if cell.view else None
    return {
        "body": cell.body,
        "has_last_word": cell.has_last_word,
        "planned_on": cell.planned_on,
        "resolution_id": found.id if found else None,
        "decided_on": found.decided_on if found else None,
        "result": found.result if found else None,
    }
