"""The duties of a procedure in order, with their days (Pflichten), from the table `duties`."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from vergabe.law import german, parameters, tables
from vergabe.law.duties import RECOMMENDED_ONLY
from vergabe.law.periods import compute
from vergabe.law.tables import Row
from vergabe.law.thresholds import ContractType
from vergabe.money import german as euro


@dataclass(frozen=True, kw_only=True)
class DutyRow(Row):
    """One duty of the table; empty tuples mean it does not depend on that."""

    title: str
    text: str
    phase: str
    rule_sets: tuple[str, ...] = ()
    lands: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    recommended_for: tuple[str, ...] = ()
    except_contract_types: tuple[str, ...] = ()
    parameter: str | None = None
    value: str = "estimated"
    period: str | None = None
    trigger: str | None = None
    joint: bool = False


@dataclass(frozen=True, kw_only=True)
class DutyFacts:
    """What decides on the duties; amounts in cents net.

    lands: of all participants; land: of the lead. started_on: day the procedure began. days: the
    known or planned days of the triggers `sent`, `deadline`, `informed`, `awarded`.
    """

    rule_set: str
    procedure: str
    land: str
    lands: tuple[str, ...]
    started_on: dt.date
    estimated_net_cents: int
    contract_type: ContractType = ContractType.SERVICES
    awarded_net_cents: int | None = None
    is_joint: bool = False
    days: Mapping[str, dt.date] = field(default_factory=dict)


@dataclass(frozen=True)
class Duty:
    """A duty that applies. due_on: last day or day of release, None without a number of days."""

    id: str
    title: str
    text: str
    phase: str
    law: str
    due_on: dt.date | None
    is_recommendation: bool
    evidence: str
    open_question: str | None


def rows() -> tuple[DutyRow, ...]:
    """Return all rows of the table."""
    return tables.rows("duties", DutyRow)


def applicable(facts: DutyFacts) -> tuple[Duty, ...]:
    """Return the duties that apply, in the order of the procedure, with days where known."""
    return tuple(_duty(row, facts) for row in rows() if _applies(row, facts))


def _applies(row: DutyRow, facts: DutyFacts) -> bool:
    return (
        row.is_in_force(facts.started_on)
        and (not row.rule_sets or facts.rule_set in row.rule_sets)
        and (not row.lands or not set(row.lands).isdisjoint(facts.lands))
        and (not row.procedures or facts.procedure in row.procedures)
        and facts.contract_type not in row.except_contract_types
        and (facts.is_joint or not row.joint)
        and _value_is_met(row, facts)
    )


def _value_is_met(row: DutyRow, facts: DutyFacts) -> bool:
    if row.parameter is None:
        return True
    if not parameters.is_in_force(row.parameter, facts.started_on):
        return False
    value = facts.estimated_net_cents
    if row.value == "awarded" and facts.awarded_net_cents is not None:
        value = facts.awarded_net_cents
    return parameters.parameter(row.parameter, facts.started_on).is_met_by_cents(value)


def _duty(row: DutyRow, facts: DutyFacts) -> Duty:
    recommended = facts.rule_set in row.recommended_for
    text = row.text
    if row.parameter is not None:
        limit = parameters.parameter(row.parameter, facts.started_on)
        word = "über" if limit.reached == "more_than" else "ab"
        text += f" Gilt {word} {euro(limit.cents)} netto."
    due_on = _due_on(row, facts)
    if due_on is not None:
        text += f" Nach dem Zeitplan bis {german.long_date(due_on)}."
    return Duty(
        id=row.id,
        title=row.title,
        text=text,
        phase=row.phase,
        law=row.law,
        due_on=due_on,
        is_recommendation=recommended,
        evidence=row.evidence.value,
        open_question=RECOMMENDED_ONLY if recommended else row.open_question,
    )


def _due_on(row: DutyRow, facts: DutyFacts) -> dt.date | None:
    event = facts.days.get(row.trigger or "")
    if row.period is None or event is None:
        return None
    found = compute(row.period, event, facts.land, started_on=facts.started_on)
    return found.value.last_day
