"""Checks of organisations: names, numbers, addresses, regions, ways to reach them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from vergabe.exchange import codes
from vergabe.exchange.eforms.checks.own_rules import (
    ABOVE_THRESHOLD,
    GERMANY,
    OFFICIAL,
    Breach,
    Rule,
    Setting,
)
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.parties import Address, Contact, Organisation

_EMAIL: Final = re.compile(
    r"[\w!#$%&'*+/=?-]+(\.[\w!#$%&'*+/=?-]+)*@(\w([\w-]*\w)?\.)+\w{2,}", re.ASCII
)
_PHONE: Final = re.compile(r"(\(\+?\d+\)|\+?\d+)( - |-| )?((\(\d+\)|\d+)( - |-| )?)*\d+ ?")
_POSTCODE: Final = re.compile(r"\d{5}")
_URL: Final = re.compile(r"https?://[^\s/]+\.\S+|https?://\[?[\w.:]+\]?(:\d+)?(/\S*)?", re.I)
_IN_DATA: Final = "Bitte in den Stammdaten der Organisation berichtigen."


def _of_buyers(notice: Notice) -> list[Organisation]:
    keys = {buyer.organisation for buyer in notice.buyers}
    return [o for o in notice.organisations if o.key in keys]


def _names(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for organisation in notice.organisations:
        if not organisation.name.strip():
            yield Breach(message="Der Name der Organisation fehlt.", organisation=organisation.key)


def _registration(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for organisation in notice.organisations:
        if not (organisation.registration_number or "").strip():
            yield Breach(
                message="Die Registrierungsnummer fehlt (Leitweg-ID, Umsatzsteuer-ID oder "
                "Nummer im Register).",
                organisation=organisation.key,
            )


def _contacts_of_buyers(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for organisation in _of_buyers(notice):
        if not organisation.contact.phone:
            yield Breach(
                message="Die Telefonnummer des Auftraggebers fehlt.",
                organisation=organisation.key,
                field="BT-503-Organization-Company",
            )
        if not organisation.contact.email:
            yield Breach(
                message="Die E-Mail-Adresse des Auftraggebers fehlt.", organisation=organisation.key
            )


def _addresses(notice: Notice) -> Iterator[tuple[str, str, Address]]:
    """Yield (key of who it is, end of the official fields, address) of everybody."""
    for organisation in notice.organisations:
        yield organisation.key, "Organization-Company", organisation.address
        for point in organisation.touch_points:
            yield point.key, "Organization-TouchPoint", point.address


def _firms(notice: Notice) -> Iterator[Organisation]:
    """Yield the organisations whose whole address is wanted: natural persons may keep theirs."""
    yield from (o for o in notice.organisations if not o.is_natural_person)


def _city(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for organisation in _firms(notice):
        if not (organisation.address.city or "").strip():
            yield Breach(message="Der Ort fehlt.", organisation=organisation.key)


def _postcode(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for organisation in _firms(notice):
        address = organisation.address
        if address.country == GERMANY and not address.postcode:
            yield Breach(message="Die Postleitzahl fehlt.", organisation=organisation.key)


def _postcode_form(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for key, scope, address in _addresses(notice):
        code = address.postcode
        if address.country == GERMANY and code and not _POSTCODE.fullmatch(code):
            yield Breach(
                message=f"„{code}“ ist keine deutsche Postleitzahl: Sie hat fünf Ziffern.",
                organisation=key,
                field=f"BT-512-{scope}",
            )


def _region(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for organisation in _firms(notice):
        if organisation.address.country == GERMANY and not organisation.address.nuts:
            yield Breach(message="Die Region (NUTS) fehlt.", organisation=organisation.key)


def _region_form(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for key, scope, address in _addresses(notice):
        told = wrong_region(address.nuts, address.country)
        if told:
            yield Breach(message=told, organisation=key, field=f"BT-507-{scope}")


def wrong_region(nuts: str | None, country: str | None) -> str:
    """Return what is wrong with a NUTS code of an address, `""` if nothing is or there is none."""
    if not nuts or country != GERMANY:
        return ""
    known = codes.nuts(nuts)
    if nuts == "DEZZZ" or (known is not None and known.level == 3 and nuts.startswith("DE")):
        return ""
    if known is not None and nuts.startswith("DE"):
        return f"„{nuts}“ ist eine Region der Ebene {known.level}; gefragt ist Ebene 3 wie DEA26."
    return f"„{nuts}“ ist keine deutsche Region (NUTS-3) wie DEA26."


def _contacts(notice: Notice) -> Iterator[tuple[str, str, Contact]]:
    for organisation in notice.organisations:
        yield organisation.key, "Organization-Company", organisation.contact
        for point in organisation.touch_points:
            yield point.key, "Organization-TouchPoint", point.contact


def _phones(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for key, scope, contact in _contacts(notice):
        for field, number in (("BT-503", contact.phone), ("BT-739", contact.fax)):
            if number and not _PHONE.fullmatch(number):
                yield Breach(
                    message=f"„{number}“ ist nicht als Rufnummer geschrieben: erlaubt sind "
                    "Ziffern, ein Plus am Anfang, einzelne Leerzeichen, Bindestriche und "
                    "Klammern; kein Schrägstrich, kein Punkt.",
                    organisation=key,
                    field=f"{field}-{scope}",
                )


def _emails(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for key, scope, contact in _contacts(notice):
        if contact.email and not _EMAIL.fullmatch(contact.email):
            yield Breach(
                message=f"„{contact.email}“ ist keine E-Mail-Adresse.",
                organisation=key,
                field=f"BT-506-{scope}",
            )


def _websites(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for key, scope, contact in _contacts(notice):
        if contact.website and not is_url(contact.website):
            yield Breach(
                message=f"„{contact.website}“ ist keine vollständige Internetadresse.",
                organisation=key,
                field=f"BT-505-{scope}",
            )


def is_url(text: str) -> bool:
    """Return whether a text is a whole address of the web, with http:// or https://."""
    return _URL.fullmatch(text.strip()) is not None


def _countries(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for key, scope, address in _addresses(notice):
        if not re.fullmatch("[A-Z]{3}", address.country):
            yield Breach(
                message=f"„{address.country}“ ist kein Land: gefragt ist ein Code wie DEU.",
                organisation=key,
                field=f"BT-514-{scope}",
            )


RULES: Final = (
    Rule(
        key="organisation_name_missing",
        field="BT-500-Organization-Company",
        law=OFFICIAL,
        check=_names,
        remedy=_IN_DATA,
        is_about_one_field=True,
    ),
    Rule(
        key="registration_number_missing",
        field="BT-501-Organization-Company",
        law=OFFICIAL,
        check=_registration,
        remedy=_IN_DATA,
        subtypes=ABOVE_THRESHOLD - {"25"},
        is_about_one_field=True,
    ),
    Rule(
        key="contact_of_buyer_missing",
        field="BT-506-Organization-Company",
        law=OFFICIAL,
        check=_contacts_of_buyers,
        remedy=_IN_DATA,
        subtypes=ABOVE_THRESHOLD,
        is_about_one_field=True,
    ),
    Rule(
        key="city_missing",
        field="BT-513-Organization-Company",
        law=OFFICIAL,
        check=_city,
        remedy=_IN_DATA,
        subtypes=ABOVE_THRESHOLD,
        is_about_one_field=True,
    ),
    Rule(
        key="postcode_missing",
        field="BT-512-Organization-Company",
        law=OFFICIAL,
        check=_postcode,
        remedy=_IN_DATA,
        subtypes=ABOVE_THRESHOLD,
        is_about_one_field=True,
    ),
    Rule(
        key="postcode_wrong",
        field="BT-512-Organization-Company",
        law="Postleitzahlen der Deutschen Post",
        check=_postcode_form,
        remedy=_IN_DATA,
        severity="warning",
        is_about_one_field=True,
    ),
    Rule(
        key="region_of_organisation_missing",
        field="BT-507-Organization-Company",
        law=OFFICIAL,
        check=_region,
        remedy=_IN_DATA,
        subtypes=ABOVE_THRESHOLD,
        is_about_one_field=True,
    ),
    Rule(
        key="region_of_organisation_wrong",
        field="BT-507-Organization-Company",
        law=OFFICIAL,
        check=_region_form,
        remedy=_IN_DATA,
        is_about_one_field=True,
    ),
    Rule(
        key="phone_wrong",
        field="BT-503-Organization-Company",
        law=OFFICIAL,
        check=_phones,
        remedy="Bitte die Nummer wie +49 2421 22-0 schreiben.",
        is_about_one_field=True,
    ),
    Rule(
        key="email_wrong",
        field="BT-506-Organization-Company",
        law=OFFICIAL,
        check=_emails,
        remedy="Bitte die Adresse wie vergabe@stadt.example schreiben.",
        is_about_one_field=True,
    ),
    Rule(
        key="website_wrong",
        field="BT-505-Organization-Company",
        law=OFFICIAL,
        check=_websites,
        remedy="Bitte die Adresse mit https:// beginnen.",
        is_about_one_field=True,
    ),
    Rule(
        key="country_wrong",
        field="BT-514-Organization-Company",
        law=OFFICIAL,
        check=_countries,
        remedy=_IN_DATA,
        is_about_one_field=True,
    ),
)
