"""The whole procedure: law, exclusion grounds, kind of procedure, what is bought."""

from __future__ import annotations

from typing import Final

from vergabe.exchange.eforms.procedure import DirectAward, LegalDocument, Procedure
from vergabe.exchange.eforms.writing.branches import Branch
from vergabe.exchange.eforms.writing.scope import write_scope

LOCAL_LEGAL_BASIS: Final = "LocalLegalBasis"
ALL_LOTS: Final = "all"


def write_procedure(root: Branch, procedure: Procedure) -> None:
    """Write the blocks of the whole procedure."""
    write_scope(root, procedure)
    root.put("BT-300", procedure.further)
    _write_terms(root, procedure)
    _write_process(root, procedure)


def _write_terms(root: Branch, procedure: Procedure) -> None:
    for document in procedure.legal_documents:
        _write_legal_document(root, document)
    root.put("BT-806-Procedure", procedure.exclusion_source)
    for ground in procedure.exclusion_grounds:
        branch = root.add("ND-ExclusionGrounds")
        branch.put("BT-67(a)-Procedure", ground.code)
        branch.put("BT-67(b)-Procedure", ground.text)
    root.put("BT-31-Procedure", procedure.max_lots_per_bid)
    root.put("BT-33-Procedure", procedure.max_lots_per_winner)


def _write_legal_document(root: Branch, document: LegalDocument) -> None:
    if document.code == LOCAL_LEGAL_BASIS:
        branch = root.add("ND-LocalLegalBasisNoID")
        branch.put("BT-01(e)-Procedure", document.code)
        branch.put("BT-01(f)-Procedure", document.text)
    else:
        branch = root.add("ND-LocalLegalBasisWithID")
        branch.put("BT-01(c)-Procedure", document.code)
        branch.put("BT-01(d)-Procedure", document.text)


def _write_process(root: Branch, procedure: Procedure) -> None:
    root.put("BT-105-Procedure", procedure.type)
    root.put("BT-88-Procedure", procedure.features)
    root.put("BT-106-Procedure", procedure.is_accelerated)
    root.put("BT-1351-Procedure", procedure.accelerated_reason)
    if procedure.must_bid_for_all:
        root.put("BT-763-Procedure", ALL_LOTS)
    root.put("OPP-090-Procedure", procedure.previous_notice)
    root.put("BT-634-Procedure", procedure.is_relaunched)
    root.put("BT-756-Procedure", procedure.is_terminated)
    if procedure.direct_award is not None:
        _write_direct_award(root, procedure.direct_award)


def _write_direct_award(root: Branch, award: DirectAward) -> None:
    root.put("BT-136-Procedure", award.reason)
    root.put("BT-135-Procedure", award.text)
    root.put("BT-1252-Procedure", award.earlier_procedure)
