"""Codes, units and days of demands as they stand to each other: plain functions, quickly loaded."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from vergabe.exchange import codes

# Kinds of units (exchange.codes) that can stand in one price list. Times and labour are left out:
# in texts they are mostly the duration of the contract; packages are counted like pieces.
_UNIT_FAMILIES: Final = {
    kind: 1 << position
    for position, kind in enumerate(
        ("count", "mass", "volume", "area", "length", "energy", "power")
    )
} | {"package": 1}
FAR_PAST: Final = dt.date.min.toordinal()
FAR_FUTURE: Final = dt.date.max.toordinal()


@lru_cache(maxsize=16_384)
def cpv_digits(cpv: str) -> str:
    """Return the eight digits of a CPV code: without check digit, with zeros that are missing.

    What is no digit is left out, so that any text gives a code; no code at all gives 00000000.
    """
    return re.sub(r"[^0-9]", "", cpv.split("-")[0])[:8].ljust(8, "0")


def significant(cpv: str) -> str:
    """Return the digits of a code that carry meaning: 34144000 is 34144, never less than two."""
    digits = cpv_digits(cpv)
    return digits[:2] + digits[2:].rstrip("0")


def shared_digits(first: str, second: str) -> int:
    """Return how many meaningful leading digits two codes share: 0 or 2 to 8."""
    a, b = significant(first), significant(second)
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count if count >= 2 else 0


@lru_cache(maxsize=65_536)
def cpv_relation(first: str, second: str) -> str:
    """Return in German how two CPV codes stand to each other."""
    if cpv_digits(first) == cpv_digits(second):
        return "gleicher CPV-Code"
    shared = shared_digits(first, second)
    if shared == min(len(significant(first)), len(significant(second))):
        return "ein CPV-Code umfasst den anderen"
    names = {0: "verschiedene CPV-Abteilungen", 2: "gleiche CPV-Abteilung", 3: "gleiche CPV-Gruppe"}
    names[4] = "gleiche CPV-Klasse"
    return names.get(shared, "gleiche CPV-Kategorie")


def unit_families(unit_codes: Iterable[str]) -> int:
    """Return the families of UN/ECE unit codes as bits; unknown codes and times belong to none."""
    families = 0
    for code in unit_codes:
        unit = codes.unit(code)
        if unit:
            families |= _UNIT_FAMILIES.get(unit.kind, 0)
    return families


def need_interval(
    begin: dt.date | None, end: dt.date | None, open_window_days: int
) -> tuple[int, int]:
    """Return first and last day of a need as ordinals; a missing one is `open_window_days` away."""
    if begin is None and end is None:
        return FAR_PAST, FAR_FUTURE
    if begin is None:
        last = _ordinal(end)
        return max(FAR_PAST, last - open_window_days), last
    first = begin.toordinal()
    return first, min(FAR_FUTURE, first + open_window_days) if end is None else _ordinal(end)


def _ordinal(day: dt.date | None) -> int:
    return FAR_FUTURE if day is None else day.toordinal()
