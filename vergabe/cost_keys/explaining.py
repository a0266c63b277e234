"""How a share came about, in German; made only when somebody asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from vergabe import money
from vergabe.cost_keys.figures import MemberFigures
from vergabe.cost_keys.keys import CostKey, KeyKind, percent

_DIGITS: Final = 4


@dataclass(frozen=True)
class Reason:
    """What the sentences of all members of one division share."""

    amount_cents: int
    key: CostKey
    is_provisional: bool
    members: Sequence[MemberFigures]

    def total(self, figure: Callable[[MemberFigures], int | None]) -> int:
        """Return the sum of a figure over the members that take part."""
        return sum(figure(member) or 0 for member in self.members if member.takes_part)


def reason_of(
    amount_cents: int, key: CostKey, members: Sequence[MemberFigures], *, is_provisional: bool
) -> Reason:
    """Return the common part of the explanations of a division."""
    return Reason(amount_cents, key, is_provisional, members)


def sentence(reason: Reason, member: MemberFigures, cents: int, exact_cents: Fraction) -> str:
    """Return the arithmetic of one share: by what, the exact share, how it was rounded."""
    return f"{_by_what(reason, member)}. {_rounding(reason, cents, exact_cents)}"


def _by_what(reason: Reason, member: MemberFigures) -> str:
    key = reason.key
    if key.kind is KeyKind.ONE_BEARER:
        return "Trägt den ganzen Betrag" if member.key == key.bearer else "Trägt nichts"
    before = ""
    if key.bearer_basis_points:
        part = percent(key.bearer_basis_points)
        if member.key == key.bearer:
            before = f"Trägt vorab {part}, dazu vom Rest: "
        else:
            before = f"Vom Rest nach Abzug von {part}: "
    if not member.takes_part:
        return before + "nichts, ohne eigene Beteiligung"
    return before + (_PHRASES[key.kind](reason, member) if key.kind else "")


def _equal(reason: Reason, member: MemberFigures) -> str:
    count = sum(other.takes_part for other in reason.members)
    return f"1 von {count} gleichen Anteilen"


def _inhabitants(reason: Reason, member: MemberFigures) -> str:
    total = reason.total(lambda other: other.inhabitants)
    day = reason.key.inhabitants_on
    as_of = f" (Stichtag {day:%d.%m.%Y})" if day else ""
    return f"{_whole(member.inhabitants)} von {_whole(total)} Einwohnern{as_of}"


def _demand_value(reason: Reason, member: MemberFigures) -> str:
    total = reason.total(lambda other: other.demand_value_net_cents)
    own = money.german(member.demand_value_net_cents or 0)
    return f"{own} von {money.german(total)} Wert der Bedarfe (netto)"


def _usage(reason: Reason, member: MemberFigures) -> str:
    if reason.is_provisional:
        return f"vorläufig, solange die Nutzung nicht feststeht: {_demand_value(reason, member)}"
    total = reason.total(lambda other: other.usage)
    return f"{_whole(member.usage)} von {_whole(total)} Einheiten der Nutzung"


def _base_plus_variable(reason: Reason, member: MemberFigures) -> str:
    amount = abs(reason.amount_cents)
    base = min(reason.key.base_cents or 0, amount)
    text = f"vom Grundbetrag {money.german(base)} {_equal(reason, member)}"
    if base == amount:
        return text
    return f"{text}, von weiteren {money.german(amount - base)} {_usage(reason, member)}"


def _mixed(reason: Reason, member: MemberFigures) -> str:
    key = reason.key
    parts = [
        (key.equal_basis_points, _equal),
        (key.inhabitants_basis_points, _inhabitants),
        (key.demand_value_basis_points, _demand_value),
    ]
    return "; ".join(
        f"zu {percent(weight)} {phrase(reason, member)}" for weight, phrase in parts if weight
    )


_PHRASES: Final[Mapping[KeyKind, Callable[[Reason, MemberFigures], str]]] = {
    KeyKind.EQUAL: _equal,
    KeyKind.INHABITANTS: _inhabitants,
    KeyKind.DEMAND_VALUE: _demand_value,
    KeyKind.USAGE: _usage,
    KeyKind.BASE_PLUS_VARIABLE: _base_plus_variable,
    KeyKind.MIXED: _mixed,
}


def _rounding(reason: Reason, cents: int, exact_cents: Fraction) -> str:
    of_all = money.german(reason.amount_cents)
    if exact_cents == cents:
        return f"Genau {money.german(cents)} von {of_all}."
    # Away from zero or towards it: for a credit "up" would be the wrong word.
    direction = "aufgerundet" if abs(cents) > abs(exact_cents) else "abgerundet"
    return (
        f"Genau {_exact_euros(exact_cents)} von {of_all}, {direction} auf {money.german(cents)}, "
        "damit die Anteile zusammen den Betrag ergeben."
    )


def _exact_euros(exact_cents: Fraction) -> str:
    """Return an exact amount in euros with four more decimals than cents, cut off."""
    scaled = abs(exact_cents) * 10**_DIGITS
    whole, decimals = divmod(scaled.numerator // scaled.denominator, 10 ** (_DIGITS + 2))
    sign = "-" if exact_cents < 0 else ""
    return f"{sign}{_whole(whole)},{decimals:0{_DIGITS + 2}d}…\N{NO-BREAK SPACE}€"


def _whole(number: int | None) -> str:
    return f"{number or 0:,}".replace(",", ".")
