"""From a tender and its notice to the OCDS release."""

import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Final

from vergabe.access.model import Organisation
from vergabe.exchange import codes
from vergabe.exchange.ocds import CallOff, Document, ItemLine, LotPart, Party, Release
from vergabe.exchange.text import clean_line, clean_text
from vergabe.notices.model import Notice
from vergabe.notices.writing import authority_id, lot_id
from vergabe.pools.later_queries import CallOffEntry
from vergabe.tenders import later
from vergabe.tenders.model import Lot, LotItem, Tender
from vergabe.tenders.snapshots import visible_documents

# Not registered; an operator that publishes registers one with the Open Contracting Partnership.
PREFIX: Final = "ocds-vergabe"
_TAGS: Final = {
    "contract_notice": "tender",
    "change_notice": "tenderAmendment",
    "cancellation_notice": "tenderCancellation",
}


def release_of(tender: Tender, notice: Notice, *, base_url: str) -> Release:
    """Return the release that goes with a notice."""
    assert notice.published_at is not None
    return Release(
        prefix=PREFIX,
        procedure=str(tender.procedure_uuid),
        release_key=str(notice.notice_uuid),
        at=notice.published_at,
        tag=_TAGS[notice.kind],
        reference=tender.reference,
        title=clean_line(tender.title),
        description=clean_text(tender.description),
        status="cancelled" if notice.kind == "cancellation_notice" else "active",
        method=tender.procurement_method,
        nature=tender.nature,
        value_net_cents=later.value_with_options(tender) or None,
        currency=tender.currency,
        parties=_parties(tender),
        lots=[
            LotPart(
                lot_id(lot.number),
                clean_line(lot.title),
                clean_text(lot.description),
                lot.estimated_value_net_cents or None,
            )
            for lot in tender.lots
        ],
        items=[line for lot in tender.lots for line in _lines(lot, tender)],
        documents=[
            Document(
                str(found.id),
                clean_line(found.title),
                f"{base_url}/bekanntmachungen/{tender.reference}/unterlagen/{found.id}",
                found.media_type,
                notice.published_at,
            )
            for found in visible_documents(tender, tender.published_version)
        ],
        submission_deadline=tender.submission_deadline,
        enquiries_deadline=tender.enquiries_deadline,
        criteria=[(clean_line(c.name), c.weight_basis_points) for c in tender.criteria],
        legal_basis=str(tender.law_result.get("rule_set") or ""),
    )


def _parties(tender: Tender) -> list[Party]:
    """Return the buyers, and the announced later joiners that are no buyers yet."""
    call_offs = {entry.organisation_id: entry for entry in later.call_off_list(tender)}
    found = [
        _party(
            buyer.organisation,
            call_offs.get(buyer.organisation_id),
            is_lead=buyer.is_lead,
            buys=buyer.buys,
        )
        for buyer in tender.buyers
    ]
    # One contact answers for all: where the lead stands, that of the tender is named.
    found = [
        replace(
            party,
            email=tender.contact.get("email") or party.email,
            phone=tender.contact.get("phone") or party.phone,
        )
        if party.is_lead
        else party
        for party in found
    ]
    return found + [
        _party(
            row.organisation,
            call_offs.get(row.organisation_id),
            is_lead=False,
            buys=row.joined_at is not None,
        )
        for row in tender.pool.later_joiners
    ]


def _party(
    organisation: Organisation, call_off: CallOffEntry | None, *, is_lead: bool, buys: bool
) -> Party:
    return Party(
        key=authority_id(organisation),
        name=organisation.official_name or organisation.name,
        is_lead=is_lead,
        buys=buys,
        call_off=_call_off(call_off) if call_off is not None else None,
        street=organisation.street,
        postcode=organisation.postcode,
        city=organisation.city,
        nuts=organisation.nuts3,
        email=organisation.email,
        phone=organisation.phone,
    )


def _call_off(entry: CallOffEntry) -> CallOff:
    return CallOff(
        joins_until=entry.latest_on,
        value_net_cents=entry.maximum_net_cents,
        lines=[(clean_text(line.text), line.maximum, line.unit_code) for line in entry.lines],
    )


def _lines(lot: Lot, tender: Tender) -> list[ItemLine]:
    keys = {buyer.organisation_id: authority_id(buyer.organisation) for buyer in tender.buyers}
    return [
        ItemLine(
            number=f"{lot.number}.{item.position}",
            text=clean_text(item.text),
            lot=lot_id(lot.number),
            cpv=lot.cpv,
            quantity=item.quantity,
            unit_code=item.unit_code,
            unit_name=_unit_name(item.unit_code),
            buyers=_buyers(item, keys),
        )
        for item in lot.items
    ]


def _buyers(item: LotItem, keys: dict[uuid.UUID, str]) -> dict[str, Decimal | None]:
    """Return each buyer's quantity; several demands of one buyer add up."""
    found: dict[str, Decimal | None] = {}
    for share in item.shares:
        key = keys[share.organisation_id]
        before = found.get(key, Decimal(0))
        if before is None or share.quantity is None:
            found[key] = None
        else:
            found[key] = before + share.quantity
    return found


def _unit_name(code: str | None) -> str | None:
    known = codes.unit(code) if code else None
    return known.name if known else None
