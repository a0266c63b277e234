"""What somebody looks for, as plain values. Pure."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

Sort = Literal["relevanz", "neu", "frist"]
SORTS: Final[tuple[Sort, ...]] = ("relevanz", "neu", "frist")

STATES: Final = ("offen", "ohne-frist", "geplant", "abgelaufen", "vergeben", "beendet")
"""Exclusive: every procedure is in one of these at an instant."""
DUE: Final[dict[str, int | None]] = {"7": 7, "14": 14, "30": 30, "spaeter": None}
"""Days within which the deadline ends; None: later than all of these."""
VALUES: Final[dict[str, tuple[int, int]]] = {
    "bis-25": (0, 25_000_00),
    "25-100": (25_000_00, 100_000_00),
    "100-221": (100_000_00, 221_000_00),
    "221-1000": (221_000_00, 1_000_000_00),
    "ab-1000": (1_000_000_00, 2**62),
    "unbekannt": (-1, 0),
}
"""From and below, in cents without VAT."""
JOINT: Final = ("ja", "nein")

FACETS: Final = (
    "states",
    "due",
    "cpv",
    "regions",
    "natures",
    "values",
    "methods",
    "joint",
    "sources",
    "buyers",
)
MOST_VALUES: Final = 20


def cpv_prefixes(code: str) -> tuple[str, ...]:
    """Return the digits that codes below a CPV code share; a division keeps both (`30000000`)."""
    bare = code.rstrip("0")
    found = bare if len(bare) > 1 else code[:2]
    return (found,) if found else ()


@dataclass(frozen=True)
class Wish:
    """What is looked for; empty fields do not narrow, several values of one field widen.

    text: words; cpv, regions: beginnings of codes; due_from, due_until: instants between which the
    deadline lies; origins: `own` and `other`, none means both.
    """

    text: str = ""
    states: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    joint: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    buyers: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    due_from: dt.datetime | None = None
    due_until: dt.datetime | None = None
    sort: Sort | None = None

    @property
    def order(self) -> Sort:
        """Return the order of hits: by relevance only where there are words."""
        if self.sort is None or (self.sort == "relevanz" and not self.text.strip()):
            return "relevanz" if self.text.strip() else "neu"
        return self.sort

    def toggled(self, facet: str, value: str) -> "Wish":
        """Return the wish with a value of a facet added, or taken away if it was there."""
        return self.with_(facet, self.values_toggled(facet, value))

    def values_toggled(self, facet: str, value: str) -> tuple[str, ...]:
        """Return the values of a facet with one added, or taken away if it was there."""
        found: tuple[str, ...] = getattr(self, facet)
        return tuple(one for one in found if one != value) if value in found else (*found, value)

    def with_(self, field: str, value: Any) -> "Wish":
        return replace(self, **{field: value})

    @property
    def is_narrowed(self) -> bool:
        """Return whether anything is asked for at all."""
        return self.with_("sort", None) != Wish()
