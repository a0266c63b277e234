"""What a change notice says of the notice it changes (section 8), and a contract's modification."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vergabe.exchange.eforms.datatypes import Text


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change (BT-141 text, BT-13716 sections, BT-718, BT-719)."""

    description: Text
    sections: tuple[str, ...]
    """PROCEDURE, BUYER, RESULT or ids such as LOT-0001, ORG-0002."""
    documents_changed: bool = False
    documents_changed_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """efac:Changes: of which notice (BT-758 `uuid-version`), why (BT-140, BT-762), what."""

    changed_notice: str
    reason: str
    reason_text: Text | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Modification:
    """Modification of a contract (BT-200 reason, BT-201 text, BT-202 summary, BT-1501 of which)."""

    modified_notice: str
    contract: str
    reason: str
    reason_text: Text
    summary: Text
    sections: tuple[str, ...]
