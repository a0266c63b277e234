"""The official Schematron rules, run in this process with SaxonC.

Meant for the worker: the first notice of a subtype costs about half a second. What is compiled
grows with what notices need, and is kept. Compile after forking, never before: Saxon's threads do
not live on in a child.
"""

import functools
import os
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import saxonche
from lxml import etree

from vergabe.exchange import parser
from vergabe.exchange.eforms.official import places, schematron_texts
from vergabe.exchange.eforms.official.footprint import Footprint, Path
from vergabe.exchange.eforms.official.raw_findings import RawFinding
from vergabe.exchange.eforms.official.schematron_rules import Assertion, Pattern, Rule, RuleBook
from vergabe.exchange.eforms.official.schematron_sheets import FAILED, stylesheet
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.official.sdk_files import SdkError

# Each more makes the run a little longer; then they are put together.
_MAX_SHEETS: Final = 4
# Rules of so many subtypes are kept at once: each costs some ten megabytes.
_MAX_SUBTYPES: Final = 8
_DECLARATION: Final = re.compile(r"^\ufeff?\s*<\?xml.*?\?>", re.DOTALL)
_LINE: Final = re.compile(r"(\d+) (/\S*)")
_OPTIMISING: Final = "http://saxon.sf.net/feature/optimizationLevel"
# Saxon's threads belong to the process that first used it.
_processes: Final[set[int]] = set()
_starting: Final = threading.Lock()


# A compiled stylesheet and what the numbers in its output mean.
_Sheet = tuple[Any, tuple[tuple[Rule, Assertion], ...]]
# A broken rule and the path of the place.
_Hit = tuple[Rule, Assertion, str]


@dataclass
class _Part:
    """Patterns that are compiled together, and what of them has been compiled."""

    patterns: tuple[Pattern, ...]
    sheets: list[_Sheet] = field(default_factory=list)
    compiled: set[int] = field(default_factory=set)

    @functools.cached_property
    def by_path(self) -> Mapping[Path | None, tuple[Rule, ...]]:
        """The rules by the path of their context."""
        found: dict[Path | None, list[Rule]] = {}
        for rule in (rule for pattern in self.patterns for rule in pattern.rules):
            found.setdefault(rule.path, []).append(rule)
        return {path: tuple(rules) for path, rules in found.items()}

    def rules_for(self, footprint: Footprint, *, but: "set[int] | frozenset[int]") -> set[int]:
        """Return the `id()` of every rule that may fire in a notice, but for some."""
        return {
            id(rule)
            for path in (None, *footprint.paths)
            for rule in self.by_path.get(path, ())
            if id(rule) not in but and footprint.may_fire(rule)
        }


class Checker:
    """Checks notices by the rules of one SDK. Threads may share it; they take turns."""

    def __init__(self, sdk: Sdk) -> None:
        """Read nothing yet; everything is read and compiled when a notice needs it."""
        self.sdk = sdk
        self._lock = threading.Lock()
        self._book: RuleBook | None = None
        self._common: _Part | None = None
        self._own: dict[str, _Part] = {}
        self._processor: Any = None

    def findings(self, notice: "bytes | etree._Element") -> list[RawFinding]:
        """Return what a notice breaks, errors before warnings, then by stage, rule and place.

        A notice without a subtype, or with one that the SDK does not know, is checked by the rules
        common to all, which say so. Raises UnreadableXml for what is no XML, SdkError if the SDK is
        incomplete or damaged or this process was forked from one that had compiled before.
        """
        if isinstance(notice, bytes):
            root = parser.parse(notice)
            text = _decoded(notice, root)
        else:
            root, text = notice, etree.tostring(notice, encoding="unicode", with_tail=False)
        footprint = Footprint(root)
        with self._lock:
            self._start()
            broken = self._broken(text, footprint, places.subtype_of(root))
        found = [self._finding(root, *hit) for hit in broken]
        return sorted(found, key=RawFinding.order)

    def _start(self) -> None:
        with _starting:
            _processes.add(os.getpid())
            if len(_processes) > 1:
                raise SdkError(
                    "schematron_forked",
                    "Die amtlichen Regeln lassen sich hier nicht prüfen: dieser Prozess stammt von "
                    "einem ab, der sie schon geprüft hat. Prüfen Sie sie in einem eigenen Prozess.",
                )
        if self._processor is None:
            self._processor = saxonche.PySaxonProcessor(license=False)
            # What Saxon could gain is less than the time it takes to look for it.
            self._processor.set_configuration_property(_OPTIMISING, "0")
            self._book = RuleBook(self.sdk.files)
            self._common = _Part(self._book.common_patterns())

    def _broken(self, text: str, footprint: Footprint, subtype: str) -> list[_Hit]:
        try:
            node = self._processor.parse_xml(xml_text=text)
        except saxonche.PySaxonApiError as error:
            raise parser.UnreadableXml(
                "xml_broken",
                f"Das XML-Dokument kann nicht nach den amtlichen Regeln geprüft werden: "
                f"{str(error)[:200]}",
            ) from None
        found = []
        for part in self._parts(subtype):
            self._cover(part, part.rules_for(footprint, but=part.compiled))
            hits = [_run(sheet, node) for sheet in part.sheets]
            if None in hits:
                hits = [self._run_carefully(part, footprint, node)]
            found += [hit for some in hits for hit in some or ()]
        return found

    def _run_carefully(self, part: _Part, footprint: Footprint, node: Any) -> list[_Hit]:
        """Run rules where some test cannot be evaluated, as one that compares a date that is none.

        Such a rule counts as broken.
        """
        wanted = part.rules_for(footprint, but=frozenset())
        found = _run(self._compile(part, wanted, is_careful=True), node)
        if found is None:
            raise SdkError(
                "schematron_failed",
                "Die amtlichen Regeln lassen sich an dieser Bekanntmachung nicht ausführen.",
            )
        return found

    def _parts(self, subtype: str) -> list[_Part]:
        assert self._book is not None
        assert self._common is not None
        own = self._own.pop(subtype, None) or _Part(self._book.own_patterns(subtype))
        if not own.patterns:
            return [self._common]
        self._own[subtype] = own  # the last one is the one used last
        while len(self._own) > _MAX_SUBTYPES:
            del self._own[next(iter(self._own))]
        return [self._common, own]

    def _cover(self, part: _Part, missing: set[int]) -> None:
        """Compile rules that no sheet has yet."""
        if not missing:
            return
        if len(part.sheets) == _MAX_SHEETS:
            missing |= part.compiled
            part.sheets.clear()
        part.sheets.append(self._compile(part, missing, is_careful=False))
        part.compiled |= missing

    def _compile(self, part: _Part, wanted: Iterable[int], *, is_careful: bool) -> _Sheet:
        assert self._book is not None
        sheet = stylesheet(self._book, part.patterns, frozenset(wanted), is_careful=is_careful)
        try:
            compiled = self._processor.new_xslt30_processor().compile_stylesheet(
                stylesheet_text=sheet.text
            )
        except saxonche.PySaxonApiError as error:
            raise SdkError(
                "sdk_unreadable",
                f"Die Regeln des eForms-SDK {self.sdk.version} in {self.sdk.files.place} lassen "
                f"sich nicht übersetzen: {str(error)[:300]}",
            ) from None
        return compiled, sheet.assertions

    def _finding(
        self, root: "etree._Element", rule: Rule, assertion: Assertion, path: str
    ) -> RawFinding:
        place = places.element_at(root, path)
        element, attribute = place if place is not None else (root, None)
        named = schematron_texts.field_of(self.sdk, rule, assertion)
        field_id = named or places.field_at(self.sdk, element, attribute)
        return RawFinding(
            severity=assertion.severity,
            rule=assertion.id,
            stage=assertion.stage,
            field=field_id,
            location=places.location(element, attribute),
            text=schematron_texts.text_of(self.sdk, assertion, field_id, "en"),
            line=cast("int | None", element.sourceline),
            german=schematron_texts.text_of(self.sdk, assertion, field_id, "de"),
            kind=schematron_texts.kind_of(assertion),
        )


def _run(sheet: _Sheet, node: Any) -> list[_Hit] | None:
    """Return what is broken, None if a test could not be evaluated."""
    compiled, assertions = sheet
    try:
        output = compiled.transform_to_string(xdm_node=node) or ""
    except saxonche.PySaxonApiError:
        return None
    if output.strip() == FAILED:
        return None
    return [(*assertions[int(number)], path) for number, path in _LINE.findall(output)]


def _decoded(content: bytes, root: "etree._Element") -> str:
    """Return the text of a document without its declaration, which names another encoding.

    And without comments: to the rules one within a value would make two values of it, and an error.
    """
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    text = _DECLARATION.sub("", content.decode(encoding), count=1)
    if "<!--" in text or "<?" in text:
        return etree.tostring(root, encoding="unicode", with_tail=False)
    return text
