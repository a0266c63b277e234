"""Findings as people work through them: consequences folded, in the order of our form, counted.

How the chief of several findings is chosen, strongest reason first:

1. Errors before warnings and hints; our own checks (they name law and remedy), then the schema,
   then the official rules by stage: frame, groups, presence, format, condition, agreement.
2. A finding follows from a chief about the *same thing*: the same official term at the same place.
3. A rule that reads other fields (a condition, an agreement, the languages) follows from a chief
   that says that one of those fields is missing, empty, not allowed or wrong in itself, at the same
   place or where all lots look. A reference to nothing counts as wrong in itself.
4. A finding within a section follows from a chief that says the section is missing; that a section
   is empty follows from a field in it that is missing.
5. What cannot be judged without the subtype follows from the finding that it is missing.
6. The same mistake of one field that our form has once for all lots is one finding.

Nothing is lost: whatever is folded stands under its chief and is counted.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from vergabe.exchange.eforms import checks
from vergabe.exchange.eforms.findings import official_rules
from vergabe.exchange.findings import Finding

_SEVERITIES: Final = {"error": 0, "warning": 1, "info": 2}
_STAGES: Final = {"file": 0, "xml": 1, "domain": 2, "xsd": 3, "schematron": 4}
_KINDS: Final = {
    kind: number
    for number, kinds in enumerate(
        (
            ("frame",),
            ("group_missing", "group_forbidden"),
            ("empty",),
            ("missing", "forbidden"),
            ("repeated", "language_absent", "language_twice"),
            ("language_missing", "language_extra"),
            ("code", "format", "length", "blanks", "attribute", "too_small", "too_large"),
            ("reference",),
            ("conditional",),
            ("empty_section",),
            ("day",),
            ("agreement",),
        )
    )
    for kind in kinds
}
_FIXED_DAYS: Final = ("BT-05(a)-notice", "BT-738-notice")
_AGREEMENTS: Final = ("agreement", "day")
_SECTIONS: Final = ("group_missing", "group_forbidden", "empty_section")
_LANGUAGE: Final = "BT-702"
_TERM: Final = re.compile(r"^((?:BT|OPT|OPP|OPA)-\d+)")
_ATTRIBUTE_OF: Final = {"OPA-36": "BT-36", "OPA-98": "BT-98", "BT-26": "BT-262", "BT-03": "BT-02"}
# One date has two official fields, one place or size has several; people fill in one of ours.
_SAME: Final = {
    "BT-5421": "BT-541",
    "BT-5422": "BT-541",
    "BT-5423": "BT-541",
    "BT-750": "BT-809",
    "BT-760": "BT-759",
    "BT-1711": "BT-171",
}


@dataclass(frozen=True)
class Count:
    """How many findings there are: those to work on, and those that follow from them."""

    errors: int
    warnings: int
    hints: int
    folded: int


@dataclass(frozen=True)
class PageFindings:
    """The findings of one page of our form; key and title are empty for the file as a whole."""

    key: str
    title: str
    findings: tuple[Finding, ...]


def arranged(findings: Sequence[Finding]) -> list[Finding]:
    """Return the chief findings in the order of our form, each with what follows from it.

    A finding folded under a chief keeps its own text; folding is one level deep.
    """
    chiefs = _Chiefs()
    for finding in sorted(findings, key=_rank):
        chiefs.take(finding)
    folded = [_with_folded(chief, under) for chief, under in chiefs]
    return sorted(folded, key=_order)


class _Chiefs:
    """Chiefs with what follows from each; found by term, so that thousands take no minutes."""

    def __init__(self) -> None:
        self._all: list[tuple[Finding, list[Finding]]] = []
        self._by_term: dict[str, list[int]] = {}
        self._by_subject: dict[str, list[int]] = {}
        self._wide: list[int] = []

    def __iter__(self) -> Iterator[tuple[Finding, list[Finding]]]:
        return iter(self._all)

    def take(self, finding: Finding) -> None:
        """Put a finding under the first chief that it follows from, else make it one."""
        for number in self._candidates(finding):
            chief, under = self._all[number]
            if _follows(finding, chief, under):
                under.append(finding)
                return
        number = len(self._all)
        self._all.append((finding, []))
        self._by_term.setdefault(_term(finding.field), []).append(number)
        self._by_subject.setdefault(finding.subject_id, []).append(number)
        if _lacks_subtype(finding) or _kind(finding) in _SECTIONS:
            self._wide.append(number)

    def _candidates(self, finding: Finding) -> list[int]:
        """Return the numbers of the chiefs that can matter, in their order."""
        rule = official_rules.rules().get(finding.rule)
        terms = {_term(finding.field), _LANGUAGE}
        terms |= {_term(other) for other in rule.others} if rule is not None else set()
        found = {number for term in terms for number in self._by_term.get(term, ())}
        found.update(self._wide)
        if _kind(finding) == "empty_section":
            found.update(self._by_subject.get(finding.subject_id, ()))
        return sorted(found)


def by_page(findings: Sequence[Finding]) -> list[PageFindings]:
    """Return arranged findings by page of our form, in its order; first what has no page."""
    titles = {"": "", **{key: title for key, (title, _) in official_rules.form_pages().items()}}
    pages = [
        PageFindings(key, title, tuple(f for f in findings if f.page == key))
        for key, title in titles.items()
    ]
    return [page for page in pages if page.findings]


def count(findings: Sequence[Finding]) -> Count:
    """Return how many there are of arranged findings, and how many are folded under them."""
    number = {name: sum(f.severity == name for f in findings) for name in _SEVERITIES}
    folded = sum(len(finding.folded) for finding in findings)
    return Count(number["error"], number["warning"], number["info"], folded)


def _rank(finding: Finding) -> tuple[int, int, int, int]:
    return (
        _SEVERITIES[finding.severity],
        _STAGES.get(finding.stage, 9),
        _KINDS.get(_kind(finding), 9),
        _position(finding),
    )


def _order(finding: Finding) -> tuple[int, int, str, int]:
    """Return the place in our form; lots in their order, errors first within one field."""
    form = _position(finding)
    return (_page_number(finding), form, finding.subject_id, _SEVERITIES[finding.severity])


def _page_number(finding: Finding) -> int:
    pages = list(official_rules.form_pages())
    return pages.index(finding.page) + 1 if finding.page in pages else 0


def _position(finding: Finding) -> int:
    _, names = official_rules.form_pages().get(finding.page, ("", ()))
    return names.index(finding.form_field) if finding.form_field in names else -1


def _kind(finding: Finding) -> str:
    return _kind_of(finding.rule, finding.field)


@functools.cache
def _kind_of(rule_id: str, field: str) -> str:
    rule = official_rules.rules().get(rule_id)
    if rule is None:
        return ""
    known = official_rules.fields().get(field)
    if rule.kind == "empty" and known is not None and known.type == "node":
        return "empty_section"
    if rule.kind == "agreement":
        # A reference to nothing is wrong by itself; days of the notice are fixed, others may move.
        if known is not None and known.type == "id-ref":
            return "reference"
        return "day" if any(other in _FIXED_DAYS for other in rule.others) else "agreement"
    is_conditional = rule.kind in ("missing", "forbidden") and rule.others
    return "conditional" if is_conditional else rule.kind


@functools.cache
def _term(official: str) -> str:
    """Return the term that people fill in for an official field; a node stands for itself."""
    known = official_rules.fields().get(official)
    if known is not None and known.of:
        return _term(known.of)
    found = _TERM.match(official)
    term = found.group(1) if found else official
    term = _ATTRIBUTE_OF.get(term, term)
    return _SAME.get(term, term)


def _follows(finding: Finding, chief: Finding, under: Sequence[Finding]) -> bool:
    if chief.stage not in ("domain", "xsd", "schematron") or not finding.field:
        return False
    if _lacks_subtype(chief):
        return finding.stage == "schematron"
    if _is_same_mistake(finding, chief):
        return True
    if finding.stage == "domain":
        return finding.severity == chief.severity and _is_same_place(finding, chief)
    if _is_about_same(finding, chief, under):
        return True
    return _reads(finding, chief) or _lies_within(finding, chief)


def _is_same_place(finding: Finding, chief: Finding) -> bool:
    """Return whether two of our own checks speak of one field of one thing."""
    return finding.field == chief.field and finding.subject == chief.subject


def _lacks_subtype(chief: Finding) -> bool:
    return chief.rule == "P-0001"


def _is_same_mistake(finding: Finding, chief: Finding) -> bool:
    """Return whether it is one mistake in a field that our form has once for all lots."""
    return (
        finding.stage == chief.stage
        and finding.severity == chief.severity
        and bool(finding.address)
        and finding.address == chief.address
        and finding.page not in ("lots", "organisation")
        and finding.subject_id != chief.subject_id
        and finding.field == chief.field
        and finding.rule == chief.rule
    )


def _is_about_same(finding: Finding, chief: Finding, under: Sequence[Finding]) -> bool:
    """Return whether both are about one term at one place."""
    if _term(finding.field) != _term(chief.field):
        return False
    if _is_id(chief.field) and _is_wrong_in_itself(chief) and _kind(finding) in _AGREEMENTS:
        return True  # whoever looks for an id looks everywhere
    places = {chief.subject_id, *(f.subject_id for f in under if f.field == chief.field)}
    return finding.subject_id in places and _is_same_part(finding, chief)


def _is_same_part(finding: Finding, chief: Finding) -> bool:
    """Return whether both stand in the same one of several criteria, places, statistics, …

    Own checks and groups speak of the whole; so does whatever names no part.
    """
    parts = [found.subject.partition(", ")[2] for found in (finding, chief)]
    return parts[0] == parts[1] or not all(parts)


def _is_id(field: str) -> bool:
    known = official_rules.fields().get(field)
    return known is not None and known.type in ("id", "id-ref")


def _reads(finding: Finding, chief: Finding) -> bool:
    """Return whether a rule reads a field that the chief says is wrong in itself."""
    rule = official_rules.rules().get(finding.rule)
    if rule is None or not _is_wrong_in_itself(chief):
        return False
    if rule.kind in ("language_missing", "language_extra"):
        return _term(chief.field) == _LANGUAGE
    if _term(chief.field) not in {_term(other) for other in rule.others}:
        return False
    return _sees(finding, chief)


def _is_wrong_in_itself(chief: Finding) -> bool:
    if chief.stage == "schematron":
        return _kind(chief) not in (*_AGREEMENTS, "conditional", "")
    return chief.stage == "xsd" or checks.is_about_one_field(chief.rule)


def _sees(finding: Finding, chief: Finding) -> bool:
    """Return whether a rule at one place can look at the other.

    Whatever stands in the procedure or names things (ids) is seen from everywhere.
    """
    if finding.subject_id == chief.subject_id or not chief.subject_id or not finding.subject_id:
        return True
    return _is_id(chief.field)


def _lies_within(finding: Finding, chief: Finding) -> bool:
    """Return whether a field lies in a section that the chief says is missing or not allowed.

    Or, the other way round, whether a section is empty because the field of the chief is missing.
    """
    if finding.subject_id != chief.subject_id:
        return False
    if _kind(finding) == "empty_section":
        is_missing = chief.stage == "xsd" or _kind(chief) in ("missing", "empty", "conditional")
        return is_missing and _is_in(chief.field, finding.field)
    return _kind(chief) in _SECTIONS and _is_in(finding.field, chief.field)


def _is_in(inner: str, section: str) -> bool:
    known = official_rules.fields()
    if inner not in known or section not in known:
        return False
    return known[inner].xpath.startswith(known[section].xpath.rstrip("/") + "/")


def _with_folded(chief: Finding, under: list[Finding]) -> Finding:
    if not under:
        return chief
    official = dict.fromkeys([*chief.official, *(rule for f in under for rule in f.official)])
    others = [f for f in under if _is_same_mistake(f, chief)]
    message = chief.message
    if others:
        also = ", ".join(dict.fromkeys(f.subject for f in others if f.subject))
        message = f"{message} Dasselbe gilt für: {also}." if also else message
    return replace(chief, message=message, official=tuple(official), folded=tuple(under))
