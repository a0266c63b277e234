"""SOAP envelopes ↔ requests, responses and faults; the WSDL with the address where it is served."""

import enum
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from vergabe.errors import InvalidInput
from vergabe.exchange import binding, parser
from vergabe.exchange.text import clean_text
from vergabe.exchange.xvergabe import codec
from vergabe.exchange.xvergabe.datatypes import MESSAGE_PREFIXES, SERVICE
from vergabe.exchange.xvergabe.operations import (
    REQUESTS,
    RESPONSES,
    BaseResponse,
    FaultDetail,
    Request,
)
from vergabe.resources import folder

_WSSE: Final = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
_USERNAME_PROFILE: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
)
_PLAIN: Final = f"{_USERNAME_PROFILE}#PasswordText"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NEXT: Final = frozenset(
    {
        "http://schemas.xmlsoap.org/soap/actor/next",
        "http://www.w3.org/2003/05/soap-envelope/role/next",
        "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
    }
)
_WSDL_SOAP: Final = (
    "{http://schemas.xmlsoap.org/wsdl/soap/}address",
    "{http://schemas.xmlsoap.org/wsdl/soap12/}address",
)
PREFIXES: Final = {"svc": SERVICE, **MESSAGE_PREFIXES}


class SoapVersion(enum.Enum):
    """The version of the envelope; the value is its namespace."""

    V11 = "http://schemas.xmlsoap.org/soap/envelope/"
    V12 = "http://www.w3.org/2003/05/soap-envelope"

    @property
    def content_type(self) -> str:
        return "text/xml" if self is SoapVersion.V11 else "application/soap+xml"

    def tag(self, name: str) -> str:
        return f"{{{self.value}}}{name}"


class FaultCode(enum.Enum):
    """Who is to blame; the value holds the names in SOAP 1.1 and 1.2."""

    CLIENT = ("Client", "Sender")
    SERVER = ("Server", "Receiver")
    MUST_UNDERSTAND = ("MustUnderstand", "MustUnderstand")
    VERSION_MISMATCH = ("VersionMismatch", "VersionMismatch")


@dataclass(frozen=True)
class Credentials:
    """User name and password of a UsernameToken, as sent. Never logged, never shown."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Call:
    """A request as it came: its envelope's version, who says to be asking, what is asked."""

    version: SoapVersion
    request: Request
    credentials: Credentials | None


@dataclass(frozen=True)
class Fault:
    """A SOAP Fault. text: a German sentence without inner details."""

    code: FaultCode
    text: str
    detail: FaultDetail | None = None


def parse_request(content: bytes, *, max_bytes: int = parser.MAX_BYTES) -> Call:
    """Return the call in a SOAP envelope (1.1 or 1.2), its body checked against the schema.

    Raises InvalidInput: the parser's codes, `soap_envelope`, `soap_version`,
    `soap_must_understand`, `AUTHENTICATION_FAILED` for a token that cannot be read,
    `OPERATION_NOT_SUPPORTED`, `SCHEMA_INVALID`. The rules across fields are not asked here.
    """
    version, header, body = _opened(parser.parse(content, max_bytes=max_bytes))
    if header is not None:
        _refuse_not_understood(header, version)
    kinds = {kind.qname(): kind for kind in REQUESTS}
    element = _only_child(body)
    kind = kinds.get(str(element.tag))
    if kind is None:
        raise InvalidInput(
            "OPERATION_NOT_SUPPORTED",
            f"Die Operation „{etree.QName(element).localname}“ wird nicht angeboten. "
            "Die angebotenen Operationen stehen in der WSDL.",
        )
    credentials = _credentials(header) if header is not None else None
    return Call(version, codec.read(_detached(element), kind), credentials)


def parse_response(content: bytes, *, max_bytes: int = parser.MAX_BYTES) -> BaseResponse | Fault:
    """Return the response or the fault in a SOAP envelope; InvalidInput as `parse_request`."""
    version, _, body = _opened(parser.parse(content, max_bytes=max_bytes))
    element = _only_child(body)
    if element.tag == version.tag("Fault"):
        return _fault(element, version)
    kinds = {kind.qname(): kind for kind in RESPONSES}
    kind = kinds.get(str(element.tag))
    if kind is None:
        raise _no_envelope("der Inhalt ist keine bekannte Antwort")
    return codec.read(_detached(element), kind)


def build_request(
    request: Request,
    *,
    credentials: Credentials | None = None,
    version: SoapVersion = SoapVersion.V11,
) -> bytes:
    """Return the SOAP envelope around a request; BrokenDocument if the request is not valid."""
    envelope = etree.Element(version.tag("Envelope"), nsmap={"soap": version.value})
    if credentials is not None:
        header = etree.SubElement(envelope, version.tag("Header"))
        security = etree.SubElement(header, f"{_WSSE}Security", nsmap={"wsse": _WSSE[1:-1]})
        security.set(version.tag("mustUnderstand"), "1")
        token = etree.SubElement(security, f"{_WSSE}UsernameToken")
        etree.SubElement(token, f"{_WSSE}Username").text = credentials.user
        password = etree.SubElement(token, f"{_WSSE}Password", Type=_PLAIN)
        password.text = credentials.password
    return _with_body(envelope, request, version)


def build_response(response: BaseResponse, *, version: SoapVersion = SoapVersion.V11) -> bytes:
    """Return the SOAP envelope around a response; BrokenDocument if the response is not valid."""
    envelope = etree.Element(version.tag("Envelope"), nsmap={"soap": version.value})
    return _with_body(envelope, response, version)


def build_fault(fault: Fault, *, version: SoapVersion = SoapVersion.V11) -> bytes:
    """Return the SOAP envelope around a fault."""
    envelope = etree.Element(version.tag("Envelope"), nsmap={"soap": version.value})
    body = etree.SubElement(envelope, version.tag("Body"))
    root = etree.SubElement(body, version.tag("Fault"))
    first, second = fault.code.value
    if version is SoapVersion.V11:
        etree.SubElement(root, "faultcode").text = f"soap:{first}"
        etree.SubElement(root, "faultstring").text = clean_text(fault.text)
        detail_tag = "detail"
    else:
        code = etree.SubElement(root, version.tag("Code"))
        etree.SubElement(code, version.tag("Value")).text = f"soap:{second}"
        reason = etree.SubElement(root, version.tag("Reason"))
        text = etree.SubElement(reason, version.tag("Text"))
        text.set(_XML_LANG, "de")
        text.text = clean_text(fault.text)
        detail_tag = version.tag("Detail")
    if fault.detail is not None:
        element, _ = binding.write(fault.detail, nsmap=PREFIXES)
        codec.check(element, fault.detail)
        etree.SubElement(root, detail_tag).append(element)
    return codec.serialised(envelope, is_pretty=False)


def wsdl(endpoint: str) -> bytes:
    """Return the WSDL with `endpoint` as the address of both bindings; its XSDs lie beside it.

    Raises ValueError unless endpoint is an absolute http or https address.
    """
    if urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).netloc:
        raise ValueError(f"not an absolute http(s) address: {endpoint}")
    root = parser.parse((folder("schemas") / "xvergabe" / "1" / "service.wsdl").read_bytes())
    for address in root.iter(*_WSDL_SOAP):
        address.set("location", endpoint)
    return codec.serialised(root)


def _with_body(
    envelope: "etree._Element", part: Request | BaseResponse, version: SoapVersion
) -> bytes:
    element, includes = binding.write(part, nsmap=PREFIXES)
    codec.check(element, part)
    binding.include(includes)
    etree.SubElement(envelope, version.tag("Body")).append(element)
    return codec.serialised(envelope, is_pretty=False)


def _no_envelope(why: str) -> InvalidInput:
    return InvalidInput(
        "soap_envelope",
        f"Das ist keine gültige SOAP-Nachricht: {why}. Bitte die WSDL beachten.",
    )


def _opened(
    root: "etree._Element",
) -> tuple[SoapVersion, "etree._Element | None", "etree._Element"]:
    """Return version, header and body of an envelope."""
    name = etree.QName(root)
    if name.localname != "Envelope":
        raise _no_envelope(f"das Wurzelelement ist „{name.localname}“ statt „Envelope“")
    try:
        version = SoapVersion(name.namespace)
    except ValueError:
        raise InvalidInput(
            "soap_version", "Unterstützt werden SOAP 1.1 und SOAP 1.2, diese Version nicht."
        ) from None
    header, body = root.find(version.tag("Header")), root.find(version.tag("Body"))
    if body is None:
        raise _no_envelope("der Body fehlt")
    return version, header, body


def _only_child(body: "etree._Element") -> "etree._Element":
    if len(body) != 1:
        raise _no_envelope(f"der Body hat {len(body)} statt eines Elements")
    return body[0]


def _detached(element: "etree._Element") -> "etree._Element":
    """Return the element as a document of its own, so that places in it are told without SOAP."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
    return element


def _refuse_not_understood(header: "etree._Element", version: SoapVersion) -> None:
    actor = "actor" if version is SoapVersion.V11 else "role"
    for entry in header:
        is_needed = entry.get(version.tag("mustUnderstand")) in ("1", "true")
        is_for_us = entry.get(version.tag(actor)) in (None, *_NEXT)
        if is_needed and is_for_us and entry.tag != f"{_WSSE}Security":
            raise InvalidInput(
                "soap_must_understand",
                f"Der SOAP-Kopf „{etree.QName(entry).localname}“ wird nicht verstanden. "
                "Bitte ohne ihn senden.",
            )


def _credentials(header: "etree._Element") -> Credentials | None:
    token = header.find(f"{_WSSE}Security/{_WSSE}UsernameToken")
    if token is None:
        return None
    user, password = token.find(f"{_WSSE}Username"), token.find(f"{_WSSE}Password")
    if user is None or password is None or password.get("Type", _PLAIN) != _PLAIN:
        raise InvalidInput(
            "AUTHENTICATION_FAILED",
            "Die Anmeldung ist nicht lesbar. "
            "Bitte Benutzername und Kennwort (PasswordText) senden.",
        )
    return Credentials(user.text or "", password.text or "")


def _fault(element: "etree._Element", version: SoapVersion) -> Fault:
    if version is SoapVersion.V11:
        code, text = element.findtext("faultcode", ""), element.findtext("faultstring", "")
        detail = element.find("detail")
    else:
        path = f"{version.tag('Code')}/{version.tag('Value')}"
        code = element.findtext(path, "")
        text = element.findtext(f"{version.tag('Reason')}/{version.tag('Text')}", "")
        detail = element.find(version.tag("Detail"))
    name = code.strip().rpartition(":")[2].partition(".")[0]
    known = next((one for one in FaultCode if name in one.value), None)
    if known is None:
        raise _no_envelope(f"der Fehlercode „{name[:40]}“ ist unbekannt")
    inner = detail.find(FaultDetail.qname()) if detail is not None else None
    told = codec.read(_detached(inner), FaultDetail) if inner is not None else None
    return Fault(known, text, told)
