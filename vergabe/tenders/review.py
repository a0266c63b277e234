"""Whom a tender names for review: a body only where law gives bidders a way to it."""

import datetime as dt
from collections.abc import Iterable

from vergabe.access.lands import land_of
from vergabe.access.model import Organisation
from vergabe.cooperations.model import Cooperation
from vergabe.law import review_bodies
from vergabe.tenders.assessment import Assessment
from vergabe.tenders.model import Tender


def body_for(
    cooperation: Cooperation,
    lead: Organisation,
    buyers: Iterable[Organisation],
    found: Assessment,
    on: dt.date,
) -> dict[str, str]:
    """Return the body of a new tender as its form has it, {} where there is no way to one.

    That of the file of the cooperation, else the chamber that is competent for the lead.
    """
    return _usual(cooperation, lead, on) if _has_way(buyers, found, on) else {}


def body_of(tender: Tender, found: Assessment, on: dt.date) -> dict[str, str]:
    """Return what a tender names by an assessment: the usual body as soon as there is a way to it.

    What somebody has typed stays: below the threshold the Land or § 21 VOB/A may know other bodies.
    """
    buyers = [buyer.organisation for buyer in tender.buyers]
    usual = _usual(tender.cooperation, tender.lead, on)
    if _has_way(buyers, found, on):
        return tender.review_body if tender.review_body.get("name") else usual
    return {} if tender.review_body == usual else tender.review_body


def _has_way(buyers: Iterable[Organisation], found: Assessment, on: dt.date) -> bool:
    lands = {land_of(each) for each in buyers}
    return found.reaches_threshold or review_bodies.reviews_below_threshold(
        lands, found.value_net_cents, on
    )


def _usual(cooperation: Cooperation, lead: Organisation, on: dt.date) -> dict[str, str]:
    if cooperation.review_body:
        return dict(cooperation.review_body)
    found = review_bodies.competent(land_of(lead), lead.ags or "", on)
    if found is None:
        return {}
    names = ("name", "street", "postcode", "city")
    return {name: getattr(found, name) for name in names if getattr(found, name)}
