"""VAT on services between municipalities (§ 2b UStG): which law, and whether tax arises."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from vergabe.law import parameters
from vergabe.law.results import Result, of_row
from vergabe.law.tables import Evidence
from vergabe.money import german as euro


class VatStatus(StrEnum):
    """The VAT status of a cost settlement; `to_check` needs a person."""

    OLD_LAW = "old_law"
    NOT_TAXABLE = "not_taxable"
    TO_CHECK = "to_check"


@dataclass(frozen=True, kw_only=True)
class SettlementFacts:
    """What decides on VAT; amounts in cents net, turnover of the same activities a year."""

    performed_on: dt.date
    option_declared: bool
    public_authority: bool = True
    yearly_turnover_net_cents: int | None = None
    reserved_by_law: bool = False
    long_term_agreement: bool = False
    preserves_infrastructure: bool = False
    pure_cost_reimbursement: bool = False
    mainly_for_public_bodies: bool = False


def old_law_possible(performed_on: dt.date) -> bool:
    """Return whether the declared option for the old law still covers a service of that day.

    Until 31 December 2026 (§ 27 (22a) UStG).
    """
    return parameters.is_in_force("UStG-27-22a", performed_on)


def standard_rate(performed_on: dt.date) -> Result[int]:
    """Return the standard rate of VAT, in basis points, for a supply of that day.

    Law: § 12 (1) UStG; § 28 (1) UStG for the second half of 2020. Raises NoRowInForce for days
    before 2007.
    """
    row = parameters.parameter("UStG-12-1", performed_on)
    return of_row(
        row.number * 100,
        row,
        inputs={"performed_on": performed_on},
        explain=lambda: (f"Der Regelsteuersatz beträgt {row.number} % ({row.law}).",),
    )


def status(facts: SettlementFacts) -> Result[VatStatus]:
    """Return the VAT status of a settlement between municipalities with its reason.

    Law: §§ 2b, 27 (22), (22a) UStG. `to_check` is never a tax decision, only a call for one.
    """
    if facts.option_declared and old_law_possible(facts.performed_on):
        row = parameters.parameter("UStG-27-22a", facts.performed_on)
        return of_row(
            VatStatus.OLD_LAW,
            row,
            inputs={"facts": facts},
            explain=lambda: (
                "Die Option für das alte Recht wurde erklärt und gilt bis zum 31.12.2026.",
            ),
        )
    reason = _reason(facts)
    value = VatStatus.TO_CHECK if reason is None else VatStatus.NOT_TAXABLE
    return Result(
        value=value,
        rule="UStG-2b",
        law="§ 2b UStG",
        evidence=Evidence.CONFIRMED,
        inputs={"facts": facts},
        open_question=None if reason else "Die Umsatzsteuer ist von der Kämmerei zu prüfen.",
        explain=lambda: (
            reason
            or "Keine der Voraussetzungen des § 2b UStG liegt vollständig vor; steuerpflichtig "
            "kann die Leistung sein.",
        ),
    )


def _reason(facts: SettlementFacts) -> str | None:
    if not facts.public_authority:
        return None
    if facts.reserved_by_law:
        return (
            "Die Leistung darf nach dem Gesetz nur von juristischen Personen des öffentlichen "
            "Rechts erbracht werden (§ 2b Abs. 3 Nr. 1 UStG)."
        )
    limit = parameters.parameter("UStG-2b-3-1", facts.performed_on)
    turnover = facts.yearly_turnover_net_cents
    if turnover is not None and limit.is_met_by_cents(turnover):
        return (
            f"Der Jahresumsatz aus gleichartigen Tätigkeiten von {euro(turnover)} übersteigt "
            f"{euro(limit.cents)} nicht (§ 2b Abs. 2 Nr. 1 UStG)."
        )
    if (
        facts.long_term_agreement
        and facts.preserves_infrastructure
        and facts.pure_cost_reimbursement
        and facts.mainly_for_public_bodies
    ):
        return (
            "Langfristige öffentlich-rechtliche Vereinbarung, Erhalt der öffentlichen "
            "Infrastruktur, reine Kostenerstattung und im Wesentlichen für andere juristische "
            "Personen des öffentlichen Rechts (§ 2b Abs. 3 Nr. 2 UStG)."
        )
    return None
