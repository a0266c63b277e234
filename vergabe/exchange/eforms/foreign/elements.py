"""Finding elements of an eForms notice by XPath, never by their position."""

import functools
from collections.abc import Mapping
from typing import Final, cast

from lxml import etree

NAMESPACES: Final[Mapping[str, str]] = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
    "efac": "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1",
    "efbc": "http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1",
    "efext": "http://data.europa.eu/p27/eforms-ubl-extensions/1",
}
ROOTS: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
# The block for what UBL does not know; `$X` in the paths below.
EXTENSION: Final = "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"


@functools.cache
def _compiled(path: str) -> etree.XPath:
    return etree.XPath(path.replace("$X", EXTENSION), namespaces=dict(NAMESPACES))


def every(node: "etree._Element", path: str) -> list["etree._Element"]:
    """Return the elements at a path; `$X` stands for the extension block."""
    found = _compiled(path)(node)
    return cast("list[etree._Element]", found) if isinstance(found, list) else []


def first(node: "etree._Element", path: str) -> "etree._Element | None":
    """Return the first element at a path, None if there is none."""
    found = every(node, path)
    return found[0] if found else None


def string(node: "etree._Element", path: str) -> str | None:
    """Return the text of the first element at a path that has one, without blanks around it."""
    for element in every(node, path):
        text = (element.text or "").strip()
        if text:
            return text
    return None


def strings(node: "etree._Element", path: str) -> list[str]:
    """Return the texts of the elements at a path, trimmed; empty ones are left out."""
    found = ((element.text or "").strip() for element in every(node, path))
    return [text for text in found if text]
