"""The whole procedure, read: law, exclusion grounds, kind of procedure, what is bought."""

from __future__ import annotations

from vergabe.exchange.eforms.datatypes import Coded, Text
from vergabe.exchange.eforms.procedure import DirectAward, LegalDocument, Procedure
from vergabe.exchange.eforms.reading.nodes import Found
from vergabe.exchange.eforms.reading.scope import read_scope
from vergabe.exchange.eforms.writing.procedure import ALL_LOTS, LOCAL_LEGAL_BASIS


def read_procedure(root: Found) -> Procedure:
    """Return what holds for all lots."""
    return Procedure(
        **read_scope(root),
        further=root.text("BT-300"),
        legal_documents=_legal_documents(root),
        type=root.string("BT-105-Procedure"),
        is_accelerated=root.flag("BT-106-Procedure"),
        accelerated_reason=root.text("BT-1351-Procedure"),
        features=root.text("BT-88-Procedure"),
        exclusion_source=root.string("BT-806-Procedure"),
        exclusion_grounds=tuple(
            Coded(ground.needed("BT-67(a)-Procedure"), ground.text("BT-67(b)-Procedure"))
            for ground in root.every("ND-ExclusionGrounds")
        ),
        max_lots_per_bid=root.whole("BT-31-Procedure"),
        max_lots_per_winner=root.whole("BT-33-Procedure"),
        must_bid_for_all=root.string("BT-763-Procedure") == ALL_LOTS,
        previous_notice=root.string("OPP-090-Procedure"),
        direct_award=_direct_award(root),
        is_relaunched=root.flag("BT-634-Procedure"),
        is_terminated=root.flag("BT-756-Procedure"),
    )


def _legal_documents(root: Found) -> tuple[LegalDocument, ...]:
    """Return the national laws in the order of the document, with an id or without."""
    with_id = [
        (found.place, LegalDocument(code=code, text=found.text("BT-01(d)-Procedure")))
        for found in root.every("ND-LocalLegalBasisWithID")
        if (code := found.string("BT-01(c)-Procedure"))
    ]
    without = [
        (found.place, LegalDocument(code=LOCAL_LEGAL_BASIS, text=found.text("BT-01(f)-Procedure")))
        for found in root.every("ND-LocalLegalBasisNoID")
    ]
    ordered = sorted(with_id + without, key=lambda pair: pair[0])
    return tuple(document for _, document in ordered)


def _direct_award(root: Found) -> DirectAward | None:
    reason = root.string("BT-136-Procedure")
    if reason is None:
        return None
    return DirectAward(
        reason=reason,
        text=root.text("BT-135-Procedure") or Text(()),
        earlier_procedure=root.string("BT-1252-Procedure"),
    )
