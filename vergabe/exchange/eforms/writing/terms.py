"""Terms of a lot: documents, criteria, conditions, review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vergabe.exchange.eforms.datatypes import Coded
from vergabe.exchange.eforms.lots import Documents, Lot, Review, Terms
from vergabe.exchange.eforms.writing.branches import Branch
from vergabe.exchange.eforms.writing.criteria import (
    write_award_criteria,
    write_selection_criteria,
)
from vergabe.exchange.eforms.writing.parties import Parties
from vergabe.exchange.eforms.writing.scope import Division, lot_id

PERFORMANCE: Final = "performance"
RESTRICTED: Final = "restricted-document"
# Fields of roles, by division and role.
_ROLES: Final[Mapping[tuple[str, str], str]] = {
    ("Lot", "TenderReceipt"): "OPT-301-Lot-TenderReceipt",
    ("Lot", "AddInfo"): "OPT-301-Lot-AddInfo",
    ("Lot", "DocProvider"): "OPT-301-Lot-DocProvider",
    ("Lot", "TenderEval"): "OPT-301-Lot-TenderEval",
    ("Lot", "ReviewOrg"): "OPT-301-Lot-ReviewOrg",
    ("Lot", "ReviewInfo"): "OPT-301-Lot-ReviewInfo",
    ("Lot", "Mediator"): "OPT-301-Lot-Mediator",
    ("Part", "TenderReceipt"): "OPT-301-Part-TenderReceipt",
    ("Part", "AddInfo"): "OPT-301-Part-AddInfo",
    ("Part", "DocProvider"): "OPT-301-Part-DocProvider",
    ("Part", "TenderEval"): "OPT-301-Part-TenderEval",
    ("Part", "ReviewOrg"): "OPT-301-Part-ReviewOrg",
    ("Part", "ReviewInfo"): "OPT-301-Part-ReviewInfo",
    ("Part", "Mediator"): "OPT-301-Part-Mediator",
}


def write_terms(branch: Branch, lot: Lot, division: Division, parties: Parties) -> None:
    """Write cac:TenderingTerms of a lot or part."""
    terms = lot.terms
    branch.put_each("BT-71", terms.reserved)
    branch.put("BT-736", terms.reserved_execution)
    if terms.documents is not None:
        _write_documents(branch, terms.documents, lot_id(lot.number, division))
    write_selection_criteria(branch, terms)
    write_award_criteria(branch, terms)
    _write_conditions(branch, terms)
    _write_money(branch, terms)
    _write_bids(branch, terms)
    _write_parties(branch, terms, parties)
    if terms.review is not None:
        _write_review(branch, terms.review, parties)


def document_reference(lot: str) -> str:
    """Return the id of the documents of a lot that has none of its own (OPT-140)."""
    return f"VU-{lot}"


def _write_documents(branch: Branch, documents: Documents, lot: str) -> None:
    """Write the documents; their address is BT-15 or, behind a barrier, BT-615."""
    branch.put("OPT-140", documents.reference or document_reference(lot))
    if documents.is_restricted:
        branch.put("BT-14", RESTRICTED)
        branch.put("BT-707", documents.restriction_reason)
        branch.put("BT-615", documents.url)
    else:
        branch.put("BT-14", "non-restricted-document")
        branch.put("BT-15", documents.url)
    branch.put_each("BT-708", documents.languages)


def _write_conditions(branch: Branch, terms: Terms) -> None:
    if terms.conditions is not None:
        branch.put("OPT-060-Lot", PERFORMANCE)
        branch.put("BT-70-Lot", terms.conditions)
    branch.put("BT-743-Lot", terms.einvoicing)
    branch.put("BT-764-Lot", terms.ecatalogue)
    branch.put("BT-744-Lot", terms.esignature)
    branch.put("BT-681-Lot", terms.foreign_subsidies)
    branch.put("BT-92-Lot", terms.eordering)
    branch.put("BT-93-Lot", terms.epayment)
    branch.put("BT-79-Lot", terms.staff_names)
    branch.put("BT-78-Lot", terms.security_clearance_until)
    branch.put("BT-717-Lot", terms.clean_vehicles)
    branch.put("BT-735-Lot", terms.vehicles_contract)
    _write_coded(branch, "BT-801-Lot", "BT-802-Lot", terms.nda)
    _write_coded(branch, "BT-578-Lot", "BT-732-Lot", terms.security_clearance)
    _write_coded(branch, "BT-761-Lot", "BT-76-Lot", terms.legal_form)
    _write_coded(branch, "BT-771-Lot", "BT-772-Lot", terms.late_documents)


def _write_money(branch: Branch, terms: Terms) -> None:
    branch.put("BT-60-Lot", terms.eu_funds)
    for fund in terms.funds:
        below = branch.add_if_known("ND-Funding")
        if below is not None:
            below.put("BT-7220-Lot", fund.programme)
            below.put("BT-5010-Lot", fund.identifier)
            below.put("BT-6140-Lot", fund.description)
    _write_coded(branch, "BT-751-Lot", "BT-75-Lot", terms.guarantee)
    branch.put("BT-77-Lot", terms.financial_terms)


def _write_bids(branch: Branch, terms: Terms) -> None:
    branch.put("BT-63-Lot", terms.variants)
    branch.put("BT-769-Lot", terms.several_bids)
    branch.put("BT-94-Lot", terms.is_recurring)
    branch.put("BT-95-Lot", terms.recurring_text)
    branch.put_each("BT-97-Lot", terms.bid_languages)
    branch.put("BT-98-Lot", terms.validity)
    branch.put("BT-18-Lot", terms.submission_url)


def _write_parties(branch: Branch, terms: Terms, parties: Parties) -> None:
    for role, key in (
        ("TenderReceipt", terms.tender_receiver),
        ("AddInfo", terms.information_provider),
        ("DocProvider", terms.documents_provider),
        ("TenderEval", terms.evaluator),
    ):
        parties.put(branch, _ROLES[branch.suffix, role], key)


def _write_review(branch: Branch, review: Review, parties: Parties) -> None:
    branch.put("BT-99-Lot", review.deadlines)
    for role, key in (
        ("ReviewOrg", review.body),
        ("ReviewInfo", review.information),
        ("Mediator", review.mediator),
    ):
        parties.put(branch, _ROLES[branch.suffix, role], key)


def _write_coded(branch: Branch, code_field: str, text_field: str, coded: Coded | None) -> None:
    if coded is not None:
        branch.put(code_field, coded.code)
        branch.put(text_field, coded.text)
