"""Fields of an eForms SDK: what each is called, where it stands, which codes it takes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_PREDICATE: Final = re.compile(r"\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of `fields.json`.

    xpath: where it stands, with predicates; path: the same without them; mandatory, forbidden:
    subtypes where it is so whatever else the notice says; maybe_mandatory: subtypes where it
    depends; code_list: id of its list; max_length: characters.
    """

    id: str
    bt_id: str | None
    name: str
    type: str
    node_id: str
    xpath: str
    path: str
    is_repeatable: bool
    code_list: str | None
    max_length: int | None
    mandatory: frozenset[str]
    maybe_mandatory: frozenset[str]
    forbidden: frozenset[str]


def without_predicates(xpath: str) -> str:
    """Return a path without what stands in brackets, nested ones too."""
    while True:
        shorter = _PREDICATE.sub("", xpath)
        if shorter == xpath:
            return xpath
        xpath = shorter


def fields_of(entries: Iterable[Mapping[str, Any]]) -> dict[str, Field]:
    """Return the fields of `fields.json` by id; KeyError or TypeError if it has another shape."""
    return {entry["id"]: _field(entry) for entry in entries}


def _field(entry: Mapping[str, Any]) -> Field:
    xpath = entry["xpathAbsolute"]
    listed = entry.get("codeList", {}).get("value", {})
    return Field(
        id=entry["id"],
        bt_id=entry.get("btId"),
        name=entry.get("name", entry["id"]),
        type=entry.get("type", ""),
        node_id=entry.get("parentNodeId", ""),
        xpath=xpath,
        path=without_predicates(xpath),
        is_repeatable=bool(entry.get("repeatable", {}).get("value", False)),
        code_list=listed.get("id"),
        max_length=entry.get("maxLength"),
        mandatory=_subtypes(entry, "mandatory", is_conditional=False),
        maybe_mandatory=_subtypes(entry, "mandatory", is_conditional=True),
        forbidden=_subtypes(entry, "forbidden", is_conditional=False),
    )


def _subtypes(entry: Mapping[str, Any], kind: str, *, is_conditional: bool) -> frozenset[str]:
    return frozenset(
        subtype
        for constraint in entry.get(kind, {}).get("constraints", ())
        if ("condition" in constraint) == is_conditional
        for subtype in constraint.get("noticeTypes", ())
    )


def orders_of(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the place of each element among its siblings, by its path without predicates."""
    found: dict[str, int] = {}
    for entry in entries:
        steps = without_predicates(entry["xpathAbsolute"]).split("/")
        told = [number for step in entry.get("xsdSequenceOrder", ()) for number in step.values()]
        elements = [n for n, step in enumerate(steps, start=1) if step and step[0] not in "*@"]
        for end, number in zip(reversed(elements), reversed(told), strict=False):
            found.setdefault("/".join(steps[:end]), number)
    return found
