"""Spoiled packages: workbooks, zip, tar and gzip archives, with bombs and paths that lead out."""

import gzip
import io
import random
import re
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from typing import Final

from tests.fuzzing import documents
from tests.fuzzing.values import Spoil, in_bytes, nasty
from vergabe.errors import InvalidInput

Parts = dict[str, bytes]
_OUTSIDE: Final = (
    "../../etc/passwd.xml",
    "/etc/passwd.xml",
    "C:\\x.xml",
    "a\\..\\..\\x.xml",
    "x\0.xml",
    "con.xml",
    "x" * 60_000 + ".xml",
    "xl/worksheets/sheet1.xml/../../../x.xml",
    "",
    "ä\u202exml.xml",
)
_FLOOD_MIB: Final = (1, 20, 140)


def unpacked(content: bytes) -> Parts:
    """Return the parts of a zip archive by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts, *more: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of the parts, quickly packed; `more` may use a name again."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=1) as archive:
        for name, part in [*parts.items(), *more]:
            # As others write it, with the time of nothing, and with every name.
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = name, method
            archive.writestr(entry, part)
    return out.getvalue()


def _part(chance: random.Random, parts: Parts) -> None:
    name = chance.choice(sorted(parts))
    parts[name] = in_bytes(chance, parts[name])


def _part_as_xml(chance: random.Random, parts: Parts) -> None:
    names = sorted(parts)
    name = chance.choice([each for each in names if each.endswith((".xml", ".rels"))] or names)
    try:
        parts[name] = documents.in_tree(chance, parts[name])
        if chance.random() < 0.1:
            parts[name] = documents.whole(chance, parts[name])
    except InvalidInput:
        parts[name] = in_bytes(chance, parts[name])


def _part_gone(chance: random.Random, parts: Parts) -> None:
    del parts[chance.choice(sorted(parts))]


def _parts_swapped(chance: random.Random, parts: Parts) -> None:
    one, other = (chance.choice(sorted(parts)) for _ in range(2))
    parts[one], parts[other] = parts[other], parts[one]


def _part_outside(chance: random.Random, parts: Parts) -> None:
    parts[chance.choice(_OUTSIDE)] = parts[chance.choice(sorted(parts))]


def _part_flood(chance: random.Random, parts: Parts) -> None:
    name = chance.choice(sorted(parts))
    # The large ones take seconds: a few of them in thousands of files say enough.
    size = chance.choice(_FLOOD_MIB) if chance.random() < 0.05 else 1
    start = parts[name] if chance.random() < 0.5 else b"<a>"
    parts[name] = start + b" " * (size << 20)


_IN_PARTS: Final[tuple[Callable[[random.Random, Parts], None], ...]] = (
    _part,
    _part_as_xml,
    _part_as_xml,
    _part_gone,
    _parts_swapped,
    _part_outside,
    _part_flood,
)


def in_parts(chance: random.Random, content: bytes) -> bytes:
    """Return a zip archive with one or two parts spoiled, packed again."""
    parts = unpacked(content)
    for _ in range(chance.choice((1, 1, 2))):
        if parts:
            chance.choice(_IN_PARTS)(chance, parts)
    again = [(name, part) for name, part in parts.items() if chance.random() < 0.02]
    methods = (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2)
    return packed(parts, *again, method=chance.choice((*methods, zipfile.ZIP_LZMA)))


_SHEET: Final = "xl/worksheets/sheet1.xml"
_NUMBERS: Final = ("1e9", "1000000000", "18446744073709551616", "-1", "0", "99999999999999", "x")
# What a sheet says of itself, and what programs that believe it allocate or look up.
_CLAIMS: Final = (
    (r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"'),
    (r'<dimension ref="[^"]*"', '<dimension ref="A1:ZZZZZZZ99999999999"'),
    (r'<row r="\d+"', '<row r="{number}"'),
    (r'<c r="[A-Z]+\d+"', '<c r="XFD1048576"'),
    (r'<c r="[A-Z]+\d+"', '<c r="ZZZZ{number}"'),
    (r'<c r="([A-Z]+\d+)"', r'<c r="\1" t="d"'),
    (r't="s"', 't="{other}"'),
    (r"<v>[^<]*</v>", "<v>{number}</v>"),
    (r"<v>[^<]*</v>", "<v>{value}</v>"),
    (r"<v>[^<]*</v>", "<f>SUM(A1:A9)</f><v>#REF!</v>"),
    (r"<v>[^<]*</v>", "<f>{value}</f>"),
    (r' s="\d+"', ' s="{number}"'),
)


def in_sheet(chance: random.Random, content: bytes) -> bytes:
    """Return a workbook whose sheet claims what it does not hold, or holds what no sheet does."""
    parts = unpacked(content)
    text = parts[_SHEET].decode("utf-8")
    for _ in range(chance.choice((1, 1, 3))):
        pattern, claim = chance.choice(_CLAIMS)
        value = re.sub("[&<]", "?", documents.value(chance)).replace("\\", "/")
        claim = (
            claim.replace("{number}", chance.choice(_NUMBERS))
            .replace("{other}", chance.choice(("b", "e", "n", "d", "str", "inlineStr", "x")))
            .replace("{value}", value)
        )
        text = re.sub(pattern, claim, text, count=chance.choice((0, 1, 1, 5)))
    parts[_SHEET] = text.encode("utf-8")
    if "xl/sharedStrings.xml" in parts and chance.random() < 0.2:
        strings = parts["xl/sharedStrings.xml"]
        parts["xl/sharedStrings.xml"] = re.sub(rb'ount="\d+"', b'ount="999999999999"', strings)
    return packed(parts)


def _nested(chance: random.Random, content: bytes) -> bytes:
    for _ in range(chance.choice((1, 2, 30))):
        content = gzip.compress(content, 1)
    return content


def _gzip_flood(chance: random.Random, content: bytes) -> bytes:
    size = chance.choice(_FLOOD_MIB) if chance.random() < 0.05 else 1
    return gzip.compress(content + chance.choice((b" ", b"\n", b"A")) * (size << 20), 1)


def _gzip_damaged(chance: random.Random, content: bytes) -> bytes:
    return in_bytes(chance, gzip.compress(content, 1))


GZIP: Final[Mapping[Spoil, int]] = {_nested: 3, _gzip_flood: 1, _gzip_damaged: 8}


def as_tar(chance: random.Random, content: bytes) -> bytes:
    """Return a tar archive with the document in it, and things that archives should not hold."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number in range(chance.choice((1, 3))):
            name = chance.choice(
                (f"{number}.xml", chance.choice(_OUTSIDE)[:90], nasty(chance)[:90])
            )
            entry = tarfile.TarInfo(name.replace("\0", "?") or "x.xml")
            entry.size = len(content)
            entry.type = chance.choice(
                (tarfile.REGTYPE,) * 4 + (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE)
            )
            entry.linkname = "/etc/passwd"
            archive.addfile(entry, io.BytesIO(content))
    found = out.getvalue()
    if chance.random() < 0.5:
        found = in_bytes(chance, found)
    return gzip.compress(found, 1) if chance.random() < 0.5 else found


def as_zip(chance: random.Random, content: bytes) -> bytes:
    """Return a zip archive with the document in it under odd names, perhaps damaged."""
    names = [chance.choice(("a.xml", "b.XML", *_OUTSIDE, nasty(chance))) for _ in range(3)]
    found = packed(dict.fromkeys(names, content))
    return in_bytes(chance, found) if chance.random() < 0.6 else in_parts(chance, found)
