"""From a release to the JSON values of the release schema.

A joint purchase shows in `parties` (each municipality with the role buyer, the lead as procuring
entity besides) and, by our extension, in who leads, who joins later and who takes what share.
Source: Open Contracting Data Standard 1.1.5, release schema; extensions Lots and Legal basis.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from vergabe.exchange.ocds.parts import (
    Amendment,
    BuyerShare,
    CallOff,
    Document,
    ItemLine,
    LotPart,
    Party,
)
from vergabe.exchange.ocds.release import Release
from vergabe.exchange.ocds.values import amount, instant, number, period, without_empty

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


class Names:
    """The parties of a release by their keys."""

    def __init__(self, parties: Sequence[Party]) -> None:
        self._parties = {party.key: party for party in parties}

    def reference(self, key: str) -> dict[str, str]:
        """Return an OrganizationReference; KeyError for who is no party."""
        party = self._parties[key]
        return {"id": party_id(party), "name": party.name}


def tender(release: Release, names: Names) -> dict[str, Any]:
    """Return the tender section."""
    lead = next(party for party in release.parties if party.is_lead)
    return without_empty(
        {
            "id": release.reference,
            "title": release.title,
            "description": release.description,
            "status": release.status,
            "procuringEntity": names.reference(lead.key),
            "value": amount(release.value_net_cents, release.currency),
            "procurementMethod": METHODS.get(release.method, "limited"),
            "procurementMethodDetails": release.method,
            "mainProcurementCategory": CATEGORIES[release.nature],
            "awardCriteriaDetails": "; ".join(
                f"{name} {points / 100:g} %" for name, points in release.criteria
            ),
            "submissionMethod": ["electronicSubmission"],
            "tenderPeriod": period(release.started_at, release.submission_deadline),
            "enquiryPeriod": period(release.started_at, release.enquiries_deadline)
            if release.enquiries_deadline
            else None,
            "items": [item(line, names, release.currency) for line in release.items],
            "lots": [_lot(lot, release.currency) for lot in release.lots],
            "documents": [document(found) for found in release.documents],
            "amendments": [_amendment(found) for found in release.amendments],
            "legalBasis": (
                {"scheme": "DE", "id": release.legal_basis} if release.legal_basis else None
            ),
            "jointPurchase": _joint_purchase(release, names),
        }
    )


def party_id(party: Party) -> str:
    """Return the identifier of a party: by the official key where it has one."""
    return f"DE-AGS-{party.key}" if party.key.isdecimal() else party.key


def organisation(party: Party) -> dict[str, Any]:
    """Return a party with its roles."""
    return without_empty(
        {
            "id": party_id(party),
            "name": party.name,
            "identifier": {"scheme": "DE-AGS", "id": party.key} if party.key.isdecimal() else None,
            "address": without_empty(
                {
                    "streetAddress": party.street,
                    "locality": party.city,
                    "postalCode": party.postcode,
                    "region": party.nuts,
                    "countryName": party.country,
                }
            ),
            "contactPoint": without_empty({"email": party.email, "telephone": party.phone}),
            "roles": _roles(party),
        }
    )


def _roles(party: Party) -> list[str]:
    roles = ["buyer"] if party.buys or party.is_lead else []
    roles += ["procuringEntity", "leadBuyer"] if party.is_lead else []
    roles += ["laterJoiner"] if party.joins_later else []
    return roles + list(party.other_roles)


def _joint_purchase(release: Release, names: Names) -> dict[str, Any] | None:
    """Return who buys together; None where one buys alone."""
    lead = next(party for party in release.parties if party.is_lead)
    buyers = [party for party in release.parties if party.buys]
    later = [party for party in release.parties if party.joins_later]
    if not later and {party.key for party in buyers} <= {lead.key}:
        return None
    return without_empty(
        {
            "leadBuyer": names.reference(lead.key),
            "buyers": [names.reference(party.key) for party in buyers],
            "laterJoiners": [
                names.reference(party.key)
                | without_empty({"latestJoiningDate": _latest_joining(party)})
                | {"joined": party.buys}
                for party in later
            ],
            "callOffRights": [
                names.reference(party.key) | _call_off(party.call_off, release.currency)
                for party in release.parties
                if party.call_off is not None
            ],
        }
    )


def _latest_joining(party: Party) -> str | None:
    until = party.call_off.joins_until if party.call_off else None
    return until.isoformat() if until else None


def _call_off(call_off: CallOff, currency: str) -> dict[str, Any]:
    return without_empty(
        {
            "maximumValue": amount(call_off.value_net_cents, currency),
            "lines": [
                without_empty(
                    {
                        "description": text,
                        "maximumQuantity": number(most),
                        "unit": {"scheme": "UNCEFACT", "id": unit} if unit else None,
                    }
                )
                for text, most, unit in call_off.lines
            ],
        }
    )


def item(line: ItemLine, names: Names, currency: str) -> dict[str, Any]:
    """Return a line with its buyers."""
    unit = without_empty({"scheme": "UNCEFACT", "id": line.unit_code, "name": line.unit_name})
    return without_empty(
        {
            "id": line.number,
            "description": line.text,
            "classification": {"scheme": "CPV", "id": line.cpv},
            "quantity": number(line.quantity),
            "unit": unit if line.unit_code else None,
            "relatedLot": line.lot,
            "buyers": shares(line.buyers, names, currency),
        }
    )


def shares(buyers: Sequence[BuyerShare], names: Names, currency: str) -> list[dict[str, Any]]:
    """Return the buyers of a line, an award or a contract."""
    return [
        names.reference(share.party)
        | without_empty(
            {
                "quantity": number(share.quantity),
                "valueShare": _fraction(share.value_basis_points),
                "value": amount(share.value_net_cents, currency),
            }
        )
        for share in buyers
    ]


def _fraction(basis_points: int | None) -> float | None:
    return None if basis_points is None else basis_points / 10_000


def _lot(lot: LotPart, currency: str) -> dict[str, Any]:
    return without_empty(
        {
            "id": lot.key,
            "title": lot.title,
            "description": lot.description,
            "status": lot.status,
            "value": amount(lot.value_net_cents, currency),
        }
    )


def document(found: Document) -> dict[str, Any]:
    """Return a document with its address."""
    return without_empty(
        {
            "id": found.key,
            "documentType": found.kind,
            "title": found.title,
            "url": found.url,
            "datePublished": instant(found.published_at),
            "format": found.media_type,
            "language": "de",
        }
    )


def _amendment(found: Amendment) -> dict[str, Any]:
    return without_empty(
        {
            "id": found.key,
            "date": instant(found.at),
            "description": found.description,
            "amendsReleaseID": found.changed_release,
            "releaseID": found.release,
        }
    )
