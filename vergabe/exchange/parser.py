"""The one hardened XML parser. Everything foreign, and everything of our own, is read through it.

No network, no DTD, no entities, no huge trees; sizes are limited before anything is parsed.
"""

from collections.abc import Mapping
from typing import Final, cast
from xml.parsers import expat  # reads the prolog only and stops at the first DOCTYPE

from lxml import etree

from vergabe.errors import InvalidInput

MAX_BYTES: Final = 10 * 1024 * 1024
# A tree costs up to forty times its text, when the text is nothing but tags.
MAX_TAGS: Final = 400_000
# Our documents have next to none; a schema complains about each one, at a price in memory.
MAX_ATTRIBUTES: Final = 50_000
# Both parsers must read the same characters, or the check of the prolog could be led astray.
_ENCODINGS: Final = frozenset(
    {"utf-8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
)


# What people are told about a broken document, by libxml2's number of the error.
_REASONS: Final[Mapping[int, str]] = {
    4: "es enthält kein XML",
    5: "nach dem Ende des Wurzelelements folgt noch etwas",
    9: "es enthält ein unzulässiges Zeichen",
    26: "es verweist auf eine unbekannte Entität",
    41: "einem Attribut fehlt der Wert",
    42: "ein Attribut steht doppelt",
    68: "ein Name fehlt oder ist unzulässig",
    73: "ein Element ist nicht geschlossen",
    76: "Anfang und Ende eines Elements passen nicht zusammen",
    77: "es bricht vorzeitig ab",
    81: "die Zeichen passen nicht zur angegebenen Kodierung",
    114: "es ist zu tief verschachtelt oder unmäßig groß",
    201: "ein Namensraum ist nicht erklärt",
}


class UnreadableXml(InvalidInput):
    """What the parser refuses; `line` is where, 0 if unknown."""

    line: int = 0


class _PrologRead(Exception):
    """The first element began: the prolog is over and harmless."""


def parse(content: bytes, *, max_bytes: int = MAX_BYTES) -> "etree._Element":
    """Return the root element of an XML document, without comments and processing instructions.

    Raises UnreadableXml, an InvalidInput, with a German sentence and one of the codes `xml_empty`,
    `xml_too_large`, `xml_encoding`, `xml_doctype`, `xml_broken`. Opens no file and no connection.
    """
    _refuse_by_size(content, max_bytes)
    _refuse_by_prolog(content)
    strict = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, strict)  # noqa: TID251  # this is the one parser
    except etree.XMLSyntaxError as error:
        raise _broken(error.lineno or 0, _REASONS.get(_number(error), "")) from None
    # Belt and braces: expat has refused every DOCTYPE that libxml2 could see.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    if int(cast("float", root.xpath("count(descendant-or-self::*/@*)"))) > MAX_ATTRIBUTES:
        raise UnreadableXml(
            "xml_too_large",
            f"Das XML-Dokument hat mehr als {MAX_ATTRIBUTES} Attribute. "
            "Bitte gegen die veröffentlichten Schemas prüfen.",
        )
    return root


def _refuse_by_size(content: bytes, max_bytes: int) -> None:
    if not content.strip():
        raise UnreadableXml("xml_empty", "Das Dokument ist leer. Bitte eine XML-Datei angeben.")
    if len(content) > max_bytes:
        raise too_large(len(content), max_bytes)
    tags = content.count(b"<")
    if tags > MAX_TAGS:
        raise UnreadableXml(
            "xml_too_large",
            f"Das XML-Dokument hat zu viele Elemente ({tags // 2} und mehr). "
            "Bitte in mehrere Dokumente aufteilen.",
        )


def too_large(size: int, max_bytes: int) -> UnreadableXml:
    """Return the refusal of a document of `size` bytes where `max_bytes` are allowed."""
    return UnreadableXml(
        "xml_too_large",
        f"Das XML-Dokument ist mit {_mib(size)} MiB zu groß; erlaubt sind {_mib(max_bytes)} MiB. "
        "Bitte große Anlagen außerhalb des XML übermitteln.",
    )


def _mib(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".replace(".", ",")


def _refuse_by_prolog(content: bytes) -> None:
    """Read up to the first element with expat, which stops at once where a DOCTYPE begins."""
    prolog = expat.ParserCreate()
    prolog.XmlDeclHandler = _on_declaration
    prolog.StartDoctypeDeclHandler = _on_doctype
    prolog.StartElementHandler = _on_element
    try:
        prolog.Parse(content, True)
    except _PrologRead:
        return
    except expat.ExpatError as error:
        raise _broken(error.lineno, "schon der Anfang ist fehlerhaft") from None
    except (LookupError, ValueError):
        raise _encoding("unbekannt") from None


def _on_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise _encoding(encoding[:40])


def _on_doctype(_name: str, _system: str | None, _public: str | None, _subset: int) -> None:
    raise _doctype()


def _on_element(_name: str, _attributes: dict[str, str]) -> None:
    raise _PrologRead


def _encoding(encoding: str) -> UnreadableXml:
    return UnreadableXml(
        "xml_encoding",
        f"Die Zeichenkodierung „{encoding}“ wird nicht gelesen. Bitte als UTF-8 speichern.",
    )


def _doctype() -> UnreadableXml:
    return UnreadableXml(
        "xml_doctype",
        "Das XML-Dokument enthält eine DOCTYPE-Angabe (DTD, Entitäten). Solche Dokumente werden "
        "aus Sicherheitsgründen nicht gelesen. Bitte die DOCTYPE-Angabe entfernen.",
    )


def _number(error: etree.XMLSyntaxError) -> int:
    code = getattr(error, "code", None)  # the stubs leave it out
    return code if isinstance(code, int) else 0


def _broken(line: int, reason: str) -> UnreadableXml:
    place = f" in Zeile {line}" if line else ""
    why = f": {reason}" if reason else ""
    refusal = UnreadableXml(
        "xml_broken",
        f"Das XML-Dokument ist{place} nicht wohlgeformt{why}. "
        "Bitte mit dem erzeugenden Programm neu ausgeben.",
    )
    refusal.line = line
    return refusal
