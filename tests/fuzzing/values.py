"""Values that readers stumble over, and ways to spoil bytes that fit every kind of file."""

import random
from collections.abc import Callable
from typing import Final

NASTY: Final = (
    "",
    " ",
    "\u00a0",
    "0",
    "-1",
    "²",
    "١٢٣",
    "½",
    "1e309",
    "1e-309",
    "NaN",
    "Infinity",
    "-Infinity",
    "0x10",
    "1_000",
    "1.234.567,89",
    "1,5",
    "--5",
    "9" * 25,
    "1" + "0" * 400,
    "9" * 5_000,
    "0000-00-00",
    "0001-01-01",
    "-0044-03-15",
    "9999-12-31",
    "10000-01-01",
    "2026-02-30",
    "2026-10-25T02:30:00+99:99",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "24:00:00",
    "23:59:60",
    "31.02.2027",
    "29.02.2027",
    "99.99.9999",
    "P1000000000Y",
    "00000000",
    "99999999-9",
    "DEXYZ",
    "EUR",
    "XXL",
    "true",
    "null",
    "=1+1",
    "=cmd|'/c calc'!A0",
    "@SUM(A1)",
    "{{7*7}}",
    "%s%n%x",
    "${jndi:ldap://x}",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "&amp;amp;",
    "../../../../etc/passwd",
    "C:\\Windows\\win.ini",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://[::1",
    "https://example.org:99999/",
    "a@" + "b" * 300,
    "\u202eabc",
    "\u200b",
    "\ufeff",
    "e\u0301" * 50,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍",
    "\U0001f9ef",
    "ß" * 200,
    "A" * 10_000,
    "(" * 3_000,
    "[" * 3_000,
    "a\tb\nc\rd",
    "\x0b\x0c\x1f\x85",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "00000000-0000-0000-0000-000000000000",
)
_MARKS: Final = (
    b"\0",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"%PDF-1.7",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\x1a",
    b"\r",
    b"\n",
    b'"',
    b"'",
    b";",
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<!--",
    b"{",
    b"}",
    b"\\u0000",
    b"\\ud800",
)
_ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-7", "cp037")

Spoil = Callable[[random.Random, bytes], bytes]


def nasty(chance: random.Random) -> str:
    """Return a text that somebody might send, most often one of a list."""
    if chance.random() < 0.8:
        return chance.choice(NASTY)
    if chance.random() < 0.5:
        return str(chance.randint(-(2**70), 2**70))
    return "".join(chr(chance.choice((0x20, 0x7F, 0x100, 0x2000, 0x10000)) + n) for n in range(9))


def _place(chance: random.Random, content: bytes) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + int(2 ** chance.uniform(0, 10)))


def _flipped(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _random_bytes(chance: random.Random, content: bytes) -> bytes:
    start, end = _place(chance, content)
    return content[:start] + chance.randbytes(min(end - start, 64)) + content[end:]


def _cut_off(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _beheaded(chance: random.Random, content: bytes) -> bytes:
    return content[chance.randrange(len(content) + 1) :]


def _without_piece(chance: random.Random, content: bytes) -> bytes:
    start, end = _place(chance, content)
    return content[:start] + content[end:]


def _repeated_piece(chance: random.Random, content: bytes) -> bytes:
    start, end = _place(chance, content)
    return content[:end] + content[start:end] * chance.choice((1, 2, 50)) + content[end:]


def _moved_piece(chance: random.Random, content: bytes) -> bytes:
    start, end = _place(chance, content)
    rest = content[:start] + content[end:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + content[start:end] + rest[at:]


def _marked(chance: random.Random, content: bytes) -> bytes:
    at = chance.choice((0, chance.randrange(len(content) + 1), len(content)))
    return content[:at] + chance.choice(_MARKS) * chance.choice((1, 1, 1, 300)) + content[at:]


def _with_value(chance: random.Random, content: bytes) -> bytes:
    start, end = _place(chance, content)
    value = nasty(chance).encode("utf-8", "surrogatepass")
    return content[:start] + value + content[min(end, start + 8) :]


def _recoded(chance: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(chance.choice(_ENCODINGS), "replace")


def _blown_up(chance: random.Random, content: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice((b" ", b"A", b"<a>", b"\n", b";", b"[")) * 70_000


BYTES: Final[tuple[Spoil, ...]] = (
    _flipped,
    _flipped,
    _random_bytes,
    _cut_off,
    _beheaded,
    _without_piece,
    _repeated_piece,
    _moved_piece,
    _marked,
    _with_value,
    _with_value,
    _recoded,
    _blown_up,
)


def in_bytes(chance: random.Random, content: bytes) -> bytes:
    """Return the content spoiled without regard to what it is."""
    return chance.choice(BYTES)(chance, content)
