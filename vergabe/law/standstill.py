"""Waiting before the contract (Informations- und Wartepflicht, §§ 134, 135 (3) GWB).

Whether the end shifts from a Saturday, Sunday or holiday is disputed: both readings are computed,
the award is released after the later one. Source: procurement-rules.md, 7.4 and 8.3.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation
from vergabe.law import german, parameters, review_bodies
from vergabe.law.periods import Deadline, compute
from vergabe.law.results import Result
from vergabe.law.tables import Evidence
from vergabe.law.working_days import calendar_of
from vergabe.law.zone import local_day

_THURSDAY: Final = 3


class NoStandstill(StrEnum):
    """Why nobody has to wait (§ 134 (3) GWB)."""

    URGENT_WITHOUT_CALL = "urgent_without_call"
    CALL_OFF = "call_off"


_NO_STANDSTILL: Final = {
    NoStandstill.URGENT_WITHOUT_CALL: (
        "Verhandlungsverfahren ohne Teilnahmewettbewerb wegen besonderer Dringlichkeit: "
        "Informations- und Wartepflicht entfallen."
    ),
    NoStandstill.CALL_OFF: (
        "Einzelauftrag aus einer Rahmenvereinbarung oder einem dynamischen Beschaffungssystem: "
        "Informations- und Wartepflicht entfallen."
    ),
}


@dataclass(frozen=True)
class Standstill:
    """A waiting period and what to think of.

    deadline: None if nobody has to wait. contract_from: first instant the contract may be
    concluded under every reading (aware UTC). warnings: German sentences.
    """

    deadline: Deadline | None
    contract_from: dt.datetime | None
    warnings: tuple[str, ...] = ()


def standstill(
    sent: dt.date | dt.datetime,
    land: str,
    *,
    electronic: bool = True,
    started_on: dt.date | None = None,
    exemption: NoStandstill | None = None,
) -> Result[Standstill]:
    """Return the waiting period after the information to losing bidders.

    sent: dispatch of the last information (receipt is irrelevant). electronic: sent
    electronically or by fax, 10 instead of 15 calendar days. Law: § 134 (2), (3) GWB.
    """
    if exemption is not None:
        return _waived(exemption)
    rule = "GWB-134-2-10" if electronic else "GWB-134-2-15"
    found = compute(rule, sent, land, started_on=started_on)
    return _with_warnings(found, land)


def veat(
    published: dt.date | dt.datetime, land: str, *, started_on: dt.date | None = None
) -> Result[Standstill]:
    """Return the waiting period after a voluntary ex-ante notice in the OJ (§ 135 (3) GWB)."""
    return _with_warnings(compute("GWB-135-3", published, land, started_on=started_on), land)


def below_threshold(
    sent: dt.date | dt.datetime,
    land: str,
    value_net_cents: int,
    *,
    started_on: dt.date,
    lands: tuple[str, ...] = (),
) -> Result[Standstill] | None:
    """Return the waiting period below the EU threshold, or None where there is none.

    land: of the lead, whose holidays count; lands: of all participants. As soon as one is from
    Rheinland-Pfalz: seven calendar days from an estimated value (cents net) of 75,000 euro; the
    regulation ends on 30 June 2027 unless prolonged.
    """
    if not review_bodies.reviews_below_threshold((land, *lands), value_net_cents, started_on):
        return None
    return _with_warnings(compute("RP-NachprV", sent, land, started_on=started_on), land)


def _waived(exemption: NoStandstill) -> Result[Standstill]:
    return Result(
        value=Standstill(None, None),
        rule="GWB-134-3",
        law="§ 134 Abs. 3 GWB",
        evidence=Evidence.CONFIRMED,
        inputs={"exemption": exemption},
        explain=lambda: (_NO_STANDSTILL[exemption],),
    )


def _with_warnings(found: Result[Deadline], land: str) -> Result[Standstill]:
    deadline = found.value
    warnings = _warnings(deadline, land)
    return Result(
        value=Standstill(deadline, deadline.release_at, warnings),
        rule=found.rule,
        law=found.law,
        evidence=found.evidence,
        row=found.row,
        inputs=found.inputs,
        open_question=found.open_question,
        explain=lambda: (*found.steps, *warnings),
    )


def _warnings(deadline: Deadline, land: str) -> tuple[str, ...]:
    calendar = calendar_of(land)
    first = deadline.period.event_day + dt.timedelta(days=1)
    working = calendar.working_days_between(first, deadline.last_day)
    least = parameters.parameter("standstill-working-days", deadline.period.event_day).number
    warnings = []
    if working < least:
        warnings.append(
            f"Den Bietern bleiben bis {german.date(deadline.last_day)} nur "
            f"{german.count(working, 'Arbeitstag', 'Arbeitstage')}; besser später absenden."
        )
    if deadline.period.event_day.weekday() >= _THURSDAY:
        warnings.append(
            "Abgesendet an einem "
            f"{german.weekday(deadline.period.event_day)}: günstiger sind Montag bis Mittwoch."
        )
    if deadline.shifted is not None:
        warnings.append(
            f"Die Frist endet an einem Tag ohne Arbeit ({german.long_date(deadline.last_day)}); "
            f"freigegeben wird erst {german.instant(deadline.release_at)}."
        )
    return tuple(warnings)


def reasons_against_contract(found: Standstill, at: dt.datetime) -> list[Violation]:
    """Return why the contract may not be concluded at an aware instant; empty means it may."""
    if found.contract_from is None or at >= found.contract_from or found.deadline is None:
        return []
    return [
        Violation(
            "standstill_running",
            "Die Wartefrist läuft noch: Der Zuschlag ist frühestens "
            f"{german.instant(found.contract_from)} möglich.",
            law="§ 134 Abs. 2 GWB" if found.deadline.rule.startswith("GWB-134") else None,
        )
    ]


def reasons_against_named_day(found: Standstill, named: dt.date) -> list[Violation]:
    """Return why the earliest day of the contract named in the letter is too early."""
    if found.contract_from is None or named >= local_day(found.contract_from):
        return []
    return [
        Violation(
            "contract_day_too_early",
            f"Der genannte Tag {german.date(named)} ist zu früh; frühester Tag des "
            f"Vertragsschlusses ist der {german.date(local_day(found.contract_from))}.",
            law="§ 134 Abs. 1 und 2 GWB",
            field="contract_from",
        )
    ]
