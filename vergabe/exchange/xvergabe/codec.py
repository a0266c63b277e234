"""Documents ↔ bytes, checked on the way out and on the way in."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from lxml import etree

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import binding, parser, xsd
from vergabe.exchange.binding import Part
from vergabe.exchange.xvergabe import checks
from vergabe.exchange.xvergabe.datatypes import MESSAGE_PREFIXES, PREFIXES, SCHEMA
from vergabe.exchange.xvergabe.messages import DOCUMENTS_IN_MESSAGES, Message, MessagePart
from vergabe.exchange.xvergabe.notice import CancellationNotice, ChangeNotice, Notice
from vergabe.exchange.xvergabe.submissions import Manifest, OfferContent, ParticipationContent

P = TypeVar("P", bound=Part)

NOTICES: Final[tuple[type[Notice], ...]] = (Notice, ChangeNotice, CancellationNotice)
DOCUMENTS: Final[tuple[type[Part], ...]] = (
    *DOCUMENTS_IN_MESSAGES,
    Manifest,
    OfferContent,
    ParticipationContent,
)


class BrokenDocument(RuntimeError):
    """A document of our own would break its schema or its rules: a programming error."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        places = "; ".join(f"{v.field}: {v.message}" for v in self.violations[:5])
        super().__init__(f"{len(self.violations)} broken rules: {places}")


def reasons_against(part: Part) -> list[Violation]:
    """Return everything that keeps `part` from being built: schema first, then rules.

    `code` is one of the bidder interface's error codes, `field` the path in the document. Meant
    for gates: who asks before building can tell people what to mend.
    """
    element, _ = binding.write(part, nsmap=PREFIXES)
    return _schema_violations(element) + checks.reasons_against(part)


def build(part: Part) -> bytes:
    """Return `part` as a UTF-8 XML document that obeys the schema and the rules across fields.

    Text is cleaned of what XML forbids and composed (NFC). Raises BrokenDocument if the part breaks
    a rule, ValueError for an instant without a time zone: ask `reasons_against` before.
    """
    element, includes = binding.write(part, nsmap=_prefixes(part))
    check(element, part)
    binding.include(includes)
    # White space beside an xop:Include would count as content, so such documents stay compact.
    return serialised(element, is_pretty=not includes)


def _prefixes(part: Part) -> Mapping[str, str]:
    return MESSAGE_PREFIXES if isinstance(part, MessagePart) else PREFIXES


def check(element: "etree._Element", part: Part) -> None:
    """Raise BrokenDocument if the written part breaks the schema or a rule."""
    violations = _schema_violations(element) + checks.reasons_against(part)
    if violations:
        raise BrokenDocument(violations)


def serialised(element: "etree._Element", *, is_pretty: bool = True) -> bytes:
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", pretty_print=is_pretty)


def parse(content: bytes, kinds: Iterable[type[P]]) -> P:
    """Return the document in `content`, which is one of `kinds`.

    Checks form and schema, not the rules across fields: who receives asks `checks.reasons_against`.
    Raises InvalidInput: the parser's codes, or `SCHEMA_INVALID` with one violation per place.
    """
    root = parser.parse(content)
    by_name = {kind.qname(): kind for kind in kinds}
    kind = by_name.get(str(root.tag))
    if kind is None:
        allowed = ", ".join(f"„{one.TAG}“" for one in by_name.values())
        raise InvalidInput(
            "SCHEMA_INVALID",
            f"Das Wurzelelement „{etree.QName(root).localname}“ wird hier nicht erwartet. "
            f"Möglich sind: {allowed} im Namensraum des Profils.",
        )
    return read(root, kind)


def read(element: "etree._Element", kind: type[P]) -> P:
    """Return the part in `element` after checking it against the schema.

    Raises InvalidInput (`SCHEMA_INVALID`) with one violation per place.
    """
    includes = binding.take_includes(element)
    violations = _schema_violations(element)
    if violations:
        raise InvalidInput.of(violations)
    return binding.read(element, kind, includes)


def _schema_violations(element: "etree._Element") -> list[Violation]:
    found = xsd.schema(SCHEMA).findings(element)
    return [
        Violation(
            "SCHEMA_INVALID",
            f"{_place(finding)}: {finding.message}",
            field=finding.path,
        )
        for finding in found
    ]


def _place(finding: xsd.SchemaFinding) -> str:
    return f"Zeile {finding.line}, {finding.path}" if finding.line else finding.path


def parse_notice(content: bytes) -> Notice:
    """Return the notice in `content`: a Notice, ChangeNotice or CancellationNotice. See `parse`."""
    return parse(content, NOTICES)


def parse_document(content: bytes) -> Part:
    """Return the document in `content`, any that has a name of its own. See `parse`."""
    return parse(content, DOCUMENTS)


def parse_message(content: bytes) -> Message:
    """Return the message in `content`. See `parse`."""
    return parse(content, (Message,))
