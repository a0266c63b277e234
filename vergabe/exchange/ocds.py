"""OCDS 1.1 releases of joint tenders: plain data in, JSON bytes out.

A joint purchase shows in `parties` (each municipality with the role buyer, the lead as procuring
entity besides) and in the item lines, whose extension field `x_buyers` names each buyer's quantity.
Source: Open Contracting Data Standard 1.1.5, release schema; lots extension.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import orjson

from vergabe.money import euros

VERSION: Final = "1.1"
LOTS_EXTENSION: Final = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/"
    "extension.json"
)
METHODS: Final[Mapping[str, str]] = {
    "open": "open",
    "nat-open": "open",
    "restricted": "selective",
    "nat-restricted-w-call": "selective",
    "neg-w-call": "selective",
    "nat-neg-w-call": "selective",
    "comp-dial": "selective",
    "innovation": "selective",
}
CATEGORIES: Final[Mapping[str, str]] = {
    "supplies": "goods",
    "services": "services",
    "works": "works",
}


@dataclass(frozen=True)
class CallOff:
    """The most a party may call off later: text, quantity (None: none named), unit code.

    joins_until: last legal day on which an announced later joiner may join; value_net_cents: of its
    maximum.
    """

    joins_until: dt.date | None
    value_net_cents: int | None
    lines: Sequence[tuple[str, Decimal | None, str | None]]


@dataclass(frozen=True)
class Party:
    """A buyer, or one announced that may become one (§ 21 (2) VgV).

    key: official municipality key (AGS) or our id; call_off: None for who may not call off later.
    """

    key: str
    name: str
    is_lead: bool
    buys: bool
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    nuts: str | None = None
    email: str | None = None
    phone: str | None = None
    call_off: CallOff | None = None


@dataclass(frozen=True)
class ItemLine:
    """A line; buyers: key of each buyer → its quantity, None where none is named."""

    number: str
    text: str
    lot: str
    cpv: str
    quantity: Decimal | None
    unit_code: str | None
    unit_name: str | None
    buyers: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class LotPart:
    """A lot; value net in cents."""

    key: str
    title: str
    description: str
    value_net_cents: int | None


@dataclass(frozen=True)
class Document:
    """A procurement document or the notice itself."""

    key: str
    title: str
    url: str
    media_type: str
    published_at: dt.datetime
    kind: str = "biddingDocuments"


@dataclass(frozen=True)
class Release:
    """What changed at one instant in one procedure; instants aware UTC, amounts net in cents."""

    prefix: str
    procedure: str
    release_key: str
    at: dt.datetime
    tag: str
    """tender, tenderUpdate, tenderAmendment or tenderCancellation."""
    reference: str
    title: str
    description: str
    status: str
    """active, complete or cancelled."""
    method: str
    nature: str
    value_net_cents: int | None
    currency: str
    parties: Sequence[Party]
    lots: Sequence[LotPart]
    items: Sequence[ItemLine]
    documents: Sequence[Document]
    submission_deadline: dt.datetime | None
    enquiries_deadline: dt.datetime | None
    criteria: Sequence[tuple[str, int]] = field(default_factory=tuple)
    legal_basis: str = ""


def package(release: Release, *, uri: str, publisher: str) -> bytes:
    """Return a release package with this one release, as UTF-8 JSON."""
    return orjson.dumps(
        {
            "uri": uri,
            "version": VERSION,
            "extensions": [LOTS_EXTENSION],
            "publishedDate": _instant(release.at),
            "publisher": {"name": publisher},
            "license": "https://www.govdata.de/dl-de/zero-2-0",
            "releases": [as_dict(release)],
        },
        option=orjson.OPT_INDENT_2,
    )


def as_dict(release: Release) -> dict[str, Any]:
    """Return a release in the form of the release schema."""
    lead = next(party for party in release.parties if party.is_lead)
    return {
        "ocid": f"{release.prefix}-{release.procedure}",
        "id": release.release_key,
        "date": _instant(release.at),
        "tag": [release.tag],
        "initiationType": "tender",
        "language": "de",
        "parties": [_party(party) for party in release.parties],
        "buyer": {"id": _party_id(lead), "name": lead.name},
        "tender": _without_empty(
            {
                "id": release.reference,
                "title": release.title,
                "description": release.description,
                "status": release.status,
                "procuringEntity": {"id": _party_id(lead), "name": lead.name},
                "value": _value(release.value_net_cents, release.currency),
                "procurementMethod": METHODS.get(release.method, "limited"),
                "procurementMethodDetails": release.method,
                "mainProcurementCategory": CATEGORIES[release.nature],
                "awardCriteriaDetails": "; ".join(
                    f"{name} {points / 100:g} %" for name, points in release.criteria
                ),
                "submissionMethod": ["electronicSubmission"],
                "tenderPeriod": _period(release.at, release.submission_deadline),
                "enquiryPeriod": _period(release.at, release.enquiries_deadline),
                "items": [_item(item) for item in release.items],
                "lots": [_lot(lot, release.currency) for lot in release.lots],
                "documents": [_document(document) for document in release.documents],
                "legalBasis": (
                    {"scheme": "DE", "id": release.legal_basis} if release.legal_basis else None
                ),
            }
        ),
    }


def _party_id(party: Party) -> str:
    return f"DE-AGS-{party.key}" if party.key.isdecimal() else party.key


def _party(party: Party) -> dict[str, Any]:
    roles = (["buyer"] if party.buys or party.is_lead else []) + (
        ["procuringEntity"] if party.is_lead else []
    )
    # The list of roles is open; no role of the standard means "may become a buyer".
    roles = roles or ["laterJoiner"]
    identifier = {"scheme": "DE-AGS", "id": party.key} if party.key.isdecimal() else None
    return _without_empty(
        {
            "id": _party_id(party),
            "name": party.name,
            "identifier": identifier,
            "address": _without_empty(
                {
                    "streetAddress": party.street,
                    "locality": party.city,
                    "postalCode": party.postcode,
                    "region": party.nuts,
                    "countryName": "Deutschland",
                }
            ),
            "contactPoint": _without_empty({"email": party.email, "telephone": party.phone}),
            "roles": roles,
            "x_callOff": _call_off(party.call_off) if party.call_off else None,
        }
    )


def _call_off(call_off: CallOff) -> dict[str, Any]:
    until = call_off.joins_until
    return _without_empty(
        {
            "joinsUntil": until.isoformat() if until else None,
            "maximumValue": _value(call_off.value_net_cents, "EUR"),
            "lines": [
                _without_empty(
                    {"description": text, "maximumQuantity": _number(number), "unitCode": unit}
                )
                for text, number, unit in call_off.lines
            ],
        }
    )


def _item(item: ItemLine) -> dict[str, Any]:
    unit = _without_empty({"scheme": "UNCEFACT", "id": item.unit_code, "name": item.unit_name})
    return _without_empty(
        {
            "id": item.number,
            "description": item.text,
            "classification": {"scheme": "CPV", "id": item.cpv},
            "quantity": _number(item.quantity),
            "unit": unit if item.unit_code else None,
            "relatedLot": item.lot,
            "x_buyers": [
                _without_empty({"id": key, "quantity": _number(quantity)})
                for key, quantity in item.buyers.items()
            ],
        }
    )


def _lot(lot: LotPart, currency: str) -> dict[str, Any]:
    return _without_empty(
        {
            "id": lot.key,
            "title": lot.title,
            "description": lot.description,
            "status": "active",
            "value": _value(lot.value_net_cents, currency),
        }
    )


def _document(document: Document) -> dict[str, Any]:
    return {
        "id": document.key,
        "documentType": document.kind,
        "title": document.title,
        "url": document.url,
        "datePublished": _instant(document.published_at),
        "format": document.media_type,
        "language": "de",
    }


def _value(cents: int | None, currency: str) -> dict[str, Any] | None:
    return {"amount": float(euros(cents)), "currency": currency} if cents else None


def _number(quantity: Decimal | None) -> float | int | None:
    if quantity is None:
        return None
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def _period(start: dt.datetime, end: dt.datetime | None) -> dict[str, str] | None:
    return {"startDate": _instant(start), "endDate": _instant(end)} if end else None


def _instant(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}
