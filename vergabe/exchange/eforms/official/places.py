"""Places in a notice: paths with the SDK's prefixes, and which field of the SDK stands there."""

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from vergabe.exchange.eforms.official.sdk import Field, Sdk

_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_EU: Final = "http://data.europa.eu/p27/"
NAMESPACES: Final[Mapping[str, str]] = {
    "cac": f"{_UBL}CommonAggregateComponents-2",
    "cbc": f"{_UBL}CommonBasicComponents-2",
    "ext": f"{_UBL}CommonExtensionComponents-2",
    "efac": f"{_EU}eforms-ubl-extension-aggregate-components/1",
    "efbc": f"{_EU}eforms-ubl-extension-basic-components/1",
    "efext": f"{_EU}eforms-ubl-extensions/1",
    "brin": f"{_EU}eforms-business-registration-information-notice/1",
    "can": f"{_UBL}ContractAwardNotice-2",
    "cn": f"{_UBL}ContractNotice-2",
    "pin": f"{_UBL}PriorInformationNotice-2",
}
PREFIXES: Final[Mapping[str, str]] = {uri: prefix for prefix, uri in NAMESPACES.items()}
SUBTYPE: Final = (
    "/*/ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"
    "/efac:NoticeSubType/cbc:SubTypeCode"
)
_STEP: Final = re.compile(r"/(@?)(?:Q\{([^}]*)\})?([^/\[]+)(?:\[(\d+)\])?")


def name_of(element: "etree._Element") -> str:
    """Return the name with the SDK's prefix; the bare name where the SDK has no such namespace."""
    return prefixed(str(element.tag))


def prefixed(tag: str) -> str:
    """Return `cbc:ID` for `{urn:…}ID`."""
    if not tag.startswith("{"):
        return tag
    uri, _, name = tag[1:].partition("}")
    prefix = PREFIXES.get(uri)
    return f"{prefix}:{name}" if prefix else name


def location(element: "etree._Element", attribute: str | None = None) -> str:
    """Return the XPath of an element, or of an attribute of it.

    A step is counted only where there are several elements of its name.
    """
    steps: list[str] = [f"@{prefixed(attribute)}"] if attribute else []
    here: etree._Element | None = element
    while here is not None:
        steps.append(_counted(here))
        here = here.getparent()
    return "/" + "/".join(reversed(steps))


def _counted(element: "etree._Element") -> str:
    tag = str(element.tag)
    before = sum(1 for _ in element.itersiblings(tag, preceding=True))
    is_single = before == 0 and next(element.itersiblings(tag), None) is None
    return name_of(element) if is_single else f"{name_of(element)}[{before + 1}]"


def element_at(root: "etree._Element", path: str) -> "tuple[etree._Element, str | None] | None":
    """Return the element that a path of XPath 3 (`/Q{uri}name[2]/…`) means, and its attribute.

    None if there is none: the path is not one of this document.
    """
    here: etree._Element | None = None
    for attribute, uri, name, index in _STEP.findall(path):
        tag = f"{{{uri}}}{name}" if uri else name
        if attribute:
            return (here, tag) if here is not None else None
        if here is None:
            here = root if root.tag == tag else None
        else:
            here = _child(here, tag, int(index or 1))
        if here is None:
            return None
    return (here, None) if here is not None else None


def _child(parent: "etree._Element", tag: str, number: int) -> "etree._Element | None":
    for position, child in enumerate(parent.iterchildren(tag), start=1):
        if position == number:
            return child
    return None


def plain_path(element: "etree._Element", attribute: str | None = None) -> str:
    """Return the path as `fields.json` writes it: `/*/cac:ProcurementProject/cbc:Name`."""
    names = [name_of(element)] + [name_of(above) for above in element.iterancestors()]
    steps = ["*", *reversed(names[:-1])]
    return "/" + "/".join(steps) + (f"/@{prefixed(attribute)}" if attribute else "")


def field_at(sdk: Sdk, element: "etree._Element", attribute: str | None = None) -> str | None:
    """Return the id of the field that stands at an element, else of the group of fields there.

    Several fields may share a path and differ in what stands beside them, such as `Lot` and `Part`.
    None if the SDK has nothing there.
    """
    path = plain_path(element)
    at_attribute = sdk.fields_by_path.get(plain_path(element, attribute), ()) if attribute else ()
    for field in (*at_attribute, *sdk.fields_by_path.get(path, ())):
        if _stands_at(field, element):
            return field.id
    return sdk.nodes_by_path.get(path)


def _stands_at(field: Field, element: "etree._Element") -> bool:
    is_attribute = field.path.rpartition("/")[2].startswith("@")
    xpath = field.xpath.rpartition("/")[0] if is_attribute else field.xpath
    try:
        hits = element.getroottree().xpath(xpath, namespaces=dict(NAMESPACES))
    except etree.XPathError:  # a predicate of XPath 2
        return True
    return isinstance(hits, list) and any(hit is element for hit in hits)


def subtype_of(root: "etree._Element") -> str:
    """Return the notice's subtype (OPP-070), such as `16` or `E3`; empty if it says none."""
    found = root.xpath(f"string({SUBTYPE})", namespaces=dict(NAMESPACES))
    return str(found).strip()


def customization_id(root: "etree._Element") -> str:
    """Return what version of the rules a notice names (OPT-002); empty if it names none."""
    return (root.findtext(f"{{{NAMESPACES['cbc']}}}CustomizationID") or "").strip()
