"""Pages of the service as pages of the copy: only what is read stays, and it says of when it is."""

import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import urlsplit

from lxml import html as parser
from lxml.html import HtmlElement

_STAMP: Final = re.compile(rb'<time class="copy-stamp"[^>]*>[^<]*</time>')
_DROPPED: Final = (
    "form",
    "script",
    "template",
    "noscript",
    "iframe",
    "object",
    "button",
    "input",
    "select",
    "textarea",
    "dialog",
)


def without_stamp(content: bytes) -> bytes:
    """Return a page without the instant of its copy, to see whether anything else has changed."""
    return _STAMP.sub(b"", content)


def main_of(
    page: str, *, leads_somewhere: Callable[[str], bool], base_url: str, names: dict[str, str]
) -> str:
    """Return the content of a page of ours as the copy shows it, as HTML.

    leads_somewhere: whether an address (path) is part of the copy; links to others become plain
    words, absolute ones of ours become paths. names: path → file name under which a browser keeps
    it. Forms, buttons and scripts fall away.
    """
    main = next(_elements(parser.document_fromstring(page), "main"))
    for element in list(_elements(main, *_DROPPED)):
        element.drop_tree()
    for element in _elements(main):
        _plain(element)
    for link in list(_elements(main, "a")):
        _settle(link, leads_somewhere, base_url, names)
    for nav in list(_elements(main, "nav")):
        if next(_elements(nav, "a"), None) is None:
            nav.drop_tree()
    inner = "".join(parser.tostring(child, encoding="unicode") for child in main)
    return (main.text or "") + inner


def _elements(within: HtmlElement, *names: str) -> Iterator[HtmlElement]:
    """Yield the elements of some names (all without any) in order; comments are none."""
    for element in within.iter(*names):
        if isinstance(element, HtmlElement):
            yield element


def _plain(element: HtmlElement) -> None:
    for name in list(element.attrib):
        if name.startswith(("hx-", "on", "data-")):
            del element.attrib[name]


def _settle(
    link: HtmlElement,
    leads_somewhere: Callable[[str], bool],
    base_url: str,
    names: dict[str, str],
) -> None:
    address = link.get("href", "")
    if address.startswith(base_url + "/"):
        address = address.removeprefix(base_url)
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or (address.startswith("#")):
        return
    if parts.query or not leads_somewhere(parts.path):
        link.drop_tag()
        return
    link.set("href", address)
    if names.get(parts.path):
        link.set("download", names[parts.path])
