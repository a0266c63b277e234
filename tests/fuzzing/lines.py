"""Spoiled tables of text (CSV) and JSON Lines."""

import json
import random
from collections.abc import Callable
from typing import Any, Final

from tests.fuzzing.values import Spoil, nasty

Rows = list[list[str]]


def _cell(chance: random.Random, rows: Rows) -> None:
    row = chance.choice(rows)
    if row:
        row[chance.randrange(len(row))] = nasty(chance)


def _row_again(chance: random.Random, rows: Rows) -> None:
    rows.insert(chance.randrange(len(rows)), list(chance.choice(rows)))


def _column_again(chance: random.Random, rows: Rows) -> None:
    at = chance.randrange(max(len(rows[0]), 1))
    for row in rows:
        row.append(row[at] if at < len(row) else "")


def _header(chance: random.Random, rows: Rows) -> None:
    if rows[0]:
        other = chance.choice((nasty(chance), chance.choice(rows[0])))
        rows[0][chance.randrange(len(rows[0]))] = other


def _wide(chance: random.Random, rows: Rows) -> None:
    chance.choice(rows).extend([nasty(chance)] * chance.choice((1, 150, 3_000)))


def _gaps(chance: random.Random, rows: Rows) -> None:
    for _ in range(chance.choice((1, 3, 300))):
        rows.insert(chance.randrange(len(rows) + 1), [])


def _shuffled(chance: random.Random, rows: Rows) -> None:
    chance.shuffle(rows)


def _open_quote(chance: random.Random, rows: Rows) -> None:
    row = chance.choice(rows)
    row.insert(0, '"' + nasty(chance))


_IN_ROWS: Final[tuple[Callable[[random.Random, Rows], None], ...]] = (
    _cell,
    _cell,
    _cell,
    _row_again,
    _column_again,
    _header,
    _wide,
    _gaps,
    _shuffled,
    _open_quote,
)


def in_rows(chance: random.Random, content: bytes) -> bytes:
    """Return a CSV file (semicolons, no quotes) that is wrong in one to four places."""
    rows = [line.split(";") for line in content.decode("utf-8").splitlines()]
    for _ in range(chance.choice((1, 1, 2, 4))):
        chance.choice(_IN_ROWS)(chance, rows)
    separator = chance.choice((";", ";", ";", ",", "\t", "|"))
    end = chance.choice(("\n", "\r\n", "\r"))
    text = end.join(separator.join(row) for row in rows)
    return text.encode(chance.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16")), "replace")


def _json_value(chance: random.Random) -> Any:
    return chance.choice(
        (
            nasty(chance),
            nasty(chance),
            None,
            True,
            -1,
            0,
            1.5,
            10**400,
            float("nan"),
            float("inf"),
            [],
            {},
            [nasty(chance)] * 3,
            [[]],
            {"": {"": []}},
            {nasty(chance): nasty(chance)},
            "\ud800",
            "a\0b",
        )
    )


def _changed(chance: random.Random, value: Any) -> Any:
    """Return the value with something in it replaced, left out, or put in."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.2:
        return _json_value(chance)
    if isinstance(value, list):
        at = chance.randrange(len(value))
        return [*value[:at], _changed(chance, value[at]), *value[at + 1 :]]
    name = chance.choice(list(value))
    if chance.random() < 0.15:
        return {key: each for key, each in value.items() if key != name}
    if chance.random() < 0.1:
        return value | {nasty(chance): _json_value(chance)}
    return value | {name: _changed(chance, value[name])}


def in_objects(chance: random.Random, content: bytes) -> bytes:
    """Return JSON Lines in which one to four values are other ones."""
    records = [json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()]
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(records))
        records[at] = _changed(chance, records[at])
    chosen = [json.dumps(each, ensure_ascii=chance.random() < 0.7) for each in records]
    return "\n".join(chosen).encode("utf-8", "surrogatepass")


def _deep(chance: random.Random, content: bytes) -> bytes:
    depth = chance.choice((50, 900, 90_000))
    inner = chance.choice((b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth))
    name = chance.choice((b"title", b"cpv", b"description", b"lots", b"value", b"items"))
    head, separator, tail = content.partition(b"{")
    return head + separator + b'"' + name + b'":' + inner + b"," + tail


def _twice(chance: random.Random, content: bytes) -> bytes:
    return content.replace(b"{", b'{"title": "%d", "title": [], ' % chance.randrange(9), 1)


def _long_number(chance: random.Random, content: bytes) -> bytes:
    digits = b"9" * chance.choice((30, 5_000, 200_000))
    return content.replace(b"{", b'{"value": ' + digits + chance.choice((b"", b"e999999999")), 1)


_WHOLE: Final[tuple[Spoil, ...]] = (_deep, _twice, _long_number)


def whole(chance: random.Random, content: bytes) -> bytes:
    """Return JSON Lines nested deeply, with a name twice, or with a number of any length."""
    return chance.choice(_WHOLE)(chance, content)
