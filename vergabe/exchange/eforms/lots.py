"""Lots and parts: what is bought, and on which terms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from vergabe.exchange.eforms.datatypes import (
    Amount,
    Coded,
    Duration,
    Fund,
    Nature,
    Period,
    Place,
    Text,
)


@dataclass(frozen=True, kw_only=True)
class CriterionNumber:
    """A number of a criterion with its kind, in hundredths (BT-541 with BT-5421 to BT-5423).

    list: `number-weight` (per-exa, per-mid, dec-exa, dec-mid, poi-exa,
    poi-mid, ord-imp), `number-fixed` (fix-tot,
    fix-unit) or `number-threshold` (min-score, max-pass); kind: the code of that list.
    """

    list: Literal["number-weight", "number-fixed", "number-threshold"]
    kind: str
    hundredths: int


@dataclass(frozen=True, kw_only=True)
class AwardCriterion:
    """Award criterion (BT-539 type, BT-734 name, BT-540 text, BT-541 number, BT-5421 its kind).

    weight_basis_points: hundredths of a percent (10,000 is all), None: no such weight is given;
    numbers: what else there is, weights of other kinds, fixed amounts, thresholds.
    """

    kind: Literal["price", "cost", "quality"]
    name: Text | None = None
    description: Text | None = None
    weight_basis_points: int | None = None
    numbers: tuple[CriterionNumber, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SelectionCriterion:
    """Selection criterion (BT-809, BT-750); the rest only for those that narrow the candidates.

    is_for_second_stage: BT-40; numbers: BT-752 with BT-7531, BT-7532 (weights, thresholds).
    """

    code: str
    text: Text | None = None
    is_for_second_stage: bool | None = None
    numbers: tuple[CriterionNumber, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SecondStage:
    """How many candidates are invited (BT-50, BT-51), in successive stages or not (BT-52).

    may_award_without_negotiation: BT-120. BT-661 follows from `maximum`.
    """

    minimum: int
    maximum: int | None = None
    is_successive: bool | None = None
    may_award_without_negotiation: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """Renewals (BT-58 most, BT-57 text)."""

    maximum: int
    description: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Framework:
    """Framework agreement (BT-765 technique, BT-113 participants, BT-109 reason, BT-111 buyers)."""

    technique: str
    participants_maximum: int | None = None
    duration_reason: Text | None = None
    buyer_categories: Text | None = None


@dataclass(frozen=True, kw_only=True)
class StrategicGoal:
    """Strategic procurement (BT-06 code, each once; BT-774/775/776 details; BT-777 text)."""

    code: str
    details: tuple[str, ...] = ()
    description: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Documents:
    """Procurement documents (BT-14, BT-707; BT-15 or BT-615 address; BT-708 languages).

    reference: OPT-140, the documents' own id; None: made of the lot's.
    """

    url: str
    reference: str | None = None
    is_restricted: bool = False
    restriction_reason: str | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Opening of bids (BT-132 instant, BT-133 place, BT-134 text)."""

    at: dt.datetime
    place: Text | None = None
    description: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Review:
    """Review body and its periods (OPT-301-Lot-ReviewOrg, -ReviewInfo, -Mediator; BT-99)."""

    body: str | None = None
    information: str | None = None
    mediator: str | None = None
    deadlines: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Terms of a lot; what a subtype does not know stays None and is left out.

    submission: BT-17 (`required`, `allowed`, `not-allowed`), submission_reason: BT-19,
    submission_url: BT-18; bid_languages: BT-97; submission_deadline, participation_deadline,
    enquiries_deadline, answer_deadline: BT-131, BT-1311, BT-13, BT-800, aware instants, the first
    at which it is too late; dispatch_of_invitations_on: BT-130; validity: BT-98;
    reserved: BT-71; reserved_execution: BT-736;
    selection_source: BT-821; selection_criteria: BT-809 with BT-750;
    late_documents: BT-771 with BT-772; eu_funds: BT-60; variants: BT-63; several_bids: BT-769;
    guarantee: BT-751 with BT-75; einvoicing: BT-743; ecatalogue: BT-764;
    eordering, epayment: BT-92, BT-93; conditions: BT-70; gpa: BT-115; auction: BT-767;
    clean_vehicles: BT-717; recurring: BT-94, BT-95; esignature: BT-744; nda: BT-801
    with BT-802; legal_form: BT-761 (`true`, `false`) with BT-76; financial_terms: BT-77;
    staff_names: BT-79; tender_receiver, information_provider, documents_provider, evaluator: keys
    (OPT-301); vehicles_contract: BT-735, needed where clean_vehicles is true; auction_text,
    auction_url: BT-122, BT-123; formula, order_reason: BT-543, BT-733; funds: only with eu_funds;
    interest_deadline: BT-630; security_clearance: BT-578 (`true`, `false`) with BT-732, until:
    BT-78; foreign_subsidies: BT-681; tool_url, tool_name: BT-124, BT-632.
    """

    submission: str | None = None
    submission_reason: Coded | None = None
    submission_url: str | None = None
    bid_languages: tuple[str, ...] = ()
    submission_deadline: dt.datetime | None = None
    participation_deadline: dt.datetime | None = None
    enquiries_deadline: dt.datetime | None = None
    answer_deadline: dt.datetime | None = None
    interest_deadline: dt.datetime | None = None
    dispatch_of_invitations_on: dt.date | None = None
    validity: Duration | None = None
    opening: Opening | None = None
    documents: Documents | None = None
    reserved: tuple[str, ...] = ()
    reserved_execution: str | None = None
    selection_source: str | None = None
    selection_criteria: tuple[SelectionCriterion, ...] = ()
    second_stage: SecondStage | None = None
    late_documents: Coded | None = None
    award_criteria: tuple[AwardCriterion, ...] = ()
    formula: Text | None = None
    order_reason: Text | None = None
    eu_funds: str | None = None
    funds: tuple[Fund, ...] = ()
    variants: str | None = None
    several_bids: str | None = None
    guarantee: Coded | None = None
    einvoicing: str | None = None
    ecatalogue: str | None = None
    eordering: bool | None = None
    epayment: bool | None = None
    esignature: bool | None = None
    nda: Coded | None = None
    legal_form: Coded | None = None
    financial_terms: Text | None = None
    staff_names: str | None = None
    conditions: Text | None = None
    gpa: bool | None = None
    has_auction: bool | None = None
    auction_text: Text | None = None
    auction_url: str | None = None
    clean_vehicles: bool | None = None
    vehicles_contract: str | None = None
    foreign_subsidies: bool | None = None
    security_clearance: Coded | None = None
    security_clearance_until: dt.date | None = None
    is_recurring: bool | None = None
    recurring_text: Text | None = None
    framework: Framework | None = None
    dynamic_purchasing: str | None = None
    tender_receiver: str | None = None
    information_provider: str | None = None
    documents_provider: str | None = None
    evaluator: str | None = None
    tool_url: str | None = None
    tool_name: str | None = None
    review: Review | None = None


@dataclass(frozen=True, kw_only=True)
class Lot:
    """A lot (BT-137) or, in pure planning notices, a part (BT-137-Part).

    number: 1 → LOT-0001 / PAR-0001 (0 for a single lot without number), the same for ever;
    reference: BT-22; period: BT-36 ff.; renewal: BT-58; goals: BT-06; is_sme_suitable: BT-726;
    further: BT-300; options: BT-54; quantity: BT-25, in hundredths of the unit (BT-625 code);
    green_criteria: BT-805; accessibility: BT-754 with BT-755; planning_notice: BT-125
    (`uuid-version` or TED number), planning_part: BT-1251; is_relaunched: BT-634 (result notices).
    """

    number: int
    title: Text
    description: Text
    nature: Nature
    natures_additional: tuple[Nature, ...] = ()
    cpv: str
    cpv_additional: tuple[str, ...] = ()
    reference: str | None = None
    quantity: tuple[int, str] | None = None
    estimated_value: Amount | None = None
    framework_maximum: Amount | None = None
    places: tuple[Place, ...] = ()
    period: Period | None = None
    renewal: Renewal | None = None
    options: Text | None = None
    goals: tuple[StrategicGoal, ...] = ()
    green_criteria: tuple[str, ...] = ()
    accessibility: Coded | None = None
    planning_notice: str | None = None
    planning_part: str | None = None
    is_relaunched: bool | None = None
    is_sme_suitable: bool | None = None
    further: Text | None = None
    terms: Terms = Terms()
