"""Who takes part: organisations with their contact points, and buyers.

Everywhere else a party is named by its `key`; the ids of a notice (ORG-0001, TPO-0001) are given
on writing, in the order of the organisations. After reading, the key is that id, and a key that has
the form of an id is kept on writing, so that ids stay the same in later notices.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Contact of a company or a contact point (BT-502, BT-503, BT-506, BT-739, BT-505)."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    fax: str | None = None
    website: str | None = None


@dataclass(frozen=True, kw_only=True)
class Address:
    """Postal address (BT-510, BT-512, BT-513, BT-507, BT-514)."""

    street: str | None = None
    street_additional: str | None = None
    postcode: str | None = None
    city: str | None = None
    nuts: str | None = None
    country: str = "DEU"


@dataclass(frozen=True, kw_only=True)
class TouchPoint:
    """A contact point of an organisation (TPO); `key` names it in roles, like an organisation's."""

    key: str
    name: str
    department: str | None = None
    address: Address
    contact: Contact = Contact()
    endpoint_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """An organisation of the notice, once (ORG), whatever roles it has.

    registration_number: BT-501; size: BT-165 for winners (`micro`, `small`, `medium`, `large`);
    is_natural_person: BT-633, is_listed: BT-746, both of winners only. An organisation that has no
    role in the written notice is left out, for official rules refuse it; so is a contact point.
    """

    key: str
    name: str
    department: str | None = None
    address: Address
    contact: Contact = Contact()
    registration_number: str | None = None
    endpoint_url: str | None = None
    size: str | None = None
    is_natural_person: bool | None = None
    is_listed: bool | None = None
    touch_points: tuple[TouchPoint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """A contracting authority (OPT-300-Procedure-Buyer) of a joint procurement.

    organisation: key; is_lead: OPP-050, written only if several buy; legal_type: BT-11;
    activity: BT-10; profile_url: BT-508; is_cpb_awarding, is_cpb_acquiring: OPP-051/052, None:
    no central purchasing body; service_provider: key of who acts for the buyer.
    """

    organisation: str
    is_lead: bool = False
    legal_type: str | None = "la"
    activity: str | None = "gen-pub"
    profile_url: str | None = None
    is_cpb_awarding: bool | None = None
    is_cpb_acquiring: bool | None = None
    service_provider: str | None = None
