"""Spoiled XML: elements missing, twice, elsewhere or nested deeply, odd values, DTDs and bombs."""

import copy
import random
import re
from collections.abc import Callable
from typing import Final

from lxml import etree

from tests.fuzzing.values import Spoil, nasty
from vergabe.exchange import parser

Element = etree._Element
# XML holds no other signs; what holds them is made from bytes.
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def value(chance: random.Random) -> str:
    return _NO_XML.sub("?", nasty(chance))


def _any(chance: random.Random, root: Element) -> Element:
    return chance.choice(list(root.iter("*")))


def _removed(chance: random.Random, root: Element) -> None:
    element = _any(chance, root)
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _repeated(chance: random.Random, root: Element) -> None:
    element = _any(chance, root)
    if element is not root:
        for _ in range(chance.choice((1, 1, 2, 200))):
            element.addnext(copy.deepcopy(element))


def _renamed(chance: random.Random, root: Element) -> None:
    element = _any(chance, root)
    other = str(_any(chance, root).tag)
    element.tag = chance.choice((other, "x", f"{{urn:x}}{etree.QName(other).localname}"))


def _elsewhere(chance: random.Random, root: Element) -> None:
    element, other = _any(chance, root), _any(chance, root)
    other.append(copy.deepcopy(element))


def _swapped(chance: random.Random, root: Element) -> None:
    element = _any(chance, root)
    after = element.getnext()
    if element is not root and after is not None:
        after.addnext(element)


def _nested(chance: random.Random, root: Element) -> None:
    element = _any(chance, root)
    for _ in range(chance.choice((3, 40, 240))):
        element = etree.SubElement(element, element.tag)
    element.text = value(chance)


def _other_text(chance: random.Random, root: Element) -> None:
    leaves = [each for each in root.iter("*") if not len(each)]
    for element in chance.sample(leaves, min(len(leaves), chance.choice((1, 1, 3)))):
        element.text = value(chance)


def _text_between(chance: random.Random, root: Element) -> None:
    _any(chance, root).text = value(chance)


def _other_attribute(chance: random.Random, root: Element) -> None:
    element = _any(chance, root)
    names = [str(name) for name in element.attrib] or ["languageID", "schemeName", "listName"]
    element.set(chance.choice([*names, "x", "{urn:x}y"]), value(chance))


def _attribute_gone(chance: random.Random, root: Element) -> None:
    having = [each for each in root.iter("*") if each.attrib]
    if having:
        element = chance.choice(having)
        del element.attrib[chance.choice(list(element.attrib))]


def _odd_nodes(chance: random.Random, root: Element) -> None:
    node = chance.choice((etree.Comment("x"), etree.ProcessingInstruction("xml-stylesheet", "x")))
    _any(chance, root).insert(0, node)


_IN_TREE: Final[tuple[Callable[[random.Random, Element], None], ...]] = (
    _removed,
    _repeated,
    _renamed,
    _elsewhere,
    _swapped,
    _nested,
    _other_text,
    _other_text,
    _text_between,
    _other_attribute,
    _attribute_gone,
    _odd_nodes,
)


def in_tree(chance: random.Random, content: bytes) -> bytes:
    """Return an XML document that is well formed and wrong in one to four places."""
    root = copy.deepcopy(parser.parse(content))
    for _ in range(chance.choice((1, 1, 2, 4))):
        chance.choice(_IN_TREE)(chance, root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _laughs() -> str:
    lines = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)]
    return f'<!DOCTYPE x [<!ENTITY e0 "ha">{"".join(lines)}]>'


_PROLOGS: Final = (
    _laughs(),
    '<!DOCTYPE x [<!ENTITY e11 SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    '<!DOCTYPE x [<!ATTLIST x y CDATA "z">]>',
    '<?xml-stylesheet href="file:///etc/passwd"?>',
    "<!-- " + "x" * 70_000 + " -->",
)


def _with_prolog(chance: random.Random, content: bytes) -> bytes:
    text = re.sub(rb"^\s*<\?xml[^>]*>", b"", content).decode("utf-8", "replace")
    if chance.random() < 0.5:
        text = re.sub(r">([^<>&]+)</", ">&e11;</", text, count=1)
    encoding = chance.choice(("utf-8", "utf-16", "utf-16-le"))
    return (chance.choice(_PROLOGS) + text).encode(encoding)


def _declared_wrongly(chance: random.Random, content: bytes) -> bytes:
    text = re.sub(rb"^\s*<\?xml[^>]*>", b"", content).decode("utf-8", "replace")
    names = ("utf-16", "utf-7", "iso-8859-1", "ascii", "ebcdic-cp-us", "x", "ucs-4", "utf-8 ")
    version = chance.choice(("1.0", "1.1", "9.9", ""))
    head = f'<?xml version="{version}" encoding="{chance.choice(names)}"?>'
    return (head + text).encode(chance.choice(("utf-8", "utf-16", "latin-1")), "replace")


def _flood(chance: random.Random, content: bytes) -> bytes:
    kind = chance.choice(("deep", "wide", "attributes", "namespaces", "text", "CDATA"))
    if kind == "deep":
        return b"<a>" * 5_000 + b"</a>" * 5_000
    end = content.rfind(b"</")
    more = {
        "wide": b"<a/>" * 30_000,
        "attributes": b"<a " + b" ".join(b'a%d="1"' % n for n in range(6_000)) + b"/>",
        "namespaces": b"<a "
        + b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(2_000))
        + b"/>",
        "text": b"x" * 1_000_000,
        "CDATA": b"<![CDATA[" + b"]" * 100_000 + b"]]>",
    }[kind]
    return content[:end] + more + content[end:]


_WHOLE: Final[tuple[Spoil, ...]] = (_with_prolog, _declared_wrongly, _flood)


def whole(chance: random.Random, content: bytes) -> bytes:
    """Return a document with a DTD, an encoding that is not its own, or far too much of a thing."""
    return chance.choice(_WHOLE)(chance, content)
