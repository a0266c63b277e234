"""The shape of cooperations in the JSON API."""

import uuid
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe.cooperations.entries import REASON_LENGTH, WORDING_LENGTH, MandateEntry
from vergabe.cooperations.overview import MandateView, Overview
from vergabe.cooperations.resolution_schema import (
    ResolutionSchema,
    amount_of,
    cents_of,
    resolution_json,
)
from vergabe.cooperations.rules import LegalForm, Move, Scope
from vergabe.web.schema import MoneySchema, Schema, text

_ONE_OF = "Möglich sind: {choices}."


class MemberOrganisationSchema(Schema):
    """A member in short."""

    id = fields.UUID()
    name = fields.String()
    ags = fields.String(allow_none=True)
    land = fields.String(allow_none=True)
    inhabitants = fields.Integer(allow_none=True)
    inhabitants_on = fields.Date(allow_none=True)


class CooperationRowSchema(Schema):
    """A cooperation in a list."""

    id = fields.UUID()
    key = fields.String()
    name = fields.String()
    reference_prefix = fields.String()
    lead = fields.Nested(MemberOrganisationSchema)


class CooperationListSchema(Schema):
    """The cooperations of the organisation acted for."""

    items = fields.List(fields.Nested(CooperationRowSchema))
    next_cursor = fields.String(allow_none=True)


class CooperationMemberSchema(Schema):
    """A member and how deep it takes part, by key of the area."""

    organisation = fields.Nested(MemberOrganisationSchema)
    is_lead = fields.Boolean()
    position = fields.Integer()
    joined_on = fields.Date()
    left_on = fields.Date(allow_none=True)
    participation = fields.Dict(keys=fields.String(), values=fields.String())


class TaskAreaSchema(Schema):
    """A task area."""

    id = fields.UUID()
    key = fields.String()
    name = fields.String()
    required_resolutions = fields.List(fields.String())


class CooperationAgreementSchema(Schema):
    """The agreement that counts today; effective_stage is derived from its days."""

    number = fields.Integer()
    legal_form = fields.String()
    stage = fields.String()
    effective_stage = fields.String()
    subject = fields.String()
    requires_approval = fields.Boolean()
    resolved_on = fields.Date(allow_none=True)
    signed_on = fields.Date(allow_none=True)
    approved_on = fields.Date(allow_none=True)
    in_force_on = fields.Date(allow_none=True)
    terminated_on = fields.Date(allow_none=True)


class MandateSchema(Schema):
    """A mandate; wording and limit are null for members that it does not concern."""

    id = fields.UUID()
    grantor_id = fields.UUID()
    grantee_id = fields.UUID()
    scope = fields.List(fields.String())
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    revoked_on = fields.Date(allow_none=True)
    is_valid = fields.Boolean()
    wording = fields.String(allow_none=True)
    limit_net = fields.Nested(MoneySchema, allow_none=True)
    document_sha256 = fields.String(allow_none=True)


class ReadinessGateSchema(Schema):
    """A named check with every reason that keeps it closed."""

    key = fields.String()
    title = fields.String()
    is_open = fields.Boolean()
    reasons = fields.List(fields.Dict())
    notes = fields.List(fields.String())


class ReadinessSchema(Schema):
    """The checks for everybody who could take part in a joint tender of one area, today."""

    area = fields.String()
    gates = fields.List(fields.Nested(ReadinessGateSchema))


class CooperationSchema(CooperationRowSchema):
    """A cooperation with all that its members share."""

    description = fields.String()
    joining_window_days = fields.Integer()
    cost_key = fields.Dict()
    contact = fields.Dict()
    review_body = fields.Dict()
    allows = fields.List(fields.String())
    agreement = fields.Nested(CooperationAgreementSchema, allow_none=True)
    areas = fields.List(fields.Nested(TaskAreaSchema))
    members = fields.List(fields.Nested(CooperationMemberSchema))
    mandates = fields.List(fields.Nested(MandateSchema))
    resolutions = fields.List(fields.Nested(ResolutionSchema))


class TaskAreaQuerySchema(Schema):
    """Which area's checks to list."""

    area = fields.String(load_default=None)


class MandateInSchema(Schema):
    """A mandate for the lead to record for the organisation acted for."""

    scope = fields.List(
        fields.Enum(Scope, by_value=True),
        required=True,
        validate=validate.Length(max=len(Scope), error="Das sind zu viele."),
    )
    wording = text(WORDING_LENGTH, minimum=1, required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    limit_net = fields.Nested(MoneySchema, load_default=None, allow_none=True)
    grantee_id = fields.UUID(load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> MandateEntry:
        data["scope"] = frozenset(data["scope"])
        data["limit_net_cents"] = cents_of(data.pop("limit_net"))
        return MandateEntry(**data)


class PaperRevocationSchema(Schema):
    """From which legal day something no longer counts, and why."""

    revoked_on = fields.Date(required=True)
    reason = text(REASON_LENGTH, minimum=1, required=True)


class AgreementMoveSchema(Schema):
    """A step of the agreement; legal_form: what an informal arrangement becomes.

    number: which version; null: the newest.
    """

    move = fields.Enum(Move, by_value=True, required=True)
    on = fields.Date(required=True)
    reason = text(REASON_LENGTH, minimum=1, required=True)
    legal_form = fields.Enum(LegalForm, by_value=True, load_default=None, allow_none=True)
    number = fields.Integer(load_default=None, allow_none=True)


class PaperDocumentSchema(Schema):
    """A document, as a part of multipart/form-data."""

    document = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


def mandate_json(view: MandateView) -> dict[str, Any]:
    """Return a mandate as MandateSchema takes it."""
    mandate = view.mandate
    shown: dict[str, Any] = {
        name: getattr(mandate, name)
        for name in ("id", "grantor_id", "grantee_id", "scope", "valid_from", "valid_to")
    }
    return shown | {
        "revoked_on": mandate.revoked_on,
        "is_valid": view.is_valid,
        "wording": mandate.wording if view.is_open else None,
        "limit_net": amount_of(mandate.limit_net_cents) if view.is_open else None,
        "document_sha256": mandate.file_sha256 if view.is_open else None,
    }


def cooperation_json(view: Overview) -> dict[str, Any]:
    """Return a cooperation as CooperationSchema takes it."""
    cooperation, agreement = view.cooperation, view.agreement
    names = ("id", "key", "name", "reference_prefix", "lead", "description")
    shown: dict[str, Any] = {name: getattr(cooperation, name) for name in names}
    stage_json: dict[str, Any] | None = None
    if agreement is not None:
        stage_json = {
            name: getattr(agreement, name, None) for name in CooperationAgreementSchema().fields
        }
        stage_json["effective_stage"] = view.stage
    return shown | {
        "joining_window_days": cooperation.joining_window_days,
        "cost_key": view.cost_key,
        "contact": cooperation.contact,
        "review_body": cooperation.review_body,
        "allows": sorted(view.allows),
        "agreement": stage_json,
        "areas": view.areas,
        "members": [
            {
                "organisation": member.organisation,
                "is_lead": member.organisation_id == cooperation.lead_organisation_id,
                "position": member.position,
                "joined_on": member.joined_on,
                "left_on": member.left_on,
                "participation": _participation(view, member.organisation_id),
            }
            for member in view.members
        ],
        "mandates": [mandate_json(each) for each in view.mandates],
        "resolutions": [resolution_json(each) for each in view.resolutions],
    }


def _participation(view: Overview, organisation_id: uuid.UUID) -> dict[str, str]:
    return {
        area.key: view.depths[organisation_id, area.id].value
        for area in view.areas
        if (organisation_id, area.id) in view.depths
    }


def gates_json(view: Overview) -> dict[str, Any]:
    """Return the checks of the chosen area as ReadinessSchema takes them."""
    return {
        "area": view.area.key if view.area else "",
        "gates": [
            {
                "key": gate.key,
                "title": gate.title,
                "is_open": gate.is_open,
                "reasons": [reason.as_dict() for reason in gate.reasons],
                "notes": gate.notes,
            }
            for gate in view.gates
        ],
    }
