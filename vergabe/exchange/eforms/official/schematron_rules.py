"""The SDK's static Schematron as data: phases, patterns, rules and their assertions."""

import functools
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from vergabe.exchange.eforms.official.raw_findings import RawSeverity
from vergabe.exchange.eforms.official.sdk import RULES
from vergabe.exchange.eforms.official.sdk_fields import without_predicates
from vergabe.exchange.eforms.official.sdk_files import SdkError, SdkFiles

_SCH: Final = "{http://purl.oclc.org/dsdl/schematron}"
_PREFIX: Final = "EFORMS-"
_STAGE: Final = re.compile(r"stage-(\d+[a-z]?)")
_CALLS: Final = re.compile(r"([\w-]+)\(")
# These cannot raise an error.
_SAFE_CALLS: Final = frozenset({"not", "text"})


@dataclass(frozen=True, slots=True)
class Assertion:
    """One official rule: `test` is XPath 2 that must be true at the context of its rule."""

    id: str
    test: str
    severity: RawSeverity
    stage: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a context: a name with the SDK's prefix and what stands in brackets."""

    name: str
    predicates: tuple[str, ...]


class Rule:
    """A context and what must hold there.

    path: the names of the context's steps, the root as `*`; None where the context is not a plain
    path from the root, so that nodes cannot be walked to.
    """

    __slots__ = ("_steps", "assertions", "context", "path")

    def __init__(self, context: str, assertions: tuple[Assertion, ...]) -> None:
        self.context = context
        self.assertions = assertions
        self.path = path_of(context)
        self._steps: tuple[Step, ...] | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps with their predicates, read when asked for: most rules are never needed."""
        if self._steps is None:
            self._steps = tuple(_step(part) for part in _split(self.context)[1:])
        return self._steps


@dataclass(frozen=True)
class Pattern:
    """Rules of which the first that matches a node is the only one that counts for it."""

    id: str
    lets: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]

    @functools.cached_property
    def is_plain(self) -> bool:
        """Whether every context is a path from the root."""
        return all(rule.path is not None for rule in self.rules)


class RuleBook:
    """All rules of one SDK; patterns are read when first asked for."""

    def __init__(self, files: SdkFiles) -> None:
        """Read the main file; SdkError if it is missing or is not the Schematron we know."""
        self._files = files
        self._lock = threading.Lock()
        self._patterns: dict[tuple[str, str], Pattern] = {}
        main = _parsed(files, RULES)
        self.namespaces: Mapping[str, str] = {
            node.get("prefix", ""): node.get("uri", "") for node in main.findall(f"{_SCH}ns")
        }
        self.lets = _lets(main)
        self.phases: Mapping[str, tuple[str, ...]] = {
            phase.get("id", ""): tuple(
                active.get("pattern", "") for active in phase.findall(f"{_SCH}active")
            )
            for phase in main.findall(f"{_SCH}phase")
        }
        self._fields: Mapping[str, str] = {
            node.get("id", ""): node.get("see", "").partition(":")[2]
            for node in main.iter(f"{_SCH}diagnostic")
        }
        if not self.phases:
            raise SdkError("sdk_unreadable", f"{RULES} in {files.place} hat keine Phasen.")

    @functools.cached_property
    def common(self) -> frozenset[str]:
        """Patterns that belong to every subtype."""
        return frozenset.intersection(*(frozenset(ids) for ids in self.phases.values()))

    def common_patterns(self) -> tuple[Pattern, ...]:
        """Return the patterns that every subtype shares, in their order."""
        first = next(iter(self.phases.values()))
        return tuple(self._pattern(name, "") for name in first if name in self.common)

    def own_patterns(self, subtype: str) -> tuple[Pattern, ...]:
        """Return the patterns of one subtype alone; empty for a subtype without a phase."""
        ids = self.phases.get(f"eforms-{subtype}", ())
        return tuple(self._pattern(name, subtype) for name in ids if name not in self.common)

    def _pattern(self, pattern_id: str, subtype: str) -> Pattern:
        with self._lock:
            known = self._patterns.get((pattern_id, subtype))
            if known is None:
                known = self._patterns[pattern_id, subtype] = self._read(pattern_id, subtype)
        return known

    def _read(self, pattern_id: str, subtype: str) -> Pattern:
        name = f"schematrons/static/{pattern_id.removeprefix(_PREFIX)}.sch"
        root = _parsed(self._files, name)
        stage = _STAGE.search(pattern_id)
        if root.get("id") != pattern_id or stage is None:
            raise _unknown(self._files, name, f"Muster {root.get('id')!r}")
        # A sheet of one subtype runs for that subtype alone, so this is always true in it.
        always = f"[$noticeSubType = '{subtype}']"
        rules = []
        for node in root:
            if node.tag == f"{_SCH}let":
                continue
            if node.tag != f"{_SCH}rule" or node.get("abstract"):
                raise _unknown(self._files, name, str(node.tag))
            context = node.get("context", "").replace(always, "")
            rules.append(Rule(context, self._assertions(node, name, stage[1])))
        return Pattern(pattern_id, _lets(root), tuple(rules))

    def _assertions(self, rule: "etree._Element", name: str, stage: str) -> tuple[Assertion, ...]:
        found = []
        for node in rule:
            if node.tag != f"{_SCH}assert":
                # A rule that we would pass over in silence is worse than none.
                raise _unknown(self._files, name, str(node.tag))
            severity: RawSeverity = "warning" if node.get("role") == "WARN" else "error"
            field = self._fields.get(node.get("diagnostics", ""))
            found.append(
                Assertion(node.get("id", ""), node.get("test", ""), severity, stage, field)
            )
        return tuple(found)


def path_of(context: str) -> tuple[str, ...] | None:
    """Return the names of the steps of `/*/a[…]/@b`; None for any other form of context."""
    names = without_predicates(context).split("/")
    is_path = names[0] == "" and "" not in names[1:] and names[1] == "*"
    if not is_path:
        return None
    # In a match pattern a predicate with an error does not match, in a condition it ends the run.
    if not _SAFE_CALLS.issuperset(_CALLS.findall(context)):
        return None
    return tuple(names[1:])


def _split(context: str) -> list[str]:
    """Return the parts between slashes that stand outside brackets and quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for position, character in enumerate(context):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "[":
            depth += 1
        elif character == "]":
            depth -= 1
        elif character == "/" and depth == 0:
            parts.append(context[start:position])
            start = position + 1
    parts.append(context[start:])
    return parts


def _step(part: str) -> Step:
    name, bracket, rest = part.partition("[")
    predicates, depth, quote, start = [], 1, "", 0
    for position, character in enumerate(rest if bracket else ""):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "[":
            depth += 1
            start = position + 1 if depth == 1 else start
        elif character == "]":
            depth -= 1
            if depth == 0:
                predicates.append(rest[start:position])
    return Step(name, tuple(predicates))


def _lets(node: "etree._Element") -> tuple[tuple[str, str], ...]:
    return tuple((let.get("name", ""), let.get("value", "")) for let in node.findall(f"{_SCH}let"))


def _parsed(files: SdkFiles, name: str) -> "etree._Element":
    strict = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        # The operator's own SDK, larger than what the parser for foreign documents lets in.
        return etree.fromstring(files.read(name), strict)  # noqa: TID251
    except etree.XMLSyntaxError as error:
        raise SdkError(
            "sdk_unreadable", f"{name} im eForms-SDK in {files.place} ist kein XML: {error}"
        ) from None


def _unknown(files: SdkFiles, name: str, what: str) -> SdkError:
    return SdkError(
        "sdk_unreadable",
        f"{name} im eForms-SDK in {files.place} enthält etwas, das hier nicht gelesen werden kann "
        f"({what}). Gelesen werden die Versionen 1.13 bis 1.15.",
    )
