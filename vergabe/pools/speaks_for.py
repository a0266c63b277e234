"""What speaks for a proposed pool, in German sentences."""

from typing import Final

from vergabe.law.german import date, join
from vergabe.money import german
from vergabe.pools.case import Case, Reason

CLOSE_SIMILARITY: Final = 0.6


def reasons_for(case: Case) -> list[Reason]:
    """Return what speaks for the pool, the weightiest first."""
    return [
        *_members(case),
        *_one_procedure(case),
        *_total(case),
        *_below_threshold(case),
        *_close_wording(case),
        *_common_window(case),
        *_in_time(case),
        *_one_land(case),
    ]


def _members(case: Case) -> list[Reason]:
    names = [case.names[key] for key in case.proposal.organisation_ids]
    text = f"{len(names)} Mitglieder brauchen Vergleichbares: {join(names)}."
    return [Reason("members", text)]


def _one_procedure(case: Case) -> list[Reason]:
    text = (
        f"Ein Vergabeverfahren statt {len(case.demands)}: Unterlagen, Bekanntmachung, Wertung und "
        "Vergabevermerk entstehen nur einmal."
    )
    return [Reason("one_procedure", text, law="§ 4 Abs. 1 VgV")]


def _total(case: Case) -> list[Reason]:
    valued = len(case.demands) - case.proposal.unvalued_count
    if not case.total:
        return []
    of = (
        "aller Bedarfe"
        if valued == len(case.demands)
        else f"von {valued} der {len(case.demands)} Bedarfe"
    )
    text = f"Zusammen geht es um {german(case.total)} netto (Summe der Schätzungen {of})."
    return [Reason("total_value", text)]


def _below_threshold(case: Case) -> list[Reason]:
    if case.threshold is None or case.reaches_threshold or case.proposal.unvalued_count:
        return []
    if any(demand.has_placeholder_value for demand in case.demands):
        return []
    text = (
        f"Der gemeinsame Wert von {german(case.total)} bleibt um "
        f"{german(case.threshold - case.total)} unter dem EU-Schwellenwert von "
        f"{german(case.threshold)}."
    )
    return [Reason("below_threshold", text, law="§ 106 GWB")]


def _close_wording(case: Case) -> list[Reason]:
    if case.proposal.similarity < CLOSE_SIMILARITY:
        return []
    text = (
        "Die Bedarfe beschreiben nahezu dasselbe; ein gemeinsames Leistungsverzeichnis liegt nahe."
    )
    return [Reason("close_wording", text)]


def _common_window(case: Case) -> list[Reason]:
    window = case.proposal.window
    if window.conflicting or window.begins_on is None or window.ends_on is None:
        return []
    text = (
        f"Alle Bedarfe überschneiden sich vom {date(window.begins_on)} bis {date(window.ends_on)}."
    )
    return [Reason("common_window", text)]


def _in_time(case: Case) -> list[Reason]:
    first = min((d.needed_from for d in case.demands if d.needed_from), default=None)
    contract = case.earliest_contract_on
    if contract is None or first is None or contract > first:
        return []
    text = (
        f"Alle genannten Termine sind zu halten: Vertragsschluss ab {date(contract)}, "
        f"erster Bedarf am {date(first)}."
    )
    return [Reason("in_time", text)]


def _one_land(case: Case) -> list[Reason]:
    laender = case.laender()
    known = all(demand.land for demand in case.demands)
    if len(laender) != 1 or not known or case.reaches_threshold:
        return []
    text = f"Alle Mitglieder liegen im selben Land ({laender[0]}): ein Landesrecht für alle."
    return [Reason("one_land", text)]
