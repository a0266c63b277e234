"""Organisations with their contact points, and the buyers, read."""

from __future__ import annotations

from dataclasses import replace

from vergabe.exchange.eforms.parties import Address, Buyer, Contact, Organisation, TouchPoint
from vergabe.exchange.eforms.reading.nodes import Found


def read_buyers(root: Found) -> tuple[Buyer, ...]:
    """Return the buyers in the order of the document; what makes one the lead stands elsewhere."""
    said = {
        organisation.string("OPT-200-Organization-Company"): organisation
        for organisation in root.every("ND-Organization")
    }
    buyers = tuple(_buyer(found, said) for found in root.every("ND-ContractingParty"))
    # A single buyer must not say that it leads (OPP-050), and does.
    return (replace(buyers[0], is_lead=True),) if len(buyers) == 1 else buyers


def _buyer(found: Found, said: dict[str | None, Found]) -> Buyer:
    key = found.needed("OPT-300-Procedure-Buyer")
    organisation = said.get(key)
    provider = found.string("OPT-300-Procedure-SProvider")
    return Buyer(
        organisation=key,
        is_lead=bool(organisation and organisation.flag("OPP-050-Organization")),
        legal_type=found.string("BT-11-Procedure-Buyer"),
        activity=found.string("BT-10-Procedure-Buyer"),
        profile_url=found.string("BT-508-Procedure-Buyer"),
        is_cpb_awarding=organisation.flag("OPP-051-Organization") if organisation else None,
        is_cpb_acquiring=organisation.flag("OPP-052-Organization") if organisation else None,
        service_provider=provider,
    )


def read_organisations(root: Found) -> tuple[Organisation, ...]:
    """Return the organisations; their keys are the ids of the document."""
    return tuple(_organisation(found) for found in root.every("ND-Organization"))


def _organisation(found: Found) -> Organisation:
    company = found.first("ND-Company", "Organization-Company") or found
    return Organisation(
        key=company.needed("OPT-200-Organization-Company"),
        name=str(company.needed_text("BT-500")),
        department=company.string("BT-16"),
        address=_address(company),
        contact=_contact(company),
        registration_number=company.string("BT-501-Organization-Company"),
        endpoint_url=company.string("BT-509"),
        size=company.string("BT-165-Organization-Company"),
        is_natural_person=found.flag("BT-633-Organization"),
        is_listed=found.flag("BT-746-Organization"),
        touch_points=tuple(
            _touch_point(point) for point in found.every("ND-Touchpoint", "Organization-TouchPoint")
        ),
    )


def _touch_point(found: Found) -> TouchPoint:
    return TouchPoint(
        key=found.needed("OPT-201-Organization-TouchPoint"),
        name=str(found.needed_text("BT-500")),
        department=found.string("BT-16"),
        address=_address(found),
        contact=_contact(found),
        endpoint_url=found.string("BT-509"),
    )


def _address(found: Found) -> Address:
    return Address(
        street=found.string("BT-510(a)"),
        street_additional=found.string("BT-510(b)"),
        postcode=found.string("BT-512"),
        city=found.string("BT-513"),
        nuts=found.string("BT-507"),
        country=found.string("BT-514") or "DEU",
    )


def _contact(found: Found) -> Contact:
    return Contact(
        name=found.string("BT-502"),
        phone=found.string("BT-503"),
        fax=found.string("BT-739"),
        email=found.string("BT-506"),
        website=found.string("BT-505"),
    )
