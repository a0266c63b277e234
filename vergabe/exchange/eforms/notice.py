"""A notice as a whole, and the table of the subtypes the product writes (section 4)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from vergabe.exchange.eforms.changes import Changes, Modification
from vergabe.exchange.eforms.datatypes import GERMAN
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.parties import Buyer, Organisation
from vergabe.exchange.eforms.procedure import Procedure
from vergabe.exchange.eforms.results import NoticeResult

Root = Literal["PriorInformationNotice", "ContractNotice", "ContractAwardNotice"]


@dataclass(frozen=True)
class Subtype:
    """What a subtype (OPP-070) fixes: root, BT-02, BT-03, BT-01, if BT-04 stands, lots or parts."""

    code: str
    root: Root
    notice_type: str
    form_type: str
    legal_basis: str
    has_procedure_id: bool
    division: Literal["Lot", "Part"]
    title: str


def _subtype(
    code: str, root: Root, kind: str, form: str, title: str, *, parts: bool = False
) -> Subtype:
    return Subtype(
        code,
        root,
        kind,
        form,
        "other" if code.startswith("E") else "32014L0024",
        code not in ("4", "7", "E1", "E2"),
        "Part" if parts else "Lot",
        title,
    )


_PIN: Final = "PriorInformationNotice"
_CN: Final = "ContractNotice"
_CAN: Final = "ContractAwardNotice"
SUBTYPES: Final[Mapping[str, Subtype]] = {
    subtype.code: subtype
    for subtype in (
        _subtype("4", _PIN, "pin-only", "planning", "Vorinformation", parts=True),
        _subtype("7", _PIN, "pin-rtl", "planning", "Vorinformation, die Fristen verkürzt"),
        _subtype("16", _CN, "cn-standard", "competition", "Auftragsbekanntmachung"),
        _subtype("20", _CN, "cn-social", "competition", "Auftragsbekanntmachung, soziale Leistung"),
        _subtype("25", _CAN, "veat", "dir-awa-pre", "Freiwillige Ex-ante-Transparenz"),
        _subtype("29", _CAN, "can-standard", "result", "Vergabebekanntmachung"),
        _subtype("33", _CAN, "can-social", "result", "Vergabebekanntmachung, soziale Leistung"),
        _subtype("38", _CAN, "can-modif", "cont-modif", "Auftragsänderung"),
        _subtype("E1", _PIN, "pmc", "consultation", "Markterkundung"),
        _subtype("E2", _PIN, "pin-only", "planning", "Vorinformation (national)", parts=True),
        _subtype("E3", _CN, "cn-standard", "competition", "Ausschreibung (national)"),
        _subtype("E4", _CAN, "can-standard", "result", "Vergebener Auftrag (national)"),
    )
}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice before it is written: facts, not elements.

    subtype: key of SUBTYPES; notice_id: BT-701, UUID version 4; version: BT-757, 1 to 99;
    procedure_id: BT-04, None in planning and consultation; issued_at: BT-05, aware instant of
    dispatch; requested_publication_on: BT-738; planned_on: BT-127; languages: BT-702, the first
    is the official one; changes: only in a change notice; modification: only in subtype 38.
    """

    subtype: str
    notice_id: uuid.UUID
    version: int = 1
    procedure_id: uuid.UUID | None = None
    issued_at: dt.datetime
    requested_publication_on: dt.date | None = None
    planned_on: dt.date | None = None
    languages: tuple[str, ...] = (GERMAN,)
    organisations: tuple[Organisation, ...]
    buyers: tuple[Buyer, ...]
    procedure: Procedure
    lots: tuple[Lot, ...]
    result: NoticeResult | None = None
    changes: Changes | None = None
    modification: Modification | None = None

    @property
    def kind(self) -> Subtype:
        """Return what the subtype fixes; KeyError for one the product does not write."""
        return SUBTYPES[self.subtype]

    @property
    def reference(self) -> str:
        """Return how other notices refer to this one (`uuid-version`)."""
        return f"{self.notice_id}-{self.version:02d}"
