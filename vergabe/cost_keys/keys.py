"""A cost key as agreed: its kind, its parameters, and what else the money clause says."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, TypeVar

ALL_BASIS_POINTS: Final = 10_000
DEFAULT_DUE_DAYS: Final = 30


class KeyKind(StrEnum):
    """How an amount is divided among members."""

    EQUAL = "equal"
    INHABITANTS = "inhabitants"
    DEMAND_VALUE = "demand_value"
    USAGE = "usage"
    BASE_PLUS_VARIABLE = "base_plus_variable"
    MIXED = "mixed"
    ONE_BEARER = "one_bearer"


class NoAward(StrEnum):
    """Who owes the effort so far when a procedure ends without an award."""

    KEY = "key"
    EQUAL = "equal"
    INHABITANTS = "inhabitants"
    DEMAND_VALUE = "demand_value"
    LEAD_BEARS = "lead_bears"


KEY_NAMES: Final[Mapping[KeyKind, str]] = {
    KeyKind.EQUAL: "gleiche Anteile",
    KeyKind.INHABITANTS: "nach Einwohnern",
    KeyKind.DEMAND_VALUE: "nach dem Wert der Bedarfe",
    KeyKind.USAGE: "nach Nutzung",
    KeyKind.BASE_PLUS_VARIABLE: "Grundbetrag und Nutzung",
    KeyKind.MIXED: "gemischter Schlüssel",
    KeyKind.ONE_BEARER: "ein Mitglied trägt alles",
}
NO_AWARD_NAMES: Final[Mapping[NoAward, str]] = {
    NoAward.KEY: "nach dem Kostenschlüssel",
    NoAward.EQUAL: "zu gleichen Teilen",
    NoAward.INHABITANTS: "nach Einwohnern",
    NoAward.DEMAND_VALUE: "nach dem Wert der Bedarfe",
    NoAward.LEAD_BEARS: "die Federführung allein",
}


@dataclass(frozen=True, kw_only=True)
class CostKey:
    """The agreed key and the clauses that belong to it.

    kind None: not agreed yet. inhabitants_on: the day of the official figures. base_cents: the
    part of an amount that is divided equally before the rest goes by usage. *_basis_points: the
    weights of a mixed key, together 10000. bearer: the key (AGS, else ARS) of the member that
    bears `bearer_basis_points` of every amount, the rest going by `kind`; with ONE_BEARER all.
    no_award, vat_clause: None or empty means that nothing was agreed. due_days: days from a
    reimbursement demand to its due date. interest_basis_points: a year, on what is overdue.
    """

    kind: KeyKind | None
    inhabitants_on: dt.date | None = None
    base_cents: int | None = None
    equal_basis_points: int = 0
    inhabitants_basis_points: int = 0
    demand_value_basis_points: int = 0
    bearer: str | None = None
    bearer_basis_points: int = 0
    no_award: NoAward | None = None
    vat_clause: str = ""
    due_days: int = DEFAULT_DUE_DAYS
    interest_basis_points: int = 0
    note: str = ""

    @property
    def name(self) -> str:
        """Return the German name of the key, with what one member bears beforehand."""
        if self.kind is None:
            return "kein Kostenschlüssel vereinbart"
        name = KEY_NAMES[self.kind]
        if self.kind is KeyKind.ONE_BEARER or not self.bearer_basis_points:
            return name
        return f"{percent(self.bearer_basis_points)} trägt ein Mitglied, den Rest {name}"

    @property
    def asks_for_inhabitants(self) -> bool:
        """Return whether the inhabitants of the members decide on the shares of this key."""
        return self.kind is KeyKind.INHABITANTS or (
            self.kind is KeyKind.MIXED and self.inhabitants_basis_points > 0
        )


_CHOICE = TypeVar("_CHOICE", bound=StrEnum)


def read_key(stored: Mapping[str, Any]) -> CostKey:
    """Return the key as a cooperation stores it (JSON; CostKeySchema in cooperations).

    Nothing is refused here: what is missing or unknown is None and shows in
    `reasons_against_key`.
    """
    day = stored.get("inhabitants_on")
    return CostKey(
        kind=_choice(KeyKind, stored.get("kind")),
        inhabitants_on=dt.date.fromisoformat(day) if day else None,
        base_cents=stored.get("base_cents"),
        equal_basis_points=stored.get("equal_basis_points", 0),
        inhabitants_basis_points=stored.get("inhabitants_basis_points", 0),
        demand_value_basis_points=stored.get("demand_value_basis_points", 0),
        bearer=stored.get("bearer"),
        bearer_basis_points=stored.get("bearer_basis_points", 0),
        no_award=_choice(NoAward, stored.get("no_award")),
        vat_clause=stored.get("vat_clause", ""),
        due_days=stored.get("due_days", DEFAULT_DUE_DAYS),
        interest_basis_points=stored.get("interest_basis_points", 0),
        note=stored.get("note", ""),
    )


def _choice(choices: type[_CHOICE], word: Any) -> _CHOICE | None:
    return choices(word) if word in tuple(choices) else None


def borne_by(key: CostKey, bearer: str, basis_points: int) -> CostKey:
    """Return `key` with a part of every amount borne by one member (its AGS, else ARS).

    basis_points: 10000 means that this member bears all (the county's budget).
    """
    if basis_points == ALL_BASIS_POINTS:
        return replace(key, kind=KeyKind.ONE_BEARER, bearer=bearer, bearer_basis_points=0)
    return replace(key, bearer=bearer, bearer_basis_points=basis_points)


def without_award(key: CostKey, lead: str) -> CostKey | None:
    """Return the key by which the effort so far is shared when nothing was awarded.

    None while nothing was agreed about it. lead: AGS, else ARS, of the lead.
    """
    if key.no_award is None:
        return None
    if key.no_award is NoAward.KEY:
        return key
    if key.no_award is NoAward.LEAD_BEARS:
        return replace(key, kind=KeyKind.ONE_BEARER, bearer=lead, bearer_basis_points=0)
    return replace(key, kind=KeyKind(key.no_award.value), bearer=None, bearer_basis_points=0)


def percent(basis_points: int) -> str:
    """Return basis points as Germans write them: 1250 → `12,5 %`."""
    whole, rest = divmod(basis_points, 100)
    decimals = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{decimals}\N{NO-BREAK SPACE}%"
