"""What a search looks like in an address, both ways. Addresses stay the same for ever.

Whatever an old or mistyped address says that means nothing is left out and named, never an error:
feeds and bookmarks outlive words.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from vergabe import clock
from vergabe.catalogue import methods, wishes
from vergabe.catalogue.wishes import MOST_VALUES, Wish
from vergabe.errors import Violation
from vergabe.exchange import codes
from vergabe.texts import _

Args = MultiDict[str, str]
Pairs = list[tuple[str, str]]

TEXT_MAX: Final = 200
CURSOR: Final = "cursor"
_VALUE_MAX: Final = 400
_FIELDS: Final[Mapping[str, str]] = {
    "states": "stand",
    "due": "frist",
    "cpv": "cpv",
    "regions": "region",
    "natures": "art",
    "values": "wert",
    "methods": "verfahren",
    "joint": "gemeinsam",
    "sources": "quelle",
    "buyers": "auftraggeber",
}
"""Facets and the words that stand for them in addresses."""
_OLD_STATES: Final = {"open": "offen", "awarded": "vergeben", "planned": "geplant"}


@dataclass(frozen=True)
class Asked:
    """What an address asks: the wish, days as typed, and what of it means nothing.

    ignored: values that no facet knows; violations: fields of the form that were filled wrong.
    """

    wish: Wish
    days: Mapping[str, str]
    ignored: tuple[str, ...]
    violations: tuple[Violation, ...]

    @property
    def pairs(self) -> Pairs:
        return pairs_of(self.wish, self.days)


def read(args: Args) -> Asked:
    """Return what the arguments of an address ask for."""
    ignored: list[str] = []
    violations: list[Violation] = []
    text = clean(args.get("q", ""))[:TEXT_MAX]
    bare = text.strip()
    found: dict[str, Any] = {
        facet: _known(_values(args, name), _READERS[facet], ignored)
        for facet, name in _FIELDS.items()
    }
    if args.get("offen") == "1" and "offen" not in found["states"]:
        found["states"] = ("offen", *found["states"])
    if is_code(bare) and not found["cpv"]:
        # Somebody typed a CPV code into the one field there is.
        text, found["cpv"] = "", _known([bare], _cpv, ignored)
    sort = args.get("ordnung", "")
    days = {name: clean(args.get(name, "")).strip()[:40] for name in ("frist_ab", "frist_bis")}
    return Asked(
        Wish(
            text=text,
            due_from=_day(days["frist_ab"], "frist_ab", 0, violations),
            due_until=_day(days["frist_bis"], "frist_bis", 1, violations),
            sort=next((known for known in wishes.SORTS if known == sort), None),
            **found,
        ),
        days,
        tuple(dict.fromkeys(ignored)),
        tuple(violations),
    )


def pairs_of(wish: Wish, days: Mapping[str, str]) -> Pairs:
    """Return the arguments of the address that asks for a wish."""
    return [pair for pairs in _parts(wish, days).values() for pair in pairs]


def _parts(wish: Wish, days: Mapping[str, str]) -> dict[str, Pairs]:
    """Return the arguments of an address in their order, by what they narrow."""
    found: dict[str, Pairs] = {"text": [("q", wish.text)] if wish.text.strip() else []}
    for facet, name in _FIELDS.items():
        found[facet] = [(name, value) for value in getattr(wish, facet)]
    found["days"] = [(name, text) for name, text in days.items() if text]
    found["sort"] = [("ordnung", wish.sort)] if wish.sort is not None else []
    return found


class Around:
    """Addresses of one wish with one facet changed: a page of the search has a hundred of them.

    base: the address of the page without any wish.
    """

    def __init__(self, base: str, wish: Wish, days: Mapping[str, str]) -> None:
        self._base = base
        self._parts = {part: _encoded(pairs) for part, pairs in _parts(wish, days).items()}

    def with_(self, facet: str, values: Iterable[str]) -> str:
        """Return the address with these values of a facet."""
        changed = _encoded([(_FIELDS[facet], value) for value in values])
        return joined(self._base, self._parts | {facet: changed})


def joined(base: str, parts: Mapping[str, str]) -> str:
    """Return an address with more arguments, each part of which is encoded."""
    query = "&".join(filter(None, parts.values()))
    return f"{base}{'&' if '?' in base else '?'}{query}" if query else base


def address(base: str, pairs: Pairs) -> str:
    """Return an address with more arguments."""
    return joined(base, {"all": _encoded(pairs)})


def _encoded(pairs: Pairs) -> str:
    return urlencode(pairs, safe="!$'()*,/:;?@") if pairs else ""


def is_code(text: str) -> bool:
    """Return whether a text can only be meant as a CPV code (`31127000-2`, `3414`)."""
    digits, dash, check = text.partition("-")
    return (
        digits.isascii()
        and digits.isdecimal()
        and 4 <= len(digits) <= 8
        and (not dash or (check.isdecimal() and len(check) == 1))
        and bool(_cpv(digits))
    )


def clean(text: str) -> str:
    """Return a typed text without what nobody can see and no database can hold."""
    return "".join(character for character in text if character.isprintable())


def _values(args: Args, name: str) -> list[str]:
    """Return the values of a name, each once; an empty one is a field that was left empty."""
    typed = (clean(value).strip()[:_VALUE_MAX] for value in args.getlist(name)[: 2 * MOST_VALUES])
    return list(dict.fromkeys(value for value in typed if value))[:MOST_VALUES]


def _known(
    typed: Iterable[str], read_one: Callable[[str], str], ignored: list[str]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in typed:
        known = read_one(value)
        if known:
            found[known] = None
        else:
            ignored.append(value[:60])
    return tuple(found)


def _one_of(known: Iterable[str]) -> Callable[[str], str]:
    words = frozenset(known)
    return lambda value: value if value in words else ""


def _state(value: str) -> str:
    return value if value in wishes.STATES else _OLD_STATES.get(value, "")


def _cpv(value: str) -> str:
    """Return the beginning that a typed code stands for; empty if no code begins so."""
    digits = value.split("-")[0].replace(" ", "")
    if not digits.isascii() or not digits.isdecimal() or not 2 <= len(digits) <= 8:
        return ""
    (prefix,) = wishes.cpv_prefixes(digits)
    return prefix if codes.cpv(prefix.ljust(8, "0")) else ""


def _region(value: str) -> str:
    code = value.upper()
    return code if code.isascii() and code.isalnum() and 2 <= len(code) <= 5 else ""


_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    "states": _state,
    "due": _one_of(wishes.DUE),
    "cpv": _cpv,
    "regions": _region,
    "natures": _one_of(("supplies", "services", "works", "unbekannt")),
    "values": _one_of(wishes.VALUES),
    "methods": _one_of((*methods.GROUPS, "unbekannt")),
    "joint": _one_of(wishes.JOINT),
    "sources": lambda value: value[:60],
    "buyers": lambda value: value,
}


def _day(text: str, field: str, later_days: int, violations: list[Violation]) -> dt.datetime | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=later_days)
        return clock.start_of_day(day)
    except (ValueError, OverflowError):
        message = _("Das ist kein Tag. Bitte geben Sie ihn so an: 2026-12-31.")
        violations.append(Violation("day_invalid", message, field=field))
        return None
