"""Notices spoiled on purpose, one mistake each, with the field of the SDK that the mistake is in.

Systematic and seeded: every way to spoil is tried on every field of every base notice, and a
sample is drawn that has all ways, all bases and as many fields as it can.
"""

import copy
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from tests import sdk as official
from vergabe.exchange import parser
from vergabe.exchange.eforms.official import places
from vergabe.exchange.eforms.official.sdk import Field

SEED: Final = 20260311
# Valid examples of subtypes that the product writes.
BASES: Final = (
    "E1_minimal",
    "E3_minimal",
    "E4_minimal",
    "can-modif_24_value",
    "can-social_24",
    "can_24_minimal",
    "cn-social_24",
    "cn_24_minimal",
    "cn_24_open",
    "pin-only_24",
    "pin-rtl_24",
    "veat_24",
)
Element = etree._Element


@dataclass(frozen=True)
class Spoiled:
    """One spoiled notice: where it comes from, how it was spoiled and which field is wrong.

    others: fields that a finding may as well lead to, because two do not go together.
    """

    name: str
    base: str
    way: str
    field: str
    content: bytes
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Spot:
    """A field where it stands in a notice; `element` belongs to the notice that is spoiled."""

    field: Field
    element: Element
    subtype: str

    @property
    def parent(self) -> Element:
        parent = self.element.getparent()
        assert parent is not None
        return parent

    def text(self, text: str) -> bool:
        self.element.text = text
        return True


def _remove(spot: _Spot) -> bool:
    if spot.subtype not in spot.field.mandatory:
        return False
    if len(spot.parent.findall(str(spot.element.tag))) > 1:
        return False  # another one takes its place
    spot.parent.remove(spot.element)
    return True


def _repeat(spot: _Spot) -> bool:
    # Rules that reckon with a duration or a CPV code of a lot end with an error if there are two.
    is_reckoned = spot.field.bt_id in ("BT-36", "BT-262")
    if spot.field.is_repeatable or spot.element.get("schemeName") or is_reckoned:
        return False
    spot.element.addnext(copy.deepcopy(spot.element))
    return True


def _empty(spot: _Spot) -> bool:
    # Of an empty date or number the schema says enough already.
    return spot.field.type in ("text", "text-multilingual", "code", "id") and spot.text("")


def _wrong_code(spot: _Spot) -> bool:
    return spot.field.type == "code" and spot.text("no-such-code")


def _code_of_other_list(spot: _Spot) -> bool:
    return spot.field.code_list == "cpv" and spot.text("00000000 45000000")


def _without_zone(spot: _Spot) -> bool:
    if spot.field.type not in ("date", "time"):
        return False
    text = spot.element.text or ""
    return spot.text(text.removesuffix("Z").partition("+")[0])


def _blanks(spot: _Spot) -> bool:
    is_plain = spot.field.type in ("id", "code", "internal-code") and bool(spot.element.text)
    return is_plain and spot.text(f" {spot.element.text} ")


def _too_long(spot: _Spot) -> bool:
    limit = spot.field.max_length
    return limit is not None and spot.field.type.startswith("text") and spot.text("x" * (limit + 1))


def _dangling(spot: _Spot) -> bool:
    text = spot.element.text or ""
    is_reference = spot.field.type == "id-ref" and text[:4] in ("ORG-", "TPO-", "TEN-", "CON-")
    return is_reference and spot.text(f"{text[:4]}9999")


def _misshapen(spot: _Spot) -> bool:
    wrong = {"phone": "02421/22-0", "email": "vergabe.example.org", "url": "kein Verweis"}
    return spot.field.type in wrong and spot.text(wrong[spot.field.type])


def _other_language(spot: _Spot) -> bool:
    if spot.field.type != "text-multilingual":
        return False
    spot.element.set("languageID", "MLT")
    return True


def _without_list(spot: _Spot) -> bool:
    name = next((name for name in ("listName", "unitCode") if spot.element.get(name)), None)
    # Some paths are found by this very attribute: without it there would be another field.
    if name is None or f"@{name}" in spot.field.xpath:
        return False
    del spot.element.attrib[name]
    return True


def _wrong_order(spot: _Spot) -> bool:
    after = spot.element.getnext()
    if after is None or after.tag == spot.element.tag or _field_of(after) is None:
        return False
    after.addnext(spot.element)
    return True


def _not_a_number(spot: _Spot) -> bool:
    return spot.field.type in ("integer", "number", "amount") and spot.text("viele")


def _negative(spot: _Spot) -> bool:
    return spot.field.type in ("integer", "number") and spot.text("-1")


def _no_currency(spot: _Spot) -> bool:
    if spot.field.type != "amount":
        return False
    spot.element.set("currencyID", "XXL")
    return True


def _too_early(spot: _Spot) -> bool:
    early = ("BT-131(d)-Lot", "BT-1311(d)-Lot", "BT-738-notice", "BT-127-notice")
    return spot.field.id in early and spot.text("2015-01-02+01:00")


def _unmatched_nature(spot: _Spot) -> bool:
    if spot.field.id not in ("BT-23-Lot", "BT-23-Procedure"):
        return False
    others = {"works": "supplies", "supplies": "works", "services": "works"}
    return spot.text(others.get(spot.element.text or "", "works"))


def _old_uuid(spot: _Spot) -> bool:
    return spot.field.id in ("BT-04-notice", "BT-701-notice") and spot.text(
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
    )


WAYS: Final[Mapping[str, Callable[[_Spot], bool]]] = {
    "removed": _remove,
    "repeated": _repeat,
    "emptied": _empty,
    "wrong code": _wrong_code,
    "two codes in one": _code_of_other_list,
    "zone left out": _without_zone,
    "blanks around": _blanks,
    "too long": _too_long,
    "dangling": _dangling,
    "misshapen": _misshapen,
    "language missing": _other_language,
    "list left out": _without_list,
    "wrong order": _wrong_order,
    "no number": _not_a_number,
    "negative": _negative,
    "wrong currency": _no_currency,
    "too early": _too_early,
    "other nature": _unmatched_nature,
    "old UUID": _old_uuid,
}


def bases() -> dict[str, bytes]:
    """The notices that are spoiled: official examples and our own joint notice."""
    examples = official.examples()
    found = {name: examples[name] for name in BASES}
    found["own"] = official.OWN_NOTICE.read_bytes()
    return found


def spoiled(
    count: int, seed: int = SEED, notices: Mapping[str, bytes] | None = None
) -> list[Spoiled]:
    """Return so many spoiled notices, the same for the same arguments.

    notices: valid notices by name; by default `bases()`.
    """
    chance = random.Random(seed)
    possible = list(_possible(notices if notices is not None else bases()))
    chance.shuffle(possible)
    seen: dict[tuple[str, str], int] = {}
    ranked = []
    for base, way, field in possible:
        nth_of_way = _next(seen, ("way", way))
        rank = max(nth_of_way, _next(seen, ("base", base))) + 4 * _next(seen, ("field", field))
        # Some ways have few fields to go wrong in; none is left out for that.
        ranked.append((rank if nth_of_way > 3 else 0, len(ranked), base, way, field))
    chosen = sorted(ranked)[:count]
    contents = notices if notices is not None else bases()
    return [_spoil(contents[base], base, way, field) for *_, base, way, field in chosen]


def _next(seen: dict[tuple[str, str], int], key: tuple[str, str]) -> int:
    seen[key] = seen.get(key, 0) + 1
    return seen[key]


def _possible(notices: Mapping[str, bytes]) -> Iterator[tuple[str, str, str]]:
    for base, content in notices.items():
        root = parser.parse(content)
        fields = {spot.field.id for spot in _spots(root)}
        for field in sorted(fields):
            for way in WAYS:
                trial = copy.deepcopy(root)
                if WAYS[way](_first(trial, field)):
                    yield base, way, field


def _spoil(content: bytes, base: str, way: str, field: str) -> Spoiled:
    root = parser.parse(content)
    spot = _first(root, field)
    after = spot.element.getnext()
    others = [field.replace("BT-23-", "BT-262-")] if way == "other nature" else []
    if way == "list left out" and field == "BT-02-notice":
        others.append("BT-03-notice")  # the list's name is a field of its own
    if way == "wrong order" and after is not None:
        others.append(_field_of(after) or "")
    assert WAYS[way](spot)
    told = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Spoiled(f"{base}: {field} {way}", base, way, field, told, tuple(others))


def _field_of(element: Element) -> str | None:
    """Return the field at an element; None where there is a group of fields."""
    found = places.field_at(official.sdk(), element)
    return None if found is None or found.startswith("ND-") else found


def _first(root: Element, field: str) -> _Spot:
    return next(spot for spot in _spots(root, field) if spot.field.id == field)


def _spots(root: Element, only: str | None = None) -> Iterator[_Spot]:
    fields = official.sdk().fields
    subtype = places.subtype_of(root)
    wanted = [fields[only]] if only else fields.values()
    names = dict(places.NAMESPACES)
    for field in wanted:
        # OPA- names a part of a BT- that stands at the same place; OPT-999 is a mere filler.
        if "/@" in field.path or field.id.startswith("OPA-") or field.id == "OPT-999":
            continue
        try:
            hits = root.getroottree().xpath(field.xpath, namespaces=names)
        except etree.XPathError:
            continue
        if isinstance(hits, list) and hits and isinstance(hits[0], Element):
            yield _Spot(field, hits[0], subtype)
