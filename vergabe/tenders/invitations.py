"""What suppliers are told of a published tender, and by what their profiles are compared."""

from vergabe import money
from vergabe.suppliers.inviting import NoticeFacts
from vergabe.tenders.model import Tender


def facts_of(tender: Tender) -> NoticeFacts:
    """Return what an invitation to a tender says; its places are those of the lots, else the towns.

    The estimated value counts only where the notice names it.
    """
    places = [lot.nuts for lot in tender.lots if lot.nuts]
    towns = [buyer.organisation.nuts3 for buyer in tender.buyers if buyer.buys]
    lots = [f"{lot.title}\n{lot.description}" for lot in tender.lots]
    names_value = tender.publishes_value and tender.currency == money.EUR
    return NoticeFacts(
        tender_id=tender.id,
        reference=tender.reference,
        title=tender.title,
        text="\n".join([tender.description, *lots]),
        buyer_names=[buyer.organisation.name for buyer in tender.buyers],
        cpv_codes=[tender.cpv, *tender.cpv_additional, *(lot.cpv for lot in tender.lots)],
        nuts_codes=places or [town for town in towns if town],
        submission_deadline=tender.submission_deadline,
        link=public_page(tender),
        nature=tender.nature,
        value_net_cents=tender.estimated_value_net_cents if names_value else None,
    )


def public_page(tender: Tender) -> str:
    """Return the path of a tender's public page."""
    return f"/bekanntmachungen/{tender.reference}"
