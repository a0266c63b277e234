"""The arithmetic of a period in German sentences."""

import datetime as dt

from vergabe.law import german
from vergabe.law.counting import Counting, Period
from vergabe.law.working_days import Calendar

_UNITS = {
    Counting.EU_WORKDAYS: ("Arbeitstag", "Arbeitstage"),
    Counting.EU_MONTHS: ("Monat", "Monate"),
    Counting.BGB_MONTHS: ("Monat", "Monate"),
    Counting.EU_YEARS: ("Jahr", "Jahre"),
    Counting.EU_HOURS: ("Stunde", "Stunden"),
}
_LAW = {
    Counting.EU: "Art. 3 Abs. 1 VO (EWG, Euratom) 1182/71",
    Counting.EU_WORKDAYS: "Art. 3 Abs. 1 VO (EWG, Euratom) 1182/71",
    Counting.EU_MONTHS: "Art. 3 Abs. 1 und 2 VO (EWG, Euratom) 1182/71",
    Counting.EU_YEARS: "Art. 3 Abs. 1 und 2 VO (EWG, Euratom) 1182/71",
    Counting.BGB: "§ 187 Abs. 1, § 188 Abs. 1 BGB",
    Counting.BGB193: "§ 187 Abs. 1, § 188 Abs. 1 BGB",
    Counting.BGB_MONTHS: "§ 187 Abs. 1, § 188 Abs. 2 und 3 BGB",
}


def length_text(counting: Counting, length: int) -> str:
    """Return a length with its unit: `30 Tage`, `1 Monat`, `48 Stunden`."""
    one, many = _UNITS.get(counting, ("Tag", "Tage"))
    return german.count(length, one, many)


def period_steps(period: Period, calendar: Calendar) -> tuple[str, ...]:
    """Return how a period was counted, one German sentence a step."""
    match period.counting:
        case Counting.EU_HOURS:
            return _hours(period)
        case Counting.BACKWARD:
            return _backward(period)
        case Counting.EU_YEARS:
            return _years(period)
        case _:
            return (*_start(period, calendar), *_shift(period, calendar), _end(period))


def _named(day: dt.date, calendar: Calendar) -> str:
    name = calendar.holiday_name(day)
    return german.long_date(day) + (f" ({name})" if name else "")


def _start(period: Period, calendar: Calendar) -> tuple[str, ...]:
    first = (
        f"Ereignistag ist {_named(period.event_day, calendar)}; er zählt nicht mit "
        f"({_LAW[period.counting]})."
    )
    nominal = _named(period.nominal_last_day, calendar)
    if period.counting is Counting.EU_WORKDAYS:
        skipped = f"Samstage, Sonntage und Feiertage in {calendar.name} zählen nicht"
        return first, f"Arbeitstag {period.length} ist {nominal}; {skipped}."
    if period.counting in (Counting.EU_MONTHS, Counting.BGB_MONTHS):
        months = length_text(period.counting, period.length)
        second = f"{months} später ist {nominal}."
        if period.nominal_last_day.day != period.event_day.day:
            second += " Den gleichen Tag gibt es in diesem Monat nicht; es zählt sein letzter Tag."
        return first, second
    return first, f"Tag {period.length} ist {nominal}."


def _shift(period: Period, calendar: Calendar) -> tuple[str, ...]:
    if period.counting in (Counting.BGB, Counting.BGB_MONTHS):
        return ("Eine Verschiebung auf den nächsten Werktag ist nicht vorgesehen.",)
    if period.counting is Counting.EU_WORKDAYS:
        return ()
    law = "§ 193 BGB" if period.counting is Counting.BGB193 else "Art. 3 Abs. 4"
    moved = calendar.next_working_day(period.nominal_last_day)
    steps = []
    if moved == period.nominal_last_day:
        steps.append(f"Das ist in {calendar.name} ein Arbeitstag, nichts verschiebt sich.")
    else:
        steps.append(
            f"Das ist in {calendar.name} kein Arbeitstag: Ende ist der nächste Arbeitstag, "
            f"{german.long_date(moved)} ({law})."
        )
    if period.last_day != moved:
        steps.append(
            "So läge nur ein Arbeitstag in der Frist; sie muss mindestens zwei enthalten: "
            f"Ende ist {german.long_date(period.last_day)} (Art. 3 Abs. 5)."
        )
    return tuple(steps)


def _end(period: Period) -> str:
    return (
        f"Die Frist läuft bis zum Ablauf von {german.long_date(period.last_day)}; "
        f"abgelaufen ist sie ab {german.instant(period.deadline_at)}."
    )


def _hours(period: Period) -> tuple[str, ...]:
    start = period.deadline_at - dt.timedelta(hours=period.length)
    event = period.event if isinstance(period.event, dt.datetime) else start
    return (
        f"Ereignis war {german.instant(event)}; die angebrochene Stunde zählt nicht "
        "(Art. 3 Abs. 1 VO (EWG, Euratom) 1182/71).",
        f"Die Frist beginnt {german.instant(start)} und dauert {period.length} verstrichene "
        "Stunden, auch über eine Zeitumstellung hinweg.",
        f"Abgelaufen ist sie ab {german.instant(period.deadline_at)}.",
    )


def _backward(period: Period) -> tuple[str, ...]:
    first = period.last_day + dt.timedelta(days=1)
    final = period.event_day - dt.timedelta(days=1)
    return (
        f"Gerechnet wird rückwärts von {german.long_date(period.event_day)}.",
        f"Zwischen der Handlung und diesem Tag liegen {period.length} volle Kalendertage "
        f"({german.date(first)} bis {german.date(final)}); rückwärts wird nicht verschoben "
        "(Art. 3 Abs. 4 VO (EWG, Euratom) 1182/71).",
        f"Letzter Tag für die Handlung ist {german.long_date(period.last_day)}.",
    )


def _years(period: Period) -> tuple[str, ...]:
    steps = [
        f"{length_text(period.counting, period.length)} nach dem Zuschlag am "
        f"{german.date(period.event_day)} enden am {german.date(period.nominal_last_day)}.",
    ]
    if period.floor is None:
        steps.append("Das Ende des Vertrags ist nicht angegeben; endet er später, gilt sein Ende.")
    else:
        steps.append(
            f"Der Vertrag endet am {german.date(period.floor)}; der spätere Tag entscheidet."
        )
    steps.append(
        f"Aufzubewahren ist bis zum Ablauf von {german.long_date(period.last_day)}; "
        f"gelöscht werden darf ab {german.instant(period.deadline_at)}."
    )
    return tuple(steps)
