"""From a tender and its facts to the plain data of an eForms notice.

Contract notices (16, 20, E3), change notices of them, cancellation as a result without award
(29, 33, E4), and planning notices of a draft (4, 7, E1, E2). Award notices of awarded lots use the
same parts with a `NoticeResult` of their own.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from vergabe import clock
from vergabe.exchange.eforms.changes import Change, Changes
from vergabe.exchange.eforms.datatypes import Amount, Coded, Text
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.eforms.procedure import LegalDocument, Procedure
from vergabe.exchange.eforms.results import LotResult, NoticeResult
from vergabe.notice_facts import choices
from vergabe.notice_facts.facts import Facts, Known
from vergabe.notices import writing
from vergabe.notices.eforms_lots import (
    lots_of,
    nature_of,
    other_natures,
    places_of,
    shortened,
)
from vergabe.notices.eforms_parties import buyers_of, organisations_of
from vergabe.tenders import later
from vergabe.tenders.model import Tender
from vergabe.tenders.timing import Timing

PLANNING: Final = ("4", "7", "E1", "E2")
_METHODS: Final = {
    "open": "open",
    "nat-open": "open",
    "restricted": "restricted",
    "nat-restricted-w-call": "restricted",
    "neg-w-call": "neg-w-call",
    "nat-neg-w-call": "neg-w-call",
    "comp-dial": "comp-dial",
    "innovation": "innovation",
}
# Kinds of submissions that are counted (BT-760); a tender called off before opening counts none.
_STATISTICS: Final = ("tenders", "t-sme", "t-esubm", "t-no-eea", "t-oth-eea")
_NOTHING_RECEIVED: Final = "no-rece"


@dataclass(frozen=True)
class Case:
    """A tender with what holds for its notices; timing: the deadlines it has or would have."""

    tender: Tender
    facts: Facts
    known: Known
    timing: Timing | None

    @property
    def contract_subtype(self) -> str:
        """Return the subtype of its contract notice (OPP-070)."""
        if not self.known.is_above:
            return "E3"
        return "20" if self.known.is_social else "16"

    @property
    def result_subtype(self) -> str:
        """Return the subtype of its award notice, which is that of a cancellation as well."""
        return {"16": "29", "20": "33", "E3": "E4"}[self.contract_subtype]


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What only the notice itself knows: BT-701, BT-757, BT-05 (aware), and our own address."""

    notice_uuid: uuid.UUID
    version: int
    issued_at: dt.datetime
    base_url: str

    def page_of(self, tender: Tender) -> str:
        """Return the public address of a tender's notices."""
        return f"{self.base_url}/bekanntmachungen/{tender.reference}"


@dataclass(frozen=True, kw_only=True)
class ChangeFacts:
    """What a change notice says of the one before it; `sections` as in BT-13716.

    changed_notice: BT-758, `uuid-version`; summary: BT-762; changes: sentences with their sections;
    documents_changed_on: a legal day, None where the documents stayed.
    """

    changed_notice: str
    summary: str
    changes: Sequence[tuple[str, tuple[str, ...]]]
    documents_changed_on: dt.date | None = None


def contract_notice(case: Case, stamp: Stamp) -> Notice:
    """Return the contract notice of a tender as it stands now (16, 20, E3)."""
    tender, page = case.tender, stamp.page_of(case.tender)
    return Notice(
        subtype=case.contract_subtype,
        notice_id=stamp.notice_uuid,
        version=stamp.version,
        procedure_id=tender.procedure_uuid,
        issued_at=stamp.issued_at,
        requested_publication_on=_requested_day(tender, stamp.issued_at),
        organisations=organisations_of(tender, case.facts, case.known),
        buyers=buyers_of(tender),
        procedure=_procedure(case, page=page),
        lots=lots_of(tender, case.facts, case.known, case.timing, page=page),
    )


def change_notice(case: Case, stamp: Stamp, change: ChangeFacts) -> Notice:
    """Return the whole notice as it reads now, and what changed (section 8 of eforms.md)."""
    return replace(
        contract_notice(case, stamp),
        changes=Changes(
            changed_notice=change.changed_notice,
            reason="update-add",
            reason_text=Text.german(change.summary[:6_000]),
            changes=tuple(
                Change(
                    description=Text.german(sentence),
                    sections=sections,
                    documents_changed=change.documents_changed_on is not None,
                    documents_changed_on=change.documents_changed_on,
                )
                for sentence, sections in change.changes
            ),
        ),
    )


def cancellation_notice(case: Case, stamp: Stamp, *, reason: str, previous: str) -> Notice:
    """Return the result notice of a tender that was called off: no lot is awarded (§ 63 VgV).

    reason: BT-144; previous: the notice before, `uuid-version` (OPP-090).
    """
    base = contract_notice(case, stamp)
    statistics = () if reason == _NOTHING_RECEIVED else tuple((code, 0) for code in _STATISTICS)
    results = tuple(
        LotResult(
            key=f"RES-{lot.number:04d}",
            lot=lot.number,
            outcome="clos-nw",
            not_awarded_reason=reason,
            statistics=statistics,
        )
        for lot in base.lots
    )
    return replace(
        base,
        subtype=case.result_subtype,
        procedure=replace(base.procedure, previous_notice=previous),
        result=NoticeResult(lot_results=results),
    )


def planning_notice(case: Case, stamp: Stamp, subtype: str) -> Notice:
    """Return a planning or consultation notice of a draft (4, 7, E1, E2); ValueError for others.

    It has no procedure id and no deadline for bids.
    """
    if subtype not in PLANNING:
        raise ValueError(f"no planning notice: {subtype}")
    planned = replace(case, timing=None)
    return replace(
        contract_notice(planned, stamp),
        subtype=SUBTYPES[subtype].code,
        procedure_id=None,
        planned_on=case.facts.planned_on,
    )


def _requested_day(tender: Tender, issued_at: dt.datetime) -> dt.date:
    """Return BT-738: the day asked for, but never before dispatch; without a wish that day."""
    today = clock.berlin_day(issued_at)
    return max(tender.requested_publication_on or today, today)


def _procedure(case: Case, *, page: str) -> Procedure:
    tender, facts = case.tender, case.facts
    nature = nature_of(tender.cpv)
    is_public = facts.exclusion_source == "epo-notice"
    return Procedure(
        title=Text.german(tender.title),
        description=Text.german(shortened(tender.description.strip(), page=page)),
        nature=nature,
        natures_additional=other_natures(tender, nature),
        cpv=tender.cpv,
        cpv_additional=tuple(tender.cpv_additional),
        reference=tender.reference,
        estimated_value=(
            Amount(value, tender.currency) if (value := later.public_value(tender)) else None
        ),
        framework_maximum=(
            Amount(tender.framework_maximum_net_cents, tender.currency)
            if tender.is_framework and tender.framework_maximum_net_cents
            else None
        ),
        places=places_of(tender.lots, tender),
        further=_further(tender, page),
        legal_documents=(
            LegalDocument(
                code=facts.legal_basis_code,
                text=Text.german(facts.legal_basis) if facts.legal_basis else None,
            ),
        ),
        type=_METHODS.get(tender.procurement_method, "oth-single"),
        is_accelerated=tender.is_urgent if case.known.is_above else None,
        accelerated_reason=(
            Text.german(tender.urgency_reason) if tender.is_urgent and case.known.is_above else None
        ),
        features=Text.german(facts.features) if facts.features else None,
        exclusion_source=facts.exclusion_source,
        exclusion_grounds=(
            tuple(
                Coded(code, Text.german(choices.EXCLUSION_GROUNDS[code][1]))
                for code in facts.exclusion_grounds
            )
            if is_public
            else ()
        ),
        max_lots_per_bid=_lots_per_bid(tender),
        max_lots_per_winner=tender.max_lots_per_winner if len(tender.lots) > 1 else None,
    )


def _lots_per_bid(tender: Tender) -> int | None:
    """Return BT-31; no limit is said as the number of lots, and of one lot nothing is said."""
    count = len(tender.lots)
    return (tender.max_lots_per_bid or count) if count > 1 else None


def _further(tender: Tender, page: str) -> Text | None:
    text = writing.information(tender)
    return Text.german(shortened(text, page=page)) if text else None
