"""The facts of a notice as plain values: what is chosen, else the default."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from vergabe.law.review_bodies import ReviewBodyRow


@dataclass(frozen=True, kw_only=True)
class Known:
    """What tender, pool, agreement and law say already; the defaults follow from it.

    rule_set, on: whose rules, and the legal day that selects their rows; land: of the lead;
    is_above: reaches the EU threshold; is_social: services of Annex XIV; selection_text: the
    tender's own words; eu_programme: code of the Union's programme that the funding case names, or
    empty; opens_at: the first instant too late for bids, aware UTC, None where law is
    not known; review_body: the chamber as law knows it, None if it knows none.
    """

    rule_set: str
    land: str
    on: dt.date
    is_above: bool
    is_social: bool
    nature: str
    selection_text: str
    is_framework: bool
    has_eu_grant: bool
    eu_programme: str
    opens_at: dt.datetime | None
    call_off_buyers: str
    review_body: ReviewBodyRow | None


@dataclass(frozen=True, kw_only=True)
class KnownLot:
    """What a lot says already; may_be_vehicles: its CPV is one of the clean vehicles law."""

    number: int
    title: str
    cpv: str
    may_be_vehicles: bool
    is_exempt_vehicle: bool


@dataclass(frozen=True, kw_only=True)
class LotFacts:
    """Facts of one lot (BT-58, BT-57, BT-54, BT-726, BT-717, BT-300)."""

    renewal_maximum: int = 0
    renewal_description: str = ""
    options: str = ""
    is_sme_suitable: bool = True
    clean_vehicles: bool = False
    further: str = ""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Facts of the whole notice; the eForms numbers stand in `fields.py`.

    selection_codes: one for each piece of the tender's own words (`selection.pieces_of`);
    opening_at, answer_deadline: aware UTC; planned_on: a legal day; lots: by number of the lot.
    """

    legal_basis_code: str
    legal_basis: str
    features: str
    exclusion_source: str
    exclusion_grounds: tuple[str, ...]
    selection_source: str
    selection_codes: tuple[str, ...]
    late_documents: str
    late_documents_text: str
    several_bids: str
    reserved: str
    reserved_execution: str
    guarantee: bool
    guarantee_text: str
    opening_at: dt.datetime | None
    opening_description: str
    conditions: str
    einvoicing: str
    eordering: bool
    epayment: bool
    eu_funds: bool
    eu_programme: str
    publishes_value: bool
    goals_environment: tuple[str, ...]
    goals_social: tuple[str, ...]
    goals_innovation: tuple[str, ...]
    goals_text: str
    is_sme_suitable: bool
    framework_technique: str
    framework_participants: int | None
    framework_buyers: str
    review_deadlines: str
    review_number: str
    review_region: str
    planned_on: dt.date | None
    answer_deadline: dt.datetime | None
    lots: Mapping[int, LotFacts] = field(default_factory=dict)
