"""What a place in a notice is about, as people name it: `Los 2 „Software“`, `Angebot A-7`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from vergabe.exchange.eforms.official.places import NAMESPACES, name_of

_NS: Final = dict(NAMESPACES)
_LONGEST: Final = 60
_LOT_WORDS: Final = {"Lot": "Los", "Part": "Teil", "LotsGroup": "Losgruppe"}


@dataclass(frozen=True)
class Subject:
    """id: `LOT-0001`, `ORG-0002`, …, empty for the notice as a whole; text: for people.

    instance: which of several equal things in the notice, for telling mistakes apart.
    """

    id: str = ""
    text: str = ""
    instance: str = ""


def element_at(root: "etree._Element", location: str) -> "etree._Element | None":
    """Return the element at an XPath of a raw finding, the owner where it names an attribute."""
    path = location.partition("/@")[0]
    try:
        found = root.getroottree().xpath(path, namespaces=_NS) if path else []
    except etree.XPathError:
        return None
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, etree._Element) else None


def subject_of(element: "etree._Element | None") -> Subject:
    """Return what an element is about: its lot, organisation, result, …, and which part of it."""
    subject, part, steps = Subject(), "", []
    for here in _upwards(element):
        name = name_of(here)
        if name in _PARTS and not part:
            part = _part(here, name)
        if name in _PARTS or name in _OWNERS:
            steps.append(f"{name}[{_number(here)}]")
        if name in _OWNERS and not subject.id:
            subject = _OWNERS[name](here)
    text = f"{subject.text}, {part}" if subject.text and part else subject.text or part
    return Subject(subject.id, text, "/".join(reversed(steps)))


def lot_text(number: str, title: str, *, word: str = "Los") -> str:
    """Return `Los 2 „Software“` for `LOT-0002` or 2; `Los` alone for the only one (number 0)."""
    digits = str(number).rpartition("-")[2].lstrip("0")
    named = f"{word} {digits}" if digits else word
    # Many titles repeat the number.
    bare = title.strip().removeprefix(named).lstrip(" :.-–")
    return f"{named} {quoted(bare)}" if bare else named


def quoted(text: str) -> str:
    """Return a text of the notice in German quotation marks, shortened."""
    bare = " ".join(text.split())
    return f"„{bare if len(bare) <= _LONGEST else bare[: _LONGEST - 1].rstrip() + '…'}“"


def _upwards(element: "etree._Element | None") -> "Iterator[etree._Element]":
    while element is not None:
        yield element
        element = element.getparent()


def _number(element: "etree._Element") -> int:
    return 1 + sum(1 for _ in element.itersiblings(str(element.tag), preceding=True))


def _text(element: "etree._Element", path: str) -> str:
    return str(element.xpath(f"string({path})", namespaces=_NS)).strip()


def _lot(element: "etree._Element") -> Subject:
    key = _text(element, "cbc:ID")
    word = _LOT_WORDS.get(_text(element, "cbc:ID/@schemeName"), "Los")
    title = _text(element, "cac:ProcurementProject/cbc:Name")
    if not key:
        return Subject(f"#{_number(element)}", f"{_number(element)}. {word} {quoted(title)}")
    return Subject(key, lot_text(key, title, word=word))


def _organisation(element: "etree._Element") -> Subject:
    key = _text(element, "efac:Company/cac:PartyIdentification/cbc:ID")
    name = _text(element, "efac:Company/cac:PartyName/cbc:Name")
    shown = f"Organisation {quoted(name)}" if name else f"{_number(element)}. Organisation"
    return Subject(key or f"#{_number(element)}", shown)


def _touch_point(element: "etree._Element") -> Subject:
    key = _text(element, "cac:PartyIdentification/cbc:ID")
    name = _text(element, "cac:PartyName/cbc:Name")
    return Subject(key or "TPO", f"Kontaktstelle {quoted(name)}" if name else "Kontaktstelle")


def _buyer(element: "etree._Element") -> Subject:
    key = _text(element, "cac:Party/cac:PartyIdentification/cbc:ID")
    for organisation in element.getroottree().iter(f"{{{_NS['efac']}}}Organization"):
        if _text(organisation, "efac:Company/cac:PartyIdentification/cbc:ID") == key:
            return Subject(
                key, "Auftraggeber" + _organisation(organisation).text.removeprefix("Organisation")
            )
    return Subject(key or f"#{_number(element)}", f"{_number(element)}. Auftraggeber")


def _result(element: "etree._Element") -> Subject:
    lot = _text(element, "efac:TenderLot/cbc:ID")
    for candidate in element.getroottree().iter(f"{{{_NS['cac']}}}ProcurementProjectLot"):
        if lot and _text(candidate, "cbc:ID") == lot:
            return Subject(lot, f"Ergebnis von {_lot(candidate).text}")
    return Subject(_text(element, "cbc:ID"), f"{_number(element)}. Ergebnis")


def _named(word: str, key: str, name: str) -> "Callable[[etree._Element], Subject]":
    def read(element: "etree._Element") -> Subject:
        told = _text(element, name)
        text = f"{word} {quoted(told)}" if told else f"{_number(element)}. {word}"
        return Subject(_text(element, key), text)

    return read


def _part(element: "etree._Element", name: str) -> str:
    word, of = _PARTS[name]
    told = _text(element, of) if of else ""
    return f"{word} {_number(element)} {quoted(told)}" if told else f"{word} {_number(element)}"


_OWNERS: Final[Mapping[str, "Callable[[etree._Element], Subject]"]] = {
    "cac:ProcurementProjectLot": _lot,
    "efac:Organization": _organisation,
    "efac:TouchPoint": _touch_point,
    "cac:ContractingParty": _buyer,
    "efac:LotResult": _result,
    "efac:LotTender": _named("Angebot", "cbc:ID", "efac:TenderReference/cbc:ID"),
    "efac:TenderingParty": _named("Bieter", "cbc:ID", "cbc:Name"),
    "efac:SettledContract": _named("Vertrag", "cbc:ID", "efac:ContractReference/cbc:ID"),
    "efac:UltimateBeneficialOwner": _named("Eigentümer", "cbc:ID", "cbc:FamilyName"),
    "efac:Change": _named("Änderung", "efac:ChangedSection[1]/nothing", "nothing"),
}
# Things there can be several of within a lot or procedure: word, where its name stands.
_PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "cac:SubordinateAwardingCriterion": ("Zuschlagskriterium", "cbc:Name"),
    "efac:SelectionCriteria": ("Eignungskriterium", "cbc:Description"),
    "cac:RealizedLocation": ("Ort", "cac:Address/cbc:CountrySubentityCode"),
    "cac:AdditionalCommodityClassification": ("weiterer CPV-Code", ""),
    "cac:ProcurementAdditionalType": ("Angabe", ""),
    "cac:TendererQualificationRequest": ("Bedingung", ""),
    "cac:ContractExecutionRequirement": ("Bedingung", ""),
    "efac:ReceivedSubmissionsStatistics": ("Zahl", ""),
    "efac:AwardCriterionParameter": ("Zahl", ""),
    "cac:NoticeDocumentReference": ("frühere Bekanntmachung", ""),
}
