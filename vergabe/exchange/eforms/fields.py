"""The fields of eForms that the product writes: where each stands, in which order, for whom.

The table `tables/fields.json` is made by tools/eforms_order.py from the eForms SDK (Publications
Office of the European Union, CC BY 4.0); only facts are copied, and the SDK is not needed to run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

NAMESPACES: Final[Mapping[str, str]] = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
    "efac": "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1",
    "efbc": "http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1",
    "efext": "http://data.europa.eu/p27/eforms-ubl-extensions/1",
}
ROOT_NODE: Final = "ND-Root"
_UBL_ROOT: Final = "urn:oasis:names:specification:ubl:schema:xsd:"


def root_namespace(root: str) -> str:
    """Return the namespace of a root element such as `ContractNotice`."""
    return f"{_UBL_ROOT}{root}-2"


def clark(name: str) -> str:
    """Return `{namespace}local` of a name with one of the prefixes of NAMESPACES."""
    prefix, local = name.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


@dataclass(frozen=True)
class Node:
    """A group of fields. path: XPath from the node above, with predicates; steps: names only."""

    id: str
    parent: str | None
    path: str
    steps: tuple[str, ...]
    is_repeatable: bool


@dataclass(frozen=True)
class Field:
    """A field. path: XPath from its node, with predicates; steps: names only (`cbc:Name`).

    kind: type of the SDK (`text-multilingual`, `code`, `amount`, …); attributes: those with a fixed
    value; free_attribute: the one whose value belongs to the data (`languageID`, `currencyID`,
    `listName`, `unitCode`, `schemeName`); code_list: id of its list; forbidden, mandatory: subtypes
    for which it is so without condition.
    """

    id: str
    node: str
    path: str
    steps: tuple[str, ...]
    kind: str
    attributes: Mapping[str, str]
    free_attribute: str | None
    code_list: str | None
    forbidden: frozenset[str]
    mandatory: frozenset[str]


@dataclass(frozen=True)
class FieldTable:
    """The whole table. order: for each parent's name its children's names in their order."""

    sdk: str
    order: Mapping[str, Mapping[str, int]]
    nodes: Mapping[str, Node]
    fields: Mapping[str, Field]

    def xpath(self, field_id: str) -> str:
        """Return the absolute XPath of a field, with prefixes of NAMESPACES; else KeyError."""
        field = self.fields[field_id]
        parts = [field.path]
        node = self.nodes[field.node]
        while node.parent is not None:
            parts.append(node.path)
            node = self.nodes[node.parent]
        return "/*/" + "/".join(reversed(parts))


@cache
def field_table() -> FieldTable:
    """Return the table, read once."""
    source = resources.files(__package__) / "tables" / "fields.json"
    raw: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return FieldTable(
        sdk=raw["sdk"],
        order={
            parent: {child: place for place, child in enumerate(children)}
            for parent, children in raw["order"].items()
        },
        nodes={key: _node(key, row) for key, row in raw["nodes"].items()},
        fields={key: _field(key, row) for key, row in raw["fields"].items()},
    )


def _node(key: str, row: Mapping[str, Any]) -> Node:
    path = row["path"]
    return Node(key, row["parent"], path, _steps(path), row["repeatable"])


def _field(key: str, row: Mapping[str, Any]) -> Field:
    return Field(
        id=key,
        node=row["node"],
        path=row["path"],
        steps=_steps(row["path"]),
        kind=row["type"],
        attributes=row.get("attributes", {}),
        free_attribute=row.get("free"),
        code_list=row.get("codes"),
        forbidden=frozenset(row.get("forbidden", "").split()),
        mandatory=frozenset(row.get("mandatory", "").split()),
    )


def _steps(path: str) -> tuple[str, ...]:
    """Return the names in a relative XPath without its predicates, which may nest."""
    kept, depth = [], 0
    for sign in path:
        depth += sign == "["
        if not depth:
            kept.append(sign)
        depth -= sign == "]"
    return tuple(step for step in "".join(kept).split("/") if step not in ("", "*"))
