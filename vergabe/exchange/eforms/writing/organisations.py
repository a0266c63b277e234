"""Organisations with their contact points, and the buyers."""

from __future__ import annotations

from collections.abc import Iterable

from vergabe.exchange.eforms.datatypes import Text
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.parties import Address, Buyer, Contact, Organisation, TouchPoint
from vergabe.exchange.eforms.writing.branches import Branch
from vergabe.exchange.eforms.writing.parties import Parties

SERVICE_PROVIDER: str = "serv-prov"


def write_buyers(root: Branch, buyers: Iterable[Buyer], parties: Parties) -> None:
    """Write one contracting party a buyer, in the order given."""
    for buyer in buyers:
        branch = root.add("ND-ContractingParty")
        parties.put(branch, "OPT-300-Procedure-Buyer", buyer.organisation)
        branch.put("BT-11-Procedure-Buyer", buyer.legal_type)
        branch.put("BT-10-Procedure-Buyer", buyer.activity)
        branch.put("BT-508-Procedure-Buyer", buyer.profile_url)
        if buyer.service_provider is not None:
            provider = branch.add("ND-ServiceProviderParty")
            parties.put(provider, "OPT-300-Procedure-SProvider", buyer.service_provider)
            provider.put("OPT-030-Procedure-SProvider", SERVICE_PROVIDER)


def write_organisations(root: Branch, notice: Notice, parties: Parties) -> None:
    """Write every organisation that has a role of its own or through a contact point."""
    buyers = {buyer.organisation: buyer for buyer in notice.buyers}
    # With several buyers all say whether they lead; a single one must not (OPP-050).
    lead_is_said = len(buyers) > 1
    has_cpb = any(buyer.is_cpb_awarding or buyer.is_cpb_acquiring for buyer in notice.buyers)
    for organisation in notice.organisations:
        points = [point for point in organisation.touch_points if parties.has_role(point.key)]
        if not points and not parties.has_role(organisation.key):
            continue
        branch = root.add("ND-Organization")
        buyer = buyers.get(organisation.key)
        if buyer is not None:
            if lead_is_said:
                branch.put("OPP-050-Organization", buyer.is_lead)
            if has_cpb:
                branch.put("OPP-051-Organization", bool(buyer.is_cpb_awarding))
                branch.put("OPP-052-Organization", bool(buyer.is_cpb_acquiring))
        _write_company(branch, organisation, parties)
        for point in points:
            _write_touch_point(branch, point, parties)
        branch.finish()


def _write_company(branch: Branch, organisation: Organisation, parties: Parties) -> None:
    branch.put("BT-633-Organization", organisation.is_natural_person)
    branch.put("BT-746-Organization", organisation.is_listed)
    company = branch.add("ND-Company")
    company.suffix = "Organization-Company"
    company.put("OPT-200-Organization-Company", parties.id_of(organisation.key)[0])
    company.put("BT-500", Text.german(organisation.name))
    company.put("BT-501-Organization-Company", organisation.registration_number)
    company.put("BT-509", organisation.endpoint_url)
    company.put("BT-165-Organization-Company", organisation.size)
    _write_address(company, organisation.department, organisation.address)
    _write_contact(company, organisation.contact)


def _write_touch_point(branch: Branch, point: TouchPoint, parties: Parties) -> None:
    touch_point = branch.add("ND-Touchpoint")
    touch_point.suffix = "Organization-TouchPoint"
    touch_point.put("OPT-201-Organization-TouchPoint", parties.id_of(point.key)[0])
    touch_point.put("BT-500", Text.german(point.name))
    touch_point.put("BT-509", point.endpoint_url)
    _write_address(touch_point, point.department, point.address)
    _write_contact(touch_point, point.contact)


def _write_address(branch: Branch, department: str | None, address: Address) -> None:
    branch.put("BT-16", department)
    branch.put("BT-510(a)", address.street)
    branch.put("BT-510(b)", address.street_additional)
    branch.put("BT-512", address.postcode)
    branch.put("BT-513", address.city)
    branch.put("BT-507", address.nuts)
    branch.put("BT-514", address.country)


def _write_contact(branch: Branch, contact: Contact) -> None:
    branch.put("BT-502", contact.name)
    branch.put("BT-503", contact.phone)
    branch.put("BT-739", contact.fax)
    branch.put("BT-506", contact.email)
    branch.put("BT-505", contact.website)
