"""What one participant's own rules say below the EU threshold, clause by clause.

A rule set is a Land's law (value limits and publication duties of its tables) and, where there is
one, the participant's by-law (§ 75a (2) GO NRW). Where both name a number, the stricter one counts.
Source: procurement-rules.md, sections 4.1 and 4.2.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from vergabe.law import parameters
from vergabe.law.bylaws import Bylaw
from vergabe.law.minimum_periods import ProcedureFacts, select_minimum
from vergabe.law.procedures import LimitRow, limit_row_for, rows_of
from vergabe.law.regime import RegimeRow, below_threshold
from vergabe.law.tables import Evidence, Row
from vergabe.law.thresholds import ContractType
from vergabe.law.working_days import land_code
from vergabe.money import german as euro


class Unit(StrEnum):
    """What the number of a clause counts."""

    CENTS = "cents"
    DAYS = "days"
    COUNT = "count"


@dataclass(frozen=True)
class ClauseKind:
    """A clause that rule sets are compared by.

    is_cap: the number is a limit or the value from which a duty begins, so that the lowest one is
    the strictest; otherwise it is a minimum and the highest one is.
    """

    key: str
    label: str
    unit: Unit
    is_cap: bool

    def strictest(self, *values: int | None) -> int | None:
        """Return the strictest of the numbers; None if nobody names one."""
        named = [value for value in values if value is not None]
        if not named:
            return None
        return min(named) if self.is_cap else max(named)

    def text(self, value: int) -> str:
        """Return a number of this clause in German."""
        if self.unit is Unit.CENTS:
            return euro(value)
        if self.unit is Unit.DAYS:
            return f"{value} {'Kalendertag' if value == 1 else 'Kalendertage'}"
        return f"{value} {'Angebot' if value == 1 else 'Angebote'}"


def kinds(*, works: bool) -> tuple[ClauseKind, ...]:
    """Return the clauses in the order in which pages show them, named for the contract type."""
    negotiated = "Freihändige Vergabe" if works else "Verhandlungsvergabe"
    restricted = "Beschränkte Ausschreibung"
    return (
        ClauseKind("direct_max", "Direktauftrag bis", Unit.CENTS, True),
        ClauseKind(
            "negotiated_max", f"{negotiated} ohne Teilnahmewettbewerb bis", Unit.CENTS, True
        ),
        ClauseKind(
            "restricted_max", f"{restricted} ohne Teilnahmewettbewerb bis", Unit.CENTS, True
        ),
        ClauseKind("ex_ante_negotiated_from", f"Ankündigung vor {negotiated} ab", Unit.CENTS, True),
        ClauseKind(
            "ex_ante_restricted_from", f"Ankündigung vor Beschränkter {_SHORT} ab", Unit.CENTS, True
        ),
        ClauseKind(
            "ex_post_negotiated_from",
            f"Information nach dem Zuschlag, {negotiated} ab",
            Unit.CENTS,
            True,
        ),
        ClauseKind(
            "ex_post_restricted_from",
            f"Information nach dem Zuschlag, {restricted} ab",
            Unit.CENTS,
            True,
        ),
        ClauseKind("tender_days", "Angebotsfrist mindestens", Unit.DAYS, False),
        ClauseKind("participation_days", "Teilnahmefrist mindestens", Unit.DAYS, False),
        ClauseKind("required_quotes", "Einzuholende Angebote mindestens", Unit.COUNT, False),
    )


_SHORT: Final = "Ausschreibung"


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """One participant: name, Land (`NW`) and its by-law of the day, None without one.

    key: what tells participants apart (an id), the name if left out. bylaw_label: how a page calls
    the by-law, e.g. `Vergabesatzung vom 12.03.2026 (Fassung 2)`.
    """

    member: str
    land: str
    bylaw: Bylaw | None = None
    key: str = ""
    bylaw_label: str = ""

    @property
    def identity(self) -> str:
        return self.key or self.member

    def bylaw_on(self, on: dt.date) -> Bylaw | None:
        """Return the by-law if it is in force on a day."""
        return self.bylaw if self.bylaw is not None and self.bylaw.is_valid(on) else None


@dataclass(frozen=True, kw_only=True)
class OwnClause:
    """What one participant's rules say on a clause; value None: they name no number.

    law: paragraph or by-law; source and evidence: of the row, or the by-law; sentence: in German.
    """

    member: str
    key: str
    value: int | None
    law: str
    source: str
    evidence: Evidence
    sentence: str
    open_question: str | None = None


@dataclass(frozen=True)
class _Number:
    """A number that law names, with its table row."""

    value: int
    row: Row
    remark: str = ""


# Publication duties of the rule sets that a Land prescribes: clause → row of `parameters`.
_DUTIES: Final[Mapping[str, Mapping[str, str]]] = {
    "UVgO": {
        "ex_post_negotiated_from": "UVgO-30-from",
        "ex_post_restricted_from": "UVgO-30-from",
    },
    "VOB/A": {
        "ex_ante_restricted_from": "VOBA-20-4",
        "ex_post_negotiated_from": "VOBA-20-3-freehand",
        "ex_post_restricted_from": "VOBA-20-3-restricted",
    },
}
FUNDING_NOTICE: Final = "Zuwendungsbescheid"
_INVITED: Final[Mapping[str, str]] = {"RP": "RP-invited"}
_LIMITS: Final[Mapping[str, str]] = {
    "direct_max": "direct",
    "negotiated_max": "negotiated",
    "restricted_max": "restricted_wo_call",
}
_BYLAW_FIELDS: Final[Mapping[str, str]] = {
    "ex_ante_negotiated_from": "ex_ante_from_net_cents",
    "ex_ante_restricted_from": "ex_ante_from_net_cents",
    "ex_post_negotiated_from": "ex_post_from_net_cents",
    "ex_post_restricted_from": "ex_post_from_net_cents",
    "tender_days": "minimum_tender_days",
    "participation_days": "minimum_participation_days",
    "required_quotes": "required_quotes",
}
_BYLAW_LIMITS: Final[Mapping[str, str]] = {
    "direct_max": "direct",
    "negotiated_max": "negotiated_wo_call",
    "restricted_max": "restricted_wo_call",
}


def own_clauses(
    rule_set: RuleSet, contract_type: ContractType, on: dt.date, *, public_housing: bool = False
) -> dict[str, OwnClause]:
    """Return clause key → what one participant's own rules say on a day, below the threshold.

    Raises LawError (`land_below_threshold_unknown`) for a Land without stored rules, NoRowInForce.
    """
    land = land_code(rule_set.land)
    regime = below_threshold(contract_type, land, on)
    named = dict(_law_numbers(regime, land, on, public_housing=public_housing))
    bylaw = rule_set.bylaw_on(on)
    rule_set = replace(rule_set, bylaw=bylaw)
    found = {}
    for kind in kinds(works=contract_type.is_works):
        own = bylaw_number(bylaw, kind.key, works=contract_type.is_works) if bylaw else None
        found[kind.key] = _own(rule_set, kind, regime, named.get(kind.key), own)
    return found


def funding_clauses(
    rules: str, land: str, contract_type: ContractType, on: dt.date, *, public_housing: bool = False
) -> dict[str, OwnClause]:
    """Return clause key → what a funding notice demands that prescribes `UVgO` or `VOB/A`."""
    demanded = RegimeRow(
        id=rules,
        in_force_from=on,
        law=f"{rules} nach dem {FUNDING_NOTICE}",
        source=FUNDING_NOTICE,
        evidence=Evidence.GENERAL,
        name=f"{rules} nach dem {FUNDING_NOTICE}",
        scope="below",
        rule_set=rules,
    )
    # How many are to be invited is a Land's rule; the notice demands the catalogue alone.
    named = dict(_law_numbers(demanded, land, on, public_housing=public_housing, invited=False))
    member = RuleSet(member=FUNDING_NOTICE, land=land)
    return {
        kind.key: _own(member, kind, demanded, named.get(kind.key), None)
        for kind in kinds(works=contract_type.is_works)
    }


def bylaw_number(bylaw: Bylaw, clause: str, *, works: bool) -> int | None:
    """Return the number that a by-law names for a clause; None if it names none."""
    if clause in _BYLAW_LIMITS:
        return bylaw.limit(_BYLAW_LIMITS[clause], works=works)
    number: int | None = getattr(bylaw, _BYLAW_FIELDS[clause])
    return number


def _law_numbers(
    regime: RegimeRow, land: str, on: dt.date, *, public_housing: bool, invited: bool = True
) -> Iterator[tuple[str, _Number]]:
    limits = limit_row_for(regime.id, on, public_housing=public_housing)
    if limits is not None:
        yield from _limits(regime, limits, on)
    for clause, row_id in _DUTIES.get(regime.rule_set, {}).items():
        if parameters.is_in_force(row_id, on):
            row = parameters.parameter(row_id, on)
            yield clause, _Number(row.cents, row)
    for clause, phase in (("tender_days", "tender"), ("participation_days", "participation")):
        facts = ProcedureFacts(
            rule_set=regime.rule_set, procedure="nat-open", land=land, started_on=on
        )
        period = select_minimum(facts, phase, on)
        if period is not None and period.length is not None:
            yield clause, _Number(period.length, period)
    to_invite = _INVITED.get(land) if invited else None
    if to_invite is not None and parameters.is_in_force(to_invite, on):
        row = parameters.parameter(to_invite, on)
        yield "required_quotes", _Number(row.number, row)


def _limits(regime: RegimeRow, limits: LimitRow, on: dt.date) -> Iterator[tuple[str, _Number]]:
    grounds = {row.limit: row.ground for row in rows_of(regime.id, on) if row.limit}
    for clause, name in _LIMITS.items():
        value = limits.limit_cents(name)
        if value is None or name not in grounds:
            continue
        ground = grounds[name]
        remark = f" Darüber nur mit Grund: {ground}" if ground else ""
        yield clause, _Number(value, limits, remark)


def _own(
    rule_set: RuleSet,
    kind: ClauseKind,
    regime: RegimeRow,
    law: _Number | None,
    bylaw: int | None,
) -> OwnClause:
    """Return the stricter of law and by-law, with where it stands."""
    label = rule_set.bylaw_label or f"Satzung von {rule_set.member}"
    named = law.value if law is not None else None
    value = kind.strictest(named, bylaw)
    if value is None:
        return OwnClause(
            member=rule_set.member,
            key=kind.key,
            value=None,
            law=f"{label}; {regime.law}" if rule_set.bylaw is not None else regime.law,
            source=regime.source,
            evidence=regime.evidence,
            sentence=_silent(rule_set, regime, label),
            open_question=regime.open_question,
        )
    if bylaw is not None and value == bylaw and (law is None or value != law.value):
        return OwnClause(
            member=rule_set.member,
            key=kind.key,
            value=value,
            law=f"§ 75a Abs. 2 GO NRW, {label}" if regime.rule_set.startswith("NW") else label,
            source=label,
            evidence=Evidence.CONFIRMED,
            sentence=f"{rule_set.member}: {kind.text(value)} ({label}).",
        )
    assert law is not None
    return OwnClause(
        member=rule_set.member,
        key=kind.key,
        value=value,
        law=law.row.law,
        source=law.row.source,
        evidence=law.row.evidence,
        sentence=f"{rule_set.member}: {kind.text(value)} ({law.row.law}).{law.remark}",
        open_question=law.row.open_question,
    )


def _silent(rule_set: RuleSet, regime: RegimeRow, label: str) -> str:
    if rule_set.bylaw is not None:
        return f"{rule_set.member}: keine Zahl ({label}, {regime.law})."
    if regime.id == "NW-GO-75a":
        return f"{rule_set.member}: keine Satzung, nur die Grundsätze des § 75a GO NRW."
    return f"{rule_set.member}: keine Zahl hinterlegt ({regime.law})."
