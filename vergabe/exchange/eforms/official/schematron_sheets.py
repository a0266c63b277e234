"""Schematron as XSLT 3: one walk through the notice instead of a search for every rule.

Contexts are paths from the root, so their steps form a tree of nested loops; at each place the
rules of a pattern are the branches of one choice, of which the first that fits counts, as in
Schematron. The few contexts of other form become templates with falling priority.

The output has a line for each broken assertion: its number, and the path of the place.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import quoteattr

from vergabe.exchange.eforms.official.footprint import Path
from vergabe.exchange.eforms.official.schematron_rules import Assertion, Pattern, Rule, RuleBook

# Code lists, written out in hundreds of tests: each is compiled once instead.
_LIST: Final = re.compile(r"\((?:\s*'[^'()]*'\s*,){7,}\s*'[^'()]*'\s*\)")
# A list of thousands is quicker to compile, and to search, as words by their first letters.
_IS_IN_LIST: Final = re.compile(rf"normalize-space\(\.\) = ({_LIST.pattern})")
_WORDS: Final = re.compile(r"'([^']*)'")
_MANY: Final = 200
_LETTERS: Final = 2
# The whole output where some test could not be evaluated.
FAILED: Final = "failed"
_XSLT: Final = 'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"'


@dataclass(frozen=True)
class Stylesheet:
    """XSLT and the assertions that the numbers in its output mean."""

    text: str
    assertions: tuple[tuple[Rule, Assertion], ...]


@dataclass
class _Place:
    """A place in the notice: what lies below, and the rules about it by pattern."""

    below: dict[str, "_Place"] = field(default_factory=dict)
    rules: dict[str, list[Rule]] = field(default_factory=dict)


def stylesheet(
    book: RuleBook, patterns: Sequence[Pattern], wanted: frozenset[int], *, is_careful: bool
) -> Stylesheet:
    """Return XSLT for those rules of the patterns whose `id()` is in `wanted`.

    is_careful: a test that raises an error counts as broken, instead of ending the whole run; that
    takes longer to compile.
    """
    writer = _Writer(wanted, is_careful=is_careful)
    top = _Place()
    body: list[str] = []
    templates: list[str] = []
    for pattern in patterns:
        if pattern.is_plain:
            _sort_in(top, pattern, wanted)
        elif any(id(rule) in wanted for rule in pattern.rules):
            mode = f"m{len(templates)}"
            body.append(f'<xsl:apply-templates select="." mode="{mode}"/>')
            templates.append(writer.templates(pattern, mode))
    body.insert(0, writer.walk(top))
    lets = [*book.lets, *(let for pattern in patterns for let in pattern.lets)]
    parts = [
        f'<xsl:stylesheet version="3.0" {_XSLT}',
        *(f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in book.namespaces.items()),
        ' exclude-result-prefixes="#all">',
        '<xsl:output method="text"/>',
        *(f"<xsl:variable name={quoteattr(n)} select={quoteattr(v)}/>" for n, v in lets),
        *(
            f'<xsl:variable name="{name}" select={quoteattr(value)}/>'
            for value, name in writer.lists.items()
        ),
        '<xsl:template match="/"><xsl:try>',
        *body,
        f'<xsl:catch errors="*">{FAILED}</xsl:catch></xsl:try></xsl:template>',
        *templates,
        "</xsl:stylesheet>",
    ]
    return Stylesheet("".join(parts), tuple(writer.assertions))


def _sort_in(top: _Place, pattern: Pattern, wanted: frozenset[int]) -> None:
    """Put the wanted rules of a pattern to their places.

    Rules that come before a wanted one at the same path go along without their assertions: a node
    that they match must not reach the later rule, whatever sheet theirs are compiled in.
    """
    at: dict[Path, list[Rule]] = {}
    for rule in pattern.rules:
        at.setdefault(rule.path or (), []).append(rule)
    for path, rules in at.items():
        last = max((n for n, rule in enumerate(rules) if id(rule) in wanted), default=-1)
        if last < 0:
            continue
        place = top
        for name in path:
            place = place.below.setdefault(name, _Place())
        place.rules[pattern.id] = rules[: last + 1]


class _Writer:
    def __init__(self, wanted: frozenset[int], *, is_careful: bool) -> None:
        self._wanted = wanted
        self._is_careful = is_careful
        self.assertions: list[tuple[Rule, Assertion]] = []
        self.lists: dict[str, str] = {}

    def walk(self, place: _Place) -> str:
        """Return what is to be done at a place and below it."""
        parts = [self._choice(rules) for rules in place.rules.values()]
        for name, below in place.below.items():
            parts += [f"<xsl:for-each select={quoteattr(name)}>", self.walk(below)]
            parts.append("</xsl:for-each>")
        return "".join(parts)

    def _choice(self, rules: list[Rule]) -> str:
        if len(rules) == 1 and not _condition(rules[0]):
            return self._tests(rules[0])
        parts = ["<xsl:choose>"]
        for rule in rules:
            inside = self._tests(rule) if id(rule) in self._wanted else ""
            test = quoteattr(_condition(rule) or "true()")
            parts.append(f"<xsl:when test={test}>{inside}</xsl:when>")
        parts.append("</xsl:choose>")
        return "".join(parts)

    def templates(self, pattern: Pattern, mode: str) -> str:
        """Return a mode that walks through all nodes and takes the first rule that matches."""
        has_attributes = any("/@" in rule.context for rule in pattern.rules)
        step = "*|@*" if has_attributes else "*"
        onward = f'<xsl:apply-templates select="{step}" mode="{mode}"/>'
        parts = [f'<xsl:template match="/|*" mode="{mode}" priority="0">{onward}</xsl:template>']
        parts.append(f'<xsl:template match="@*" mode="{mode}" priority="-1"/>')
        for number, rule in enumerate(pattern.rules):
            match, priority = quoteattr(rule.context), len(pattern.rules) - number
            inside = self._tests(rule) if id(rule) in self._wanted else ""
            parts.append(
                f'<xsl:template match={match} mode="{mode}" priority="{priority}">'
                f"{inside}{onward}</xsl:template>"
            )
        return "".join(parts)

    def _tests(self, rule: Rule) -> str:
        if self._is_careful:
            return "".join(self._one_by_one(rule, assertion) for assertion in rule.assertions)
        broken = ", ".join(
            f"if ({self._test(assertion)}) then () else {self._number(rule, assertion)}"
            for assertion in rule.assertions
        )
        told = _line(f"for $broken in ({broken}) return ($broken, ")
        return f"<xsl:sequence select={told}/>"

    def _one_by_one(self, rule: Rule, assertion: Assertion) -> str:
        test, number = self._test(assertion), self._number(rule, assertion)
        told = _line(f"if ({test}) then () else ({number}, ")
        broken = _line(f"({number}, ")
        return (
            f"<xsl:try><xsl:sequence select={told}/>"
            f'<xsl:catch errors="*"><xsl:sequence select={broken}/></xsl:catch></xsl:try>'
        )

    def _test(self, assertion: Assertion) -> str:
        return _LIST.sub(self._named, _IS_IN_LIST.sub(self._in_words, assertion.test))

    def _named(self, match: "re.Match[str]") -> str:
        return "$" + self.lists.setdefault(match[0], f"list{len(self.lists)}")

    def _in_words(self, match: "re.Match[str]") -> str:
        words = _WORDS.findall(match[1])
        if len(words) < _MANY or any(not word or " " in word for word in words):
            return match[0]
        by_letters: dict[str, list[str]] = {}
        for word in words:
            by_letters.setdefault(word[:_LETTERS], []).append(word)
        entries = ", ".join(f"'{key}': ' {' '.join(some)} '" for key, some in by_letters.items())
        name = self.lists.setdefault(f"map {{{entries}}}", f"words{len(self.lists)}")
        return (
            "(let $word := normalize-space(.) return not(contains($word, ' ')) and "
            f"contains(${name}(substring($word, 1, {_LETTERS})), concat(' ', $word, ' ')))"
        )

    def _number(self, rule: Rule, assertion: Assertion) -> int:
        self.assertions.append((rule, assertion))
        return len(self.assertions) - 1


def _line(beginning: str) -> str:
    """Return the attribute for an expression that ends with the place and the end of the line."""
    return quoteattr(f"{beginning}path(), '\n')")


def _condition(rule: Rule) -> str:
    """Return the predicates of all steps as one condition at the last step; empty: none."""
    if "[" not in rule.context:
        return ""
    conditions = []
    for depth, step in enumerate(rule.steps, start=1):
        up = "/".join([".."] * (len(rule.steps) - depth)) or "."
        conditions += [f"{up}[{predicate}]" for predicate in step.predicates]
    return " and ".join(conditions)
