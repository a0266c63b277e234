"""German names of the fields and codes of any eForms notice, whatever version wrote it.

Tables: `schemas/eforms/fields.csv.gz` and `codes.csv.gz`, labels of the eForms SDK (Publications
Office of the European Union, CC BY 4.0).
"""

import csv
import functools
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from vergabe.exchange import codes
from vergabe.exchange.eforms.fields import NAMESPACES
from vergabe.resources import folder

_PREFIXES: Final = {uri: prefix for prefix, uri in NAMESPACES.items()}
_LITERAL: Final = re.compile(r"'([^']*)'")
# What notices call lists that the labels know under another name.
_SAME_LISTS: Final = {
    "eforms-country": "country",
    "eforms-contract-nature": "contract-nature",
    "eu-official-language": "language",
} | dict.fromkeys(
    (
        "competition",
        "planning",
        "result",
        "dir-awa-pre",
        "cont-modif",
        "completion",
        "consultation",
        "change",
        "bri",
    ),
    "notice-type",
)

# Ours: fields and codes of older versions without labels, and names that say little.
_OWN_FIELDS: Final = {
    "cbc:CriterionTypeCode": "Art des Eignungskriteriums",
    "cbc:CalculationExpressionCode": "Kriterium",
    "cbc:LanguageID": "Sprache der Unterlagen",
    "cbc:ProfileID": "Profil",
    "cbc:DocumentStatusCode": "Stand der Unterlagen",
}
_SAYING_LITTLE: Final = {"Code": "Art", "Los": "Kennung"}
_OWN_CODES: Final = {
    "sui-act": "Befähigung zur Berufsausübung",
    "ef-stand": "Wirtschaftliche und finanzielle Leistungsfähigkeit",
    "tp-abil": "Technische und berufliche Leistungsfähigkeit",
    "used": "Wird angewendet",
    "not-used": "Wird nicht angewendet",
}


@dataclass(frozen=True)
class Meaning:
    """What a field is: its German name and its type in the SDK (`date`, `amount`, `code` …)."""

    label: str
    kind: str
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


class Names:
    """The fields of one notice; what is known about an element is kept while it is read."""

    def __init__(self) -> None:
        self._paths: dict[etree._Element, str] = {}
        self._contexts: dict[etree._Element, frozenset[str]] = {}

    def meaning(self, element: "etree._Element") -> Meaning | None:
        """Return what an element is; None for one that no field of the SDK describes."""
        path = self._path(element)
        found = _by_path().get(path)
        if found is None:
            name = path.rsplit("/", 1)[-1]
            if name in _OWN_FIELDS:
                return Meaning(_OWN_FIELDS[name], "code" if name.endswith("Code") else "text")
            return _by_end().get(_end(path)) or _by_name().get(name)
        if len(found) == 1:
            return found[0]
        context = self._context(element)
        return max(
            found,
            key=lambda one: (
                sum(1 if text in context else -1 for text in one.wanted)
                - sum(text in context for text in one.unwanted)
            ),
        )

    def _path(self, element: "etree._Element") -> str:
        known = self._paths.get(element)
        if known is None:
            parent = element.getparent()
            name = _name(element)
            known = "" if parent is None else f"{self._path(parent)}/{name}".removeprefix("/")
            self._paths[element] = known
        return known

    def _context(self, element: "etree._Element") -> frozenset[str]:
        """Return attributes and texts that tell like-named fields apart: of itself and around."""
        known = self._contexts.get(element)
        if known is None:
            parent = element.getparent()
            around = frozenset(_texts(element))
            known = around if parent is None else around | self._context(parent)
            self._contexts[element] = known
        return known


def _texts(element: "etree._Element") -> Iterator[str]:
    """Yield attributes of an element and those of its children with their texts."""
    yield from map(str, element.attrib.values())
    if element.getparent() is None:
        return
    for child in element:
        yield from map(str, child.attrib.values())
        if len(child) == 0 and child.text:
            yield child.text.strip()


def _name(element: "etree._Element") -> str:
    tag = etree.QName(element)
    return f"{_PREFIXES.get(tag.namespace or '', '?')}:{tag.localname}"


def _end(path: str) -> str:
    return "/".join(path.split("/")[-2:])


@functools.cache
def _by_path() -> dict[str, list[Meaning]]:
    found: dict[str, list[Meaning]] = {}
    for row in _rows("fields.csv.gz"):
        steps = row["xpath"].removeprefix("/*/")
        bare, predicates = _without_predicates(steps)
        if row["type"] == "node" or "/@" in bare:
            continue
        wanted, unwanted = _literals(predicates)
        label = _SAYING_LITTLE.get(row["label"], row["label"])
        label = label[:1].upper() + label[1:]
        found.setdefault(bare, []).append(Meaning(label, row["type"], wanted, unwanted))
    return found


def _without_predicates(path: str) -> tuple[str, list[str]]:
    """Return a path of names only, and its predicates."""
    names, predicates, depth, begin = [], [], 0, 0
    for place, character in enumerate(path):
        if character == "[":
            depth += 1
            if depth == 1:
                names.append(path[begin:place])
                begin = place + 1
        elif character == "]":
            depth -= 1
            if depth == 0:
                predicates.append(path[begin:place])
                begin = place + 1
                begin = place + 1
    return "".join([*names, path[begin:]]), predicates


def _literals(predicates: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    wanted: list[str] = []
    unwanted: list[str] = []
    for predicate in predicates:
        (unwanted if predicate.startswith("not(") else wanted).extend(_LITERAL.findall(predicate))
    return tuple(wanted), tuple(unwanted)


@functools.cache
def _by_end() -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    for path, meanings in _by_path().items():
        found.setdefault(_end(path), meanings[0])
    return found


@functools.cache
def _by_name() -> dict[str, Meaning]:
    """Return names of elements that mean the same wherever they stand."""
    found: dict[str, set[tuple[str, str]]] = {}
    for path, meanings in _by_path().items():
        name = path.rsplit("/", 1)[-1]
        found.setdefault(name, set()).update((m.label, m.kind) for m in meanings)
    return {name: Meaning(*one.pop()) for name, one in found.items() if len(one) == 1}


def code_label(list_name: str | None, code: str) -> str | None:
    """Return the German name of a code; None if nobody knows it."""
    if list_name == "cpv":
        cpv = codes.cpv(code)
        return f"{cpv.code}-{cpv.check_digit} {cpv.label_de}" if cpv else None
    if list_name and list_name.startswith("nuts"):
        nuts = codes.nuts(code)
        return f"{nuts.name} ({nuts.code})" if nuts else None
    listed = _SAME_LISTS.get(list_name or "", list_name or "")
    label = _codes().get((listed, code)) or _OWN_CODES.get(code)
    return label or _anywhere().get(code)


@functools.cache
def _codes() -> dict[tuple[str, str], str]:
    return {(row["list"], row["code"]): row["label"] for row in _rows("codes.csv.gz")}


@functools.cache
def _anywhere() -> dict[str, str]:
    """Return codes that have one name in whatever list."""
    found: dict[str, set[str]] = {}
    for (_, code), label in _codes().items():
        found.setdefault(code, set()).add(label)
    return {code: labels.pop() for code, labels in found.items() if len(labels) == 1}


def _rows(name: str) -> Iterator[dict[str, str]]:
    content = gzip.decompress((folder("schemas") / "eforms" / name).read_bytes())
    yield from csv.DictReader(io.StringIO(content.decode("utf-8")), delimiter=";")
