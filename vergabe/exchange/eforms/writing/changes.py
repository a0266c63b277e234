"""What a change notice changes, and what a modification changes in a contract."""

from __future__ import annotations

from typing import Final

from vergabe.exchange.eforms.changes import Changes, Modification
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.writing.branches import Branch

NOTICE_REFERENCE: Final = "notice-id-ref"


def write_changes(root: Branch, changes: Changes) -> None:
    """Write efac:Changes (section 8); `cancel` comes without single changes."""
    root.put("BT-758-notice", changes.changed_notice)
    for change in changes.changes:
        branch = root.add("ND-Change")
        branch.put("BT-141(a)-notice", change.description)
        branch.put_each("BT-13716-notice", change.sections)
        branch.put("BT-718-notice", change.documents_changed)
        if change.documents_changed:
            branch.put("BT-719-notice", change.documents_changed_on)
    root.put("BT-140-notice", changes.reason)
    root.put("BT-762-notice", changes.reason_text)


def write_modification(root: Branch, modification: Modification) -> None:
    """Write efac:ContractModification (§ 132 (5) GWB)."""
    branch = root.add("ND-ContractModification")
    branch.put("BT-1501(n)-Contract", modification.modified_notice, NOTICE_REFERENCE)
    branch.put("BT-1501(c)-Contract", modification.contract)
    branch.put("BT-202-Contract", modification.summary)
    branch.put_each("BT-1501(p)-Contract", modification.sections)
    branch.put("BT-200-Contract", modification.reason)
    branch.put("BT-201-Contract", modification.reason_text)


def write_planning(branch: Branch, lot: Lot) -> None:
    """Write which planning notice a lot or part was announced in (BT-125, BT-1251)."""
    branch.put("BT-125(i)", lot.planning_notice, reference_scheme(lot.planning_notice))
    branch.put("BT-1251", lot.planning_part)


def reference_scheme(reference: str | None) -> str:
    """Return which kind of reference it is: `uuid-version` or a number of the Official Journal."""
    return NOTICE_REFERENCE if reference and reference.count("-") > 1 else "ojs-notice-id"
