"""Estimating the value of a procurement (Auftragswertschätzung, § 3 VgV).

Positions of all participants are added up by group; a group is one intended procurement (the
functional unit of a project, or similar supplies). Amounts are cents, net unless the name says
gross. Source: procurement-rules.md, section 3.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from vergabe.law import german, parameters
from vergabe.law.errors import ImpossibleInput
from vergabe.law.results import Result
from vergabe.law.tables import Evidence
from vergabe.law.thresholds import ContractType, eu_threshold
from vergabe.money import german as euro


class Method(StrEnum):
    """How a position's value is found; the codes of the test vectors and three of our own."""

    TOTAL = "total"
    TOTAL_GROSS = "total_gross"
    MONTHLY = "monthly"
    FRAMEWORK = "framework"
    RECURRING_PREVIOUS_YEAR = "recurring_previous_year"
    RECURRING_NEXT_YEAR = "recurring_next_year"
    AUTHORITY_SUPPLIED = "authority_supplied"
    INNOVATION_PARTNERSHIP = "innovation_partnership"
    DESIGN_CONTEST = "design_contest"


PARAGRAPHS: Final[Mapping[Method, str]] = {
    Method.TOTAL: "§ 3 Abs. 1 VgV",
    Method.TOTAL_GROSS: "§ 3 Abs. 1 VgV",
    Method.MONTHLY: "§ 3 Abs. 11 VgV",
    Method.FRAMEWORK: "§ 3 Abs. 4 VgV",
    Method.RECURRING_PREVIOUS_YEAR: "§ 3 Abs. 10 Nr. 1 VgV",
    Method.RECURRING_NEXT_YEAR: "§ 3 Abs. 10 Nr. 2 VgV",
    Method.AUTHORITY_SUPPLIED: "§ 3 Abs. 6 VgV",
    Method.INNOVATION_PARTNERSHIP: "§ 3 Abs. 5 VgV",
    Method.DESIGN_CONTEST: "§ 3 Abs. 12 VgV",
}


@dataclass(frozen=True, kw_only=True)
class Position:
    """One participant's part of a procurement.

    amount_cents: the main amount of the method: total net; total gross (with vat_rate, 0.19 for
    19 %); net a month; maximum of all call-offs; previous year; next twelve months; value
    supplied by the authority; research of all phases; value of the follow-up contract.
    options_net_cents and prizes_net_cents are added whatever the method (§ 3 (1) sentence 2).
    expected_change_net_cents: change in the next twelve months (may be negative).
    later_purchases_net_cents: innovation partnership. term_months None means unlimited.
    """

    municipality: str
    land: str
    amount_cents: int
    method: Method = Method.TOTAL
    group: str = "1"
    lot: str | None = None
    label: str = ""
    vat_rate: Decimal | None = None
    options_net_cents: int = 0
    prizes_net_cents: int = 0
    term_months: int | None = None
    extension_months: int = 0
    expected_change_net_cents: int = 0
    later_purchases_net_cents: int = 0


@dataclass(frozen=True)
class SmallLots:
    """Whether lots may be awarded outside the EU rules (§ 3 (9) VgV); amounts in cents net."""

    lots: tuple[str, ...]
    applies: bool
    sum_net_cents: int
    cap_net_cents: int


@dataclass(frozen=True)
class Estimate:
    """The estimated value of a group, frozen with its day (§ 3 (3) VgV); cents net."""

    group: str
    total_net_cents: int
    threshold_net_cents: int
    reaches_threshold: bool
    group_totals: Mapping[str, int]
    by_municipality: Mapping[str, int]
    by_lot: Mapping[str, int]
    small_lots: SmallLots | None = None

    @property
    def distance_net_cents(self) -> int:
        """Return how far the total is above (or, negative, below) the threshold."""
        return self.total_net_cents - self.threshold_net_cents


def position_value(position: Position, on: dt.date) -> int:
    """Return the value of one position in cents net. Raises ImpossibleInput."""
    _check(position)
    return _main_value(position, on) + position.options_net_cents + position.prizes_net_cents


def _check(position: Position) -> None:
    named = {
        "amount_cents": position.amount_cents,
        "options_net_cents": position.options_net_cents,
        "prizes_net_cents": position.prizes_net_cents,
        "extension_months": position.extension_months,
        "later_purchases_net_cents": position.later_purchases_net_cents,
    }
    for name, value in named.items():
        if value < 0:
            raise ImpossibleInput(
                f"Ein Wert von {position.municipality} ist negativ ({name}).", field=name
            )
    if position.term_months is not None and position.term_months < 1:
        raise ImpossibleInput("Eine Laufzeit hat mindestens einen Monat.", field="term_months")


def _main_value(position: Position, on: dt.date) -> int:
    match position.method:
        case Method.TOTAL_GROSS:
            return _net_of_gross(position)
        case Method.MONTHLY:
            return position.amount_cents * counted_months(position, on)
        case Method.RECURRING_PREVIOUS_YEAR:
            value = position.amount_cents + position.expected_change_net_cents
            if value < 0:
                raise ImpossibleInput(
                    "Der erwartete Rückgang ist größer als der Wert des Vorjahres.",
                    field="expected_change_net_cents",
                )
            return value
        case Method.INNOVATION_PARTNERSHIP:
            return position.amount_cents + position.later_purchases_net_cents
        case _:
            return position.amount_cents


def _net_of_gross(position: Position) -> int:
    rate = position.vat_rate
    if rate is None or not 0 <= rate < 1:
        raise ImpossibleInput(
            "Zu einem Bruttobetrag gehört der Steuersatz als Bruchteil, etwa 0.19.",
            field="vat_rate",
        )
    net = Decimal(position.amount_cents) / (1 + rate)
    return int(net.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def counted_months(position: Position, on: dt.date) -> int:
    """Return the months that count for a contract without a total price: 48 at most."""
    cap = parameters.parameter("VgV-3-11-months", on).number
    if position.term_months is None:
        return cap
    return min(position.term_months + position.extension_months, cap)


def position_step(position: Position, on: dt.date) -> str:
    """Return how a position's value was found, as a German sentence."""
    name = position.label or position.municipality
    value = euro(position_value(position, on))
    extra = position.options_net_cents + position.prizes_net_cents
    plus = f" + {euro(extra)} Optionen und Prämien" if extra else ""
    amount = euro(position.amount_cents)
    law = PARAGRAPHS[position.method]
    match position.method:
        case Method.MONTHLY:
            term = german.count(counted_months(position, on), "Monat", "Monate")
            return f"{name}: {term} × {amount}{plus} = {value} ({law})."
        case Method.TOTAL_GROSS:
            rate = f"{((position.vat_rate or Decimal(0)) * 100).normalize():f}".replace(".", ",")
            return f"{name}: {amount} brutto, ohne {rate} % Umsatzsteuer{plus} = {value} ({law})."
        case Method.RECURRING_PREVIOUS_YEAR:
            change = euro(position.expected_change_net_cents)
            return f"{name}: Vorjahr {amount}, erwartete Änderung {change}{plus} = {value} ({law})."
        case Method.FRAMEWORK:
            return f"{name}: Höchstwert aller Abrufe {amount}{plus} = {value} ({law})."
        case Method.AUTHORITY_SUPPLIED:
            return f"{name}: vom Auftraggeber beigestellt{plus} = {value} ({law})."
        case _:
            return f"{name}: {amount}{plus} = {value} ({law})."


def estimate(
    positions: Sequence[Position],
    contract_type: ContractType,
    on: dt.date,
    *,
    evaluate_group: str | None = None,
    designated_small_lots: Iterable[str] = (),
) -> Result[Estimate]:
    """Return the estimated value of one group and whether it reaches the EU threshold.

    on: day of dispatch or other initiation. evaluate_group: the first position's group if None.
    Raises ImpossibleInput (no positions, unknown group or lot, negative amounts) and NoRowInForce.
    Law: § 3 VgV.
    """
    if not positions:
        raise ImpossibleInput("Es fehlt mindestens eine Position.", field="positions")
    group = positions[0].group if evaluate_group is None else evaluate_group
    values = _values(positions, contract_type, on)
    totals: dict[str, int] = {}
    for position, net_cents in values:
        totals[position.group] = totals.get(position.group, 0) + net_cents
    if group not in totals:
        raise ImpossibleInput(f"Die Gruppe „{group}“ hat keine Position.", field="evaluate_group")
    members = [(position, cents) for position, cents in values if position.group == group]
    threshold = eu_threshold(contract_type, on)
    lots = _sums((position.lot, cents) for position, cents in members)
    designated = tuple(designated_small_lots)
    value = Estimate(
        group=group,
        total_net_cents=totals[group],
        threshold_net_cents=threshold.value,
        reaches_threshold=totals[group] >= threshold.value,
        group_totals=totals,
        by_municipality=_sums((position.municipality, cents) for position, cents in members),
        by_lot=lots,
        small_lots=small_lots(lots, designated, contract_type, on) if designated else None,
    )
    return Result(
        value=value,
        rule="VgV-3",
        law="§ 3 VgV",
        evidence=Evidence.CONFIRMED,
        row=threshold.row,
        inputs={"contract_type": contract_type, "on": on, "positions": positions},
        explain=lambda: _steps(value, [item for item, _ in members], contract_type, on),
    )


def _values(
    positions: Iterable[Position], contract_type: ContractType, on: dt.date
) -> list[tuple[Position, int]]:
    """Return each position with its value in cents net."""
    found = []
    for position in positions:
        if position.method is Method.AUTHORITY_SUPPLIED and not contract_type.is_works:
            raise ImpossibleInput(
                "Beigestellte Leistungen zählen nur bei Bauleistungen (§ 3 Abs. 6 VgV).",
                field="method",
            )
        found.append((position, position_value(position, on)))
    return found


def _sums(pairs: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for key, net_cents in pairs:
        if key is not None:
            sums[key] = sums.get(key, 0) + net_cents
    return sums


def small_lots(
    lots: Mapping[str, int], designated: tuple[str, ...], contract_type: ContractType, on: dt.date
) -> SmallLots:
    """Return whether the designated lots fall under the small-lot exception.

    lots: value of every lot in cents net. Each designated lot must be below 80,000 euro (works:
    1,000,000) and their sum at most 20 % of all lots. Raises ImpossibleInput for an unknown lot.
    Law: § 3 (9) VgV.
    """
    unknown = [lot for lot in designated if lot not in lots]
    if unknown:
        raise ImpossibleInput(
            f"Das Los {german.join(unknown)} kommt nicht vor.", field="designated_small_lots"
        )
    kind = "works" if contract_type.is_works else "supplies"
    single = parameters.parameter(f"VgV-3-9-{kind}", on)
    share = parameters.parameter("VgV-3-9-share", on)
    chosen = tuple(dict.fromkeys(designated))
    total = sum(lots.values())
    together = sum(lots[lot] for lot in chosen)
    applies = all(single.is_met_by_cents(lots[lot]) for lot in chosen) and (
        together * 100 <= share.number * total
    )
    return SmallLots(chosen, applies, together, share.number * total // 100)


def _steps(
    value: Estimate, members: Sequence[Position], contract_type: ContractType, on: dt.date
) -> list[str]:
    steps = [position_step(position, on) for position in members]
    steps.append(
        f"Geschätzter Auftragswert am {german.date(on)}: {euro(value.total_net_cents)} netto "
        "(Summe aller Beteiligten, § 3 Abs. 1 und 3 VgV)."
    )
    compared = "erreicht den" if value.reaches_threshold else "bleibt unter dem"
    steps.append(
        f"Das {compared} EU-Schwellenwert für {contract_type.label} von "
        f"{euro(value.threshold_net_cents)}."
    )
    if value.small_lots is not None:
        lots = value.small_lots
        steps.append(
            f"Kleinlose {german.join(lots.lots)}: zusammen {euro(lots.sum_net_cents)}, erlaubt "
            f"sind höchstens {euro(lots.cap_net_cents)}; die Ausnahme gilt "
            f"{'' if lots.applies else 'nicht '}(§ 3 Abs. 9 VgV)."
        )
    return steps


def main_contract_type(values_net_cents: Mapping[ContractType, int]) -> ContractType:
    """Return the contract type that governs a mix of supplies and services: the higher value.

    Social services beside other services likewise (§ 110 (2) no. 1 GWB). Raises ImpossibleInput if
    works are part of it: there the main subject decides, which no arithmetic finds (§ 110 GWB).
    """
    if not values_net_cents:
        raise ImpossibleInput("Es fehlt mindestens ein Wert.", field="contract_type")
    if len(values_net_cents) > 1 and any(kind.is_works for kind in values_net_cents):
        raise ImpossibleInput(
            "Bei gemischten Aufträgen mit Bauleistungen entscheidet der Hauptgegenstand "
            "(§ 110 GWB); bitte die Auftragsart festlegen.",
            field="contract_type",
        )
    return max(values_net_cents, key=lambda kind: (values_net_cents[kind], kind.value))
