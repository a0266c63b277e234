"""Tenders as plain data for the JSON API."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from vergabe.cooperations.gates import Gate
from vergabe.money import EUR
from vergabe.tenders.explaining import Explained
from vergabe.tenders.model import TenderDocument
from vergabe.web.schema import instant_text

IN_FULL: Final = (
    "id",
    "reference",
    "stage",
    "title",
    "cooperation_id",
    "pool_id",
    "lead_organisation_id",
    "cpv",
    "nature",
    "procurement_method",
    "regime",
    "submission_deadline",
    "published_version",
    "version",
    "description",
    "selection_criteria",
    "cpv_additional",
    "method_reason",
    "is_urgent",
    "urgency_reason",
    "is_framework",
    "duration_months",
    "duration_reason",
    "contact",
    "review_body",
    "variants",
    "max_lots_per_bid",
    "max_lots_per_winner",
    "lots_joining",
    "requested_publication_on",
    "enquiries_deadline",
    "bid_validity_until",
    "bid_validity_reason",
    "published_at",
    "public_since",
    "cancelled_at",
    "cancellation_reason",
)
"""What the whole of a tender shows under the names of its columns."""
CRITERION: Final = ("id", "kind", "name", "description", "weight_basis_points")
DOCUMENT: Final = (
    "id",
    "document_key",
    "document_version",
    "title",
    "file_name",
    "media_type",
    "size_bytes",
    "uploaded_at",
    "published_in_version",
    "removed_in_version",
)


def money(cents: int | None, currency: str = EUR) -> dict[str, Any] | None:
    """Return an amount as the API writes it."""
    return None if cents is None else {"amount_cents": cents, "currency": currency}


def listed(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return rows of `queries.HEAD` as the API's JSON holds them: each value as it is written."""
    return [
        {
            "id": tender_id,
            "reference": reference,
            "stage": stage,
            "title": title,
            "cooperation_id": cooperation_id,
            "pool_id": pool_id,
            "lead_organisation_id": lead_id,
            "cpv": cpv,
            "nature": nature,
            "procurement_method": method,
            "regime": regime,
            "estimated_value_net": {"amount_cents": cents, "currency": EUR},
            "submission_deadline": None if deadline is None else instant_text(deadline),
            "published_version": published_version,
            "version": version,
        }
        for (
            tender_id,
            reference,
            stage,
            title,
            cooperation_id,
            pool_id,
            lead_id,
            cpv,
            nature,
            method,
            regime,
            cents,
            deadline,
            _public_since,
            published_version,
            version,
            *_lead_name_and_key,
        ) in rows
    ]


def decimal_text(number: Decimal | None) -> str | None:
    """Return a quantity as the API writes it."""
    return None if number is None else f"{number:f}"


def document_as_json(document: TenderDocument) -> dict[str, Any]:
    """Return one version of a document."""
    found = {name: getattr(document, name) for name in DOCUMENT}
    return found | {"sha256": document.file_sha256}


def gate_as_json(gate: Gate) -> dict[str, Any]:
    """Return a gate with its reasons."""
    return {
        "key": gate.key,
        "title": gate.title,
        "is_open": gate.is_open,
        "reasons": [reason.as_dict() for reason in gate.reasons],
        "notes": list(gate.notes),
    }


def law_as_json(found: Explained) -> dict[str, Any]:
    """Return what law says, with every step."""
    assessed = found.assessment
    return {
        "on": found.on,
        "regime": assessed.regime,
        "regime_name": assessed.regime_name,
        "value_net": money(assessed.value_net_cents),
        "threshold_net": money(assessed.threshold_net_cents),
        "reaches_threshold": assessed.reaches_threshold,
        "free_methods": assessed.free_methods,
        "conditional_methods": assessed.conditional_methods,
        "minimum_days": found.minimum_days,
        "earliest_submission_deadline": found.minimum_at,
        "submission_deadline": found.timing.submission_deadline,
        "enquiries_deadline": found.timing.enquiries_deadline,
        "is_proposed": found.timing.is_proposed,
        "reasons": [reason.as_dict() for reason in found.reasons],
        "warnings": found.warnings,
        "results": found.results,
    }
