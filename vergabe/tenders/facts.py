"""From rows of a tender to the plain facts that rules and law ask for."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.lands import land_of
from vergabe.access.model import Organisation
from vergabe.bylaws import facts as bylaws
from vergabe.demands.model import Demand
from vergabe.funding import queries as funding
from vergabe.law.errors import LawError
from vergabe.law.lots import JoiningFacts, JoiningReason, TotalAwardFacts
from vergabe.tenders import assessment, later, queries, review
from vergabe.tenders.assessment import Assessment, Need, PeriodFacts
from vergabe.tenders.completeness import CriterionFacts, LotFacts, TenderFacts
from vergabe.tenders.lotting import CLASS_DIGITS
from vergabe.tenders.model import Lot, Tender
from vergabe.tenders.timing import Chosen

FRAMEWORK_REST = "Höchstwert der Rahmenvereinbarung über die Bedarfe hinaus"


def tender_facts(
    session: Session, tender: Tender, newest: Assessment | None = None, on: dt.date | None = None
) -> TenderFacts:
    """Return what must be complete before a tender is ready.

    newest: an assessment that is newer than the stored one, of the day `on`.
    """
    law: dict[str, Any] = assessment.law_result(newest) if newest else tender.law_result
    body = review.body_of(tender, newest, on) if newest and on else tender.review_body
    free, conditional = law.get("free_methods", []), law.get("conditional_methods", [])
    trades = trades_of(session, tender)
    return TenderFacts(
        title=tender.title,
        description=tender.description,
        method_reason=tender.method_reason,
        is_method_free=tender.procurement_method in free,
        is_method_permitted=tender.procurement_method in (*free, *conditional),
        lots=[_lot_facts(lot) for lot in tender.lots],
        criteria=[CriterionFacts(c.kind, c.name, c.weight_basis_points) for c in tender.criteria],
        document_count=len([d for d in tender.documents if d.removed_in_version is None]),
        is_joined=any(is_joined(lot, trades) for lot in tender.lots),
        joining=joining_facts(tender.lots_joining),
        nature=tender.nature,
        initiated_on=tender.initiated_on,
        is_framework=tender.is_framework,
        framework_maximum_net_cents=tender.framework_maximum_net_cents,
        duration_months=tender.duration_months,
        duration_reason=tender.duration_reason,
        total_net_cents=later.value_with_options(tender),
        max_lots_per_bid=tender.max_lots_per_bid,
        max_lots_per_winner=tender.max_lots_per_winner,
        is_urgent=tender.is_urgent,
        urgency_reason=tender.urgency_reason,
        has_contact=bool(tender.contact.get("name") and tender.contact.get("email")),
        has_review_body=bool(body.get("name")),
        is_above_threshold=bool(law.get("reaches_threshold")),
        selection_criteria=tender.selection_criteria,
        has_region=any(lot.nuts for lot in tender.lots)
        or any(buyer.buys and buyer.organisation.nuts3 for buyer in tender.buyers),
    )


def joining_facts(stored: Mapping[str, object]) -> JoiningFacts:
    """Return the reason for awarding lots together as law sees it."""
    ground = str(stored.get("ground") or "")
    return JoiningFacts(
        ground=JoiningReason(ground) if ground else None,
        facts=str(stored.get("facts") or ""),
        alternatives=str(stored.get("alternatives") or ""),
        weighing=str(stored.get("weighing") or ""),
        decision=str(stored.get("decision") or ""),
        total_award=TotalAwardFacts(
            infrastructure=bool(stored.get("infrastructure")),
            special_fund=bool(stored.get("special_fund")),
            listed_transport=bool(stored.get("listed_transport")),
            time_reasons=bool(stored.get("time_reasons")),
        ),
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


def trades_of(session: Session, tender: Tender) -> dict[uuid.UUID, str]:
    """Return demand id → CPV class (four digits) for everything in the lots of a tender."""
    wanted = {s.demand_id for lot in tender.lots for item in lot.items for s in item.shares}
    rows = session.execute(select(Demand.id, Demand.cpv).where(Demand.id.in_(wanted)))
    return {demand_id: cpv[:CLASS_DIGITS] for demand_id, cpv in rows}


def is_joined(lot: Lot, trades: Mapping[uuid.UUID, str]) -> bool:
    """Return whether a lot joins what could be lots of their own: members, or trades."""
    shares = [share for item in lot.items for share in item.shares]
    return (
        len({share.organisation_id for share in shares}) > 1
        or len({trades[share.demand_id] for share in shares}) > 1
    )


def current_assessment(session: Session, tender: Tender, on: dt.date) -> Assessment:
    """Return what law says about a tender on a legal day, from its lots as they are now.

    A framework agreement counts with its maximum (§ 3 (4) VgV), and so does what later joiners may
    take (§ 3 (1) VgV: options); their Länder count as well.
    """
    totals = queries.totals_by_buyer(session, tender.id)
    needs = [
        Need(b.organisation.name, land_of(b.organisation), totals.get(b.organisation_id, 0))
        for b in tender.buyers
        if b.buys
    ]
    needs += [
        Need(later.name_in_estimate(row), land_of(row.organisation), row.maximum_net_cents)
        for row in tender.pool.later_joiners
    ]
    known = sum(need.value_net_cents for need in needs)
    rest = (tender.framework_maximum_net_cents or 0) - known
    if tender.is_framework and rest > 0:
        lead = session.get_one(Organisation, tender.lead_organisation_id)
        needs.append(Need(FRAMEWORK_REST, land_of(lead), rest))
    # A funding notice can demand UVgO or VOB/A where the regime alone would not: upwards only.
    demanded = funding.award_rules(session, tender.pool_id)
    rules = bylaws.gathered(session, buyers_of(tender), on)
    found = assessment.assess(
        needs, tender.nature, on, funding_rules=demanded, rule_sets=rules.rule_sets
    )
    return replace(found, bylaws=rules.versions)


def buyers_of(tender: Tender) -> list[Organisation]:
    """Return the municipalities that buy, whose by-laws the procedure must obey."""
    return [buyer.organisation for buyer in tender.buyers if buyer.buys]


def store_assessment(tender: Tender, found: Assessment, on: dt.date) -> None:
    """Keep with a tender what law says about it on the day that selects the rows of law."""
    tender.regime, tender.law_result = found.regime, assessment.law_result(found)
    tender.review_body = review.body_of(tender, found, on)
    tender.initiated_on = on


def refresh_assessment(session: Session, tender: Tender, on: dt.date) -> None:
    """Assess a draft anew: lots, framework or the law of the day may have changed.

    Where law is not known for the day, the last assessment stays; the gates say so.
    """
    with contextlib.suppress(LawError):
        store_assessment(tender, current_assessment(session, tender, on), on)


def period_facts(
    session: Session,
    tender: Tender,
    *,
    started_on: dt.date,
    newest: Assessment | None = None,
) -> PeriodFacts:
    """Return what the minimum period for bids depends on.

    started_on: the day that selects the rows of law: dispatch of the notice; newest: an assessment
    that is newer than the stored one.
    """
    law: dict[str, Any] = assessment.law_result(newest) if newest else tender.law_result
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    lands = [land_of(lead), *(land_of(buyer.organisation) for buyer in tender.buyers)]
    return PeriodFacts(
        rule_set=str(law.get("rule_set") or rule_set_of(tender)),
        procurement_method=tender.procurement_method,
        land=lands[0],
        lands=tuple(dict.fromkeys(lands)),
        started_on=started_on,
        is_urgent=tender.is_urgent,
        requested_publication_on=tender.requested_publication_on,
        bylaw_days=law.get("bylaw_days"),
        bylaw_deciders=tuple(law.get("bylaw_deciders") or ()),
    )


def rule_set_of(tender: Tender) -> str:
    """Return whose periods apply to a tender; `UVgO` where the regime is still open.

    Kept with the assessment: a procedure across Länder follows the strictest of their rules, which
    its regime does not name.
    """
    return str(tender.law_result.get("rule_set") or "UVgO")


def chosen_of(tender: Tender) -> Chosen:
    """Return what people have chosen of the deadlines of a tender."""
    return Chosen(
        submission_deadline=tender.submission_deadline,
        enquiries_deadline=tender.enquiries_deadline,
        bid_validity_until=tender.bid_validity_until,
        bid_validity_reason=tender.bid_validity_reason,
        requested_publication_on=tender.requested_publication_on,
    )
