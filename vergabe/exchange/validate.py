"""Checks of files that come from anywhere: findings, never an exception."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from lxml import etree

from vergabe.errors import InvalidInput
from vergabe.exchange import binding, parser, xsd
from vergabe.exchange.eforms.fields import root_namespace
from vergabe.exchange.eforms.findings import assessing
from vergabe.exchange.eforms.official.places import NAMESPACES
from vergabe.exchange.eforms.official.sdk_shelf import SdkShelf
from vergabe.exchange.findings import Finding, Stage
from vergabe.exchange.xvergabe import checks
from vergabe.exchange.xvergabe.codec import DOCUMENTS as DOCUMENT_KINDS
from vergabe.exchange.xvergabe.datatypes import DOCUMENTS, MESSAGES, SCHEMA, SERVICE
from vergabe.exchange.xvergabe.messages import Message
from vergabe.exchange.xvergabe.operations import REQUESTS, RESPONSES, FaultDetail
from vergabe.exchange.xvergabe.service import SoapVersion

__all__ = ["Finding", "validate_bytes", "validate_file"]

_ALL: Final[tuple[type[binding.Part], ...]] = (
    *DOCUMENT_KINDS,
    Message,
    *REQUESTS,
    *RESPONSES,
    FaultDetail,
)
_KINDS: Final[Mapping[str, type[binding.Part]]] = {kind.qname(): kind for kind in _ALL}
_NOTICES: Final = ("PriorInformationNotice", "ContractNotice", "ContractAwardNotice")
_EFORMS: Final = frozenset(
    {
        *(f"{{{root_namespace(name)}}}{name}" for name in _NOTICES),
        f"{{{NAMESPACES['brin']}}}BusinessRegistrationInformationNotice",
    }
)
_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_OFFICIAL: Final = ("http://xvergabe.org/", "https://xvergabe.org/", "http://www.xvergabe.org/")


def validate_file(
    path: Path, *, shelf: SdkShelf | None = None, max_bytes: int = parser.MAX_BYTES
) -> list[Finding]:
    """Return what is wrong with the file at `path`; without an error among it, it is valid.

    Which schema applies is read from the root element. A file that is missing, too large, not XML
    or of an unknown kind gives a finding, too; nothing is raised. shelf: the official rules of
    eForms notices; what cannot be checked without is a finding of severity `info`.
    """
    try:
        if not path.is_file():
            return [_file("file_missing", path, "Dort liegt keine Datei.", "Bitte Pfad prüfen.")]
        with path.open("rb") as file:
            # One byte more than allowed tells a file that is too large, without reading it all.
            content = file.read(max_bytes + 1)
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        told = f"Die Datei lässt sich nicht lesen ({reason})."
        return [_file("file_unreadable", path, told, "Bitte Pfad und Rechte prüfen.")]
    if len(content) > max_bytes:
        refusal = parser.too_large(max(size, len(content)), max_bytes)
        return [_from_input_error(refusal, "file")]
    return validate_bytes(content, shelf=shelf, max_bytes=max_bytes)


def validate_bytes(
    content: bytes, *, shelf: SdkShelf | None = None, max_bytes: int = parser.MAX_BYTES
) -> list[Finding]:
    """Return what is wrong with an XML document, as `validate_file` does. Raises nothing."""
    try:
        root = parser.parse(content, max_bytes=max_bytes)
    except InvalidInput as error:
        return [_from_input_error(error, "xml")]
    namespace = etree.QName(root).namespace or ""
    if root.tag in _EFORMS:
        return assessing.assess(root, shelf or SdkShelf())
    check = _CHECKS_BY_NAMESPACE.get(namespace)
    return check(root) if check is not None else [_unknown_kind(root, namespace)]


def _file(rule: str, path: Path, message: str, remedy: str) -> Finding:
    return Finding("error", "file", rule, str(path), "", message, remedy)


def _from_input_error(error: InvalidInput, stage: Stage) -> Finding:
    # The last sentence of such a message is what to do about it.
    message, _, remedy = error.message.rpartition(". ")
    is_split = message and remedy.startswith("Bitte")
    return Finding(
        "error",
        stage,
        error.code.lower(),
        f"Zeile {error.line}" if isinstance(error, parser.UnreadableXml) and error.line else "",
        error.field or "",
        f"{message}." if is_split else error.message,
        remedy if is_split else "Bitte das Dokument neu erzeugen.",
    )


def _unknown_kind(root: "etree._Element", namespace: str) -> Finding:
    name = etree.QName(root).localname
    if namespace.startswith(_UBL):
        rule, message = (
            "kind_not_supported",
            f"Das ist ein UBL-Dokument („{name}“), aber keine Bekanntmachung nach eForms.",
        )
        remedy = "Bitte eine Bekanntmachung angeben, etwa „ContractNotice“."
    elif namespace.startswith(_OFFICIAL):
        rule, message = (
            "namespace_unknown",
            "Das Dokument nennt einen Namensraum des amtlichen XVergabe. Geprüft wird nur das "
            "eigene Profil, das daran angelehnt und nicht amtlich ist.",
        )
        remedy = f"Bitte die Namensräume des Profils verwenden, etwa „{DOCUMENTS}“."
    else:
        shown = f"„{namespace[:120]}“" if namespace else "ohne Namensraum"
        rule, message = (
            "namespace_unknown",
            f"Das Wurzelelement „{name}“ ({shown}) gehört zu keiner bekannten Art von Dokument.",
        )
        remedy = f"Bitte Namensraum prüfen; bekannt sind „{DOCUMENTS}“ und „{MESSAGES}“."
    location = f"Zeile {root.sourceline}, {name}"
    return Finding("error", "schema", rule, location, name, message, remedy)


def _profile(root: "etree._Element") -> list[Finding]:
    """Check a document of our profile: schema first, rules across fields only if it holds."""
    try:
        includes = binding.take_includes(root)
        found = xsd.schema(SCHEMA).findings(root)
        if found:
            return [_from_schema(finding) for finding in found] + _more(found)
        kind = _KINDS.get(str(root.tag))
        if kind is None:
            # The schema knows every global element, and so does the table.
            return [_unknown_kind(root, etree.QName(root).namespace or "")]
        part = binding.read(root, kind, includes)
    except InvalidInput as error:
        return [_from_input_error(error, "schema")]
    return [
        Finding(
            "error",
            "rules",
            breach.rule,
            breach.path,
            breach.path.rsplit("/", 1)[-1].split("[", 1)[0],
            breach.message + (f" ({breach.law})" if breach.law else ""),
            breach.remedy,
        )
        for breach in checks.breaches(part)
    ]


def _more(found: list[xsd.SchemaFinding]) -> list[Finding]:
    if len(found) < xsd.MAX_FINDINGS:
        return []
    message = f"Angezeigt werden die ersten {xsd.MAX_FINDINGS} Verstöße; es kann weitere geben."
    remedy = "Bitte diese beheben und noch einmal prüfen."
    return [Finding("info", "schema", "more_findings", "", "", message, remedy)]


def _from_schema(finding: xsd.SchemaFinding) -> Finding:
    place = f"Zeile {finding.line}, {finding.path}" if finding.line else finding.path
    remedy = "Bitte die Angabe nach den veröffentlichten Schemas berichtigen."
    return Finding("error", "schema", finding.rule, place, finding.field, finding.message, remedy)


def _envelope(root: "etree._Element") -> list[Finding]:
    """Check what a SOAP envelope carries."""
    body = root.find(f"{{{etree.QName(root).namespace}}}Body")
    if body is None or len(body) != 1:
        return [
            Finding(
                "error",
                "schema",
                "soap_envelope",
                "Envelope/Body",
                "Body",
                "Der SOAP-Umschlag hat keinen Body mit genau einem Element.",
                "Bitte die WSDL beachten.",
            )
        ]
    inner = body[0]
    if etree.QName(inner).localname == "Fault":
        told = next(inner.iter(FaultDetail.qname()), None)
        if told is None:
            return []
        inner = told
    holder = inner.getparent()
    if holder is not None:
        holder.remove(inner)
    if etree.QName(inner).namespace != SERVICE:
        return [_unknown_kind(inner, etree.QName(inner).namespace or "")]
    return _profile(inner)


_CHECKS_BY_NAMESPACE: Final[Mapping[str, Callable[["etree._Element"], list[Finding]]]] = {
    DOCUMENTS: _profile,
    MESSAGES: _profile,
    SERVICE: _profile,
    **{version.value: _envelope for version in SoapVersion},
}
