"""What the public is told with one version of a tender, as plain data that never changes."""

from typing import Any

from vergabe.pools.later_queries import CallOffEntry
from vergabe.tenders import later
from vergabe.tenders.model import Lot, Tender, TenderDocument


def visible_documents(tender: Tender, version: int) -> list[TenderDocument]:
    """Return the documents that belong to a published version of a tender."""
    return [
        document
        for document in tender.documents
        if document.published_in_version is not None
        and document.published_in_version <= version
        and (document.removed_in_version is None or document.removed_in_version > version)
    ]


def pending_documents(tender: Tender) -> list[TenderDocument]:
    """Return the documents that the public will see with the next version."""
    return [
        document
        for document in tender.documents
        if document.published_in_version is None and document.removed_in_version is None
    ]


def dropping_documents(tender: Tender) -> list[TenderDocument]:
    """Return the public documents that the next version will no longer have."""
    return [
        document
        for document in tender.documents
        if document.published_in_version is not None
        and document.removed_in_version == tender.published_version + 1
    ]


def snapshot(tender: Tender) -> dict[str, Any]:
    """Return a tender as it is published now: JSON values, amounts net in cents, instants UTC."""
    return {
        "reference": tender.reference,
        "procedure_uuid": str(tender.procedure_uuid),
        "title": tender.title,
        "description": tender.description,
        "nature": tender.nature,
        "cpv": tender.cpv,
        "cpv_additional": list(tender.cpv_additional),
        "procurement_method": tender.procurement_method,
        "regime": tender.regime,
        "estimated_value_net_cents": tender.estimated_value_net_cents,
        "currency": tender.currency,
        "is_framework": tender.is_framework,
        "framework_maximum_net_cents": tender.framework_maximum_net_cents,
        "duration_months": tender.duration_months,
        "contact": dict(tender.contact),
        "review_body": dict(tender.review_body),
        "selection_criteria": tender.selection_criteria,
        "variants": tender.variants,
        "max_lots_per_bid": tender.max_lots_per_bid,
        "max_lots_per_winner": tender.max_lots_per_winner,
        "enquiries_deadline": _instant(tender.enquiries_deadline),
        "submission_deadline": _instant(tender.submission_deadline),
        "bid_validity_until": (
            tender.bid_validity_until.isoformat() if tender.bid_validity_until else None
        ),
        "buyers": [
            {
                "id": str(buyer.organisation_id),
                "name": buyer.organisation.name,
                "is_lead": buyer.is_lead,
                "buys": buyer.buys,
            }
            for buyer in tender.buyers
        ],
        "call_off": [_call_off(entry) for entry in later.call_off_list(tender)],
        "lots": [_lot(lot) for lot in tender.lots],
        "criteria": [
            {
                "kind": criterion.kind,
                "name": criterion.name,
                "description": criterion.description,
                "weight_basis_points": criterion.weight_basis_points,
            }
            for criterion in tender.criteria
        ],
        "documents": [
            {
                "id": str(document.id),
                "title": document.title,
                "file_name": document.file_name,
                "version": document.document_version,
                "sha256": document.file_sha256,
                "size_bytes": document.size_bytes,
            }
            for document in visible_documents(tender, tender.published_version)
        ],
    }


def _call_off(entry: CallOffEntry) -> dict[str, Any]:
    """Return who may call off later as the public was told: frozen with the version."""
    return {
        "organisation_id": str(entry.organisation_id),
        "name": entry.name,
        "is_buyer": entry.is_buyer,
        "latest_on": entry.latest_on.isoformat() if entry.latest_on else None,
        "maximum_net_cents": entry.maximum_net_cents,
        "lines": [
            {
                "text": line.text,
                "maximum": None if line.maximum is None else f"{line.maximum.normalize():f}",
                "unit_code": line.unit_code,
            }
            for line in entry.lines
        ],
    }


def _lot(lot: Lot) -> dict[str, Any]:
    return {
        "number": lot.number,
        "kind": lot.kind,
        "title": lot.title,
        "description": lot.description,
        "cpv": lot.cpv,
        "nuts": lot.nuts,
        "starts_on": lot.starts_on.isoformat() if lot.starts_on else None,
        "ends_on": lot.ends_on.isoformat() if lot.ends_on else None,
        "estimated_value_net_cents": lot.estimated_value_net_cents,
        "items": [
            {
                "position": item.position,
                "text": item.text,
                "quantity": str(item.quantity) if item.quantity is not None else None,
                "unit_code": item.unit_code,
                "shares": [
                    {
                        "organisation_id": str(share.organisation_id),
                        "quantity": str(share.quantity) if share.quantity is not None else None,
                    }
                    for share in item.shares
                ],
            }
            for item in lot.items
        ],
    }


def _instant(value: Any) -> str | None:
    return value.isoformat() if value is not None else None
