"""Which paragraph of its own rules a step of a procedure rests on; None where they have none.

rule_set: whose periods apply to the procedure (`regime`), such as `VgV` or `UVgO`.
"""

from collections.abc import Mapping
from typing import Final

_CANCELLATION: Final[Mapping[str, tuple[str, str]]] = {
    "VgV": ("§ 63", "VgV"),
    "VgV-social": ("§ 63", "VgV"),
    "VOB/A-EU": ("§ 17 EU", "VOB/A"),
    "KonzVgV": ("§ 32", "KonzVgV"),
    "UVgO": ("§ 48", "UVgO"),
    "VOB/A": ("§ 17", "VOB/A"),
}
_CALL_OFF: Final[Mapping[str, str]] = {
    "VgV": "§ 21 Abs. 2 VgV",
    "VgV-social": "§ 21 Abs. 2 VgV",
    "VOB/A-EU": "§ 4a EU Abs. 2 VOB/A",
    "UVgO": "§ 15 Abs. 3 UVgO",
    "VOB/A": "§ 4a Abs. 2 VOB/A",
}


def cancellation(rule_set: str) -> str | None:
    """Return the paragraph on cancellations (Aufhebung)."""
    found = _CANCELLATION.get(rule_set)
    return " ".join(found) if found else None


def cancellation_grounds(rule_set: str) -> str | None:
    """Return where the grounds stand for which a procedure may be cancelled."""
    number, act = _CANCELLATION.get(rule_set, ("", ""))
    return f"{number} Abs. 1 {act}" if number else None


def call_off(rule_set: str) -> str | None:
    """Return where it stands that only those named in the notice may call off (Einzelauftrag)."""
    return _CALL_OFF.get(rule_set)
