"""The whole procedure: what holds for all lots."""

from __future__ import annotations

from dataclasses import dataclass

from vergabe.exchange.eforms.datatypes import Amount, Coded, Nature, Place, Text


@dataclass(frozen=True, kw_only=True)
class LegalDocument:
    """National legal basis: law code with text (BT-01(c), (d)) or LocalLegalBasis ((e), (f))."""

    code: str
    text: Text | None = None


@dataclass(frozen=True, kw_only=True)
class DirectAward:
    """Why no call for competition was made (BT-136, BT-1252, BT-135); VEAT and can-modif."""

    reason: str
    text: Text
    earlier_procedure: str | None = None


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """What is bought as a whole, and by which rules.

    type: BT-105; is_accelerated with reason: BT-106, BT-1351 (None: not said); features: BT-88;
    reference: BT-22; nature, natures_additional: BT-23, BT-531; cpv, cpv_additional: BT-262,
    BT-263; estimated_value: BT-27; framework_maximum: BT-271; further: BT-300;
    exclusion_source: BT-806; exclusion_grounds: BT-67, each once;
    max_lots_per_bid, max_lots_per_winner: BT-31, BT-33; must_bid_for_all: BT-763 `all`;
    previous_notice: OPP-090 (`uuid-version`); direct_award: why there was no call for competition;
    is_relaunched: BT-634, is_terminated: BT-756 (result notices).
    """

    title: Text
    description: Text
    nature: Nature
    natures_additional: tuple[Nature, ...] = ()
    cpv: str
    cpv_additional: tuple[str, ...] = ()
    reference: str | None = None
    estimated_value: Amount | None = None
    framework_maximum: Amount | None = None
    places: tuple[Place, ...] = ()
    further: Text | None = None
    legal_documents: tuple[LegalDocument, ...] = ()
    type: str | None = None
    is_accelerated: bool | None = None
    accelerated_reason: Text | None = None
    features: Text | None = None
    exclusion_source: str | None = None
    exclusion_grounds: tuple[Coded, ...] = ()
    max_lots_per_bid: int | None = None
    max_lots_per_winner: int | None = None
    must_bid_for_all: bool = False
    previous_notice: str | None = None
    direct_award: DirectAward | None = None
    is_relaunched: bool | None = None
    is_terminated: bool | None = None
