"""Filters of lists: each reads its fields from an address and says what it means in SQL.

What is wrong is told at the field; what is right becomes conditions and a chip, the sentence that
stands above the list and takes the filter away again.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Final, Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict

from vergabe import clock, money
from vergabe.errors import Violation, gather
from vergabe.exchange.german import parse_money_cents
from vergabe.exchange.german_dates import parse_date
from vergabe.texts import gettext as _
from vergabe.texts import lazy

Args = MultiDict[str, str]
Condition = ColumnElement[bool]
Option = tuple[str, str]
Measured = ColumnElement[Any] | InstrumentedAttribute[Any]

_WORDS_MAX: Final = 8
_TEXT_MAX: Final = 200


@dataclass(frozen=True)
class Chip:
    """An active filter in words; names: the fields that it takes away."""

    text: str
    names: Sequence[str]


@dataclass(frozen=True)
class Reading:
    """What a filter found in an address; entry: what was typed, by field."""

    entry: dict[str, list[str]] = field(default_factory=dict)
    conditions: Sequence[Condition] = ()
    chips: Sequence[Chip] = ()
    violations: Sequence[Violation] = ()


class Filter(Protocol):
    """What a list can be narrowed by. `kind` says how the page draws it."""

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def is_folded(self) -> bool: ...

    def read(self, args: Args) -> Reading: ...


@dataclass(frozen=True)
class TextFilter:
    """Words that must all occur; `matches` gets each one composed and casefolded."""

    name: str
    label: str
    matches: Callable[[str], Condition]
    hint: str | None = None
    is_folded: bool = False
    kind: ClassVar[str] = "text"

    def read(self, args: Args) -> Reading:
        typed = args.get(self.name, "").replace("\x00", "").strip()[:_TEXT_MAX]
        words = unicodedata.normalize("NFC", typed).casefold().split()[:_WORDS_MAX]
        if not words:
            return Reading({self.name: []})
        return Reading(
            {self.name: [typed]},
            [self.matches(word) for word in words],
            [Chip(f"{self.label}: „{typed}“", [self.name])],
        )


@dataclass(frozen=True)
class OneOf:
    """One of several values; `blank` is the label of no choice.

    otherwise: what holds while nothing is chosen, None for everything.
    """

    name: str
    label: str
    options: Sequence[Option]
    matches: Callable[[str], Condition]
    blank: str = lazy("Alle")
    is_folded: bool = False
    otherwise: Callable[[], Condition] | None = None
    kind: ClassVar[str] = "one_of"

    def read(self, args: Args) -> Reading:
        wanted = args.get(self.name, "")
        if not wanted:
            return Reading({self.name: []}, [self.otherwise()] if self.otherwise else [])
        names = dict(self.options)
        if wanted not in names:
            return Reading({self.name: [wanted]}, violations=[_no_choice(self.name)])
        chip = Chip(f"{self.label}: {names[wanted]}", [self.name])
        return Reading({self.name: [wanted]}, [self.matches(wanted)], [chip])


@dataclass(frozen=True)
class AnyOf:
    """Any of several values; none chosen means all."""

    name: str
    label: str
    options: Sequence[Option]
    matches: Callable[[Sequence[str]], Condition]
    is_folded: bool = True
    kind: ClassVar[str] = "any_of"

    def read(self, args: Args) -> Reading:
        wanted = list(dict.fromkeys(filter(None, args.getlist(self.name))))
        if not wanted:
            return Reading({self.name: []})
        names = dict(self.options)
        if not names.keys() >= set(wanted):
            return Reading({self.name: wanted}, violations=[_no_choice(self.name)])
        words = _(" oder ").join(str(names[each]) for each in wanted)
        chip = Chip(f"{self.label}: {words}", [self.name])
        return Reading({self.name: wanted}, [self.matches(wanted)], [chip])


@dataclass(frozen=True)
class Yes:
    """A single yes, such as "Nur eigene"."""

    name: str
    label: str
    matches: Callable[[], Condition]
    is_folded: bool = False
    kind: ClassVar[str] = "yes"

    def read(self, args: Args) -> Reading:
        if args.get(self.name, "") not in ("1", "on"):
            return Reading({self.name: []})
        return Reading({self.name: ["1"]}, [self.matches()], [Chip(self.label, [self.name])])


@dataclass(frozen=True)
class Days:
    """From a day to a day in Germany, both included; fields NAME_von and NAME_bis.

    column: of legal days, or of instants.
    """

    name: str
    label: str
    column: Measured
    is_folded: bool = True
    kind: ClassVar[str] = "days"

    def read(self, args: Args) -> Reading:
        return _range(self, args, lambda text, name: parse_date(text, field=name), self._meaning)

    def _meaning(self, first: dt.date | None, last: dt.date | None) -> tuple[list[Condition], str]:
        conditions: list[Condition] = []
        is_instant = issubclass(self.column.type.python_type, dt.datetime)
        if first is not None:
            conditions.append(self.column >= (clock.start_of_day(first) if is_instant else first))
        if last is not None and is_instant:
            conditions.append(self.column < clock.start_of_day(last + dt.timedelta(days=1)))
        elif last is not None:
            conditions.append(self.column <= last)
        shown = [None if day is None else f"{day:%d.%m.%Y}" for day in (first, last)]
        return conditions, _words(*shown)


@dataclass(frozen=True)
class Amounts:
    """From an amount to an amount in euros, both included; column: cents. As `Days`."""

    name: str
    label: str
    column: Measured
    is_folded: bool = True
    kind: ClassVar[str] = "amounts"

    def read(self, args: Args) -> Reading:
        return _range(
            self, args, lambda text, name: parse_money_cents(text, field=name), self._meaning
        )

    def _meaning(self, least: int | None, most: int | None) -> tuple[list[Condition], str]:
        conditions: list[Condition] = []
        if least is not None:
            conditions.append(self.column >= least)
        if most is not None:
            conditions.append(self.column <= most)
        shown = [None if cents is None else money.german(cents) for cents in (least, most)]
        return conditions, _words(*shown)


def _range(
    filter_: Days | Amounts,
    args: Args,
    parse: Callable[[str, str], Any],
    meaning: Callable[[Any, Any], tuple[list[Condition], str]],
) -> Reading:
    names = [f"{filter_.name}_von", f"{filter_.name}_bis"]
    typed = {name: args.get(name, "").strip()[:_TEXT_MAX] for name in names}
    found: list[Any] = []
    violations: list[Violation] = []
    for name in names:
        read = partial(parse, typed[name], name)
        found.append(gather(violations, read) if typed[name] else None)
    first, last = found
    if first is not None and last is not None and first > last:
        message = _("„bis“ liegt vor „von“. Bitte tauschen Sie die beiden Angaben.")
        violations.append(Violation("range_reversed", message, field=names[1]))
    entry = {name: [text] if text else [] for name, text in typed.items()}
    if violations or (first is None and last is None):
        return Reading(entry, violations=violations)
    conditions, words = meaning(first, last)
    return Reading(entry, conditions, [Chip(f"{filter_.label} {words}", names)])


def _words(first: str | None, last: str | None) -> str:
    if first and last:
        return _("von %(first)s bis %(last)s", first=first, last=last)
    return _("ab %(first)s", first=first) if first else _("bis %(last)s", last=last)


def _no_choice(name: str) -> Violation:
    message = _("Diese Auswahl gibt es nicht (mehr). Bitte wählen Sie aus der Liste.")
    return Violation("choice_unknown", message, field=name)
