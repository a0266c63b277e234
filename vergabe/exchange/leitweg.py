"""Leitweg-IDs: where invoices to an authority go (format of KoSIT, version 2.0.2)."""

import re
from typing import Final

_SHAPE: Final = re.compile(r"(\d{2,12})(?:-([A-Za-z0-9]{1,30}))?-(\d{2})")


def is_leitweg_id(text: str) -> bool:
    """Return whether a text has the shape of a Leitweg-ID and its check digits are right.

    Coarse address of 2 to 12 digits, optional fine address, two check digits (ISO 7064, MOD 97-10,
    letters counted as 10 to 35).
    """
    match = _SHAPE.fullmatch(text)
    return match is not None and check_digits(match[1], match[2] or "") == match[3]


def check_digits(coarse: str, fine: str = "") -> str:
    """Return the two check digits of a Leitweg-ID."""
    number = "".join(str(int(character, 36)) for character in f"{coarse}{fine}00".upper())
    return f"{98 - int(number) % 97:02d}"
