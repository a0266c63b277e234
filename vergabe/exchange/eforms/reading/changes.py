"""What a change notice changes, and what a modification changes in a contract, read."""

from __future__ import annotations

from vergabe.exchange.eforms.changes import Change, Changes, Modification
from vergabe.exchange.eforms.reading.nodes import Found


def read_changes(root: Found) -> Changes | None:
    """Return efac:Changes, None if the notice changes no other."""
    found = root.first("ND-Changes")
    if found is None:
        return None
    return Changes(
        changed_notice=found.needed("BT-758-notice"),
        reason=found.needed("BT-140-notice"),
        reason_text=found.text("BT-762-notice"),
        changes=tuple(_change(change) for change in found.every("ND-Change")),
    )


def _change(found: Found) -> Change:
    return Change(
        description=found.needed_text("BT-141(a)-notice"),
        sections=found.strings("BT-13716-notice"),
        documents_changed=bool(found.flag("BT-718-notice")),
        documents_changed_on=found.day("BT-719-notice"),
    )


def read_modification(root: Found) -> Modification | None:
    """Return efac:ContractModification, None if no contract was modified."""
    found = root.first("ND-ContractModification")
    if found is None:
        return None
    return Modification(
        modified_notice=found.needed("BT-1501(n)-Contract"),
        contract=found.needed("BT-1501(c)-Contract"),
        reason=found.needed("BT-200-Contract"),
        reason_text=found.needed_text("BT-201-Contract"),
        summary=found.needed_text("BT-202-Contract"),
        sections=found.strings("BT-1501(p)-Contract"),
    )
