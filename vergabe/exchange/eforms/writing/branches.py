"""A tree that grows in any order and is written in the one order that the schemas allow.

Whoever writes names fields (`BT-131(d)-Lot`) and groups (`ND-Lot`); the table says where they
stand. A branch with nothing in it is not written, so that no element is ever empty.

Elements are written as text, escaped in one place: making them one by one with lxml takes twice to
four times as long as parsing the finished text (benchmarks/bench_eforms_writing.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, Final
from xml.sax.saxutils import escape

from vergabe.exchange.eforms.datatypes import Amount, Duration, Text
from vergabe.exchange.eforms.grammar import Grammar, Plan, attribute_text
from vergabe.exchange.text import clean_text
from vergabe.law.zone import BERLIN, aware

_Child = tuple[int, "str | Branch"]
_place: Final = itemgetter(0)


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
            local = aware(at).astimezone(BERLIN)
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
        opening = plan.opening + attribute_text(plan.free_attribute, free)
        return f"<{opening}>{escape(text)}</{plan.leaf}>"

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
