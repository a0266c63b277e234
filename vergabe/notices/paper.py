"""From a tender and its notice to the facts of the PDF."""

from typing import Any, Final

from vergabe import money
from vergabe.exchange import codes
from vergabe.exchange.text import clean_line, clean_text
from vergabe.exchange.xvergabe.notice import CancellationNotice, ChangeNotice, Notice
from vergabe.law import german
from vergabe.tenders import later
from vergabe.tenders.assessment import method_label
from vergabe.tenders.model import Lot, Tender
from vergabe.tenders.snapshots import visible_documents
from vergabe.web import formatting

_KINDS: Final = {
    Notice: "Auftragsbekanntmachung",
    ChangeNotice: "Änderungsbekanntmachung",
    CancellationNotice: "Bekanntmachung der Aufhebung",
}


def facts(tender: Tender, document: Notice) -> dict[str, Any]:
    """Return what the PDF of a notice says, as strings ready to print."""
    return {
        "kind": _KINDS[type(document)],
        "title": clean_line(tender.title),
        "reference": tender.reference,
        "version": str(tender.published_version),
        "lead": tender.lead.official_name or tender.lead.name,
        "summary": _summary(document),
        "description": clean_text(tender.description),
        "facts": _pairs(tender, document),
        "buyers": [
            (buyer.organisation.official_name or buyer.organisation.name)
            + (" (Federführung)" if buyer.is_lead else "")
            for buyer in tender.buyers
        ],
        "lots": [_lot(lot) for lot in tender.lots],
        "criteria": [
            {
                "name": clean_line(criterion.name),
                "weight": formatting.percent(criterion.weight_basis_points),
            }
            for criterion in tender.criteria
        ],
        "selection": clean_text(tender.selection_criteria),
        "documents": [
            {
                "title": clean_line(found.title),
                "version": str(found.document_version),
                "sha256": found.file_sha256,
            }
            for found in visible_documents(tender, tender.published_version)
        ],
        "url": document.platform.documents_url,
        "review": _review(tender, document),
    }


def _summary(document: Notice) -> str:
    if isinstance(document, ChangeNotice):
        lines = [document.change_explanation or "", *(c.description for c in document.changes)]
        return clean_text("\n".join(line for line in lines if line))
    if isinstance(document, CancellationNotice):
        return clean_text(document.cancellation_explanation)
    return ""


def _pairs(tender: Tender, document: Notice) -> list[list[str]]:
    known = codes.cpv(tender.cpv)
    label = f"{known.code}-{known.check_digit} {known.label_de}" if known else tender.cpv
    value = later.public_value(tender)
    contact = [tender.contact.get(name) for name in ("name", "email", "phone")]
    pairs = [
        ("Aktenzeichen", tender.reference),
        ("Verfahrensart", method_label(tender.procurement_method, tender.nature)),
        ("Rechtsrahmen", str(tender.law_result.get("regime_name", tender.regime))),
        ("CPV", label),
        (
            "Geschätzter Wert (netto)",
            money.german(value, tender.currency) if value else "nicht genannt",
        ),
        ("Rahmenvereinbarung", _framework(tender)),
        ("Angebotsfrist", formatting.weekday_moment(tender.submission_deadline)),
        ("Fragen bis", formatting.weekday_moment(tender.enquiries_deadline)),
        ("Kontaktstelle", ", ".join(part for part in contact if part)),
        ("Veröffentlicht", formatting.moment(document.issued_at)),
        ("Weitere Angaben", document.additional_information or ""),
    ]
    return [[name, clean_line(text)] for name, text in pairs if text]


def _framework(tender: Tender) -> str:
    """Return the maximum of a framework agreement, which is never withheld (CJEU C-23/20)."""
    if not tender.is_framework or not tender.framework_maximum_net_cents:
        return ""
    maximum = money.german(tender.framework_maximum_net_cents, tender.currency)
    term = tender.duration_months
    months = f", {german.count(term, 'Monat', 'Monate')}" if term else ""
    return f"ja, höchstens {maximum} netto{months}"


def _lot(lot: Lot) -> dict[str, Any]:
    return {
        "number": str(lot.number),
        "title": clean_line(lot.title),
        "description": clean_text(lot.description),
        "items": [
            {
                "text": clean_text(item.text),
                "quantity": formatting.quantity(item.quantity),
                "unit": _unit(item.unit_code),
                "buyers": ", ".join(
                    dict.fromkeys(share.organisation.name for share in item.shares)
                ),
            }
            for item in lot.items
        ],
    }


def _unit(code: str | None) -> str:
    known = codes.unit(code) if code else None
    return known.name if known else ""


def _review(tender: Tender, document: Notice) -> list[list[str]]:
    body = document.review_body
    if body is None:
        return []
    place = [tender.review_body.get(name) for name in ("street", "postcode", "city")]
    pairs = [
        ("Stelle", body.name),
        ("Anschrift", ", ".join(part for part in place if part)),
        ("Rechtsbehelfe", body.information or ""),
    ]
    return [[name, clean_text(text)] for name, text in pairs if text]
