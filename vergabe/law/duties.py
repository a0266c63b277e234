"""Duties that depend on a value: competition register, procurement statistics, wage rules.

Each question is answered with its table row of the day; the day is the day the procedure began.
Source: procurement-rules.md, sections 4, 5 and 7.4.
"""

import datetime as dt
from typing import Final

from vergabe.law import parameters
from vergabe.law.results import Result, of_row
from vergabe.law.thresholds import ContractType
from vergabe.money import german as euro

# Concessions and contracts of utilities acting as such (§ 6 (1) sentence 2 WRegG).
FROM_THRESHOLD_ONLY: Final = frozenset(
    {
        ContractType.WORKS_CONCESSION,
        ContractType.SERVICE_CONCESSION,
        ContractType.UTILITIES_SUPPLIES,
        ContractType.UTILITIES_SERVICES,
        ContractType.UTILITIES_WORKS,
    }
)
RECOMMENDED_ONLY: Final = (
    "Ob die Pflicht auch für Vergaben nach § 75a GO NRW gilt, ist ungeklärt; empfohlen wird sie "
    "immer."
)


def register_query(
    estimated_net_cents: int,
    on: dt.date,
    *,
    contract_type: ContractType = ContractType.SERVICES,
    reaches_threshold: bool = False,
) -> Result[bool]:
    """Return whether the competition register must be asked before the award.

    estimated_net_cents: estimated value, cents net; on: day the procedure began. Concessions and
    utilities: from the EU threshold on (sentence 2). Refers to formal procedures; for direct
    orders the query is voluntary. Law: § 6 (1) WRegG.
    """
    found = _value_duty("WRegG-6-1", estimated_net_cents, on, "geschätzten Auftragswert")
    if contract_type not in FROM_THRESHOLD_ONLY:
        return found
    return Result(
        value=reaches_threshold,
        rule=found.rule,
        law="§ 6 Abs. 1 Satz 2 WRegG",
        evidence=found.evidence,
        row=found.row,
        inputs=found.inputs,
        explain=lambda: (
            f"Für {contract_type.label} besteht die Pflicht erst ab dem EU-Schwellenwert; er ist "
            f"{'' if reaches_threshold else 'nicht '}erreicht.",
        ),
    )


def statistics(awarded_net_cents: int, on: dt.date, *, reaches_threshold: bool) -> Result[bool]:
    """Return whether the award must be reported to the procurement statistics.

    awarded_net_cents: value of the award, cents net; on: day the procedure began. Above the EU
    threshold always. Law: § 2 VergStatVO.
    """
    below = _value_duty("VergStatVO-2-2", awarded_net_cents, on, "Auftragswert")
    if not reaches_threshold:
        return below
    return Result(
        value=True,
        rule=below.rule,
        law="§ 2 Abs. 1 VergStatVO",
        evidence=below.evidence,
        row=below.row,
        inputs=below.inputs,
        explain=lambda: ("Oberhalb der EU-Schwelle wird jeder Zuschlag gemeldet.",),
    )


def wage_rules_nrw(estimated_net_cents: int, on: dt.date) -> Result[bool]:
    """Return whether the TVgG NRW applies to a Kommune's contract; cents net."""
    return _value_duty("TVgG-NRW", estimated_net_cents, on, "geschätzten Auftragswert")


def contract_copy(awarded_net_cents: int, on: dt.date, *, works: bool) -> Result[bool]:
    """Return whether a copy of the contract must be kept for its term (§ 8 (4) VgV); cents net."""
    row_id = f"VgV-8-4-copies-{'works' if works else 'supplies'}"
    return _value_duty(row_id, awarded_net_cents, on, "Auftragswert")


def value_duty(row_id: str, value_net_cents: int, on: dt.date) -> Result[bool]:
    """Return whether a value in cents net meets the limit of a row of the table `parameters`.

    Raises UnknownRule or NoRowInForce.
    """
    return _value_duty(row_id, value_net_cents, on, "Auftragswert")


def _value_duty(row_id: str, value_net_cents: int, on: dt.date, noun: str) -> Result[bool]:
    row = parameters.parameter(row_id, on)
    met = row.is_met_by_cents(value_net_cents)
    words = {"at_least": "ab", "more_than": "über", "at_most": "bis", "less_than": "unter"}
    return of_row(
        met,
        row,
        inputs={"value_net_cents": value_net_cents, "on": on},
        explain=lambda: (
            f"{row.title}: gilt bei einem {noun} {words[row.reached]} {euro(row.cents)} netto "
            f"({row.law}).",
            f"Mit {euro(value_net_cents)} ist das {'' if met else 'nicht '}der Fall.",
        ),
    )
