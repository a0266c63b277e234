"""Frozen dataclasses ↔ XML elements: the class is the description, nothing is written twice.

A `Part` names its namespace; its fields, in order, are the child elements. `Annotated` carries what
a field's name and type cannot say: another name, an attribute, the text of the element itself.
A tuple is a repeated element, `X | None` an optional one, a union of parts a choice by name.
"""

import base64
import datetime as dt
import enum
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal
from typing import Any, ClassVar, Final, TypeVar, Union
from urllib.parse import quote, unquote
from uuid import UUID

from lxml import etree

from vergabe.errors import InvalidInput
from vergabe.exchange.text import clean_line, clean_text

XOP: Final = "{http://www.w3.org/2004/08/xop/include}Include"


@dataclass(frozen=True)
class Name:
    """The element is called `name`, not after the field."""

    name: str


@dataclass(frozen=True)
class Attribute:
    """The field is an attribute called `name`, without a namespace."""

    name: str


@dataclass(frozen=True)
class Body:
    """The field is the text of the element itself."""


@dataclass(frozen=True)
class Ref:
    """The element is a reference: it comes under the part's own name and namespace."""


@dataclass(frozen=True)
class Simple:
    """The simple type of the schema; `collapse` says that white space does not count in it."""

    name: str
    collapse: bool = True


@dataclass(frozen=True)
class Scalar:
    """How a value of the field becomes text and the other way round; `read` raises ValueError."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Binary:
    """Bytes inside the document, or the id of the MIME part that carries them (XOP)."""

    data: bytes | None = field(default=None, repr=False)
    content_id: str | None = None

    def __post_init__(self) -> None:
        if (self.data is None) == (self.content_id is None):
            raise ValueError("a binary has either data or a content id")


@dataclass(frozen=True, kw_only=True)
class Part:
    """Base of everything that has child elements. TAG: the name it has when it stands alone."""

    NAMESPACE: ClassVar[str]
    TAG: ClassVar[str] = ""

    @classmethod
    def qname(cls) -> str:
        return f"{{{cls.NAMESPACE}}}{cls.TAG}"


P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class _Slot:
    field: str
    tag: str
    is_many: bool
    marker: Attribute | Body | None
    scalar: Scalar | None
    parts: Mapping[str, type[Part]]


def camel(field_name: str) -> str:
    """Return the element name of a field: `lot_id` → `lotID`, `documents_url` → `documentsURL`."""
    first, *rest = field_name.split("_")
    return first + "".join(w.upper() if w in ("id", "url", "cpv") else w.capitalize() for w in rest)


def _instant_text(instant: dt.datetime) -> str:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"


def _instant(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("an instant outside the years 1 to 9999") from None


_SCALARS: Final[Mapping[type, Scalar]] = {
    str: Scalar(clean_text, clean_text),
    int: Scalar(str, int),
    bool: Scalar(lambda value: "true" if value else "false", lambda text: text in ("true", "1")),
    Decimal: Scalar(lambda value: format(value, "f"), Decimal),
    dt.datetime: Scalar(_instant_text, _instant),
    dt.date: Scalar(dt.date.isoformat, dt.date.fromisoformat),
    UUID: Scalar(str, UUID),
}
_LINE: Final = Scalar(clean_line, clean_line)


def _scalar(kind: Any, metadata: tuple[Any, ...]) -> Scalar | None:
    """Return how values of this type are written, None for parts and binaries."""
    for note in metadata:
        if isinstance(note, Scalar):
            return note
    if not isinstance(kind, type) or issubclass(kind, Part | Binary):
        return None
    if kind is str and any(isinstance(note, Simple) and note.collapse for note in metadata):
        return _LINE
    if issubclass(kind, enum.StrEnum):
        return Scalar(str, kind)
    return _SCALARS[kind]


def peel(hint: Any) -> tuple[list[Any], bool, tuple[Any, ...]]:
    """Return the bare types of a hint, whether it repeats, and every annotation met on the way."""
    if typing.get_origin(hint) is typing.Annotated:
        inner, *notes = typing.get_args(hint)
        kinds, many, below = peel(inner)
        return kinds, many, (*notes, *below)
    if typing.get_origin(hint) in (Union, types.UnionType):
        args = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        if len(args) == 1:
            return peel(args[0])
        return args, False, ()
    if typing.get_origin(hint) is tuple:
        kinds, _, below = peel(typing.get_args(hint)[0])
        return kinds, True, below
    return [hint], False, ()


def _slot(name: str, hint: Any, namespace: str) -> _Slot:
    kinds, many, notes = peel(hint)
    marker = next((note for note in notes if isinstance(note, Attribute | Body)), None)
    named = next((note.name for note in notes if isinstance(note, Name)), camel(name))
    tag = marker.name if isinstance(marker, Attribute) else f"{{{namespace}}}{named}"
    parts: dict[str, type[Part]] = {}
    if len(kinds) > 1 or any(isinstance(note, Ref) for note in notes):
        # In a choice, too, each part comes under its own name.
        parts = {kind.qname(): kind for kind in kinds}
        tag = kinds[0].qname()
    elif isinstance(kinds[0], type) and issubclass(kinds[0], Part):
        parts = {tag: kinds[0]}
    scalar = None if parts else _scalar(kinds[0], notes)
    return _Slot(name, tag, many, marker, scalar, parts)


# Both are worked out once per class; two threads that do it at once come to the same result.
_plans: dict[type[Part], tuple[_Slot, ...]] = {}
_slots_by_tag: dict[type[Part], Mapping[str, _Slot]] = {}


def _plan(cls: type[Part]) -> tuple[_Slot, ...]:
    known = _plans.get(cls)
    if known is None:
        known = _plans[cls] = _planned(cls)
    return known


def _planned(cls: type[Part]) -> tuple[_Slot, ...]:
    hints = typing.get_type_hints(cls, include_extras=True)
    owner: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, Part) and base is not Part:
            owner |= {f.name: base.NAMESPACE for f in fields(base) if f.name not in owner}
    return tuple(_slot(f.name, hints[f.name], owner[f.name]) for f in fields(cls))


def _by_tag(cls: type[Part]) -> Mapping[str, _Slot]:
    known = _slots_by_tag.get(cls)
    if known is None:
        plan = _plan(cls)
        known = {tag: slot for slot in plan for tag in (slot.parts or (slot.tag,))}
        _slots_by_tag[cls] = known
    return known


Includes = list[tuple["etree._Element", str]]


def write(
    part: Part, *, nsmap: Mapping[str, str], tag: str | None = None
) -> tuple["etree._Element", Includes]:
    """Return the element for `part` and the elements that stand for MIME parts, with their ids.

    tag: the qualified name, by default the part's own. The elements for MIME parts are still empty,
    so that the tree can be checked against its schema; `include` fills them afterwards.
    Raises ValueError for an instant without a time zone.
    """
    root = etree.Element(tag or part.qname(), nsmap=dict(nsmap))
    includes: Includes = []
    _fill(root, part, includes)
    return root, includes


def include(includes: Includes) -> None:
    """Put the XOP references into the elements that `write` left empty."""
    for element, content_id in includes:
        etree.SubElement(element, XOP, nsmap={"xop": XOP[1 : XOP.index("}")]}).set(
            "href", f"cid:{quote(content_id, safe='@')}"
        )


def _fill(element: "etree._Element", part: Part, includes: Includes) -> None:
    for slot in _plan(type(part)):
        value = getattr(part, slot.field)
        if value is None:
            continue
        if slot.scalar is not None:
            _fill_scalar(element, slot, slot.scalar, value)
            continue
        for item in value if slot.is_many else (value,):
            if isinstance(item, Binary):
                _fill_binary(etree.SubElement(element, slot.tag), item, includes)
            else:
                tag = slot.tag if len(slot.parts) == 1 else item.qname()
                _fill(etree.SubElement(element, tag), item, includes)


def _fill_scalar(element: "etree._Element", slot: _Slot, scalar: Scalar, value: Any) -> None:
    if slot.is_many:
        for item in value:
            etree.SubElement(element, slot.tag).text = scalar.write(item)
    elif slot.marker is None:
        etree.SubElement(element, slot.tag).text = scalar.write(value)
    elif isinstance(slot.marker, Attribute):
        element.set(slot.tag, scalar.write(value))
    else:
        element.text = scalar.write(value)


def _fill_binary(element: "etree._Element", binary: Binary, includes: Includes) -> None:
    if binary.content_id is not None:
        includes.append((element, binary.content_id))
    elif binary.data is not None:
        element.text = base64.b64encode(binary.data).decode("ascii")


def walk(part: Part, path: str = "") -> Iterator[tuple[str, Part]]:
    """Yield every part of `part`, itself first, with a path such as `Notice/lotOverview/lot[2]`."""
    here = path or part.TAG or type(part).__name__
    yield here, part
    for slot in _plan(type(part)):
        if not slot.parts:
            continue
        value = getattr(part, slot.field)
        items = value if slot.is_many else () if value is None else (value,)
        for number, item in enumerate(items, start=1):
            tag = slot.tag if len(slot.parts) == 1 else item.qname()
            name = tag.rpartition("}")[2] + (f"[{number}]" if len(items) > 1 else "")
            yield from walk(item, f"{here}/{name}")


def take_includes(root: "etree._Element") -> dict["etree._Element", str]:
    """Remove every XOP reference below `root`; return the ids by the element that held them.

    Raises InvalidInput for a reference that is not a `cid:` or stands beside other content.
    """
    found: dict[etree._Element, str] = {}
    for reference in list(root.iter(XOP)):
        holder, href = reference.getparent(), reference.get("href", "")
        crowded = (
            holder is None or len(holder) != 1 or (holder.text or reference.tail or "").strip()
        )
        if holder is None or crowded or not re.fullmatch(r"cid:[^\s]{1,255}", href):
            raise InvalidInput(
                "SCHEMA_INVALID",
                "Ein xop:Include verweist nicht als einziger Inhalt seines Elements mit „cid:…“ "
                "auf einen Teil der Nachricht. Bitte den Verweis berichtigen.",
            )
        holder.remove(reference)
        holder.text = None
        found[holder] = unquote(href[len("cid:") :])
    return found


def read(
    element: "etree._Element", cls: type[P], includes: Mapping["etree._Element", str] | None = None
) -> P:
    """Return the part that `element` describes. The element has passed its schema already.

    includes: what `take_includes` returned. Raises InvalidInput (`SCHEMA_INVALID`) for values that
    the schema lets through and Python cannot hold, such as the hour 24.
    """
    values: dict[str, Any] = {}
    slots = _by_tag(cls)
    for child in element:
        slot = slots.get(str(child.tag))
        if slot is None:
            raise _unreadable(child, cls)
        value = _value(child, slot, includes or {})
        if slot.is_many:
            values.setdefault(slot.field, []).append(value)
        else:
            values[slot.field] = value
    for slot in _plan(cls):
        _read_own(element, slot, values)
    return _made(element, cls, values)


def _read_own(element: "etree._Element", slot: _Slot, values: dict[str, Any]) -> None:
    """Take attributes and own text, and make lists of repeated elements unchangeable."""
    if slot.marker is not None and slot.scalar is not None:
        is_attribute = isinstance(slot.marker, Attribute)
        text = element.get(slot.tag) if is_attribute else element.text or ""
        if text is not None:
            values[slot.field] = _converted(element, slot.scalar, text)
    elif slot.is_many:
        values[slot.field] = tuple(values.get(slot.field, ()))


def _made(element: "etree._Element", cls: type[P], values: dict[str, Any]) -> P:
    missing = [
        f.name
        for f in fields(cls)
        if f.name not in values and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise _unreadable(element, cls)
    return cls(**values)


def _value(child: "etree._Element", slot: _Slot, includes: Mapping["etree._Element", str]) -> Any:
    if slot.parts:
        return read(child, slot.parts[str(child.tag)], includes)
    if slot.scalar is not None:
        return _converted(child, slot.scalar, child.text or "")
    if child in includes:
        return Binary(content_id=includes[child])
    try:
        # The schema passes signs that are no base64, and padding that does not come out.
        return Binary(data=base64.b64decode("".join((child.text or "").split())))
    except ValueError:
        raise _unreadable(child, None) from None


def _converted(element: "etree._Element", scalar: Scalar, text: str) -> Any:
    kept = text if scalar is _SCALARS[str] else text.strip()
    try:
        return scalar.read(kept)
    except (ValueError, ArithmeticError):
        raise _unreadable(element, None) from None


def _unreadable(element: "etree._Element", cls: type[Part] | None) -> InvalidInput:
    name = etree.QName(element).localname
    place = f" in Zeile {element.sourceline}" if element.sourceline else ""
    inside = f" ({cls.__name__})" if cls is not None else ""
    return InvalidInput(
        "SCHEMA_INVALID",
        f"Die Angabe „{name}“{inside}{place} lässt sich nicht lesen. "
        "Bitte gegen die veröffentlichten Schemas prüfen.",
        field=name,
    )
