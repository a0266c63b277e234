"""Dividing into lots (Losgrundsatz, § 97 (4), § 97a GWB) and reasons for joining them."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation
from vergabe.law import parameters
from vergabe.law.results import Result, of_row
from vergabe.law.tables import Evidence
from vergabe.law.thresholds import ContractType, eu_threshold
from vergabe.money import german as euro

_TIME_REASONS: Final = "GWB-97a-3"


class JoiningReason(StrEnum):
    """Grounds on which several lots may be awarded together."""

    ECONOMIC = "economic"
    TECHNICAL = "technical"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class TotalAwardFacts:
    """What the award of all lots together for reasons of time depends on.

    special_fund: financed from the special fund Infrastruktur und Klimaneutralität;
    listed_transport: listed federal transport infrastructure; time_reasons: they require it.
    """

    infrastructure: bool
    special_fund: bool
    listed_transport: bool
    time_reasons: bool


def time_based_total_award(
    facts: TotalAwardFacts, value_net_cents: int, contract_type: ContractType, on: dt.date
) -> Result[bool]:
    """Return whether reasons of time may justify awarding lots together.

    value_net_cents: estimated value of the project; on: day of initiation. Law: § 97a (3), (4)
    GWB, in force since 1 July 2026; before that day never.
    """
    if not parameters.is_in_force(_TIME_REASONS, on):
        return Result(
            value=False,
            rule=_TIME_REASONS,
            law="§ 97 Abs. 4 GWB in der bis 30.06.2026 geltenden Fassung",
            evidence=Evidence.CONFIRMED,
            inputs={"on": on},
            explain=lambda: ("Zeitliche Gründe kennt das Gesetz erst seit dem 01.07.2026.",),
        )
    row = parameters.parameter(_TIME_REASONS, on)
    least = row.number * eu_threshold(contract_type, on).value
    large = value_net_cents >= least
    kind = facts.listed_transport or (facts.infrastructure and facts.special_fund)
    permitted = large and kind and facts.time_reasons
    return of_row(
        permitted,
        row,
        inputs={"facts": facts, "value_net_cents": value_net_cents, "on": on},
        explain=lambda: (
            f"Erforderlich ist ein Wert ab dem {row.number}-Fachen des Schwellenwerts, "
            f"{euro(least)}; geschätzt sind {euro(value_net_cents)}: "
            f"{'erreicht' if large else 'nicht erreicht'}.",
            "Infrastrukturvorhaben aus dem Sondervermögen Infrastruktur und Klimaneutralität oder "
            f"gelistete Verkehrsinfrastruktur des Bundes: {'ja' if kind else 'nein'}.",
            f"Zeitliche Gründe erfordern es: {'ja' if facts.time_reasons else 'nein'}.",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class JoiningFacts:
    """Why lots are to be awarded together; the four texts are the record's (§ 8 (2) no. 11 VgV)."""

    ground: JoiningReason | None
    facts: str = ""
    alternatives: str = ""
    weighing: str = ""
    decision: str = ""
    total_award: TotalAwardFacts | None = None


def reasons_against_joining(
    joining: JoiningFacts,
    *,
    value_net_cents: int,
    contract_type: ContractType,
    on: dt.date,
    above_threshold: bool,
) -> list[Violation]:
    """Return why lots may not be joined yet; empty means the reason is complete.

    Above the threshold a ground is needed (§ 97a (2), (3) GWB); the four elements of the reason
    are asked for everywhere (product convention, procurement-rules.md, section 12).
    """
    law = "§ 97a Abs. 2 GWB" if on >= dt.date(2026, 7, 1) else "§ 97 Abs. 4 Satz 3 GWB"
    found = []
    if above_threshold and joining.ground is None:
        found.append(
            Violation(
                "joining_ground_missing",
                "Lose dürfen nur zusammen vergeben werden, wenn wirtschaftliche oder technische "
                "Gründe es erfordern. Bitte den Grund wählen.",
                law=law,
                field="ground",
            )
        )
    if above_threshold and joining.ground is JoiningReason.TIME:
        facts = joining.total_award
        if (
            facts is None
            or not time_based_total_award(facts, value_net_cents, contract_type, on).value
        ):
            found.append(
                Violation(
                    "time_reasons_not_enough",
                    "Zeitliche Gründe genügen hier nicht: nur bei großen Infrastrukturvorhaben "
                    "aus dem Sondervermögen oder gelisteter Verkehrsinfrastruktur.",
                    law="§ 97a Abs. 3 und 4 GWB",
                    field="ground",
                )
            )
    names = {
        "facts": "fehlt der Sachverhalt",
        "alternatives": "fehlen die geprüften Alternativen",
        "weighing": "fehlt die Abwägung",
        "decision": "fehlt die Entscheidung",
    }
    found.extend(
        Violation(
            "joining_reason_incomplete",
            f"In der Begründung der Zusammenfassung {name}.",
            law="§ 8 Abs. 2 Nr. 11 VgV",
            field=field,
        )
        for field, name in names.items()
        if not getattr(joining, field).strip()
    )
    return found
