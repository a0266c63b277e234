"""Lots and parts: what is bought, and on which terms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from vergabe.exchange.eforms.datatypes import (
    Amount,
    Coded,
    Duration,
    Nature,
    Period,
    Place,
    Text,
)


@dataclass(frozen=True, kw_only=True)
class AwardCriterion:
    """Award criterion (BT-539 type, BT-734 name, BT-540 text, BT-541 number, BT-5421 its kind).

    weight_basis_points: hundredths of a percent (10,000 is all), None: no weight is given.
    """

    kind: Literal["price", "cost", "quality"]
    name: Text | None = None
    description: Text | None = None
    weight_basis_points: int | None = None


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
    """Strategic procurement (BT-06 code; BT-774/775/776 detail; BT-777 text)."""

    code: str
    detail: str | None = None
    description: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Documents:
    """Procurement documents (BT-14, BT-707; BT-15 or BT-615 address; BT-708 languages)."""

    url: str
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
    clean_vehicles: BT-717; recurring: BT-94, BT-95; nda: BT-801; esignature: BT-744;
    legal_form: BT-761; financial_terms: BT-77; staff_names: BT-79;
    tender_receiver, information_provider, documents_provider: keys
    (OPT-301).
    """

    submission: str | None = None
    submission_reason: Coded | None = None
    submission_url: str | None = None
    bid_languages: tuple[str, ...] = ()
    submission_deadline: dt.datetime | None = None
    participation_deadline: dt.datetime | None = None
    enquiries_deadline: dt.datetime | None = None
    answer_deadline: dt.datetime | None = None
    dispatch_of_invitations_on: dt.date | None = None
    validity: Duration | None = None
    opening: Opening | None = None
    documents: Documents | None = None
    reserved: tuple[str, ...] = ()
    reserved_execution: str | None = None
    selection_source: str | None = None
    selection_criteria: tuple[Coded, ...] = ()
    late_documents: Coded | None = None
    award_criteria: tuple[AwardCriterion, ...] = ()
    eu_funds: str | None = None
    variants: str | None = None
    several_bids: str | None = None
    guarantee: Coded | None = None
    einvoicing: str | None = None
    ecatalogue: str | None = None
    eordering: bool | None = None
    epayment: bool | None = None
    esignature: bool | None = None
    nda: Coded | None = None
    legal_form: str | None = None
    financial_terms: Text | None = None
    staff_names: str | None = None
    conditions: Text | None = None
    gpa: bool | None = None
    has_auction: bool | None = None
    clean_vehicles: bool | None = None
    is_recurring: bool | None = None
    recurring_text: Text | None = None
    framework: Framework | None = None
    dynamic_purchasing: str | None = None
    tender_receiver: str | None = None
    information_provider: str | None = None
    documents_provider: str | None = None
    review: Review | None = None


@dataclass(frozen=True, kw_only=True)
class Lot:
    """A lot (BT-137) or, in pure planning notices, a part (BT-137-Part).

    number: 1 → LOT-0001 / PAR-0001 (0 for a single lot without number), the same for ever;
    reference: BT-22; period: BT-36 ff.; renewal: BT-58; goals: BT-06; is_sme_suitable: BT-726;
    further: BT-300; options: BT-54 with text (BT-53).
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
    is_sme_suitable: bool | None = None
    further: Text | None = None
    terms: Terms = Terms()
