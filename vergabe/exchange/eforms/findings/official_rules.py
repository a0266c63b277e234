"""Official fields and rules as compact tables, and the fields of our form that they mean.

Facts of `fields.csv.gz` and `rules.csv.gz`: eForms SDK 1.14.2, Publications Office of the European
Union, CC BY 4.0; made by `tools/eforms_rules.py`. They hold for the subtypes the product writes.
"""

import csv
import functools
import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, cast

from vergabe.exchange.findings import MendedBy
from vergabe.resources import folder

_PAREN: Final = re.compile(r"\([^)]*\)")
_WITHHELD: Final = ("BT-195", "BT-196", "BT-197", "BT-198")
_FALLBACK: Final = "noticeInformation"
# What the product never writes: one field of our form stands near all of its fields.
_NEVER_WRITTEN: Final = (
    "ultimateBeneficialOwner",
    "euBusiness",
    "groupOfLots",
    "reviewInformation",
)


@dataclass(frozen=True, slots=True)
class OfficialField:
    """A field or node of the SDK.

    of: for an attribute its field; entity: the business entity it belongs to; parent: its node.
    """

    id: str
    type: str
    entity: str
    label: str
    parent: str
    of: str
    xpath: str


@dataclass(frozen=True, slots=True)
class OfficialRule:
    """What a rule is about: its kind, field or node, other fields it reads, limit, condition.

    condition: German clause that begins with `wenn`, empty if there is none.
    """

    id: str
    kind: str
    target: str
    others: tuple[str, ...]
    value: str
    condition: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of our form: page, name, what the page calls it, who can change it.

    term_label: what the official term is called, where one field of the form holds several.
    """

    page: str
    name: str
    label: str
    term_label: str
    mended_by: MendedBy
    page_title: str
    order: int

    @property
    def address(self) -> str:
        return f"{self.page}#{self.name}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Our own sentence for rules about values that must agree; remedy may be empty."""

    rules: tuple[str, ...]
    message: str
    remedy: str


@functools.cache
def fields() -> Mapping[str, OfficialField]:
    """Return every field and node of the SDK by its id."""
    rows = _packed("fields.csv.gz")
    return {row["id"]: OfficialField(**row) for row in rows}


@functools.cache
def rules() -> Mapping[str, OfficialRule]:
    """Return every official rule of the subtypes the product writes, by its id."""
    return {
        row["id"]: OfficialRule(
            row["id"],
            row["kind"],
            row["target"],
            tuple(row["others"].split()),
            row["value"],
            row["condition"],
        )
        for row in _packed("rules.csv.gz")
    }


@functools.cache
def form_pages() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Return the pages of our form in their order: key → (title, names of fields in order)."""
    return {
        row["page"]: (row["title"], tuple(row["fields"].split())) for row in _rows("form_pages")
    }


@functools.cache
def form_field(official: str) -> FormField:
    """Return the field of our form for a field or node of the SDK (`BT-21-Lot`, `ND-Lot`).

    Where our form has none of its own, the nearest that holds it; never fails.
    """
    known = fields().get(official)
    table = _form_table()
    if known is not None and known.entity in _NEVER_WRITTEN:
        return table[known.entity]
    for term in _terms(official):
        if term in table:
            return table[term]
    if known is not None and known.of:
        return form_field(known.of)
    inside = _fields_in(known) if known is not None and known.type == "node" else []
    if len({field.page for field in inside}) == 1:
        return min(inside, key=lambda field: field.order)
    entity = known.entity if known is not None else ""
    return table.get(entity) or table[_FALLBACK]


@functools.cache
def agreement(rule: str) -> Agreement | None:
    """Return our sentence for a rule about values that must agree, None if there is none."""
    for row in _agreements():
        if any(fnmatchcase(rule, pattern) for pattern in row.rules):
            return row
    return None


def label_of(official: str) -> str:
    """Return what people call a field or node: our form's label, else the SDK's German one."""
    known = fields().get(official)
    found = form_field(official)
    if known is not None and known.entity in _NEVER_WRITTEN:
        return known.label or found.label
    if known is None or any(term in _form_table() for term in _terms(official)):
        return found.term_label
    return (label_of(known.of) if known.of else known.label) or found.label


def _fields_in(node: OfficialField) -> list[FormField]:
    below = node.xpath.rstrip("/") + "/"
    return [
        form_field(field.id)
        for field in fields().values()
        if field.type != "node"
        and not field.of
        and field.xpath.startswith(below)
        and not field.id.startswith(_WITHHELD)
    ]


def _terms(official: str) -> list[str]:
    """Return under which names a field may stand in the table, the most exact first."""
    if not official or official.startswith("ND-"):
        return [official]
    prefix, number, *rest = re.split(r"-(?![^()]*\))", official, maxsplit=2)
    term, scope = f"{prefix}-{number}", rest[0] if rest else ""
    bare = _PAREN.sub("", term)
    exact = [official, term] if term != bare else [official]
    return [*exact, f"{bare}-{scope}", f"{bare}-{scope.split('-')[0]}", bare]


@functools.cache
def _form_table() -> Mapping[str, FormField]:
    places = {
        (page, name): (number, title)
        for number, (page, (title, names)) in enumerate(form_pages().items())
        for name in names
    }
    order = {place: position for position, place in enumerate(places)}
    rows = _rows("form_fields")
    labels = _labels(rows)
    return {
        row["term"]: FormField(
            row["page"],
            row["field"],
            labels[row["page"], row["field"]],
            row["label"],
            cast("MendedBy", row["by"]),
            places[row["page"], row["field"]][1],
            order[row["page"], row["field"]],
        )
        for row in rows
    }


def _labels(rows: list[dict[str, str]]) -> Mapping[tuple[str, str], str]:
    """Return what the form calls each of its fields: the plainest label of the terms it holds."""
    plainest: dict[tuple[str, str], tuple[bool, bool, bool, bool, int, str]] = {}
    for row in rows:
        term, label = row["term"], row["form_label"] or row["label"]
        # Terms of the law of notices name a field better than the sections around them.
        is_section = term.startswith("ND-") or "-" not in term
        is_closed = row["by"] == "application"
        rank = (not row["form_label"], is_section, ":" in label, is_closed, len(label), label)
        place = (row["page"], row["field"])
        if place not in plainest or rank < plainest[place]:
            plainest[place] = rank
    return {place: rank[-1] for place, rank in plainest.items()}


@functools.cache
def _agreements() -> tuple[Agreement, ...]:
    return tuple(
        Agreement(tuple(row["rules"].split()), row["message"], row["remedy"])
        for row in _rows("agreements")
    )


def _rows(name: str) -> list[dict[str, str]]:
    path = folder("schemas") / "eforms" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _packed(name: str) -> Iterator[dict[str, str]]:
    path = folder("schemas") / "eforms" / name
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")
