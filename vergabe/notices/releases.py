"""From a tender and its notice to the OCDS release.

A release is made when its notice becomes public, never earlier, and says only what is public then.
Awards and contracts are written where they exist; the plain data for them is `exchange.ocds`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import object_session

from vergabe import money
from vergabe.access.model import Organisation
from vergabe.exchange import codes
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
from vergabe.exchange.text import clean_line, clean_text
from vergabe.notices.model import Notice
from vergabe.notices.writing import authority_id, lot_id
from vergabe.pools.later_queries import CallOffEntry
from vergabe.tenders import later
from vergabe.tenders.model import ItemShare, Lot, LotItem, Tender
from vergabe.tenders.snapshots import visible_documents

_TAGS: Final = {
    "contract_notice": "tender",
    "change_notice": "tenderAmendment",
    "cancellation_notice": "tenderCancellation",
}
_WHOLE: Final = 10_000
"""Basis points of the whole."""


def release_of(tender: Tender, notice: Notice, *, base_url: str) -> Release:
    """Return the release that goes with a notice that becomes public now."""
    assert notice.published_at is not None
    is_cancelled = notice.kind == "cancellation_notice"
    return Release(
        procedure=str(tender.procedure_uuid),
        release_key=str(notice.notice_uuid),
        at=notice.published_at,
        tags=[_TAGS[notice.kind]],
        reference=tender.reference,
        title=clean_line(tender.title),
        description=clean_text(tender.description),
        status="cancelled" if is_cancelled else "active",
        method=tender.procurement_method,
        nature=tender.nature,
        value_net_cents=later.public_value(tender),
        currency=tender.currency,
        parties=_parties(tender),
        lots=[_lot(tender, lot, is_cancelled=is_cancelled) for lot in tender.lots],
        items=[line for lot in tender.lots for line in _lines(lot, tender)],
        documents=_documents(tender, notice, base_url=base_url),
        started_at=tender.public_since or notice.published_at,
        submission_deadline=tender.submission_deadline,
        enquiries_deadline=tender.enquiries_deadline,
        criteria=[(clean_line(c.name), c.weight_basis_points) for c in tender.criteria],
        legal_basis=str(tender.law_result.get("rule_set") or ""),
        amendments=_amendments(tender, notice),
    )


def _lot(tender: Tender, lot: Lot, *, is_cancelled: bool) -> LotPart:
    return LotPart(
        lot_id(lot.number),
        clean_line(lot.title),
        clean_text(lot.description),
        later.public_lot_value(tender, lot),
        status="cancelled" if is_cancelled else "active",
    )


def _documents(tender: Tender, notice: Notice, *, base_url: str) -> list[Document]:
    """Return the notice itself and the procurement documents of the version in force."""
    assert notice.published_at is not None
    page = f"{base_url}/bekanntmachungen/{tender.reference}"
    own = [
        Document(
            f"{notice.notice_uuid}-{ending}",
            clean_line(tender.title),
            f"{page}/{notice.id}.{ending}",
            media_type,
            notice.published_at,
            kind="tenderNotice",
        )
        for ending, media_type in (("pdf", "application/pdf"), ("xml", "application/xml"))
    ]
    # A version may have been decided before the public was told of the first one.
    begin = tender.public_since or notice.published_at
    first_seen = {v.number: max(v.published_at, begin) for v in tender.versions}
    return own + [
        Document(
            str(found.id),
            clean_line(found.title),
            f"{page}/unterlagen/{found.id}",
            found.media_type,
            first_seen.get(found.published_in_version or 0, notice.published_at),
        )
        for found in visible_documents(tender, tender.published_version)
    ]


def _amendments(tender: Tender, notice: Notice) -> list[Amendment]:
    """Return what this notice changed; changes of earlier notices stand in their releases."""
    session = object_session(notice)
    if notice.kind != "change_notice" or notice.previous_id is None or session is None:
        return []
    assert notice.published_at is not None
    previous = session.get_one(Notice, notice.previous_id)
    summaries = {version.number: version.summary for version in tender.versions}
    return [
        Amendment(
            key=str(notice.notice_uuid),
            at=notice.published_at,
            description=clean_text(summaries.get(notice.tender_version, "")),
            changed_release=str(previous.notice_uuid),
            release=str(notice.notice_uuid),
        )
    ]


def _parties(tender: Tender) -> list[Party]:
    """Return the buyers, and the announced later joiners, whether they have joined or not."""
    call_offs = {entry.organisation_id: entry for entry in later.call_off_list(tender)}
    announced = {row.organisation_id: row for row in tender.pool.later_joiners}
    found = [
        replace(
            _party(buyer.organisation, call_offs.get(buyer.organisation_id)),
            is_lead=buyer.is_lead,
            buys=buyer.buys,
            joins_later=buyer.organisation_id in announced,
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
    buyers = {buyer.organisation_id for buyer in tender.buyers}
    return found + [
        replace(
            _party(row.organisation, call_offs.get(row.organisation_id)),
            buys=row.joined_at is not None,
            joins_later=True,
        )
        for row in announced.values()
        if row.organisation_id not in buyers
    ]


def _party(organisation: Organisation, call_off: CallOffEntry | None) -> Party:
    return Party(
        key=authority_id(organisation),
        name=organisation.official_name or organisation.name,
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


def _buyers(item: LotItem, keys: dict[uuid.UUID, str]) -> list[BuyerShare]:
    """Return each buyer's share; several demands of one buyer add up."""
    by_buyer: dict[str, list[ItemShare]] = {}
    for share in item.shares:
        by_buyer.setdefault(keys[share.organisation_id], []).append(share)
    values = {key: sum(s.value_net_cents for s in rows) for key, rows in by_buyer.items()}
    points = money.split(_WHOLE, values, list(values)) if any(values.values()) else {}
    return [
        BuyerShare(party=key, quantity=_sum(rows), value_basis_points=points.get(key))
        for key, rows in by_buyer.items()
    ]


def _sum(shares: Sequence[ItemShare]) -> Decimal | None:
    """Return the quantity of several shares; None where one of them names none."""
    quantities = [share.quantity for share in shares if share.quantity is not None]
    return sum(quantities, Decimal(0)) if len(quantities) == len(shares) else None


def _unit_name(code: str | None) -> str | None:
    known = codes.unit(code) if code else None
    return known.name if known else None
