"""Regions by the names that people know: towns, Kreise, Regierungsbezirke and Länder."""

import functools
from dataclasses import dataclass
from typing import Final

from vergabe.exchange import codes

FEWEST_LETTERS: Final = 2


@dataclass(frozen=True)
class Region:
    """A German region that somebody may mean. town: the municipality by which it was found."""

    code: str
    name: str
    level: int
    within: str
    """The region above it; empty for Germany."""
    town: str = ""


def regions(text: str, *, limit: int = 12) -> tuple[Region, ...]:
    """Return the regions whose name, or one of whose municipalities, begins with `text`.

    Whole names come first, then Länder and Bezirke before Kreise, then towns, the largest first.
    """
    wanted = codes.folded(text)
    if len(wanted) < FEWEST_LETTERS:
        return ()
    ranked = [
        ((name != wanted, level, 0), code, "")
        for name, level, code in _names()
        if _begins(name, wanted)
    ]
    ranked += [
        ((name != wanted, 4, rank), nuts3, town)
        for rank, (name, town, nuts3) in enumerate(_towns())
        if name.startswith(wanted)
    ]
    found: dict[str, Region] = {}
    for _key, code, town in sorted(ranked):
        if code not in found and len(found) < limit:
            found[code] = region(code, town=town)
    return tuple(found.values())


def region(code: str, *, town: str = "") -> Region:
    """Return a NUTS region by its code; one that we do not know keeps its code as its name."""
    known = codes.nuts(code)
    if known is None:
        return Region(code, code, 3, "")
    above = codes.nuts(known.parent) if known.parent else None
    is_same = town and codes.folded(town) == codes.folded(known.name)
    return Region(
        code, known.name, known.level, above.name if above else "", "" if is_same else town
    )


def _begins(name: str, wanted: str) -> bool:
    return name.startswith(wanted) or f" {wanted}" in name


@functools.cache
def _names() -> tuple[tuple[str, int, str], ...]:
    return tuple(
        (codes.folded(each.name), each.level, each.code)
        for each in codes.nuts_all()
        if each.code.startswith("DE")
    )


@functools.cache
def _towns() -> tuple[tuple[str, str, str], ...]:
    rows = codes.table("towns.csv.gz")
    return tuple((codes.folded(row["name"]), row["name"], row["nuts3"]) for row in rows)
