"""Parts of a JSON record of which nothing is certain: taken where they have the expected shape."""

from collections.abc import Mapping
from typing import Any, Final

from vergabe.exchange.foreign_notice import MOST_CODES, MOST_LOTS

_MOST: Final = MOST_LOTS


def part(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the object below a name; empty if there is none."""
    found = record.get(name)
    return found if isinstance(found, dict) else {}


def dicts(record: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects of the list below a name."""
    found = record.get(name)
    listed = found if isinstance(found, list) else []
    return [row for row in listed[:_MOST] if isinstance(row, dict)]


def texts(rows: list[dict[str, Any]], name: str) -> list[str]:
    """Return the texts that rows have below a name."""
    return [row[name] for row in rows if isinstance(row.get(name), str)]


def merged(*codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return codes of several lists, each once, in their order."""
    return tuple(dict.fromkeys(code for listed in codes for code in listed))[:MOST_CODES]


def numbered(rows: list[dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    """Return rows by the text below a name; the first one of several counts."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(str(row.get(name)), row)
    return found


def bids_count(row: Mapping[str, Any] | None, name: str) -> int | None:
    """Return a count of bids, None if there is none that makes sense."""
    raw = row.get(name) if row else None
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        return None
    text = str(raw)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None
