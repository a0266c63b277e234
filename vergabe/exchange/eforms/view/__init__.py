"""Any eForms notice as people read it: `xml/eforms/notice.xsl` applied to its annotated XML.

The stylesheet decides what stands where; before it runs every value gets its German name and words
as attributes of the namespace VIEW. Nothing is left out: what no section claims stands under the
facts of the notice itself.
"""

import functools
import threading
from collections.abc import Iterator
from typing import Final

from lxml import etree

from vergabe.errors import InvalidInput
from vergabe.exchange import parser
from vergabe.exchange.eforms.view import words as view_words
from vergabe.exchange.eforms.view.labels import Meaning, Names, code_label
from vergabe.resources import folder

VIEW: Final = "urn:vergabe:eforms-view:1"
_CBC: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_CAC: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_EFAC: Final = "{http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1}"
_ROOTS: Final = frozenset({"PriorInformationNotice", "ContractNotice", "ContractAwardNotice"})
# Languages of the Union, by the codes of notices and of pages.
_LANGUAGES: Final = {
    "BUL": "bg",
    "CES": "cs",
    "DAN": "da",
    "DEU": "de",
    "ELL": "el",
    "ENG": "en",
    "EST": "et",
    "FIN": "fi",
    "FRA": "fr",
    "GLE": "ga",
    "HRV": "hr",
    "HUN": "hu",
    "ITA": "it",
    "LAV": "lv",
    "LIT": "lt",
    "MLT": "mt",
    "NLD": "nl",
    "POL": "pl",
    "POR": "pt",
    "RON": "ro",
    "SLK": "sk",
    "SLV": "sl",
    "SPA": "es",
    "SWE": "sv",
}
# Who has a technical id of its own, and where its name stands.
_NAMED: Final = {
    f"{_EFAC}Company": (f"{_CAC}PartyIdentification/{_CBC}ID", f"{_CAC}PartyName/{_CBC}Name"),
    f"{_EFAC}TouchPoint": (f"{_CAC}PartyIdentification/{_CBC}ID", f"{_CAC}PartyName/{_CBC}Name"),
    f"{_EFAC}UltimateBeneficialOwner": (f"{_CBC}ID", f"{_CBC}FamilyName"),
    f"{_EFAC}TenderingParty": (f"{_CBC}ID", f"{_CBC}Name"),
    f"{_EFAC}LotResult": (f"{_CBC}ID", ""),
    f"{_EFAC}LotTender": (f"{_CBC}ID", f"{_EFAC}TenderReference/{_CBC}ID"),
    f"{_EFAC}SettledContract": (f"{_CBC}ID", f"{_EFAC}ContractReference/{_CBC}ID"),
    f"{_CAC}ProcurementProjectLot": (f"{_CBC}ID", f"{_CAC}ProcurementProject/{_CBC}Name"),
}
# A compiled stylesheet keeps the messages of its last run.
_lock: Final = threading.Lock()


def fragment(xml: bytes) -> "etree._Element":
    """Return the view of a notice as an `article` element, its headings from h2 on.

    Raises InvalidInput if `xml` cannot be parsed or is no eForms notice.
    """
    root = parser.parse(xml)
    if etree.QName(root).localname not in _ROOTS:
        raise InvalidInput(
            "not_eforms",
            "Das ist keine eForms-Bekanntmachung. Erwartet wird ein XML-Dokument mit dem "
            "Wurzelelement ContractNotice, ContractAwardNotice oder PriorInformationNotice.",
        )
    _annotate(root)
    with _lock:
        found = _stylesheet()(root).getroot()
    for heading in found.iter("h2", "h3", "h4"):
        # Of a draft the name may still be missing; a heading that says nothing helps nobody, and
        # an accessible PDF may have none.
        if not "".join(map(str, heading.itertext())).strip():
            heading.text = "Ohne Namen"
    return found


def html(xml: bytes) -> str:
    """Return the view of a notice as an HTML fragment; everything in it is escaped."""
    return etree.tostring(fragment(xml), method="html", encoding="unicode")


def page(xml: bytes) -> str:
    """Return a whole HTML page with the view, to be kept as a file."""
    frame = (folder("xml") / "eforms" / "page.html").read_text(encoding="utf-8")
    return frame.replace("{view}", html(xml))


@functools.cache
def _stylesheet() -> etree.XSLT:
    source = folder("xml") / "eforms" / "notice.xsl"
    # The stylesheet needs no file and no address, so it may open none.
    return etree.XSLT(
        parser.parse(source.read_bytes()),
        access_control=etree.XSLTAccessControl.DENY_ALL,  # type: ignore[attr-defined]  # not in the stubs
    )


def _annotate(root: "etree._Element") -> None:
    names, known = Names(), _technical_ids(root)
    for element in root.iter():
        for key in [key for key in element.attrib if str(key).startswith(f"{{{VIEW}}}")]:
            # Nobody but us says what a value means.
            del element.attrib[key]
    _give_anchors(root)
    for element in root.iter():
        text = (element.text or "").strip()
        if len(element) == 0 and text:
            _annotate_value(element, text, names.meaning(element), known)


def _technical_ids(root: "etree._Element") -> dict[str, str]:
    """Return what each technical id names, by the id."""
    return {key: name for _, key, name in _named(root)}


def _named(root: "etree._Element") -> Iterator[tuple["etree._Element", str, str]]:
    for tag, (id_path, name_path) in _NAMED.items():
        for element in root.iter(tag):
            key = (element.findtext(id_path) or "").strip()
            if key:
                name = (element.findtext(name_path) or "").strip() if name_path else ""
                yield element, key, name


def _give_anchors(root: "etree._Element") -> None:
    for element, key, _ in _named(root):
        if key.replace("-", "").isalnum() and key.isascii():
            element.set(f"{{{VIEW}}}anchor", f"eforms-{key}")
    for organisation in root.iter(f"{_EFAC}Company"):
        key = (organisation.findtext(f"{_CAC}PartyIdentification/{_CBC}ID") or "").strip()
        organisation.set(f"{{{VIEW}}}key", key)


def _annotate_value(
    element: "etree._Element", text: str, meaning: Meaning | None, known: dict[str, str]
) -> None:
    if meaning is not None:
        element.set(f"{{{VIEW}}}label", meaning.label)
    language = _LANGUAGES.get(element.get("languageID", ""))
    if language:
        element.set(f"{{{VIEW}}}lang", language)
    if text in known and etree.QName(element).localname in ("ID", "ChangedSectionIdentifier"):
        element.set(f"{{{VIEW}}}names", known[text])
        if not _is_own_id(element):
            element.set(f"{{{VIEW}}}refers", f"eforms-{text}")
        return
    said, value = _words(element, text, meaning.kind if meaning else "")
    if said is not None:
        element.set(f"{{{VIEW}}}says", said)
        element.set(f"{{{VIEW}}}value", value)


def _is_own_id(element: "etree._Element") -> bool:
    """Return whether a technical id stands in what it names, and is no reference to it."""
    above = element.getparent()
    while above is not None:
        paths = _NAMED.get(str(above.tag))
        if paths is not None:
            return above.find(paths[0]) is element
        above = above.getparent()
    return False


def _words(element: "etree._Element", text: str, kind: str) -> tuple[str | None, str]:
    """Return a value in words (None: it is shown as it is) and for machines."""
    name = etree.QName(element).localname
    if name.endswith("Date"):
        return _words_of_day(element, text)
    said: str | None = None
    if _is_language(element):
        said = code_label("language", text)
    elif name.endswith("Time"):
        said = view_words.time(text)
    elif element.get("currencyID"):
        said = view_words.amount(text, element.get("currencyID", ""))
    elif element.get("unitCode"):
        said = view_words.measure(text, element.get("unitCode", ""))
    elif kind == "code" or element.get("listName"):
        is_truth = text in ("true", "false")
        said = view_words.yes_no(text) if is_truth else code_label(element.get("listName"), text)
    elif kind == "indicator" or name.endswith("Indicator"):
        said = view_words.yes_no(text)
    return said, text


def _words_of_day(element: "etree._Element", text: str) -> tuple[str | None, str]:
    """Return a day in words, with its time where the next element has it."""
    following = element.getnext()
    paired = str(element.tag).removesuffix("Date") + "Time"
    if following is not None and following.tag == paired and len(following) == 0:
        both = view_words.instant(text, (following.text or "").strip())
        if both is not None:
            following.set(f"{{{VIEW}}}said", "before")
            return both
    return view_words.day(text), text


def _is_language(element: "etree._Element") -> bool:
    parent = element.getparent()
    is_inside = parent is not None and etree.QName(parent).localname == "Language"
    return is_inside or etree.QName(element).localname in ("LanguageID", "NoticeLanguageCode")
