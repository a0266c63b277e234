"""Terms of a lot, read: documents, criteria, conditions, review."""

from __future__ import annotations

from vergabe.exchange.eforms.datatypes import Fund
from vergabe.exchange.eforms.lots import Documents, Review, Terms
from vergabe.exchange.eforms.reading.criteria import (
    read_award_criteria,
    read_selection_criteria,
)
from vergabe.exchange.eforms.reading.nodes import Found
from vergabe.exchange.eforms.reading.process import read_process
from vergabe.exchange.eforms.writing.terms import RESTRICTED, document_reference


def read_terms(found: Found, lot: str) -> Terms:
    """Return the terms of a lot or part; lot: its id."""
    return Terms(
        **read_process(found),
        reserved=found.strings("BT-71"),
        reserved_execution=found.string("BT-736"),
        documents=_documents(found, lot),
        selection_source=found.string("BT-821-Lot"),
        selection_criteria=read_selection_criteria(found),
        award_criteria=read_award_criteria(found),
        formula=found.text("BT-543-Lot"),
        order_reason=found.text("BT-733-Lot"),
        conditions=found.text("BT-70-Lot"),
        einvoicing=found.string("BT-743-Lot"),
        ecatalogue=found.string("BT-764-Lot"),
        esignature=found.flag("BT-744-Lot"),
        foreign_subsidies=found.flag("BT-681-Lot"),
        eordering=found.flag("BT-92-Lot"),
        epayment=found.flag("BT-93-Lot"),
        staff_names=found.string("BT-79-Lot"),
        security_clearance=found.coded("BT-578-Lot", "BT-732-Lot"),
        security_clearance_until=found.day("BT-78-Lot"),
        clean_vehicles=found.flag("BT-717-Lot"),
        vehicles_contract=found.string("BT-735-Lot"),
        nda=found.coded("BT-801-Lot", "BT-802-Lot"),
        legal_form=found.coded("BT-761-Lot", "BT-76-Lot"),
        late_documents=found.coded("BT-771-Lot", "BT-772-Lot"),
        eu_funds=found.string("BT-60-Lot"),
        funds=_funds(found),
        guarantee=found.coded("BT-751-Lot", "BT-75-Lot"),
        financial_terms=found.text("BT-77-Lot"),
        variants=found.string("BT-63-Lot"),
        several_bids=found.string("BT-769-Lot"),
        is_recurring=found.flag("BT-94-Lot"),
        recurring_text=found.text("BT-95-Lot"),
        bid_languages=found.strings("BT-97-Lot"),
        validity=found.duration("BT-98-Lot"),
        submission_url=found.string("BT-18-Lot"),
        tender_receiver=found.string(f"OPT-301-{found.suffix}-TenderReceipt"),
        information_provider=found.string(f"OPT-301-{found.suffix}-AddInfo"),
        documents_provider=found.string(f"OPT-301-{found.suffix}-DocProvider"),
        evaluator=found.string(f"OPT-301-{found.suffix}-TenderEval"),
        review=_review(found),
    )


def _documents(found: Found, lot: str) -> Documents | None:
    kind = found.string("BT-14")
    url = found.string("BT-615") if kind == RESTRICTED else found.string("BT-15")
    if url is None:
        return None
    reference = found.string("OPT-140")
    return Documents(
        url=url,
        # The id that the writer makes itself says nothing.
        reference=None if reference == document_reference(lot) else reference,
        is_restricted=kind == RESTRICTED,
        restriction_reason=found.string("BT-707"),
        languages=found.strings("BT-708"),
    )


def _funds(found: Found) -> tuple[Fund, ...]:
    return tuple(
        Fund(
            programme=fund.string("BT-7220-Lot"),
            identifier=fund.string("BT-5010-Lot"),
            description=fund.text("BT-6140-Lot"),
        )
        for fund in found.every("ND-Funding")
    )


def _review(found: Found) -> Review | None:
    review = Review(
        body=found.string(f"OPT-301-{found.suffix}-ReviewOrg"),
        information=found.string(f"OPT-301-{found.suffix}-ReviewInfo"),
        mediator=found.string(f"OPT-301-{found.suffix}-Mediator"),
        deadlines=found.text("BT-99-Lot"),
    )
    return review if review != Review() else None
