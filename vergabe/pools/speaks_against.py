"""What speaks against a proposed pool, in German sentences."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from vergabe.exchange import codes
from vergabe.law.german import count, date, join
from vergabe.money import german
from vergabe.pools.case import Case, Reason
from vergabe.pools.facts import DemandFacts
from vergabe.pools.proximity import unit_families

# From this share of the known value on, one member decides what all get.
DOMINANT_PERCENT: Final = 80
LOOSE_SIMILARITY: Final = 0.45


def reasons_against(case: Case) -> list[Reason]:
    """Return what speaks against the pool, the weightiest first."""
    return [
        *_threshold_reached(case),
        *_below_without(case),
        *_too_late(case),
        *_window_conflict(case),
        *_unvalued(case),
        *_placeholders(case),
        *_several_laender(case),
        *_mixed_nature(case),
        *_several_units(case),
        *_dominant(case),
        *_loose_wording(case),
        *_lots(case),
    ]


def _threshold_reached(case: Case) -> list[Reason]:
    if case.threshold is None or not case.reaches_threshold:
        return []
    text = (
        f"Der gemeinsame Wert von {german(case.total)} erreicht den EU-Schwellenwert von "
        f"{german(case.threshold)}: Das Verfahren ist EU-weit bekannt zu machen."
    )
    if case.minimum_days is not None:
        text = f"{text[:-1]}, und die Angebotsfrist beträgt mindestens {case.minimum_days} Tage."
    alone = [key for key, value in case.values().items() if value >= case.threshold]
    if alone:
        text += f" {join([case.names[key] for key in alone])} läge auch allein darüber."
        if len(alone) > 1:
            text = text.replace(" läge auch allein", " lägen auch je für sich")
    return [
        Reason("threshold_reached", text, law="§ 106 GWB, § 3 VgV", organisation_ids=tuple(alone))
    ]


def _below_without(case: Case) -> list[Reason]:
    """Say which single member lifts the pool over the threshold, unless one is over it alone."""
    if case.threshold is None or not case.reaches_threshold:
        return []
    values = case.values()
    if max(values.values()) >= case.threshold:
        return []
    found = []
    for key, value in values.items():
        if case.total - value < case.threshold:
            text = (
                f"Ohne {case.names[key]} ({german(value)}) bliebe der Wert mit "
                f"{german(case.total - value)} unter dem EU-Schwellenwert."
            )
            found.append(Reason("below_without_member", text, "§ 3 VgV", organisation_ids=(key,)))
    return found


def _too_late(case: Case) -> list[Reason]:
    contract = case.earliest_contract_on
    if contract is None:
        return []
    found = []
    for key in case.proposal.organisation_ids:
        late = [d for d in case.demands if d.organisation_id == key and _needs_before(d, contract)]
        if not late:
            continue
        first = min(d.needed_from for d in late if d.needed_from)
        text = (
            f"Der Termin von {case.names[key]} ({date(first)}) würde um "
            f"{count((contract - first).days, 'Tag', 'Tage')} verfehlt: Der Vertrag kann "
            f"frühestens am {date(contract)} geschlossen werden."
        )
        found.append(
            Reason(
                "need_date_missed",
                text,
                organisation_ids=(key,),
                demand_ids=tuple(d.id for d in late),
            )
        )
    return found


def _needs_before(demand: DemandFacts, day: dt.date) -> bool:
    return demand.needed_from is not None and demand.needed_from < day


def _window_conflict(case: Case) -> list[Reason]:
    window = case.proposal.window
    if not window.conflicting or window.begins_on is None:
        return []
    late = [d for d in case.demands if d.id in window.conflicting]
    last = [d for d in case.demands if d.needed_from == window.begins_on]
    text = (
        f"Die Zeiträume passen nicht ganz zusammen: {join(_buyers(late))} "
        f"{'braucht' if len(_buyers(late)) == 1 else 'brauchen'} die Leistung vor dem "
        f"{date(window.begins_on)}, dem Beginn bei {join(_buyers(last))}."
    )
    return [Reason("window_conflict", text, demand_ids=window.conflicting)]


def _unvalued(case: Case) -> list[Reason]:
    missing = [d for d in case.demands if d.value_net_cents is None]
    if not missing:
        return []
    text = (
        f"Für {len(missing)} von {len(case.demands)} Bedarfen fehlt die Wertschätzung "
        f"({join(_buyers(missing))}): Gesamtwert und Verfahrensart stehen noch nicht fest."
    )
    return [Reason("unvalued", text, "§ 3 Abs. 1 VgV", demand_ids=tuple(d.id for d in missing))]


def _placeholders(case: Case) -> list[Reason]:
    found = [d for d in case.demands if d.has_placeholder_value]
    if not found:
        return []
    amounts = [f"{d.organisation_name} {german(d.value_net_cents or 0)}" for d in found]
    text = (
        f"Offenbar nur ein Platzhalter statt einer Schätzung: {join(list(dict.fromkeys(amounts)))}."
    )
    return [
        Reason("placeholder_value", text, "§ 3 Abs. 1 VgV", demand_ids=tuple(d.id for d in found))
    ]


def _several_laender(case: Case) -> list[Reason]:
    laender = case.laender()
    if len(laender) < 2:
        return []
    text = f"Die Mitglieder liegen in {len(laender)} Ländern ({join(laender)}): "
    if case.reaches_threshold:
        text += "Bei Fristen und Terminen sind die Feiertage aller Länder zu beachten."
    else:
        text += (
            "Unter dem EU-Schwellenwert gelten verschiedene Regeln, das Verfahren muss den "
            "strengsten genügen."
        )
    return [Reason("several_laender", text)]


def _mixed_nature(case: Case) -> list[Reason]:
    if not {"supplies", "services"} <= {demand.nature for demand in case.demands}:
        return []
    text = (
        "Teils als Lieferung, teils als Dienstleistung gemeldet: Es zählt der Teil mit dem höheren "
        "Wert, oder es wird nach Losen getrennt."
    )
    return [Reason("mixed_nature", text, law="§ 110 GWB")]


def _several_units(case: Case) -> list[Reason]:
    families: dict[int, set[str]] = {}
    for demand in case.demands:
        for code in demand.unit_codes:
            if family := unit_families(frozenset({code})):
                families.setdefault(family, set()).add(_unit_name(code))
    if len(families) < 2:
        return []
    names = sorted(min(found) for found in families.values())
    text = (
        f"Die Mengen stehen in verschiedenen Einheiten ({join(names)}): Vor der Ausschreibung "
        "vereinheitlichen oder in eigene Positionen trennen."
    )
    return [Reason("several_units", text)]


def _dominant(case: Case) -> list[Reason]:
    if not case.total:
        return []
    key, value = max(case.values().items(), key=lambda item: (item[1], str(item[0])))
    if value * 100 <= DOMINANT_PERCENT * case.total:
        return []
    text = (
        f"Auf {case.names[key]} entfallen {value * 100 // case.total} % des bekannten Werts: Die "
        "anderen Mitglieder sollten eigene Lose oder Mindestmengen erhalten."
    )
    return [Reason("dominant_member", text, organisation_ids=(key,))]


def _loose_wording(case: Case) -> list[Reason]:
    if case.proposal.similarity >= LOOSE_SIMILARITY:
        return []
    text = (
        "Die Beschreibungen ähneln sich nur zum Teil: Bitte prüfen, ob wirklich dasselbe gebraucht "
        "wird, und sonst teilen."
    )
    return [Reason("loose_wording", text)]


def _lots(case: Case) -> list[Reason]:
    text = (
        "Die Bündelung vergrößert den Auftrag: Damit kleine und mittlere Unternehmen mitbieten "
        "können, ist er in Lose zu teilen, etwa je Mitglied oder Gebiet. Lose zusammenzufassen "
        "braucht wirtschaftliche oder technische Gründe, die in der Akte stehen."
    )
    return [Reason("lots", text, law="§ 97 Abs. 4, § 97a GWB")]


def _buyers(demands: Sequence[DemandFacts]) -> list[str]:
    return list(dict.fromkeys(demand.organisation_name for demand in demands))


def _unit_name(code: str) -> str:
    unit = codes.unit(code)
    return unit.plural if unit else code
