"""Procurement methods as people tell them apart, whatever law and source call them. Pure."""

from collections.abc import Mapping
from typing import Final

OPEN: Final = "offen"
RESTRICTED: Final = "nicht-offen"
NEGOTIATED: Final = "verhandlung"
DIRECT: Final = "direkt"

GROUPS: Final = (OPEN, RESTRICTED, NEGOTIATED, DIRECT)

_OF_CODES: Final[Mapping[str, str]] = {
    "open": OPEN,
    "nat-open": OPEN,
    "comp-tend": OPEN,
    "oth-single": "",
    "oth-mult": "",
    "restricted": RESTRICTED,
    "nat-restricted-w-call": RESTRICTED,
    "nat-restricted-wo-call": RESTRICTED,
    "exp-int-rail": RESTRICTED,
    "neg-w-call": NEGOTIATED,
    "comp-dial": NEGOTIATED,
    "innovation": NEGOTIATED,
    "nat-neg-w-call": NEGOTIATED,
    "nat-neg-wo-call": NEGOTIATED,
    "nat-freehand": NEGOTIATED,
    "neg-wo-call": DIRECT,
    "nat-direct": DIRECT,
}


def group_of(code: str | None) -> str:
    """Return the group of a procurement method (BT-105, national codes); empty if unknown."""
    return _OF_CODES.get((code or "").strip().lower(), "")
