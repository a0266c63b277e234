"""The official XML schemas: compiled once per version and process, imports only from the SDK."""

import re
import threading
from typing import Any, Final, cast

from lxml import etree

from vergabe.exchange import xsd
from vergabe.exchange.eforms.official import places
from vergabe.exchange.eforms.official.raw_findings import XSD_STAGE, RawFinding
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.official.sdk_files import SdkError, SdkFiles, missing

# The address under which libxml2 knows the SDK's files; it is never looked up anywhere else.
_ADDRESS: Final = "eforms-sdk:///"
# Where mistakes of a document begin to cost more than counting them in a second run.
_LARGE: Final = 20_000
_EXPECTED: Final = re.compile(r"Expected is (?:one of )?\( (.*?) \)")

_compiled: Final[dict[tuple[str, str, str], xsd.Schema]] = {}
_compiling: Final = threading.Lock()


def findings(root: "etree._Element", sdk: Sdk) -> list[RawFinding]:
    """Return what breaks the official schema of this kind of notice, in the document's order.

    At most `xsd.MAX_FINDINGS`. Raises SdkError if the SDK's schemas are incomplete or broken.
    """
    name = _schema_for(root, sdk)
    if name is None:
        told = f"No notice of SDK {sdk.version} has the root element {root.tag}."
        german = (
            f"Das Wurzelelement „{etree.QName(root).localname}“ mit diesem Namensraum ist keine "
            f"Bekanntmachung des eForms-SDK {sdk.version}."
        )
        place = "/" + places.name_of(root)
        line = cast("int | None", root.sourceline)
        return [
            RawFinding(
                "error", "root_unknown", XSD_STAGE, None, place, told, line, german, kind="schema"
            )
        ]
    return [_finding(root, sdk, error) for error in compiled(sdk, name).mistakes(root)]


def is_notice(root: "etree._Element", sdk: Sdk) -> bool:
    """Return whether the SDK has notices with this root element."""
    return _schema_for(root, sdk) is not None


def compiled(sdk: Sdk, name: str) -> xsd.Schema:
    """Return the compiled schema of this name (`schemas/maindoc/….xsd`), made at most once.

    Raises SdkError if a schema is missing or is none.
    """
    key = (str(sdk.files.place), sdk.version, name)
    known = _compiled.get(key)
    if known is None:
        with _compiling:
            known = _compiled.get(key)
            if known is None:
                known = _compiled[key] = xsd.Schema(_compile(sdk.files, name), large=_LARGE)
    return known


def _schema_for(root: "etree._Element", sdk: Sdk) -> str | None:
    for kind in sdk.notice_types.values():
        if root.tag == f"{{{kind.namespace}}}{kind.root_element}":
            return kind.schema
    return None


class _FromSdk(etree.Resolver):
    """Finds imported schemas in the SDK alone; what it has not is told and not looked for."""

    def __init__(self, files: SdkFiles) -> None:
        super().__init__()
        self._files = files
        self.absent: list[str] = []

    # The stubs leave out the context and what may be returned.
    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        name = system_url.removeprefix(_ADDRESS)
        if not self._files.has(name):
            self.absent.append(name)
            return self.resolve_string(b"", context, base_url=system_url)
        return self.resolve_string(self._files.read(name), context, base_url=system_url)


def _compile(files: SdkFiles, name: str) -> "etree.XMLSchema":
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    resolver = _FromSdk(files)
    parser.resolvers.add(resolver)
    content = files.read(name)
    try:
        # The SDK is the operator's own; the parser for foreign documents would resolve no import.
        tree = etree.fromstring(  # noqa: TID251
            content, parser, base_url=_ADDRESS + name
        )
        return etree.XMLSchema(tree)
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        if resolver.absent:
            raise missing(files.place, ", ".join(resolver.absent)) from None
        raise SdkError(
            "sdk_unreadable",
            f"Das Schema {name} im eForms-SDK in {files.place} ist beschädigt: {error}",
        ) from None


def _finding(root: "etree._Element", sdk: Sdk, error: "etree._LogEntry") -> RawFinding:
    element = xsd.element_of(root, error)
    place = places.location(element) if element is not None else "/" + places.name_of(root)
    return RawFinding(
        severity="error",
        rule=xsd.rule_of(error),
        stage=XSD_STAGE,
        field=_field(sdk, element, error.message) if element is not None else None,
        location=place,
        text=error.message,
        line=error.line if error.line > 0 else None,
        german=xsd.german(error),
        kind="schema",
    )


def _field(sdk: Sdk, element: "etree._Element", message: str) -> str | None:
    """Return the field that is missing, if one is, else the field that stands there."""
    expected = _EXPECTED.search(message)
    if expected is not None and not _is_out_of_order(sdk, element):
        parent = element if "Missing child" in message else element.getparent()
        if parent is not None:
            # What is expected ends with the first element that must be there.
            absent = _absent_field(sdk, parent, expected.group(1).split(", ")[-1].strip(" *"))
            if absent is not None:
                return absent
    return places.field_at(sdk, element)


def _is_out_of_order(sdk: Sdk, element: "etree._Element") -> bool:
    """Return whether an element belongs before the one that it stands behind."""
    before = element.getprevious()
    if before is None:
        return False
    orders = [sdk.order_by_path.get(places.plain_path(node)) for node in (before, element)]
    return orders[0] is not None and orders[1] is not None and orders[1] < orders[0]


def _absent_field(sdk: Sdk, parent: "etree._Element", name: str) -> str | None:
    """Return the mandatory field at or below an element that is nowhere in its parent."""
    if not name.startswith("{") or parent.find(name) is not None:  # there, in the wrong place
        return None
    path = f"{places.plain_path(parent)}/{places.prefixed(name)}"
    subtype = places.subtype_of(parent.getroottree().getroot())
    return next(
        (
            field.id
            for field in sdk.fields.values()
            if (field.path == path or field.path.startswith(f"{path}/"))
            and subtype in field.mandatory
        ),
        None,
    )
