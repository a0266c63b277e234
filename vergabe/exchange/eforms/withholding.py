"""Values that may be withheld for a time (BT-195 to BT-198; § 39 (6) VgV): which fields say so.

The value itself stands in the notice all the same; the publication service hides it until the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class WithholdingFields:
    """The code that names the withheld value (BT-195), and the fields of the statement."""

    code: str
    named: str
    text: str
    reason: str
    until: str


# By business term. Facts of fields.json (`privacy`), eForms SDK 1.14.2.
OF_TENDERS: Final[Mapping[str, WithholdingFields]] = {
    "BT-720": WithholdingFields(
        "win-ten-val",
        "BT-195(BT-720)-Tender",
        "BT-196(BT-720)-Tender",
        "BT-197(BT-720)-Tender",
        "BT-198(BT-720)-Tender",
    ),
}
OF_LOT_RESULTS: Final[Mapping[str, WithholdingFields]] = {
    "BT-710": WithholdingFields(
        "ten-val-low",
        "BT-195(BT-710)-LotResult",
        "BT-196(BT-710)-LotResult",
        "BT-197(BT-710)-LotResult",
        "BT-198(BT-710)-LotResult",
    ),
    "BT-711": WithholdingFields(
        "ten-val-hig",
        "BT-195(BT-711)-LotResult",
        "BT-196(BT-711)-LotResult",
        "BT-197(BT-711)-LotResult",
        "BT-198(BT-711)-LotResult",
    ),
    "BT-709": WithholdingFields(
        "max-val",
        "BT-195(BT-709)-LotResult",
        "BT-196(BT-709)-LotResult",
        "BT-197(BT-709)-LotResult",
        "BT-198(BT-709)-LotResult",
    ),
    "BT-660": WithholdingFields(
        "ree-val",
        "BT-195(BT-660)-LotResult",
        "BT-196(BT-660)-LotResult",
        "BT-197(BT-660)-LotResult",
        "BT-198(BT-660)-LotResult",
    ),
}
OF_NOTICE_RESULT: Final[Mapping[str, WithholdingFields]] = {
    "BT-161": WithholdingFields(
        "not-val",
        "BT-195(BT-161)-NoticeResult",
        "BT-196(BT-161)-NoticeResult",
        "BT-197(BT-161)-NoticeResult",
        "BT-198(BT-161)-NoticeResult",
    ),
    "BT-118": WithholdingFields(
        "not-max-val",
        "BT-195(BT-118)-NoticeResult",
        "BT-196(BT-118)-NoticeResult",
        "BT-197(BT-118)-NoticeResult",
        "BT-198(BT-118)-NoticeResult",
    ),
    "BT-1118": WithholdingFields(
        "not-app-val",
        "BT-195(BT-1118)-NoticeResult",
        "BT-196(BT-1118)-NoticeResult",
        "BT-197(BT-1118)-NoticeResult",
        "BT-198(BT-1118)-NoticeResult",
    ),
}
