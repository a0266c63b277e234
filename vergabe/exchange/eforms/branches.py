"""A tree that grows in any order and is written in the one order that the schemas allow.

Whoever writes names fields (`BT-131(d)-Lot`) and groups (`ND-Lot`); the table says where they
stand. A branch with nothing in it is not written, so that no element is ever empty.

Elements are written as text, escaped in one place: making them one by one with lxml takes twice to
four times as long as parsing the finished text (benchmarks/bench_eforms_writing.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from vergabe.exchange.eforms.datatypes import Amount, Duration, Text
from vergabe.exchange.eforms.fields import Field, FieldTable, Node, field_table
from vergabe.exchange.text import clean_text
from vergabe.law.zone import BERLIN

_Child = tuple[int, "str | Branch"]
_place: Final = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to get from a branch to a field: steps down, then the leaf, up to its open attribute.

    repeats_at: index of the step that is made anew for each of several values; shell: index of the
    step that is made anew for each language, where a name has a shell of its own (cac:PartyName).
    """

    steps: tuple[tuple[str, str, int], ...]
    leaf: str
    place: int
    opening: str
    free_attribute: str | None
    codes: Mapping[str, str]
    keeps_blanks: bool
    repeats_at: int | None
    shell: int | None


@dataclass(frozen=True)
class Grammar:
    """What may be written, and where: one object for a subtype, a profile and its languages.

    forbidden: ids of fields that are left out whatever the facts say; codes: for a field's id what
    its codes become.
    """

    table: FieldTable
    languages: tuple[str, ...]
    forbidden: frozenset[str]
    codes: Mapping[str, Mapping[str, str]]
    _plans: dict[tuple[str, str, str], Plan | None] = field(default_factory=dict)
    _paths: dict[tuple[str, str], tuple[tuple[str, str, int], ...]] = field(default_factory=dict)

    def plan(self, node: str, name: str, suffix: str) -> Plan | None:
        """Return the way from a node to a field, None if the field is not to be written."""
        key = (node, name, suffix)
        if key not in self._plans:
            self._plans[key] = self._made_plan(node, self._field(name, suffix))
        return self._plans[key]

    def path(self, node: str, below: str) -> tuple[tuple[str, str, int], ...]:
        """Return the steps from a node to one below: (what makes it one, its name, its place)."""
        key = (node, below)
        if key not in self._paths:
            self._paths[key] = self._made_path(node, below)
        return self._paths[key]

    def is_below(self, node: str, below: str) -> bool:
        """Whether a group stands below another."""
        at: str | None = below
        while at is not None and at != node:
            at = self.table.nodes[at].parent
        return at == node

    def _field(self, name: str, suffix: str) -> Field | None:
        fields = self.table.fields
        found = fields.get(name) or fields.get(f"{name}-{suffix}")
        return found if found is not None and found.id not in self.forbidden else None

    def _made_plan(self, node: str, wanted: Field | None) -> Plan | None:
        if wanted is None or not self.is_below(node, wanted.node):
            return None
        steps = [*self.path(node, wanted.node)]
        shell = len(steps) if len(wanted.steps) > 1 else None
        groups = [at for at, step in enumerate(steps) if self._is_repeatable(step[0])]
        parent = self._last_name(wanted.node)
        *inner, leaf = wanted.steps
        for name in inner:
            steps.append((f"{wanted.node}/{name}", name, self.table.order[parent][name]))
            parent = name
        return Plan(
            steps=tuple(steps),
            leaf=leaf,
            place=self.table.order[parent][leaf],
            opening=leaf + "".join(_attribute(*each) for each in wanted.attributes.items()),
            free_attribute=wanted.free_attribute,
            codes=self.codes.get(wanted.id, {}),
            keeps_blanks=wanted.kind.startswith("text"),
            repeats_at=groups[-1] if groups else shell,
            shell=shell,
        )

    def _is_repeatable(self, node: str) -> bool:
        return node in self.table.nodes and self.table.nodes[node].is_repeatable

    def _made_path(self, node: str, below: str) -> tuple[tuple[str, str, int], ...]:
        chain: list[Node] = []
        at = self.table.nodes[below]
        while at.id != node:
            chain.append(at)
            if at.parent is None:
                raise KeyError(f"{below} is not below {node}")
            at = self.table.nodes[at.parent]
        steps = []
        parent = self._last_name(node)
        for part in reversed(chain):
            for position, name in enumerate(part.steps, start=1):
                is_itself = position == len(part.steps)
                known_as = part.id if is_itself else f"{part.id}/{name}"
                steps.append((known_as, name, self.table.order[parent][name]))
                parent = name
        return tuple(steps)

    def _last_name(self, node: str) -> str:
        steps = self.table.nodes[node].steps
        return steps[-1] if steps else "*"


class Branch:
    """An element to be, with what stands below it. `suffix` completes ids such as `BT-21`."""

    __slots__ = ("_children", "_shared", "grammar", "name", "node", "suffix")

    def __init__(
        self, grammar: Grammar, node: str, name: str = "", suffix: str = "Procedure"
    ) -> None:
        self.grammar = grammar
        self.node = node
        self.name = name
        self.suffix = suffix
        self._children: list[_Child] = []
        self._shared: dict[str, Branch] | None = None

    def put(self, name: str, value: object, attribute: str | None = None) -> None:
        """Write a field; None, an empty text and a field that the subtype forbids write nothing.

        value: text, Text (once a language), Amount, Duration, bool, int or date; attribute: the
        value of the attribute that the table leaves open.
        """
        if value is None or value == "":
            return
        plan = self.grammar.plan(self.node, name, self.suffix)
        if plan is not None:
            self._write(plan, value, attribute, None)

    def put_each(self, name: str, values: Iterable[object], attribute: str | None = None) -> None:
        """Write a field several times, each with a group of its own."""
        plan = self.grammar.plan(self.node, name, self.suffix)
        if plan is not None:
            for value in values:
                self._write(plan, value, attribute, plan.repeats_at)

    def put_instant(self, day: str, time: str, at: dt.datetime | None) -> None:
        """Write an aware instant as a day and a time of Berlin.

        The time has the zone of the instant, the day that of its noon, like every other day: in the
        night of a clock change two days would else differ that are the same to law.
        """
        if at is not None:
            local = at.astimezone(BERLIN)
            self.put(day, local.date())
            self.put(time, local.isoformat(timespec="seconds")[11:])

    def add(self, node: str) -> Branch:
        """Return a new branch for a group below; groups between are shared with others."""
        *between, (_, name, place) = self.grammar.path(self.node, node)
        branch = self
        for step in between:
            branch = branch._down(step)
        return branch._grow(node, name, place)

    def add_if_known(self, node: str) -> Branch | None:
        """Return a new branch for a group below, None if this is not the place for it."""
        return self.add(node) if self.grammar.is_below(self.node, node) else None

    def finish(self) -> None:
        """Turn all that stands here into text: nothing more may be written below this branch.

        Large notices have thousands of branches; those of a finished lot need not wait for the end.
        """
        inner = self.inner()
        self._children = [(0, inner)] if inner else []
        self._shared = None

    def inner(self) -> str:
        """Return as XML all that stands in this branch, in the order of the schema."""
        self._children.sort(key=_place)
        return "".join(
            [
                content if isinstance(content, str) else content._outer()
                for _, content in self._children
            ]
        )

    def _outer(self) -> str:
        inner = self.inner()
        return f"<{self.name}>{inner}</{self.name}>" if inner else ""

    def _write(self, plan: Plan, value: object, attribute: str | None, anew: int | None) -> None:
        if isinstance(value, Text):
            self._write_text(plan, value, anew)
            return
        if isinstance(value, str):
            text, unit = clean_text(value), None
            text = text if plan.keeps_blanks else text.strip()
        else:
            text, unit = _FORMATS[type(value)](value)
        if text and not text.isspace():
            leaf = self._leaf(plan, attribute or unit, plan.codes.get(text, text))
            self._descend(plan, anew)._children.append((plan.place, leaf))

    def _write_text(self, plan: Plan, text: Text, anew: int | None) -> None:
        """Write a text in each language of the notice, for rules want all of them and no other."""
        for number_of, language in enumerate(self.grammar.languages):
            content = clean_text(text.in_language(language))
            if content and not content.isspace():
                branch = self._descend(plan, plan.shell if number_of else anew)
                branch._children.append((plan.place, self._leaf(plan, language, content)))

    @staticmethod
    def _leaf(plan: Plan, free: str | None, text: str) -> str:
        """Return one element as XML: the only place where texts become markup."""
        if free is None or plan.free_attribute is None:
            return f"<{plan.opening}>{escape(text)}</{plan.leaf}>"
        return (
            f"<{plan.opening}{_attribute(plan.free_attribute, free)}>{escape(text)}</{plan.leaf}>"
        )

    def _descend(self, plan: Plan, anew: int | None) -> Branch:
        branch = self
        for at, step in enumerate(plan.steps):
            branch = branch._down(step, anew=at == anew)
        return branch

    def _down(self, step: tuple[str, str, int], *, anew: bool = False) -> Branch:
        if self._shared is None:
            self._shared = {}
        found = self._shared.get(step[0])
        if found is None or anew:
            found = self._shared[step[0]] = self._grow(*step)
        return found

    def _grow(self, node: str, name: str, place: int) -> Branch:
        branch = Branch(self.grammar, node, name, self.suffix)
        self._children.append((place, branch))
        return branch


def _attribute(name: str, value: str) -> str:
    return f" {name}={quoteattr(value)}"


def _of_amount(amount: Amount) -> tuple[str, str]:
    return decimal(amount.cents), amount.currency


def decimal(hundredths: int) -> str:
    """Return a number given in hundredths as a plain decimal with two places."""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02d}"


def number(hundredths: int) -> str:
    """Return a number given in hundredths as short as it can be written (80, 12.5)."""
    text = decimal(hundredths)
    return text.rstrip("0").rstrip(".")


def _of_day(day: dt.date) -> tuple[str, None]:
    """Return a legal day with the zone that Berlin has at noon of it."""
    noon = dt.datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN)
    return f"{day.isoformat()}{noon.isoformat()[19:]}", None


_FORMATS: Final[Mapping[type, Callable[[Any], tuple[str, str | None]]]] = {
    bool: lambda value: ("true" if value else "false", None),
    int: lambda value: (str(value), None),
    Amount: _of_amount,
    Duration: lambda value: (str(value.count), value.unit),
    dt.date: _of_day,
}


def grammar_for(
    subtype: str,
    languages: tuple[str, ...],
    forbidden: Iterable[str] = (),
    codes: Mapping[str, Mapping[str, str]] | None = None,
) -> Grammar:
    """Return what may be written in a subtype; forbidden: what a profile forbids besides."""
    table = field_table()
    by_subtype = {key for key, row in table.fields.items() if subtype in row.forbidden}
    return Grammar(table, languages, frozenset(by_subtype | set(forbidden)), codes or {})
