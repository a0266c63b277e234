"""When a check of an own provider may end with which result (§ 108 GWB): pure functions."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation
from vergabe.texts import lazy

ENOUGH_ACTIVITIES_BASIS_POINTS: Final = 8_000
_ALL: Final = 10_000


class Result(StrEnum):
    """How a check ended."""

    IN_HOUSE = "in_house"
    TENDER = "tender"
    NOT_SUITABLE = "not_suitable"


RESULT_NAMES: Final[Mapping[Result, str]] = {
    Result.IN_HOUSE: lazy("Direkt beauftragen (In-house)"),
    Result.TENDER: lazy("An den Markt gehen"),
    Result.NOT_SUITABLE: lazy("Anbieter kommt nicht in Frage"),
}
# What lawyers dispute or what depends on the case; the page says so.
OPEN_QUESTIONS: Final = (
    "Ob ein Direktauftrag auch unterhalb der EU-Schwellenwerte an § 108 GWB zu messen ist, hängt "
    "vom Recht des Landes und der Satzung ab; hier wird er vorsichtig immer daran gemessen.",
    "Der Anteil der Tätigkeiten wird aus dem Durchschnitt der letzten drei Jahre ermittelt (§ 108 "
    "Abs. 7 GWB); bei neuen Einrichtungen genügt eine glaubhafte Vorausschau. Bitte im Einzelfall "
    "prüfen.",
    "Private Beteiligungen ohne Sperrminorität, die ein Gesetz vorschreibt, können unschädlich "
    "sein (§ 108 Abs. 1 Nr. 3 GWB); hier schließt jede private Beteiligung den Direktauftrag aus, "
    "bis eine Juristin zustimmt.",
    "Ob die Leistung umsatzsteuerfrei ist (§ 2b, § 4 Nr. 29 UStG), ist für den Vergleich wichtig "
    "und gesondert zu klären.",
)


@dataclass(frozen=True)
class Alternative:
    """What somebody else would charge, net in cents, and where the figure comes from."""

    name: str
    amount_net_cents: int
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckFacts:
    """A check as the rules see it; amounts net in cents, shares in basis points."""

    offer_amount_net_cents: int | None = None
    offered_on: dt.date | None = None
    declined_on: dt.date | None = None
    has_control: bool | None = None
    control_note: str = ""
    activities_basis_points: int | None = None
    activities_note: str = ""
    has_private_capital: bool | None = None
    capital_note: str = ""
    alternatives: Sequence[Alternative] = ()
    criteria: str = ""
    comparison: str = ""


@dataclass(frozen=True)
class Condition:
    """A condition of § 108 GWB: is_met None while nobody has said so."""

    key: str
    title: str
    law: str
    is_met: bool | None
    note: str
    reason: str
    """Why it keeps the direct order from being lawful; empty if it does not."""


def conditions(facts: CheckFacts) -> tuple[Condition, ...]:
    """Return the checklist of § 108 (1), (4) and (5) GWB."""
    share = facts.activities_basis_points
    is_enough = None if share is None else share > ENOUGH_ACTIVITIES_BASIS_POINTS
    is_public = None if facts.has_private_capital is None else not facts.has_private_capital
    return (
        _condition(
            "has_control",
            "Die Kommunen kontrollieren den Anbieter wie eine eigene Dienststelle",
            "§ 108 Abs. 1 Nr. 1, Abs. 4 Nr. 1, Abs. 5 GWB",
            facts.has_control,
            facts.control_note,
            "Ohne gemeinsame Kontrolle ist der Anbieter ein Dritter.",
        ),
        _condition(
            "activities_basis_points",
            "Mehr als 80 % seiner Tätigkeiten dienen den Kommunen",
            "§ 108 Abs. 1 Nr. 2, Abs. 4 Nr. 2, Abs. 7 GWB",
            is_enough,
            facts.activities_note,
            "Der Anteil muss über 80 % liegen; genau 80 % genügen nicht.",
        ),
        _condition(
            "has_private_capital",
            "Kein privates Kapital ist beteiligt",
            "§ 108 Abs. 1 Nr. 3, Abs. 4 Nr. 3 GWB",
            is_public,
            facts.capital_note,
            "Mit privatem Kapital ist ein Direktauftrag ausgeschlossen.",
        ),
    )


def _condition(
    key: str, title: str, law: str, is_met: bool | None, note: str, against: str
) -> Condition:
    if is_met is None:
        reason = f"Noch nicht beantwortet: {title}."
    elif not is_met:
        reason = against
    elif not note:
        reason = f"Es fehlt der Beleg: {title}."
    else:
        reason = ""
    return Condition(key, title, law, is_met, note, reason)


@dataclass(frozen=True)
class Figures:
    """The comparison in figures: net cents; difference: offer minus cheapest alternative."""

    offer_net_cents: int
    cheapest: Alternative
    difference_net_cents: int
    difference_basis_points: int
    """Of the cheapest alternative, rounded towards zero; negative: the own provider is cheaper."""

    @property
    def is_cheaper(self) -> bool:
        return self.difference_net_cents < 0


def figures(facts: CheckFacts) -> Figures | None:
    """Return the comparison in figures; None without an offer or without an alternative."""
    offer = facts.offer_amount_net_cents
    if offer is None or not facts.alternatives:
        return None
    cheapest = min(facts.alternatives, key=lambda one: (one.amount_net_cents, one.name))
    difference = offer - cheapest.amount_net_cents
    share = abs(difference) * _ALL // cheapest.amount_net_cents
    return Figures(offer, cheapest, difference, share if difference >= 0 else -share)


def reasons_against_result(facts: CheckFacts, result: Result, reason: str) -> list[Violation]:
    """Return why a check may not end with this result."""
    found: list[Violation] = []
    if result is Result.IN_HOUSE:
        found += _against_direct_order(facts)
    if result is Result.TENDER:
        found += _against_market(facts)
    if not reason:
        found.append(
            Violation("reason_missing", "Begründen Sie das Ergebnis für die Akte.", field="reason")
        )
    return found


def _against_direct_order(facts: CheckFacts) -> Iterator[Violation]:
    if facts.offer_amount_net_cents is None or facts.offered_on is None:
        yield Violation(
            "offer_missing",
            "Ein Direktauftrag braucht ein Angebot mit Betrag und Datum.",
            field="offer_amount_net_cents",
        )
    for condition in conditions(facts):
        if condition.reason:
            yield Violation(
                "condition_not_met", condition.reason, law=condition.law, field=condition.key
            )
    if not facts.alternatives:
        yield Violation(
            "alternatives_missing",
            "Ohne eine Alternative mit Betrag ist nicht zu sehen, ob der Direktauftrag "
            "wirtschaftlich ist.",
            field="alternatives.0.name",
        )
    yield from _against_comparison(facts)


def _against_market(facts: CheckFacts) -> Iterator[Violation]:
    if facts.offer_amount_net_cents is None and facts.declined_on is None:
        yield Violation(
            "provider_not_asked",
            "Tragen Sie das Angebot ein oder den Tag, an dem der Anbieter abgesagt hat.",
            field="offer_amount_net_cents",
        )
    if facts.offer_amount_net_cents is not None:
        yield from _against_comparison(facts)


def _against_comparison(facts: CheckFacts) -> Iterator[Violation]:
    if not facts.criteria:
        yield Violation(
            "criteria_missing", "Nennen Sie, wonach verglichen wurde.", field="criteria"
        )
    if not facts.comparison:
        yield Violation(
            "comparison_missing", "Schreiben Sie, was der Vergleich ergab.", field="comparison"
        )
