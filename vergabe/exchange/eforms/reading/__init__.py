"""Our own notices back from XML: the counterpart of `writing`.

    read(xml) -> Notice        read_tree(element) -> Notice

Nothing that the writer writes is lost: what is read builds the same document again. Parties are
named by the ids of the document. Notices of others, of any version: `foreign`.
"""

from __future__ import annotations

import uuid

from lxml import etree

from vergabe.errors import InvalidInput
from vergabe.exchange import parser
from vergabe.exchange.eforms.fields import ROOT_NODE, root_namespace
from vergabe.exchange.eforms.notice import SUBTYPES, Notice, Subtype
from vergabe.exchange.eforms.reading.changes import read_changes, read_modification
from vergabe.exchange.eforms.reading.lots import read_lots
from vergabe.exchange.eforms.reading.nodes import Found
from vergabe.exchange.eforms.reading.organisations import read_buyers, read_organisations
from vergabe.exchange.eforms.reading.procedure import read_procedure
from vergabe.exchange.eforms.reading.result import read_result


def read(content: bytes) -> Notice:
    """Return the notice in an XML document.

    Raises InvalidInput, with the place in German, for what is no XML, no notice of a subtype that
    the product writes, or lacks what every notice has.
    """
    return read_tree(parser.parse(content))


def read_tree(element: etree._Element) -> Notice:
    """Return the notice whose root this is; errors as in `read`."""
    root = Found(element, ROOT_NODE)
    kind = _kind(root, element)
    issued_at = root.instant("BT-05(a)-notice", "BT-05(b)-notice")
    if issued_at is None:
        raise root.missing("BT-05(a)-notice")
    procedure_id = root.string("BT-04-notice")
    return Notice(
        subtype=kind.code,
        notice_id=_uuid(root, "BT-701-notice", root.needed("BT-701-notice")),
        version=root.whole("BT-757-notice") or 1,
        procedure_id=_uuid(root, "BT-04-notice", procedure_id) if procedure_id else None,
        issued_at=issued_at,
        requested_publication_on=root.day("BT-738-notice"),
        planned_on=root.day("BT-127-notice"),
        languages=(root.needed("BT-702(a)-notice"), *root.strings("BT-702(b)-notice")),
        organisations=read_organisations(root),
        buyers=read_buyers(root),
        procedure=read_procedure(root),
        lots=read_lots(root, kind.division),
        result=read_result(root) if kind.root == "ContractAwardNotice" else None,
        changes=read_changes(root),
        modification=read_modification(root),
    )


def _kind(root: Found, element: etree._Element) -> Subtype:
    code = root.string("OPP-070-notice") or ""
    kind = SUBTYPES.get(code)
    if kind is None:
        known = ", ".join(SUBTYPES)
        raise InvalidInput(
            "eforms_subtype_unknown",
            f"Zeile {element.sourceline}: Diese Art der Bekanntmachung („{code[:20] or 'keine'}“) "
            f"wird hier nicht geschrieben. Möglich sind {known}.",
            field="OPP-070-notice",
        )
    if element.tag != f"{{{root_namespace(kind.root)}}}{kind.root}":
        raise InvalidInput(
            "eforms_root_wrong",
            f"Zeile {element.sourceline}: Eine Bekanntmachung der Art {code} beginnt mit "
            f"„{kind.root}“. Bitte die Art (OPP-070) oder das Wurzelelement berichtigen.",
            field="OPP-070-notice",
        )
    return kind


def _uuid(root: Found, name: str, written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError:
        raise root.unreadable(name, written, "keine UUID") from None
