"""The shape of a question to the advisor and of its answer, as JSON."""

from decimal import Decimal
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe.law.advice import AdvisorFacts, Member
from vergabe.law.bylaws import Bylaw
from vergabe.law.estimate import Method, Position
from vergabe.law.procedures import PROCEDURE_NAMES
from vergabe.law.thresholds import ContractType
from vergabe.law.working_days import LANDS
from vergabe.money import MAX_CENTS
from vergabe.web.schema import Schema, text

_MOST = 200
_CENTS = validate.Range(0, MAX_CENTS, error="Beträge liegen zwischen 0 und {max} Cent.")
_MONTHS = validate.Range(0, 1200, error="Möglich sind 0 bis {max} Monate.")


def _cents(**more: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=_CENTS, **more)


def _one_of(known: list[str], **more: Any) -> fields.String:
    error = "Möglich sind: " + ", ".join(known) + "."
    return fields.String(validate=validate.OneOf(known, error=error), **more)


class BylawSchema(Schema):
    """A by-law of a member; limits net in cents, null: no limit."""

    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    direct_max_net_cents = _cents(load_default=None, allow_none=True)
    negotiated_wo_call_max_net_cents = _cents(load_default=None, allow_none=True)
    restricted_wo_call_max_net_cents = _cents(load_default=None, allow_none=True)
    freehand_max_net_cents = _cents(load_default=None, allow_none=True)
    minimum_tender_days = fields.Integer(load_default=None, allow_none=True)
    minimum_participation_days = fields.Integer(load_default=None, allow_none=True)


class MemberSchema(Schema):
    """A participant: name as in the positions, Land with two letters."""

    name = text(400, minimum=1, required=True)
    land = _one_of(list(LANDS), required=True)
    bylaw = fields.Nested(BylawSchema, load_default=None, allow_none=True)
    needed_on = fields.Date(load_default=None, allow_none=True)
    council_on = fields.Date(load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Member:
        bylaw = data.pop("bylaw")
        made = Bylaw(municipality=data["name"], **bylaw) if bylaw is not None else None
        return Member(**data, bylaw=made)


class PositionSchema(Schema):
    """What a member needs; amounts in cents, net unless the method says gross (§ 3 VgV)."""

    municipality = text(400, minimum=1, required=True)
    amount_cents = _cents(required=True)
    method = _one_of([str(method) for method in Method], load_default=str(Method.TOTAL))
    group = text(100, load_default="1")
    lot = text(100, load_default=None, allow_none=True)
    label = text(400, load_default="")
    vat_rate = fields.Decimal(load_default=None, allow_none=True)
    options_net_cents = _cents(load_default=0)
    prizes_net_cents = _cents(load_default=0)
    term_months = fields.Integer(load_default=None, allow_none=True, validate=_MONTHS)
    extension_months = fields.Integer(load_default=0, validate=_MONTHS)
    later_purchases_net_cents = _cents(load_default=0)


class QuestionSchema(Schema):
    """Facts of a pool or tender that need not exist here."""

    contract_type = _one_of([str(kind) for kind in ContractType], required=True)
    on = fields.Date(required=True)
    lead = text(400, minimum=1, required=True)
    members = fields.List(
        fields.Nested(MemberSchema), required=True, validate=validate.Length(1, _MOST)
    )
    positions = fields.List(
        fields.Nested(PositionSchema), required=True, validate=validate.Length(1, 20 * _MOST)
    )
    procedure = _one_of(list(PROCEDURE_NAMES), load_default=None, allow_none=True)
    urgent = fields.Boolean(load_default=False)
    pin_published = fields.Boolean(load_default=False)
    electronic_submission = fields.Boolean(load_default=True)
    requested_publication_on = fields.Date(load_default=None, allow_none=True)
    submission_deadline_at = fields.AwareDateTime(load_default=None, allow_none=True)
    funding_rules = fields.List(fields.String(), load_default=list)
    public_housing = fields.Boolean(load_default=False)
    framework_months = fields.Integer(load_default=None, allow_none=True, validate=_MONTHS)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> AdvisorFacts:
        members: tuple[Member, ...] = tuple(data.pop("members"))
        lands = {member.name: member.land for member in members}
        positions = tuple(_position(entry, lands) for entry in data.pop("positions"))
        kind = ContractType(data.pop("contract_type"))
        rules = tuple(data.pop("funding_rules"))
        return AdvisorFacts(
            contract_type=kind, members=members, positions=positions, funding_rules=rules, **data
        )


def _position(entry: dict[str, Any], lands: dict[str, str]) -> Position:
    name = entry["municipality"]
    if name not in lands:
        raise ma.ValidationError(
            f"{name} steht nicht bei den Mitgliedern. Nehmen Sie es dort auf.", "positions"
        )
    rate: Decimal | None = entry.pop("vat_rate")
    return Position(land=lands[name], vat_rate=rate, method=Method(entry.pop("method")), **entry)


class WishQuery(Schema):
    """What to try out; nothing is stored. Members to leave out are named, repeatedly."""

    on = fields.Date()
    procedure = _one_of(list(PROCEDURE_NAMES))
    submission_on = fields.Date()
    extra_net_cents = _cents(load_default=0)
    without = fields.List(fields.String(), load_default=list)
    urgent = fields.Boolean(load_default=False)
    pin_published = fields.Boolean(load_default=False)


class AdviceSchema(Schema):
    """The answer; each result carries value, rule, law, row, inputs, steps, evidence."""

    estimate = fields.Dict()
    regime = fields.Dict(allow_none=True)
    procedures = fields.Dict(allow_none=True)
    problem = fields.String(allow_none=True)
    recommendation = fields.Dict(allow_none=True)
    periods = fields.Dict()
    timetable = fields.Dict(allow_none=True)
    duties = fields.List(fields.Dict())
    hints = fields.List(fields.Dict())
    without = fields.List(fields.Dict())
