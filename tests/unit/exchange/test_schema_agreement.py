"""Classes and schema say the same: names, order, how often, which simple type."""

import enum
import typing
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import pytest
from lxml import etree

from vergabe.exchange import parser
from vergabe.exchange.binding import Attribute, Body, Name, Part, Ref, Simple, camel, peel
from vergabe.exchange.xvergabe import codes
from vergabe.exchange.xvergabe.codec import DOCUMENTS
from vergabe.exchange.xvergabe.messages import Message
from vergabe.exchange.xvergabe.operations import REQUESTS, RESPONSES, FaultDetail
from vergabe.resources import folder

XS = "{http://www.w3.org/2001/XMLSchema}"
HOME = folder("schemas") / "xvergabe" / "1"
PARTS = ("service", "messages", "documents", "datatypes", "codelists")
SCHEMAS = {part: parser.parse((HOME / f"{part}.xsd").read_bytes()) for part in PARTS}
BY_PREFIX = dict(zip(("svc", "msg", "doc", "dt", "cl"), PARTS, strict=True))
PREFIXES = {SCHEMAS[part].get("targetNamespace"): prefix for prefix, part in BY_PREFIX.items()}
ROOTS: tuple[type[Part], ...] = (*DOCUMENTS, Message, *REQUESTS, *RESPONSES, FaultDetail)
BUILT_IN = {"xs:boolean": "bool"}


@dataclass(frozen=True)
class Slot:
    """An element or attribute as one side describes it."""

    name: str
    kind: str
    is_many: bool
    is_optional: bool


def named(qname: str, what: str) -> "etree._Element":
    """Return the global element or complex type that `doc:Notice` names."""
    prefix, _, name = qname.partition(":")
    return next(
        one for one in SCHEMAS[BY_PREFIX[prefix]].findall(f"{XS}{what}") if one.get("name") == name
    )


def said_by_schema(complex_type: "etree._Element") -> Iterator[Slot]:
    content = complex_type.find(f"{XS}complexContent/{XS}extension")
    simple = complex_type.find(f"{XS}simpleContent/{XS}extension")
    own = complex_type
    if content is not None:
        yield from said_by_schema(named_type(content.get("base", "")))
        own = content
    if simple is not None:
        yield Slot("", simple.get("base", "").partition(":")[2], False, False)
        own = simple
    yield from elements(own)
    for attribute in own.findall(f"{XS}attribute"):
        kind = attribute.get("type", "")
        name = BUILT_IN.get(kind) or kind.partition(":")[2]
        yield Slot("@" + attribute.get("name", ""), name, False, attribute.get("use") != "required")


def named_type(qname: str) -> "etree._Element":
    return named(qname, "complexType")


def elements(owner: "etree._Element", is_loose: bool = False) -> Iterator[Slot]:
    for item in owner:
        if item.tag in (f"{XS}sequence", f"{XS}choice"):
            is_choice = item.tag == f"{XS}choice"
            yield from elements(item, is_loose or is_choice or item.get("minOccurs") == "0")
        elif item.tag == f"{XS}element":
            yield element(item, is_loose)


def element(node: "etree._Element", is_loose: bool) -> Slot:
    ref = node.get("ref", "").partition(":")[2]
    kind = node.get("type", "")
    name = BUILT_IN.get(kind) or kind.partition(":")[2] or ref or "int"
    return Slot(
        node.get("name") or ref,
        name,
        node.get("maxOccurs", "1") != "1",
        is_loose or node.get("minOccurs", "1") == "0",
    )


# Parts are named for what they are in Python; the schema keeps the names of the profile.
RENAMED = {
    "Caution": "Warning",
    "DocumentsPackage": "DocumentsPackageContent",
    "ProvidedDocument": "DocumentsPackageContentProvidedDocument",
    "RequestedDocument": "DocumentsPackageContentRequestedDocument",
    "Binary": "BinaryContent",
}


def said_by_class(cls: type[Part]) -> Iterator[Slot]:
    hints = typing.get_type_hints(cls, include_extras=True)
    for described in fields(cls):
        hint = hints[described.name]
        kinds, is_many, notes = peel(hint)
        bare = hint
        while typing.get_origin(bare) is typing.Annotated:
            bare = typing.get_args(bare)[0]
        is_optional = is_many or type(None) in typing.get_args(bare)
        for kind in kinds:
            name = next((n.name for n in notes if isinstance(n, Name)), camel(described.name))
            if len(kinds) > 1 or any(isinstance(note, Ref) for note in notes):
                name, is_optional = kind.TAG, is_optional or len(kinds) > 1
            marker = next((n for n in notes if isinstance(n, Attribute | Body)), None)
            if isinstance(marker, Attribute):
                name = "@" + marker.name
            elif isinstance(marker, Body):
                name = ""
            simple = next((n.name for n in notes if isinstance(n, Simple)), kind.__name__)
            yield Slot(name, RENAMED.get(simple, simple), is_many, is_optional)


def type_of(cls: type[Part]) -> str:
    """Return the complex type a class stands for: that of its element, else the one of its name."""
    prefix = PREFIXES[cls.NAMESPACE]
    if cls.TAG:
        return named(f"{prefix}:{cls.TAG}", "element").get("type", "")
    return f"{prefix}:{RENAMED.get(cls.__name__, cls.__name__)}"


def pairs() -> Iterator[tuple[type[Part], str]]:
    """Yield every class below the roots with the complex type it stands for."""
    seen: set[type[Part]] = set()
    todo = list(ROOTS)
    while todo:
        cls = todo.pop()
        if cls in seen:
            continue
        seen.add(cls)
        yield cls, type_of(cls)
        for hint in typing.get_type_hints(cls, include_extras=True).values():
            todo += [
                one for one in peel(hint)[0] if isinstance(one, type) and issubclass(one, Part)
            ]


def ordered(slots: Iterator[Slot]) -> list[Slot]:
    """Elements in their order, then attributes by name: those have none."""
    found = list(slots)
    return [s for s in found if s.name[:1] != "@"] + sorted(
        (s for s in found if s.name[:1] == "@"), key=lambda slot: slot.name
    )


def comparable(slots: list[Slot]) -> list[tuple[Any, ...]]:
    # A tuple may be empty in Python; that a list needs one entry is the schema's to say.
    return [(s.name, s.kind, s.is_many, s.is_optional or s.is_many) for s in slots]


@pytest.mark.parametrize(
    ("cls", "qname"), list(pairs()), ids=lambda value: getattr(value, "__name__", value)
)
def test_class_and_complex_type_agree(cls: type[Part], qname: str) -> None:
    schema = ordered(said_by_schema(named_type(qname)))
    assert comparable(ordered(said_by_class(cls))) == comparable(schema)


def test_no_complex_type_is_without_a_class() -> None:
    in_classes = {qname.partition(":")[2] for _, qname in pairs()}
    in_schemas = {
        str(one.get("name"))
        for schema in SCHEMAS.values()
        for one in schema.findall(f"{XS}complexType")
        if one.get("abstract") != "true"
    }
    bases = {"DocumentsPackageContentDocument", "Invitation", "Submission", "Content"}
    assert in_schemas - in_classes - bases == {"BinaryContent"}


def test_code_lists_agree_and_every_code_has_a_german_name() -> None:
    lists = {
        str(kind.get("name")): [str(v.get("value")) for v in kind.iter(f"{XS}enumeration")]
        for kind in SCHEMAS["codelists"].findall(f"{XS}simpleType")
    }
    ours = {
        name: [one.value for one in kind]
        for name, kind in vars(codes).items()
        if isinstance(kind, type) and issubclass(kind, enum.StrEnum) and kind is not enum.StrEnum
    }
    assert ours == lists
    assert all(codes.german_names().values())
    assert codes.german_name(codes.ProcedureType.OPEN).startswith("Offenes Verfahren")


@pytest.mark.parametrize("part", PARTS)
def test_schema_says_that_it_is_not_the_official_one(part: str) -> None:
    schema = SCHEMAS[part]
    assert schema.get("targetNamespace") == f"urn:vergabe:xvergabe-profile:{part}:1"
    told = schema.findtext(f"{XS}annotation/{XS}documentation", "")
    assert told.startswith(
        "Modelled on XVergabe 4.x; not the official schema, not conformant, not certified."
    )


def test_no_file_of_ours_uses_a_namespace_of_the_official_standard() -> None:
    for file in [*HOME.iterdir(), *(folder("xml") / "xvergabe").rglob("*.*")]:
        assert "xvergabe.org" not in file.read_text(encoding="utf-8"), file
