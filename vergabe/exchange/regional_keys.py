"""Official keys of German municipalities, postal codes; also without their leading zero.

Spreadsheets drop leading zeros, so a key that lacks one digit gets its zero back. Errors as in
`vergabe.exchange.german`. Whether a key is in use only the municipality register knows; here its
length and its Land are checked.
"""

import re
from typing import Final

from vergabe.exchange.codes import lands, refusal

_EXAMPLES: Final = {5: "05358", 8: "05358040", 9: "053580040", 12: "053580040040"}


def parse_ags(value: object, *, field: str | None = None) -> str:
    """Return the 8 digits of an Amtlicher Gemeindeschlüssel; 7 digits have lost their zero."""
    return _key(value, 8, "Amtliche Gemeindeschlüssel (AGS)", field)


def parse_ars(value: object, *, field: str | None = None) -> str:
    """Return the 12 digits of an Amtlicher Regionalschlüssel; 11 digits have lost their zero."""
    return _key(value, 12, "Amtliche Regionalschlüssel (ARS)", field)


def parse_verband_key(value: object, *, field: str | None = None) -> str:
    """Return the 9 digits of an association of municipalities; 8 digits have lost their zero."""
    return _key(value, 9, "Schlüssel von Gemeindeverbänden", field)


def parse_kreis_key(value: object, *, field: str | None = None) -> str:
    """Return the 5 digits of a Kreis; 4 digits have lost their zero."""
    return _key(value, 5, "Kreisschlüssel", field)


def ags_of_ars(ars: str) -> str:
    """Return the AGS of a municipality from its ARS: the digits of the association left out."""
    return ars[:5] + ars[9:]


def parse_postcode(value: object, *, field: str | None = None) -> str:
    """Return a German postal code of 5 digits; 4 digits have lost their zero (Dresden: 1067)."""
    digits = _digits(value)
    if re.fullmatch(r"\d{4,5}", digits) and 1000 <= int(digits) <= 99998:
        return digits.zfill(5)
    raise refusal(
        "postcode_malformed",
        f"„{str(value)[:20]}“ ist keine Postleitzahl. Geben Sie 5 Ziffern an, zum Beispiel 52399.",
        field,
    )


def _digits(value: object) -> str:
    text = str(value).strip() if not isinstance(value, float) else f"{value:.15g}"
    compact = re.sub(r"[\s.]", "", text.removesuffix(".0")).removeprefix("D-")
    return compact if compact.isascii() else ""


def _key(value: object, length: int, name: str, field: str | None) -> str:
    digits = _digits(value)
    if digits.isdigit() and len(digits) == length - 1:
        digits = digits.zfill(length)
    known_lands = {land.key for land in lands()}
    if not digits.isdigit() or len(digits) != length or digits[:2] not in known_lands:
        raise refusal(
            "key_malformed",
            f"„{str(value)[:20]}“ passt nicht: {name} haben {length} Ziffern und beginnen "
            f"mit 01 bis 16, zum Beispiel {_EXAMPLES[length]}.",
            field,
        )
    return digits
