"""The common procedure of n participants with n rule sets: clause by clause, whose rule decides.

Product convention (procurement-rules.md, sections 1 and 4.1): a procedure is offered only if every
participant's rules permit it for the pooled value; the strictest publication duty and minimum
period apply; across Länder the strictest catalogue. Adding a participant never makes anything
laxer, and the order of the participants does not matter.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from vergabe.law import german
from vergabe.law.bylaws import Bylaw
from vergabe.law.common_rules import Clause, CommonRules, Objection, Status, Verdict
from vergabe.law.errors import ImpossibleInput
from vergabe.law.procedures import Option, Procedures, permitted, procedure_name, rows_of
from vergabe.law.regime import Regime, resolve
from vergabe.law.results import Result
from vergabe.law.rule_sets import (
    FUNDING_NOTICE,
    ClauseKind,
    OwnClause,
    RuleSet,
    bylaw_number,
    funding_clauses,
    kinds,
    own_clauses,
)
from vergabe.law.tables import Evidence
from vergabe.law.thresholds import ContractType
from vergabe.money import german as euro

LAW: Final = "§ 75a GO NRW, Satzungen und Landesrecht der Beteiligten"
ABOVE_QUESTION: Final = (
    "Ob eine Satzung auch für Verfahren ab dem EU-Schwellenwert mehr verlangen kann als das "
    "Bundesrecht, ist mit Rechtsberatung zu klären; gerechnet wird dort nur mit Bundesrecht."
)
_FEDERAL: Final = (
    "Ab dem EU-Schwellenwert entscheidet das Bundesrecht; die Satzungen und Wertgrenzen der "
    "Beteiligten entscheiden dann nicht."
)


def reconcile(
    rule_sets: Sequence[RuleSet],
    value_net_cents: int,
    contract_type: ContractType,
    on: dt.date,
    *,
    public_housing: bool = False,
    funding_rules: tuple[str, ...] = (),
) -> Result[CommonRules]:
    """Return the common procedure of the participants for the pooled value (cents net).

    on: day of initiation, which selects by-laws and rows of law; funding_rules: what a funding
    notice demands (`UVgO`, `VOB/A`), as if by a further participant. Raises ImpossibleInput without
    participants or with one twice, LawError for a Land without stored rules, NoRowInForce.
    """
    members = _checked(rule_sets)
    lands = tuple(member.land for member in members)
    regime = resolve(contract_type, value_net_cents, lands, on, funding_rules=funding_rules)
    is_decisive = not regime.value.reaches_threshold
    in_force = [b for b in (m.bylaw_on(on) for m in members) if b is not None]
    joint = permitted(
        regime.value, contract_type, on, bylaws=in_force, public_housing=public_housing
    )
    clauses = (
        _clauses(members, regime.value, contract_type, on, public_housing=public_housing)
        if is_decisive
        else tuple(_federal_clause(kind, regime) for kind in kinds(works=contract_type.is_works))
    )
    verdicts = (
        _verdicts(members, regime.value, contract_type, on, public_housing=public_housing)
        if is_decisive
        else _federal_verdicts(joint.value)
    )
    counted = in_force if is_decisive else []
    value = CommonRules(
        regime=regime.value,
        members=members,
        is_decisive=is_decisive,
        clauses=clauses,
        verdicts=verdicts,
        procedures=joint.value,
        bylaw_tender_days=_longest(counted, "tender_days"),
        bylaw_participation_days=_longest(counted, "participation_days"),
    )
    return Result(
        value=value,
        rule="reconciled",
        law=LAW if is_decisive else regime.law,
        evidence=_evidence(members, clauses, is_decisive=is_decisive),
        inputs={
            "value_net_cents": value_net_cents,
            "contract_type": contract_type,
            "on": on,
            "members": [(m.member, m.land, m.bylaw_label) for m in members],
        },
        open_question=_question(value),
        explain=lambda: _steps(value),
    )


def _longest(bylaws: Sequence[Bylaw], clause: str) -> int | None:
    """Return the most days that by-laws ask for in a clause; None if none does."""
    asked = (bylaw_number(bylaw, clause, works=False) for bylaw in bylaws)
    return max((days for days in asked if days is not None), default=None)


def _checked(rule_sets: Sequence[RuleSet]) -> tuple[RuleSet, ...]:
    if not rule_sets:
        raise ImpossibleInput("Es fehlen die Beteiligten.", field="members")
    members = tuple(sorted(rule_sets, key=lambda member: (member.member, member.identity)))
    if len({member.identity for member in members}) != len(members):
        raise ImpossibleInput("Eine Kommune steht doppelt in der Liste.", field="members")
    return members


def _evidence(
    members: Sequence[RuleSet], clauses: Sequence[Clause], *, is_decisive: bool
) -> Evidence:
    if not is_decisive:
        return Evidence.CONFIRMED
    if len(members) > 1:
        return Evidence.CONVENTION
    found = {clause.evidence for clause in clauses}
    return Evidence.GENERAL if Evidence.GENERAL in found else Evidence.CONFIRMED


def _question(value: CommonRules) -> str | None:
    if not value.is_decisive:
        return ABOVE_QUESTION
    return " ".join(value.open_questions) or None


def _clauses(
    members: Sequence[RuleSet],
    regime: Regime,
    contract_type: ContractType,
    on: dt.date,
    *,
    public_housing: bool,
) -> tuple[Clause, ...]:
    own = [own_clauses(m, contract_type, on, public_housing=public_housing) for m in members]
    if _is_funded(regime):
        own.append(
            funding_clauses(
                regime.catalogue,
                regime.lands[0],
                contract_type,
                on,
                public_housing=public_housing,
            )
        )
    return tuple(
        _clause(kind, [clauses[kind.key] for clauses in own])
        for kind in kinds(works=contract_type.is_works)
    )


def _clause(kind: ClauseKind, own: Sequence[OwnClause]) -> Clause:
    value = kind.strictest(*(clause.value for clause in own))
    deciding = [clause for clause in own if value is not None and clause.value == value]
    first = deciding[0] if deciding else own[0]
    return Clause(
        kind=kind,
        value=value,
        deciders=tuple(clause.member for clause in deciding),
        reason=_reason(kind, value, deciding, own),
        law=german.join(list(dict.fromkeys(c.law for c in deciding or own))),
        source=german.join(list(dict.fromkeys(c.source for c in deciding or own))),
        evidence=Evidence.CONVENTION if len(own) > 1 and deciding else first.evidence,
        own=tuple(own),
    )


def _federal_clause(kind: ClauseKind, regime: Result[Regime]) -> Clause:
    return Clause(
        kind=kind,
        value=None,
        deciders=(),
        reason=_FEDERAL,
        law=regime.law,
        source=regime.row.source if regime.row else "",
        evidence=regime.evidence,
        own=(),
    )


def _is_funded(regime: Regime) -> bool:
    """Return whether a funding notice has put its own catalogue in the place of the Land's."""
    return regime.catalogue == regime.rule_set and regime.rule_set in ("UVgO", "VOB/A")


def _reason(
    kind: ClauseKind, value: int | None, deciding: Sequence[OwnClause], own: Sequence[OwnClause]
) -> str:
    if value is None:
        if len(own) == 1:
            return f"{own[0].member} nennt keine Zahl."
        return "Keine der Kommunen nennt eine Zahl."
    names = german.join([clause.member for clause in deciding])
    laws = german.join(list(dict.fromkeys(clause.law for clause in deciding)))
    if len(own) == 1:
        return f"Es gilt die eigene Regel von {names}: {kind.text(value)} ({laws})."
    silent = sum(clause.value is None for clause in own)
    if len(deciding) == len(own):
        return f"Alle nennen dieselbe Zahl: {kind.text(value)} ({laws})."
    if len(deciding) + silent == len(own):
        verb = "nennt" if len(deciding) == 1 else "nennen"
        return f"Nur {names} {verb} eine Zahl: {kind.text(value)} ({laws})."
    which = "niedrigste" if kind.is_cap else "höchste"
    verb = "hat" if len(deciding) == 1 else "haben"
    return f"{names} {verb} die {which} Zahl und damit die strengste: {kind.text(value)} ({laws})."


def family(code: str) -> str:
    """Return what procedures are called by, whatever the catalogue: Freihändige Vergabe is the
    negotiated award without call of works.
    """
    return "nat-neg-wo-call" if code == "nat-freehand" else code


def _verdicts(
    members: Sequence[RuleSet],
    regime: Regime,
    contract_type: ContractType,
    on: dt.date,
    *,
    public_housing: bool,
) -> tuple[Verdict, ...]:
    """Return the verdict on every procedure that the catalogue of somebody knows."""
    codes: dict[str, tuple[int, str]] = {}
    each: list[tuple[RuleSet, Regime, dict[str, tuple[Status, Option]]]] = []
    for member in members:
        own = resolve(contract_type, regime.value_net_cents, (member.land,), on).value
        bylaw = member.bylaw_on(on)
        found = permitted(
            own,
            contract_type,
            on,
            bylaws=() if bylaw is None else (bylaw,),
            public_housing=public_housing,
        )
        each.append((member, own, _by_family(found.value)))
        # Where catalogues call a procedure differently, the joint one's word stands.
        for row in rows_of(own.catalogue, on):
            if family(row.code) not in codes or own.catalogue == regime.catalogue:
                codes[family(row.code)] = (row.rank, row.code)
    if _is_funded(regime):
        demanded = permitted(regime, contract_type, on, public_housing=public_housing)
        funder = RuleSet(member=FUNDING_NOTICE, land=regime.lands[0])
        each.append((funder, regime, _by_family(demanded.value)))
        for row in rows_of(regime.catalogue, on):
            codes[family(row.code)] = (row.rank, row.code)
    ordered = sorted(codes.values())
    return tuple(_verdict(code, each, works=contract_type.is_works) for _, code in ordered)


def _by_family(found: Procedures) -> dict[str, tuple[Status, Option]]:
    groups: tuple[tuple[Status, tuple[Option, ...]], ...] = (
        ("free", found.free),
        ("conditional", found.conditional),
        ("excluded", found.excluded),
    )
    return {
        family(option.code): (status, option) for status, options in groups for option in options
    }


def _verdict(
    code: str,
    each: Sequence[tuple[RuleSet, Regime, dict[str, tuple[Status, Option]]]],
    *,
    works: bool,
) -> Verdict:
    blockers: list[Objection] = []
    conditions: list[Objection] = []
    for member, own, options in each:
        own_status, option = options.get(family(code), ("excluded", None))
        if option is None:
            reason = f"{own.name} kennt dieses Verfahren nicht."
            blockers.append(Objection(member.member, member.identity, reason, own.name))
        elif own_status != "free":
            found = Objection(
                member.member, member.identity, option.condition or option.law, option.law
            )
            (blockers if own_status == "excluded" else conditions).append(found)
    status: Status = "excluded" if blockers else "conditional" if conditions else "free"
    return Verdict(
        code, procedure_name(code, works=works), status, tuple(blockers), tuple(conditions)
    )


def _federal_verdicts(found: Procedures) -> tuple[Verdict, ...]:
    """Return the verdicts from the EU threshold on: the same for everybody, nobody blocks."""
    verdicts = []
    for status, option in _by_family(found).values():
        notes = (
            (Objection("Bundesrecht", "", option.condition or option.law, option.law),)
            if status != "free"
            else ()
        )
        is_out = status == "excluded"
        verdicts.append(
            Verdict(
                option.code,
                option.name,
                status,
                notes if is_out else (),
                () if is_out else notes,
            )
        )
    return tuple(verdicts)


def _steps(value: CommonRules) -> list[str]:
    count = german.count(len(value.members), "Kommune", "Kommunen")
    steps = [f"Verglichen werden {count} für {euro(value.regime.value_net_cents)} netto."]
    if not value.is_decisive:
        return [*steps, _FEDERAL]
    steps += [
        f"{clause.kind.label}: {clause.text}. {clause.reason}"
        for clause in value.clauses
        if clause.value is not None
    ]
    for verdict in value.verdicts:
        notes = [
            f"{item.member}: {item.sentence}" for item in (*verdict.blockers, *verdict.conditions)
        ]
        steps.append(" ".join([f"{verdict.name}: {verdict.status_name}.", *notes]))
    return steps
