"""What a row of the tables says, in German: for the page that lawyers read and correct."""

from collections.abc import Callable, Mapping
from typing import Final

from vergabe.law import german
from vergabe.law.approval import ApprovalRow
from vergabe.law.counting import Counting
from vergabe.law.duty_list import DutyRow
from vergabe.law.funding import ProgrammeRow
from vergabe.law.minimum_periods import NoMinimumRow
from vergabe.law.notice_texts import NoticeTextRow, TextKind
from vergabe.law.outages import OutageRow
from vergabe.law.parameters import ParameterRow
from vergabe.law.periods import AdditionRow, PeriodRow
from vergabe.law.procedures import LimitRow, ProcedureRow, procedure_name
from vergabe.law.regime import RegimeRow
from vergabe.law.review_bodies import ReviewBodyRow
from vergabe.law.tables import Row
from vergabe.law.thresholds import ContractType, ThresholdRow
from vergabe.law.wording import length_text
from vergabe.law.working_days import LAND_NAMES

COUNTING_NAMES: Final[Mapping[Counting, str]] = {
    Counting.EU: "Kalendertage nach VO (EWG, Euratom) 1182/71, Ende verschiebt sich auf den "
    "nächsten Arbeitstag",
    Counting.EU_WORKDAYS: "Arbeitstage nach VO (EWG, Euratom) 1182/71",
    Counting.EU_MONTHS: "Monate nach VO (EWG, Euratom) 1182/71",
    Counting.EU_YEARS: "Jahre nach VO (EWG, Euratom) 1182/71",
    Counting.EU_HOURS: "verstrichene Stunden, keine Verschiebung",
    Counting.BGB: "Kalendertage nach §§ 187, 188 BGB ohne Verschiebung",
    Counting.BGB193: "Kalendertage nach §§ 187, 188, 193 BGB, Ende verschiebt sich auf den "
    "nächsten Werktag",
    Counting.BGB_MONTHS: "Monate nach §§ 187, 188 BGB",
    Counting.BACKWARD: "rückwärts gezählt, keine Verschiebung",
}
_KINDS: Final[Mapping[str, str]] = {
    "minimum_period": "Mindestfrist",
    "latest_act": "spätestens",
    "standstill": "Wartefrist",
    "cap": "Obergrenze ohne Begründung",
    "retention": "Aufbewahrung",
    "information": "zur Orientierung",
}
_BRANCHES: Final[Mapping[str, str]] = {
    "base": "im Regelfall",
    "urgent": "bei Dringlichkeit",
    "pin": "nach Vorinformation",
    "agreement_failed": "ohne Einigung mit den Bewerbern",
    "electronic": "bei elektronischen Angeboten",
    "justified": "mit Begründung",
}
_PHASES: Final[Mapping[str, str]] = {
    "tender": "Angebotsfrist",
    "participation": "Teilnahmefrist",
    "interest-confirmation": "Interessensbestätigung",
    "before": "vor der Veröffentlichung",
    "during": "während des Verfahrens",
    "decision": "vor dem Zuschlag",
    "after": "nach dem Zuschlag",
}
_REACHED: Final[Mapping[str, str]] = {
    "at_least": "ab",
    "more_than": "mehr als",
    "at_most": "bis einschließlich",
    "less_than": "unter",
}
_UNITS: Final[Mapping[str, str]] = {
    "eur": "Euro",
    "percent": "Prozent",
    "months": "Monate",
    "days": "Tage",
    "factor": "-fach",
    "count": "",
}
_LIMITS: Final[Mapping[str, str]] = {
    "direct": "Direktauftrag",
    "negotiated": "Verhandlungsvergabe oder Freihändige Vergabe",
    "negotiated_wo_call": "Verhandlungsvergabe ohne Teilnahmewettbewerb",
    "restricted_wo_call": "Beschränkte Ausschreibung ohne Teilnahmewettbewerb",
    "freehand": "Freihändige Vergabe",
}
_TEXTS: Final[Mapping[TextKind, str]] = {
    TextKind.LEGAL_BASIS: "Rechtsgrundlage",
    TextKind.REVIEW_DEADLINES: "Fristen für Rechtsbehelfe",
    TextKind.LATE_DOCUMENTS: "Nachforderung von Unterlagen",
    TextKind.CONDITIONS: "Bedingungen der Ausführung",
    TextKind.SANCTIONS: "Sanktionen",
    TextKind.OPENING: "Öffnung der Angebote",
    TextKind.FEATURES: "Merkmale des Verfahrens",
}
_ANY: Final = frozenset({"any", "n/a", "social"})
_SCOPES: Final[Mapping[str, str]] = {
    "above": "ab dem EU-Schwellenwert",
    "below": "unter dem EU-Schwellenwert",
    "mixed": "unter dem EU-Schwellenwert, Mitglieder mehrerer Länder",
}


def heading(row: Row) -> str:
    """Return what a row is about: its title, else its name or id."""
    match row:
        case ThresholdRow():
            types = german.join([ContractType(code).label for code in row.contract_types])
            return f"{types[:1].upper()}{types[1:]} ({_authority(row)})"
        case ProcedureRow():
            return procedure_name(row.code, works="VOBA" in row.catalogue)
        case LimitRow():
            return f"Wertgrenzen {row.catalogue}" + (", Wohnungsbau" if row.public_housing else "")
        case NoMinimumRow():
            phases = german.join([_PHASES.get(phase, phase) for phase in row.phases])
            return f"{row.rule_set}: {phases}"
        case NoticeTextRow():
            return _TEXTS[TextKind(row.kind)]
        case _:
            title = getattr(row, "title", None) or getattr(row, "name", None)
            return str(title or row.id)


def sentences(row: Row) -> list[str]:
    """Return what a row says, a sentence or phrase each; empty if its heading says all."""
    for kind, words in _WORDS.items():
        if isinstance(row, kind):
            return [text for text in words(row) if text]
    return []


def _authority(row: ThresholdRow) -> str:
    return "Kommunen" if row.authority == "sub-central" else "oberste Bundesbehörden"


def _threshold(row: ThresholdRow) -> list[str]:
    return [f"{_number(row.net_eur)} Euro netto", row.act]


def _regime(row: RegimeRow) -> list[str]:
    return [
        f"Gilt {_SCOPES.get(row.scope, row.scope)}; Fristen nach {row.rule_set}.",
        _listed("Länder", [LAND_NAMES[land] for land in row.lands]),
        _listed("Auftragsarten", [ContractType(code).label for code in row.contract_types]),
    ]


def _procedure(row: ProcedureRow) -> list[str]:
    found = [f"Im Katalog {row.catalogue}."]
    if row.choice == "free":
        found.append("Frei wählbar.")
    if row.limit:
        found.append(f"Frei bis zur Wertgrenze „{_LIMITS[row.limit]}“.")
    if row.ground:
        found.append(f"Sonst nur: {row.ground}" if row.limit else row.ground)
    if row.bylaw_limit:
        found.append(f"Eine Satzung kann es begrenzen (Grenze „{_LIMITS[row.bylaw_limit]}“).")
    return found


def _limit(row: LimitRow) -> list[str]:
    amounts = {
        "direct": row.direct_eur,
        "negotiated": row.negotiated_eur,
        "restricted_wo_call": row.restricted_wo_call_eur,
    }
    found = [
        f"{_LIMITS[name]}: bis {_number(amount)} Euro netto"
        for name, amount in amounts.items()
        if amount is not None
    ]
    return [*found, "Ob die Zeile noch gilt, ist offen." if row.unsettled else ""]


def _period(row: PeriodRow) -> list[str]:
    counting = Counting(row.counting)
    length = length_text(counting, row.length) if row.length is not None else "je nach Fall"
    when = german.join([_BRANCHES.get(branch, branch) for branch in row.branches])
    return [
        f"{_KINDS[row.kind].capitalize()}: {length}{f', {when}' if when else ''}.",
        f"Ab: {row.trigger}." if counting is not Counting.BACKWARD else f"Vor: {row.trigger}.",
        f"Zählung: {COUNTING_NAMES[counting]}.",
        f"Regelwerk: {row.rule_set}.",
        _listed("Verfahren", _named(row.procedures)),
        "Ob sich das Ende verschiebt, ist streitig; gezeigt werden beide Enden."
        if row.disputed_shift
        else "",
    ]


def _addition(row: AdditionRow) -> list[str]:
    without = german.join([_BRANCHES.get(branch, branch) for branch in row.not_in_branches])
    return [
        f"{german.count(row.days, 'Tag', 'Tage')} mehr ({_PHASES.get(row.phase, row.phase)}, "
        f"{row.rule_set}).",
        f"Nicht {without}." if without else "",
    ]


def _no_minimum(row: NoMinimumRow) -> list[str]:
    return [row.text, _listed("Verfahren", _named(row.procedures))]


def _parameter(row: ParameterRow) -> list[str]:
    if row.unit == "factor" and row.number == 1:
        return ["Diese Regel gilt."]
    unit = _UNITS.get(row.unit, row.unit)
    number = f"{_number(row.number)}{'' if unit.startswith('-') else ' '}{unit}".strip()
    return [f"{_REACHED.get(row.reached, row.reached)} {number}"]


def _duty(row: DutyRow) -> list[str]:
    return [
        row.text,
        f"Zeitpunkt: {_PHASES[row.phase]}.",
        _listed("Regelwerke", list(row.rule_sets)),
        _listed("Länder", [LAND_NAMES[land] for land in row.lands]),
        f"Wertgrenze: Zeile {row.parameter}." if row.parameter else "",
        f"Frist: Zeile {row.period}." if row.period else "",
        _listed("Nur empfohlen bei", list(row.recommended_for)),
        "Nur bei gemeinsamer Vergabe." if row.joint else "",
    ]


def _named(procedures: tuple[str, ...]) -> list[str]:
    """Return the names of procedures; rows for any procedure name none."""
    return [procedure_name(code) for code in procedures if code not in _ANY]


def _approval(row: ApprovalRow) -> list[str]:
    counting = COUNTING_NAMES[Counting(row.counting)]
    found = [f"Genehmigung: {row.authority}."]
    if row.objection_days is None:
        found.append("Schweigen genehmigt nichts.")
    else:
        days = german.count(row.objection_days, "Tag", "Tage")
        more = german.count(row.meeting_days, "Tag", "Tage")
        further = f", und weitere {more} lang kein Termin" if row.meeting_days else ""
        found.append(
            f"Gilt als genehmigt, wenn {days} lang keine Bedenken mitgeteilt werden{further}."
        )
        found.append(f"Zählung: {counting}.")
    if row.is_published:
        found.append("Vereinbarung und Genehmigung werden bekannt gemacht; wirksam am Tag danach.")
    if row.is_termination_notified:
        found.append("Eine Kündigung wird der Aufsicht angezeigt.")
    return found


def _programme(row: ProgrammeRow) -> list[str]:
    found = [f"Bewilligt: {row.authority}."]
    if row.quota_basis_points is not None:
        found.append(f"Fördersatz {_percent(row.quota_basis_points)}.")
    if row.weak_budget_basis_points is not None:
        weak = _percent(row.weak_budget_basis_points)
        found.append(f"Bei schwacher Haushaltslage {weak}.")
    if row.base_eur is not None:
        found.append(
            f"Höchstens {_number(row.base_eur)} Euro für zwei Beteiligte, {_number(row.step_eur)} "
            "Euro mehr je weiterem."
        )
    if row.applications_until is not None:
        found.append(f"Anträge bis {german.date(row.applications_until)}.")
    if row.requires_resolutions:
        found.append("Beschlüsse aller Beteiligten gehören zum Antrag.")
    return found


def _review_body(row: ReviewBodyRow) -> list[str]:
    place = f"{row.postcode} {row.city}"
    return [
        f"Zuständig in {LAND_NAMES[row.land]}.",
        _listed("Für Gemeindeschlüssel, die beginnen mit", list(row.key_prefixes)),
        f"Anschrift: {f'{row.street}, ' if row.street else ''}{place} (NUTS {row.nuts}).",
        f"Kennung: {row.registration_number}." if row.registration_number else "",
    ]


def _notice_text(row: NoticeTextRow) -> list[str]:
    return [
        f"„{row.text}“",
        _listed("Regelwerke", list(row.rule_sets)),
        _listed("Länder", [LAND_NAMES[land] for land in row.lands]),
        f"Kennzeichen in der Bekanntmachung: {row.code}." if row.code else "",
    ]


def _outage(row: OutageRow) -> list[str]:
    return [
        f"Ein Ausfall in den letzten {row.hours_before} Stunden vor dem Ende einer Frist berührt "
        "sie.",
        f"Nach der Bekanntmachung der Verlängerung bleiben mindestens {row.clear_working_days} "
        f"volle Arbeitstage; war die Frist schon abgelaufen, {row.reopening_working_days}.",
        _listed("Regelwerke", list(row.rule_sets)) or "Für alle übrigen Regelwerke.",
    ]


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole}{f',{rest:02d}' if rest else ''} Prozent"


def _listed(label: str, items: list[str]) -> str:
    return f"{label}: {', '.join(items)}." if items else ""


def _number(number: int) -> str:
    return f"{number:,}".replace(",", ".")


_WORDS: Final[Mapping[type[Row], Callable[..., list[str]]]] = {
    ThresholdRow: _threshold,
    RegimeRow: _regime,
    ProcedureRow: _procedure,
    LimitRow: _limit,
    PeriodRow: _period,
    AdditionRow: _addition,
    NoMinimumRow: _no_minimum,
    ParameterRow: _parameter,
    DutyRow: _duty,
    ApprovalRow: _approval,
    ProgrammeRow: _programme,
    ReviewBodyRow: _review_body,
    NoticeTextRow: _notice_text,
    OutageRow: _outage,
}
