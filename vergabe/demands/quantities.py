"""Quantities in the form of a demand: as typed into one or two fields, and shown back."""

import re
from collections.abc import Mapping
from typing import Final

from vergabe.errors import InvalidInput
from vergabe.exchange import codes, german
from vergabe.exchange.german import format_decimal

_PLAIN: Final = re.compile(r"[\d.,' ]+")
# Nobody types three zeros behind a decimal point into a form: 3.000 is three thousand there.
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}\.000")


def as_meant(quantity: str, unit: str) -> str:
    """Return a typed quantity so that it is read as the person meant it.

    A unit in the field beside it makes a point a group (`1.250` and `Stück`), as it does in one
    field; without any unit `3.000` is a whole thousand, and `1.234` stays ambiguous.
    """
    text = quantity.strip()
    if not _PLAIN.fullmatch(text):
        return quantity
    if unit.strip() and codes.unit_spelling(unit) is not None:
        return f"{text} {unit.strip()}"
    return text.replace(".", "") if _THOUSANDS.fullmatch(text) else quantity


def with_meaning(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row of the form with its quantity as meant."""
    return {**row, "quantity": as_meant(row.get("quantity", ""), row.get("unit", ""))}


def shown_back(quantity: str, unit: str = "") -> str:
    """Return how a typed quantity is read, such as `80 Kilogramm`; empty if it cannot be read."""
    if not quantity.strip():
        return ""
    try:
        found = german.parse_quantity(as_meant(quantity, unit))
    except InvalidInput:
        return ""
    known = codes.unit(found.unit_code) if found.unit_code else None
    return f"{format_decimal(found.value)} {known.name if known else unit}".strip()
