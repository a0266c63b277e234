"""Notices as XML: from the dataclasses to UBL 2.3 with the extension of eForms.

    build(notice, tailoring) -> bytes        tree(notice, tailoring) -> element

What a subtype forbids is left out by table, so one Notice can be written as several subtypes; what
the official rules ask for beyond that is the matter of the checks. Nothing here knows an order of
elements: `branches` sorts by the table.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from vergabe.exchange.eforms.fields import NAMESPACES, ROOT_NODE, root_namespace
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.tailoring import EU, Tailoring, tailored_grammar
from vergabe.exchange.eforms.writing.branches import Branch
from vergabe.exchange.eforms.writing.changes import write_changes, write_modification
from vergabe.exchange.eforms.writing.lots import write_lot
from vergabe.exchange.eforms.writing.organisations import write_buyers, write_organisations
from vergabe.exchange.eforms.writing.parties import Parties
from vergabe.exchange.eforms.writing.procedure import write_procedure
from vergabe.exchange.eforms.writing.result import write_result
from vergabe.exchange.parser import parse

UBL_VERSION: Final = "2.3"
# A hundred lots with all that can be said of them take some 2 MB.
MAX_BYTES: Final = 64 * 1024 * 1024
_PREFIXES: Final = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


def build(notice: Notice, tailoring: Tailoring = EU) -> bytes:
    """Return the notice as an XML document in UTF-8.

    Raises InvalidInput with the code `eforms_unknown_party` if a role names nobody, ImpossibleInput
    for an instant without a zone, KeyError for a subtype that the product does not write.
    """
    return _document(notice, tailoring).encode("utf-8")


def tree(notice: Notice, tailoring: Tailoring = EU) -> etree._Element:
    """Return the root element of the notice; errors as in `build`."""
    return parse(build(notice, tailoring), max_bytes=MAX_BYTES)


def _document(notice: Notice, tailoring: Tailoring) -> str:
    grammar = tailored_grammar(tailoring, notice.subtype, notice.languages)
    root = Branch(grammar, ROOT_NODE)
    parties = Parties(notice.organisations)
    _write_head(root, notice, tailoring)
    write_buyers(root, notice.buyers, parties)
    write_procedure(root, notice.procedure)
    for lot in notice.lots:
        write_lot(root, lot, notice.kind.division, tailoring, parties)
    if notice.kind.root == "ContractAwardNotice":
        write_result(root, notice, parties)
    if notice.changes is not None:
        write_changes(root, notice.changes)
    if notice.modification is not None:
        write_modification(root, notice.modification)
    # Last, because who has no role in what was written is left out.
    write_organisations(root, notice, parties)
    name = notice.kind.root
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{root_namespace(name)}"'
        f"{_PREFIXES}>{root.inner()}</{name}>\n"
    )


def _write_head(root: Branch, notice: Notice, tailoring: Tailoring) -> None:
    kind = notice.kind
    root.put("OPP-070-notice", kind.code)
    root.put("OPT-001-notice", UBL_VERSION)
    root.put("OPT-002-notice", tailoring.customization_id)
    root.put("UBL-ProfileID", tailoring.profile_id)
    root.put("BT-701-notice", str(notice.notice_id))
    if notice.procedure_id is not None:
        root.put("BT-04-notice", str(notice.procedure_id))
    root.put_instant("BT-05(a)-notice", "BT-05(b)-notice", notice.issued_at)
    root.put("BT-757-notice", f"{notice.version:02d}")
    root.put("BT-738-notice", notice.requested_publication_on)
    root.put("BT-127-notice", notice.planned_on)
    root.put("BT-01-notice", tailoring.legal_basis(notice))
    root.put("BT-02-notice", kind.notice_type, kind.form_type)
    root.put("BT-702(a)-notice", notice.languages[0])
    root.put_each("BT-702(b)-notice", notice.languages[1:])
