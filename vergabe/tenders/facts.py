"""From rows of a tender to the plain facts that rules and law ask for."""

import datetime as dt

from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.law.regime import rows as regime_rows
from vergabe.tenders.assessment import PeriodFacts
from vergabe.tenders.model import Lot, Tender
from vergabe.tenders.rules import CriterionFacts, LotFacts, TenderFacts

_CLASS_DIGITS = 4


def tender_facts(tender: Tender) -> TenderFacts:
    """Return what must be complete before a tender is ready."""
    law = tender.law_result
    return TenderFacts(
        title=tender.title,
        description=tender.description,
        method_reason=tender.method_reason,
        is_method_free=tender.procurement_method in law.get("free_methods", []),
        lots=[_lot_facts(lot) for lot in tender.lots],
        criteria=[CriterionFacts(c.kind, c.name, c.weight_basis_points) for c in tender.criteria],
        document_count=len([d for d in tender.documents if d.removed_in_version is None]),
        is_joined=any(_is_joined(lot) for lot in tender.lots),
        has_joining_reason=len(tender.joined_lots_reason.strip()) >= 20,
        is_framework=tender.is_framework,
        framework_maximum_net_cents=tender.framework_maximum_net_cents,
        total_net_cents=tender.estimated_value_net_cents,
        max_lots_per_bid=tender.max_lots_per_bid,
        max_lots_per_winner=tender.max_lots_per_winner,
        has_contact=bool(tender.contact.get("name") and tender.contact.get("email")),
        has_review_body=bool(tender.review_body.get("name")),
        is_above_threshold=bool(law.get("reaches_threshold")),
        selection_criteria=tender.selection_criteria,
    )


def _lot_facts(lot: Lot) -> LotFacts:
    return LotFacts(
        number=lot.number,
        title=lot.title,
        cpv=lot.cpv,
        nuts=lot.nuts,
        value_net_cents=lot.estimated_value_net_cents,
        item_count=len(lot.items),
        buyer_ids=frozenset(str(s.organisation_id) for i in lot.items for s in i.shares),
    )


def _is_joined(lot: Lot) -> bool:
    """Return whether a lot joins what could be lots of their own: several members' needs."""
    return len({share.organisation_id for item in lot.items for share in item.shares}) > 1


def period_facts(session: Session, tender: Tender, *, started_on: dt.date) -> PeriodFacts:
    """Return what the minimum period for bids depends on.

    started_on: the day that selects the rows of law: dispatch of the notice.
    """
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    lands = [lead.land or "NW", *(buyer.organisation.land or "NW" for buyer in tender.buyers)]
    return PeriodFacts(
        rule_set=rule_set_of(tender),
        procurement_method=tender.procurement_method,
        land=lands[0],
        lands=tuple(dict.fromkeys(lands)),
        started_on=started_on,
        is_urgent=tender.is_urgent,
        requested_publication_on=tender.requested_publication_on,
    )


def rule_set_of(tender: Tender) -> str:
    """Return whose periods apply to a tender; `UVgO` where the regime is still open."""
    known = {row.id: row.rule_set for row in regime_rows()}
    return known.get(tender.regime, "UVgO")
