"""Compiled XML schemas, once per process, and what they find, in German."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self, cast

from lxml import etree

from vergabe.resources import folder

MAX_FINDINGS: Final = 100
# From this many elements on, mistakes are counted before they are located: lxml counts all earlier
# siblings for the path of each mistake, so thousands of them would take minutes.
_LARGE: Final = 5_000
_CHUNK: Final = 64 * 1024
_QUOTED: Final = re.compile(r"'([^']*)'")
_NAMESPACE: Final = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True)
class SchemaFinding:
    """One place where a document breaks its schema.

    line: 0 for a tree that was built and not read; path: `Notice/lot[2]/title`; field: the last
    name of the path; rule: name of the broken rule of XML Schema, such as `pattern`.
    """

    line: int
    path: str
    field: str
    rule: str
    message: str


class Schema:
    """A compiled schema that several threads may use."""

    def __init__(self, compiled: "etree.XMLSchema", *, large: int = _LARGE) -> None:
        """Keep a compiled schema; documents with more than `large` elements are counted first."""
        self._schema = compiled
        self._large = large
        # lxml keeps the errors of the last run on the schema object itself.
        self._lock = threading.Lock()

    @classmethod
    def packaged(cls, relative_path: str) -> Self:
        """Compile `schemas/<relative_path>`; imports are found beside it, never by network."""
        return cls(etree.XMLSchema(file=str(folder("schemas") / relative_path)))

    def findings(self, root: "etree._Element") -> list[SchemaFinding]:
        """Return what breaks the schema, at most `MAX_FINDINGS` places, in the document's order.

        For a large document with more mistakes than that, the root stands for every place.
        """
        return [_found(root, error) for error in self.mistakes(root)]

    def mistakes(self, root: "etree._Element") -> "list[etree._LogEntry]":
        """Return libxml2's errors, at most `MAX_FINDINGS`, each mistake once."""
        if int(cast("float", root.xpath("count(descendant-or-self::*)"))) > self._large:
            many = self._too_many(root)
            if many:
                return _each_once(many)
        with self._lock:
            if self._schema.validate(root):
                return []
            # The stubs leave out that an error log can be walked.
            errors = list(cast("Iterable[etree._LogEntry]", self._schema.error_log))
        return _each_once(errors)

    def _too_many(self, root: "etree._Element") -> "list[etree._LogEntry]":
        """Return the mistakes of a document if there are more than can be told, else none.

        Validates while reading, which takes the same time for each mistake and can be stopped.
        """
        feeder = etree.XMLParser(
            schema=self._schema, resolve_entities=False, no_network=True, load_dtd=False
        )
        content = etree.tostring(root, encoding="UTF-8", with_tail=False)
        for start in range(0, len(content), _CHUNK):
            feeder.feed(content[start : start + _CHUNK])
            errors = list(cast("Iterable[etree._LogEntry]", feeder.feed_error_log))
            if len(errors) > 2 * MAX_FINDINGS:  # a broken facet is told twice
                return errors
        return []


_compiled: dict[str, Schema] = {}
_compiling: Final = threading.Lock()


def schema(relative_path: str) -> Schema:
    """Return the schema of `schemas/<relative_path>`, compiled at most once per process."""
    known = _compiled.get(relative_path)
    if known is None:
        with _compiling:
            known = _compiled.get(relative_path)
            if known is None:
                known = _compiled[relative_path] = Schema.packaged(relative_path)
    return known


def _each_once(errors: "Iterable[etree._LogEntry]") -> "list[etree._LogEntry]":
    found: list[etree._LogEntry] = []
    told: set[tuple[int, str]] = set()
    for error in errors:
        if len(found) == MAX_FINDINGS:
            break
        # libxml2 repeats a broken facet as "not a valid value"; the first sentence says more.
        place = (error.line, error.path or "")
        if error.type_name == "SCHEMAV_CVC_DATATYPE_VALID_1_2_1" and place in told:
            continue
        told.add(place)
        found.append(error)
    return found


def _found(root: "etree._Element", error: "etree._LogEntry") -> SchemaFinding:
    path = _readable_path(root, error)
    return SchemaFinding(
        line=error.line if error.line > 0 else 0,
        path=path,
        field=_field(path if error.path else "", error),
        rule=rule_of(error),
        message=german(error),
    )


def rule_of(error: "etree._LogEntry") -> str:
    """Return the name of the broken rule of XML Schema, such as `pattern_valid`."""
    name: str = error.type_name
    return name.removeprefix("SCHEMAV_").removeprefix("CVC_").lower()


def element_of(root: "etree._Element", error: "etree._LogEntry") -> "etree._Element | None":
    """Return the element that a mistake is about, None if libxml2 does not say."""
    path = error.path or ""
    if not path:
        return None
    prefixes = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    # Relative to the element that was checked, which need not be the root of its document.
    _, _, below = path.removeprefix("/").partition("/")
    try:
        hits = root.xpath(f"./{below}" if below else ".", namespaces=prefixes)
    except etree.XPathError:
        return None
    element = hits[0] if isinstance(hits, list) and hits else None
    return element if isinstance(element, etree._Element) else None


def _readable_path(root: "etree._Element", error: "etree._LogEntry") -> str:
    """Return a path of local names, counted where there are several of one name.

    The root's name alone if the place is not known.
    """
    if not error.path:
        return etree.QName(root).localname
    element = element_of(root, error)
    if element is None:
        return _NAMESPACE.sub("", error.path).strip("/")
    steps: list[str] = []
    here: etree._Element | None = element
    while here is not None and here is not root:
        steps.append(_step(here))
        here = here.getparent()
    steps.append(etree.QName(root).localname)
    return "/".join(reversed(steps))


def _step(element: "etree._Element") -> str:
    name = etree.QName(element).localname
    before = sum(1 for _ in element.itersiblings(str(element.tag), preceding=True))
    is_single = before == 0 and next(element.itersiblings(str(element.tag)), None) is None
    return name if is_single else f"{name}[{before + 1}]"


def _field(path: str, error: "etree._LogEntry") -> str:
    attribute = re.search(r"attribute '([^']+)'", error.message)
    if attribute:
        return _NAMESPACE.sub("", attribute.group(1))
    if path:
        return path.rsplit("/", 1)[-1].split("[", 1)[0]
    element = re.search(r"Element '([^']+)'", error.message)
    return _NAMESPACE.sub("", element.group(1)) if element else ""


def _shown(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "…"


def _expected(message: str) -> str:
    names = re.search(r"Expected is (?:one of )?\( (.*) \)", message)
    if names is None:
        return ""
    bare = [_NAMESPACE.sub("", name).strip() for name in names.group(1).split(",")]
    return ", ".join(f"„{name}“" for name in bare[:12]) + (" …" if len(bare) > 12 else "")


def _not_expected(message: str) -> str:
    expected = _expected(message)
    if "Missing child element" in message:
        return f"Es fehlt eine Angabe. Erwartet wird {expected}."
    ending = f" Erwartet wird {expected}." if expected else " Bitte entfernen."
    return f"Dieses Element steht hier nicht richtig.{ending}"


def _value(message: str) -> str:
    value = re.search(r"[Tt]he value '(.*?)'", message, re.DOTALL) or re.search(
        r"^.*?: '(.*?)' is not a valid value", message, re.DOTALL
    )
    return f"„{_shown(value.group(1))}“" if value else "Der Wert"


def _length(message: str) -> str:
    numbers = re.findall(
        r"(?:length of|length is|minimum length of|maximum length of) '(\d+)'", message
    )
    return f" (hat {numbers[0]}, Grenze {numbers[-1]})" if len(numbers) > 1 else ""


def _enumeration(message: str) -> str:
    allowed = re.search(r"of the set \{(.*)\}", message, re.DOTALL)
    listed = _QUOTED.findall(allowed.group(1)) if allowed else []
    shown = ", ".join(listed[:20]) + (" …" if len(listed) > 20 else "")
    return f"{_value(message)} steht nicht in der Codeliste. Erlaubt sind: {shown}."


def _last_quoted(message: str) -> str:
    quoted = _QUOTED.findall(message)
    return _shown(_NAMESPACE.sub("", quoted[-1])) if quoted else ""


_GERMAN: Final[Mapping[str, Callable[[str], str]]] = {
    "SCHEMAV_CVC_ELT_1": lambda m: "Dieses Wurzelelement kennt das Schema nicht.",
    "SCHEMAV_ELEMENT_CONTENT": _not_expected,
    "SCHEMAV_CVC_ENUMERATION_VALID": _enumeration,
    "SCHEMAV_CVC_PATTERN_VALID": lambda m: f"{_value(m)} hat nicht die vorgeschriebene Form.",
    "SCHEMAV_CVC_MINLENGTH_VALID": lambda m: f"Die Angabe ist zu kurz oder leer{_length(m)}.",
    "SCHEMAV_CVC_MAXLENGTH_VALID": lambda m: f"Die Angabe ist zu lang{_length(m)}.",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": lambda m: f"{_value(m)} ist zu klein.",
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": lambda m: f"{_value(m)} ist zu groß.",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": lambda m: f"{_value(m)} hat zu viele Nachkommastellen.",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": lambda m: f"{_value(m)} hat zu viele Stellen.",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": lambda m: f"{_value(m)} ist hier kein gültiger Wert.",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": lambda m: "Dieses Attribut ist hier nicht vorgesehen.",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": lambda m: f"Das Attribut „{_last_quoted(m)}“ fehlt.",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": lambda m: "Zwischen den Elementen steht Text. Bitte entfernen.",
    "SCHEMAV_CVC_TYPE_3_1_2": lambda m: "Hier darf nur Text stehen, keine weiteren Elemente.",
    "SCHEMAV_CVC_TYPE_3_1_1": lambda m: "Hier sind keine Attribute vorgesehen.",
}


def german(error: "etree._LogEntry") -> str:
    """Return what is wrong as a German sentence."""
    translate = _GERMAN.get(error.type_name)
    if translate is not None:
        return translate(error.message)
    plain = _NAMESPACE.sub("", error.message)
    return f"Das Dokument entspricht nicht dem Schema: {_shown(plain)}"
