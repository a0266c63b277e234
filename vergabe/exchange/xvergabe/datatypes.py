"""Simple types and shared parts of the profile: `schemas/xvergabe/1/datatypes.xsd`."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Final
from uuid import UUID

from vergabe import money
from vergabe.exchange.binding import Attribute, Binary, Body, Name, Part, Scalar, Simple
from vergabe.exchange.xvergabe.codes import PartyRole

PROFILE_VERSION: Final = "1.0"
SCHEMA: Final = "xvergabe/1/service.xsd"  # imports the other four
DATATYPES: Final = "urn:vergabe:xvergabe-profile:datatypes:1"
DOCUMENTS: Final = "urn:vergabe:xvergabe-profile:documents:1"
MESSAGES: Final = "urn:vergabe:xvergabe-profile:messages:1"
SERVICE: Final = "urn:vergabe:xvergabe-profile:service:1"
PREFIXES: Final = {"doc": DOCUMENTS, "dt": DATATYPES}
MESSAGE_PREFIXES: Final = {"msg": MESSAGES, **PREFIXES}

# Text in which white space counts.
String255 = Annotated[str, Simple("String.255", collapse=False)]
String1024 = Annotated[str, Simple("String.1024", collapse=False)]
String4096 = Annotated[str, Simple("String.4096", collapse=False)]
Text = Annotated[str, Simple("Text", collapse=False)]
FileName = Annotated[str, Simple("FileName", collapse=False)]
# Codes and identifiers: one line, trimmed.
Identifier = Annotated[str, Simple("Identifier")]
Language = Annotated[str, Simple("Language")]
ProfileVersion = Annotated[str, Simple("ProfileVersion")]
Cpv = Annotated[str, Simple("CPV")]
Nuts = Annotated[str, Simple("NUTS")]
Country = Annotated[str, Simple("Country")]
Currency = Annotated[str, Simple("Currency")]
UnitCode = Annotated[str, Simple("UnitCode")]
RegionalKey = Annotated[str, Simple("RegionalKey")]
Email = Annotated[str, Simple("Email")]
Url = Annotated[str, Simple("URL")]
MimeType = Annotated[str, Simple("MimeType")]
Sha256 = Annotated[str, Simple("SHA256")]
# Numbers.
Version = Annotated[int, Simple("Version")]
BasisPoints = Annotated[int, Simple("BasisPoints")]
Size = Annotated[int, Simple("Size")]
Count = Annotated[int, Simple("Count")]
Quantity = Annotated[Decimal, Simple("Quantity")]
# Instants (aware, UTC) and legal days (Europe/Berlin).
Instant = Annotated[dt.datetime, Simple("DateTimeTZ")]
LegalDay = Annotated[dt.date, Simple("LegalDay")]
Guid = Annotated[UUID, Simple("GUID")]


@dataclass(frozen=True, kw_only=True)
class Shared(Part):
    """Base of the parts whose elements are in the namespace of the data types."""

    NAMESPACE: ClassVar[str] = DATATYPES


def _units(cents: int) -> str:
    return format(money.euros(cents), "f")


def _cents(text: str) -> int:
    return money.cents(Decimal(text))


@dataclass(frozen=True, kw_only=True)
class Amount(Shared):
    """An amount in cents; written in currency units. Net or gross is said by the field's name."""

    cents: Annotated[int, Simple("CurrencyUnits"), Body(), Scalar(_units, _cents)]
    currency: Annotated[Currency, Attribute("currency")] = money.EUR


@dataclass(frozen=True, kw_only=True)
class Code(Shared):
    """A value of an open list, which has an address and a version."""

    list_uri: Annotated[Identifier, Attribute("listURI")]
    list_version: Annotated[Identifier, Attribute("listVersionID")]
    code: Identifier
    name: String255 | None = None


@dataclass(frozen=True, kw_only=True)
class ExistingObjectReference(Shared):
    """Points to an object the other side already holds."""

    object_id: Guid
    version: Version | None = None
    sha256: Sha256 | None = None


@dataclass(frozen=True, kw_only=True)
class Attachment(Shared):
    """A file that travels with a message, or points to one already handed over.

    size in bytes and sha256 over the raw bytes. Exactly one of content and object_reference.
    """

    attachment_id: Guid
    file_name: FileName
    mime_type: MimeType
    size: Size
    sha256: Sha256
    content: Binary | None = None
    object_reference: ExistingObjectReference | None = None


@dataclass(frozen=True, kw_only=True)
class Address(Shared):
    """A postal address with its region; country in three letters."""

    street: String255 | None = None
    postal_code: Identifier | None = None
    town: String255
    nuts: Nuts | None = None
    country: Country = "DEU"


@dataclass(frozen=True, kw_only=True)
class Contact(Shared):
    """How to reach someone."""

    name: String255 | None = None
    email: Email | None = None
    phone: Identifier | None = None
    url: Url | None = None


@dataclass(frozen=True, kw_only=True)
class Party(Shared):
    """Who sends or receives a message."""

    party_id: Identifier
    name: String255
    role: PartyRole


@dataclass(frozen=True, kw_only=True)
class AuthorityReference(Shared):
    """A contracting authority by id and name; of several exactly one is the lead."""

    is_lead: Annotated[bool, Attribute("lead")]
    authority_id: Identifier
    name: String255


@dataclass(frozen=True, kw_only=True)
class ContractingAuthority(AuthorityReference):
    """A contracting authority (Auftraggeber) with its address; exactly one is the lead.

    regional_key: AGS (8 digits), county (5), association (9) or ARS (12).
    """

    regional_key: RegionalKey | None = None
    leitweg_id: Identifier | None = None
    address: Address
    contact: Contact | None = None


@dataclass(frozen=True, kw_only=True)
class Company(Shared):
    """A company that bids or applies."""

    company_id: Identifier
    name: String255
    address: Address
    registration_number: Identifier | None = None
    vat_id: Identifier | None = None
    contact: Contact | None = None


@dataclass(frozen=True, kw_only=True)
class ConsortiumMember(Company):
    """A member of a consortium; exactly one represents it (§ 53 (9) VgV)."""

    share: String1024 | None = None
    is_representative: Annotated[bool, Attribute("representative")]


@dataclass(frozen=True, kw_only=True)
class Consortium(Shared):
    """Bidder consortium (Bietergemeinschaft), two members or more."""

    name: String255
    members: Annotated[tuple[ConsortiumMember, ...], Name("member")]


@dataclass(frozen=True, kw_only=True)
class Bidder(Shared):
    """Exactly one of the two: a company on its own, or a consortium."""

    company: Company | None = None
    consortium: Consortium | None = None
