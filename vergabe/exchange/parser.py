"""The one hardened XML parser. Everything foreign, and everything of our own, is read through it.

No network, no DTD, no entities, no huge trees; sizes are limited before anything is parsed.
"""

from typing import Final
from xml.parsers import expat  # reads the prolog only and stops at the first DOCTYPE

from lxml import etree

from vergabe.errors import InvalidInput

MAX_BYTES: Final = 10 * 1024 * 1024
# A tree costs up to forty times its text, when the text is nothing but tags.
MAX_TAGS: Final = 400_000
# Both parsers must read the same characters, or the check of the prolog could be led astray.
_ENCODINGS: Final = frozenset(
    {"utf-8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
)


class _PrologRead(Exception):
    """The first element began: the prolog is over and harmless."""


def parse(content: bytes, *, max_bytes: int = MAX_BYTES) -> "etree._Element":
    """Return the root element of an XML document, without comments and processing instructions.

    Raises InvalidInput with a German sentence and one of the codes `xml_empty`, `xml_too_large`,
    `xml_encoding`, `xml_doctype`, `xml_broken`. Never opens a file or a connection.
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
        raise _broken(error.lineno or 0, error.msg or "") from None
    # Belt and braces: expat has refused every DOCTYPE that libxml2 could see.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    return root


def _refuse_by_size(content: bytes, max_bytes: int) -> None:
    if not content.strip():
        raise InvalidInput("xml_empty", "Das Dokument ist leer. Bitte eine XML-Datei angeben.")
    if len(content) > max_bytes:
        raise too_large(len(content), max_bytes)
    tags = content.count(b"<")
    if tags > MAX_TAGS:
        raise InvalidInput(
            "xml_too_large",
            f"Das XML-Dokument hat zu viele Elemente ({tags // 2} und mehr). "
            "Bitte in mehrere Dokumente aufteilen.",
        )


def too_large(size: int, max_bytes: int) -> InvalidInput:
    """Return the refusal of a document of `size` bytes where `max_bytes` are allowed."""
    return InvalidInput(
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
        raise _broken(error.lineno, expat.ErrorString(error.code)) from None
    except (LookupError, ValueError):
        raise _encoding("unbekannt") from None


def _on_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise _encoding(encoding[:40])


def _on_doctype(_name: str, _system: str | None, _public: str | None, _subset: int) -> None:
    raise _doctype()


def _on_element(_name: str, _attributes: dict[str, str]) -> None:
    raise _PrologRead


def _encoding(encoding: str) -> InvalidInput:
    return InvalidInput(
        "xml_encoding",
        f"Die Zeichenkodierung „{encoding}“ wird nicht gelesen. Bitte als UTF-8 speichern.",
    )


def _doctype() -> InvalidInput:
    return InvalidInput(
        "xml_doctype",
        "Das XML-Dokument enthält eine DOCTYPE-Angabe (DTD, Entitäten). Solche Dokumente werden "
        "aus Sicherheitsgründen nicht gelesen. Bitte die DOCTYPE-Angabe entfernen.",
    )


def _broken(line: int, reason: str) -> InvalidInput:
    place = f" in Zeile {line}" if line else ""
    return InvalidInput(
        "xml_broken",
        f"Das XML-Dokument ist{place} nicht wohlgeformt ({reason.strip()[:160]}). "
        "Bitte mit dem erzeugenden Programm neu ausgeben.",
    )
