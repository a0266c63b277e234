"""What is missing before a cost key counts as complete (a cost rule left open is none)."""

from collections.abc import Iterator
from typing import Final

from vergabe.cost_keys.keys import ALL_BASIS_POINTS, CostKey, KeyKind, NoAward
from vergabe.errors import Violation

# A district government refused an agreement whose cost rule was left to a later paper.
COMPENSATION_LAW: Final = "§ 23 Abs. 4 GkG NRW"
VAT_LAW: Final = "§ 2b UStG"


def reasons_against_key(key: CostKey) -> list[Violation]:
    """Return what is missing or cannot be in an agreed cost key; empty means complete.

    Fields are dotted paths below `cost_key`. Law: § 23 (4) GkG NRW (adequate compensation, to be
    settled in the agreement); § 2b UStG for the VAT clause. Whether the members' inhabitants are
    those of the key's day is asked where the members are known (`reasons_against_shares`).
    """
    return [*_of_kind(key), *_of_weights(key), *_of_bearer(key), *_of_clauses(key)]


def _of_kind(key: CostKey) -> Iterator[Violation]:
    if key.kind is None:
        yield _missing(
            "cost_key_missing",
            "Es ist kein Kostenschlüssel vereinbart. Legen Sie fest, wonach Kosten geteilt werden.",
            "kind",
        )
    asks_for_inhabitants = key.asks_for_inhabitants or key.no_award is NoAward.INHABITANTS
    if asks_for_inhabitants and key.inhabitants_on is None:
        yield _missing(
            "key_day_missing",
            "Ein Schlüssel nach Einwohnern braucht den Stichtag der Zahlen.",
            "inhabitants_on",
        )
    if key.kind is KeyKind.BASE_PLUS_VARIABLE and not key.base_cents:
        yield _missing(
            "base_fee_missing",
            "Zum Schlüssel aus Grundbetrag und Nutzung gehört der Grundbetrag in Euro.",
            "base_euro",
        )


def _of_weights(key: CostKey) -> Iterator[Violation]:
    weights = (
        key.equal_basis_points,
        key.inhabitants_basis_points,
        key.demand_value_basis_points,
    )
    if key.kind is KeyKind.MIXED and (
        sum(weights) != ALL_BASIS_POINTS or any(weight < 0 for weight in weights)
    ):
        yield _missing(
            "weights_incomplete",
            "Die Anteile eines gemischten Schlüssels (…_basis_points) ergeben zusammen 10000.",
            "equal_basis_points",
        )


def _of_bearer(key: CostKey) -> Iterator[Violation]:
    bears_part = key.bearer_basis_points > 0
    if (key.kind is KeyKind.ONE_BEARER or bears_part) and not key.bearer:
        yield _missing(
            "bearer_missing",
            "Nennen Sie das Mitglied, das die Kosten trägt (bearer, sein Amtlicher "
            "Gemeindeschlüssel).",
            "bearer",
        )
    if key.kind is KeyKind.ONE_BEARER and 0 < key.bearer_basis_points < ALL_BASIS_POINTS:
        yield _missing(
            "part_beside_one_bearer",
            "Ein Mitglied trägt alles; ein Teil, den ein Mitglied vorab trägt, passt nicht dazu. "
            "Legen Sie neu fest, wer die Kosten trägt.",
            "bearer_basis_points",
        )
    if not 0 <= key.bearer_basis_points <= ALL_BASIS_POINTS:
        yield _missing(
            "bearer_share_impossible",
            "Der Anteil, den ein Mitglied vorab trägt, liegt zwischen 0 und 10000.",
            "bearer_basis_points",
        )


def _of_clauses(key: CostKey) -> Iterator[Violation]:
    if key.no_award is None:
        yield _missing(
            "no_award_rule_missing",
            "Es ist nicht geregelt, wer den Aufwand trägt, wenn ein Verfahren ohne Zuschlag endet.",
            "no_award",
        )
    if not key.vat_clause.strip():
        yield Violation(
            "vat_clause_missing",
            "Es fehlt die Umsatzsteuerklausel: was gilt, wenn die Kostenerstattung der "
            "Umsatzsteuer unterliegt.",
            law=VAT_LAW,
            field="cost_key.vat_clause",
        )


def _missing(code: str, sentence: str, name: str) -> Violation:
    return Violation(code, sentence, law=COMPENSATION_LAW, field=f"cost_key.{name}")
