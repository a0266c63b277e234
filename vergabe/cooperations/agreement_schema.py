"""The shape of agreements in the JSON API."""

import datetime as dt
from enum import StrEnum
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe.cooperations.agreement_checklist import TEXT_LENGTH
from vergabe.cooperations.agreement_entries import (
    NOTICE_ENDS,
    NOTICE_ENDS_TO,
    PLACE_LENGTH,
    AgreementEntry,
    ApprovalEntry,
    NoticeEntry,
    PartyEntry,
)
from vergabe.cooperations.agreement_view import AgreementView
from vergabe.cooperations.entries import REASON_LENGTH, WORDING_LENGTH
from vergabe.cooperations.rules import LegalForm
from vergabe.cost_keys.keys import KeyKind, NoAward
from vergabe.money import EUR
from vergabe.web.schema import MoneySchema, Schema, text

_ONE_OF = "Möglich sind: {choices}."
_WEIGHT = validate.Range(0, 10_000, error="Hier wird eine Zahl von 0 bis 10000 erwartet.")


class AgreementPartySchema(Schema):
    """A party to a version and its signature."""

    organisation_id = fields.UUID()
    name = fields.String(attribute="organisation.name")
    signed_on = fields.Date(allow_none=True)
    signed_by = fields.String()
    maximum_quantity = fields.String()
    maximum_net = fields.Nested(MoneySchema, allow_none=True)


class AgreementNoticeSchema(Schema):
    """A notice of termination; it counts from effective_on."""

    id = fields.UUID()
    organisation_id = fields.UUID()
    given_on = fields.Date()
    effective_on = fields.Date()
    ends = fields.String()
    is_extraordinary = fields.Boolean()
    reason = fields.String()
    authority_notified_on = fields.Date(allow_none=True)
    withdrawn_on = fields.Date(allow_none=True)


class ChecklistItemSchema(Schema):
    """An item of the checklist: what is settled, what is missing, who can supply it."""

    key = fields.String()
    name = fields.String()
    settled = fields.String()
    missing = fields.List(fields.String())
    who = fields.String()
    is_complete = fields.Boolean()


class AgreementVersionSchema(Schema):
    """A version in short; counts: it is the one of today."""

    number = fields.Integer(attribute="agreement.number")
    effective_stage = fields.String(attribute="stage")
    counts = fields.Boolean()
    is_superseded = fields.Boolean()


class AgreementDetailSchema(Schema):
    """A version of the agreement with everything that belongs to it.

    silence: the law, days and steps by which silence of the authority counts as approval.
    """

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
    approval_by_silence = fields.Boolean()
    authority = fields.String()
    approval_sent_on = fields.Date(allow_none=True)
    approval_received_on = fields.Date(allow_none=True)
    approval_objections_on = fields.Date(allow_none=True)
    approval_meeting_named_on = fields.Date(allow_none=True)
    approval_meeting_on = fields.Date(allow_none=True)
    published_on = fields.Date(allow_none=True)
    published_in = fields.String()
    notice_months = fields.Integer(allow_none=True)
    notice_to = fields.String()
    notice_ends = fields.String()
    cost_key = fields.Dict()
    cost_rule_missing = fields.List(fields.String())
    allows = fields.List(fields.String())
    moves = fields.List(fields.String())
    hints = fields.List(fields.String())
    parties = fields.List(fields.Nested(AgreementPartySchema))
    checklist = fields.List(fields.Nested(ChecklistItemSchema))
    silence = fields.Dict(allow_none=True)
    notices = fields.List(fields.Nested(AgreementNoticeSchema))
    versions = fields.List(fields.Nested(AgreementVersionSchema))


class AgreementQuerySchema(Schema):
    """Which version; none: the one that counts today."""

    number = fields.Integer(load_default=None, allow_none=True)


class AgreementReasonSchema(Schema):
    """Why."""

    reason = text(REASON_LENGTH, minimum=1, required=True)


class AgreementCostKeySchema(Schema):
    """The cost rule that an agreement contains; complete with no_award and vat_clause."""

    kind = fields.Enum(KeyKind, by_value=True)
    inhabitants_on = fields.Date()
    base_cents = fields.Integer(
        strict=True, validate=validate.Range(1, 10**12, error="Der Betrag ist unplausibel.")
    )
    equal_basis_points = fields.Integer(strict=True, validate=_WEIGHT)
    inhabitants_basis_points = fields.Integer(strict=True, validate=_WEIGHT)
    demand_value_basis_points = fields.Integer(strict=True, validate=_WEIGHT)
    bearer = text(12, minimum=5)
    bearer_basis_points = fields.Integer(strict=True, validate=_WEIGHT)
    no_award = fields.Enum(NoAward, by_value=True)
    vat_clause = text(TEXT_LENGTH)
    due_days = fields.Integer(
        strict=True, validate=validate.Range(1, 365, error="Möglich sind 1 bis 365 Tage.")
    )
    interest_basis_points = fields.Integer(strict=True, validate=_WEIGHT)
    note = text(TEXT_LENGTH)

    @ma.post_load
    def _as_stored(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {
            name: value.isoformat()
            if isinstance(value, dt.date)
            else str(value)
            if isinstance(value, StrEnum)
            else value
            for name, value in data.items()
        }


class AgreementContentSchema(Schema):
    """The content of a version."""

    legal_form = fields.Enum(LegalForm, by_value=True, required=True)
    subject = text(WORDING_LENGTH, minimum=1, required=True)
    requires_approval = fields.Boolean(load_default=False)
    authority = text(PLACE_LENGTH, load_default="")
    notice_months = fields.Integer(strict=True, load_default=None, allow_none=True)
    notice_to = fields.String(
        load_default="day", validate=validate.OneOf(list(NOTICE_ENDS_TO), error=_ONE_OF)
    )
    notice_ends = fields.String(
        load_default="membership", validate=validate.OneOf(list(NOTICE_ENDS), error=_ONE_OF)
    )
    cost_key = fields.Nested(AgreementCostKeySchema, required=True)
    checklist = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        load_default=dict,
        validate=validate.Length(max=50, error="Das sind zu viele."),
    )
    reason = text(REASON_LENGTH, minimum=1, required=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        reason = data.pop("reason")
        return {"entry": AgreementEntry(**data), "reason": reason}


class AgreementPartyInSchema(Schema):
    """A party, its signature and its maxima."""

    organisation_id = fields.UUID(required=True)
    signed_on = fields.Date(load_default=None, allow_none=True)
    signed_by = text(200, load_default="")
    maximum_quantity = text(TEXT_LENGTH, load_default="")
    maximum_net = fields.Nested(MoneySchema, load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> PartyEntry:
        amount = data.pop("maximum_net")
        data["maximum_net_cents"] = amount["amount_cents"] if amount else None
        return PartyEntry(**data)


class AgreementApprovalSchema(Schema):
    """What happened at the supervisory authority."""

    authority = text(PLACE_LENGTH, load_default="")
    sent_on = fields.Date(load_default=None, allow_none=True)
    received_on = fields.Date(load_default=None, allow_none=True)
    objections_on = fields.Date(load_default=None, allow_none=True)
    meeting_named_on = fields.Date(load_default=None, allow_none=True)
    meeting_on = fields.Date(load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ApprovalEntry:
        return ApprovalEntry(**data)


class AgreementPublicationSchema(Schema):
    """When and where agreement and approval were made public."""

    published_on = fields.Date(required=True)
    published_in = text(PLACE_LENGTH, minimum=1, required=True)


class AgreementNoticeInSchema(Schema):
    """A notice of termination of the organisation acted for."""

    given_on = fields.Date(required=True)
    effective_on = fields.Date(required=True)
    reason = text(TEXT_LENGTH, minimum=1, required=True)
    is_extraordinary = fields.Boolean(load_default=False)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> NoticeEntry:
        return NoticeEntry(**data)


class AgreementNotifiedSchema(Schema):
    """When the supervisory authority was told."""

    notified_on = fields.Date(required=True)


_DERIVED = frozenset(
    {"effective_stage", "cost_key", "cost_rule_missing", "allows", "moves", "hints", "parties"}
    | {"checklist", "silence", "notices", "versions"}
)


def agreement_json(view: AgreementView) -> dict[str, Any]:
    """Return a version as AgreementDetailSchema takes it."""
    agreement = view.agreement
    shown = {
        name: getattr(agreement, name)
        for name in AgreementDetailSchema().fields
        if name not in _DERIVED
    }
    own_key = agreement.cost_key
    return shown | {
        "effective_stage": view.stage,
        "cost_key": own_key if own_key is not None else view.cooperation.cost_key,
        "cost_rule_missing": [reason.message for reason in view.cost_rule],
        "allows": sorted(view.allows),
        "moves": list(view.moves),
        "hints": view.hints,
        "parties": [
            {
                "organisation_id": row.organisation_id,
                "organisation": row.organisation,
                "signed_on": row.signed_on,
                "signed_by": row.signed_by,
                "maximum_quantity": row.maximum_quantity,
                "maximum_net": _amount(row.maximum_net_cents),
            }
            for row in view.parties
        ],
        "checklist": view.checklist,
        "silence": view.silence.as_dict() if view.silence else None,
        "notices": view.notices,
        "versions": view.versions,
    }


def _amount(cents: int | None) -> dict[str, Any] | None:
    return None if cents is None else {"amount_cents": cents, "currency": EUR}
