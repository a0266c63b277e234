"""Who takes part in an eForms notice: buyers with one lead, its contact point, the review body."""

import re
from typing import Any, Final

from vergabe.access.model import Organisation
from vergabe.exchange.eforms import parties
from vergabe.exchange.eforms.parties import Address, Buyer, Contact, TouchPoint
from vergabe.notice_facts.facts import Facts, Known
from vergabe.tenders.model import Tender, TenderBuyer

_CONTACT_POINT: Final = "TPO-0001"
# What a person may type and the official pattern refuses: slashes, dots, doubled blanks.
_NO_PHONE: Final = re.compile(r"[^0-9+() -]+")
_PHONE: Final = re.compile(
    r"((\(\+?[0-9]+\))|\+?[0-9]+)( - |-| )?(((\(\d+\))|\d+)( - |-| )?)*(\d+)( )?"
)
_LEGAL_TYPES: Final = {"association": "body-pl-la"}
# Notices say in words that an organisation has no number; the field may not be empty (BT-501).
NO_NUMBER: Final = "nicht bekannt"


def organisations_of(
    tender: Tender, facts: Facts, known: Known
) -> tuple[parties.Organisation, ...]:
    """Return the buyers in their order, and the review body where there is a way to it."""
    found = [
        _buyer(tender, row, f"ORG-{place:04d}") for place, row in enumerate(tender.buyers, start=1)
    ]
    if known.is_above:
        found.append(_review_body(tender, facts, known, review_key(tender)))
    return tuple(found)


def buyers_of(tender: Tender) -> tuple[Buyer, ...]:
    """Return the role of each buyer; exactly one leads."""
    return tuple(
        Buyer(
            organisation=f"ORG-{place:04d}",
            is_lead=row.is_lead,
            legal_type=_LEGAL_TYPES.get(row.organisation.kind, "la"),
        )
        for place, row in enumerate(tender.buyers, start=1)
    )


def lead_key(tender: Tender) -> str:
    """Return the key of the lead."""
    place = next(place for place, row in enumerate(tender.buyers, start=1) if row.is_lead)
    return f"ORG-{place:04d}"


def contact_key(tender: Tender) -> str:
    """Return the key of who answers questions: the contact point, else the lead itself.

    A contact point needs a postcode in every notice, which below the threshold no buyer does.
    """
    return _CONTACT_POINT if _lead(tender).postcode else lead_key(tender)


def review_key(tender: Tender) -> str:
    """Return the key of the review body: after all buyers."""
    return f"ORG-{len(tender.buyers) + 1:04d}"


def phone(*texts: str | None) -> str | None:
    """Return the first of several numbers that official rules accept, in their form; None if none.

    `02421/22-0` becomes `02421 22-0`.
    """
    for text in texts:
        plain = " ".join(_NO_PHONE.sub(" ", text or "").split())
        if _PHONE.fullmatch(plain) and len(plain) <= 30:
            return plain
    return None


def address(organisation: Organisation) -> Address:
    """Return the address of an organisation; the town's name stands for its city if that lacks."""
    return Address(
        street=organisation.street or None,
        postcode=organisation.postcode or None,
        city=organisation.city or organisation.name,
        nuts=organisation.nuts3,
    )


def _buyer(tender: Tender, row: TenderBuyer, key: str) -> parties.Organisation:
    """Return a buyer; who has no phone or e-mail of its own is reached through the contact point.

    All questions go there anyway, in the name of all.
    """
    organisation, office = row.organisation, tender.contact
    has_point = row.is_lead and bool(organisation.postcode)
    points = (_contact_point(tender, organisation),) if has_point else ()
    sources = (organisation.phone, organisation.email), (office.get("phone"), office.get("email"))
    if row.is_lead and not has_point:
        sources = sources[::-1]
    phones, emails = zip(*sources, strict=True)
    return parties.Organisation(
        key=key,
        name=organisation.official_name or organisation.name,
        address=address(organisation),
        contact=Contact(
            phone=phone(*phones),
            email=next(filter(None, emails), None),
            website=_website(organisation.website),
        ),
        registration_number=_number(organisation),
        touch_points=points,
    )


def _lead(tender: Tender) -> Organisation:
    return next(row.organisation for row in tender.buyers if row.is_lead)


def _number(organisation: Organisation) -> str:
    keys = (organisation.leitweg_id, organisation.ars, organisation.ags)
    return next((key for key in keys if key), NO_NUMBER)


def _contact_point(tender: Tender, lead: Organisation) -> TouchPoint:
    office = tender.contact
    return TouchPoint(
        key=_CONTACT_POINT,
        name=office.get("name") or lead.official_name or lead.name,
        address=address(lead),
        contact=Contact(
            phone=phone(office.get("phone"), lead.phone),
            email=office.get("email") or lead.email or None,
        ),
    )


def _review_body(tender: Tender, facts: Facts, known: Known, key: str) -> parties.Organisation:
    """Return the review body as the tender names it, completed from the table of chambers."""
    named: dict[str, Any] = tender.review_body
    row = known.review_body

    def said(name: str, of_row: str) -> str | None:
        return named.get(name) or (getattr(row, of_row) if row else "") or None

    return parties.Organisation(
        key=key,
        name=said("name", "name") or "",
        address=Address(
            street=said("street", "street"),
            postcode=said("postcode", "postcode"),
            city=said("city", "city"),
            nuts=facts.review_region or None,
        ),
        contact=Contact(
            phone=phone(named.get("phone")),
            email=named.get("email") or None,
            website=_website(named.get("website")),
        ),
        registration_number=facts.review_number or NO_NUMBER,
    )


def _website(text: str | None) -> str | None:
    if not text:
        return None
    return text if re.match(r"https?://", text, re.IGNORECASE) else f"https://{text}"
