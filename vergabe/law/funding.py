"""Grants (Zuwendungen): the programmes by version, and the arithmetic of a grant in sentences.

The version of a directive is chosen by the day of the application. Amounts are gross where the
municipality cannot deduct the VAT, as grant law counts eligible expenditure (zuwendungsfähige
Ausgaben); the arithmetic is the same for both.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.law import german, tables
from vergabe.law.errors import ImpossibleInput, UnknownRule
from vergabe.law.results import Result, of_row
from vergabe.law.tables import Row
from vergabe.money import german as euro

FULL: Final = 10_000
INDIVIDUAL: Final = "individual"
_TABLE: Final = "funding_programmes"


class Rounding(StrEnum):
    """To what a computed grant is rounded."""

    CENT_DOWN = "cent_down"
    EURO_DOWN = "euro_down"
    HUNDRED_DOWN = "hundred_down"
    CENT_HALF_UP = "cent_half_up"


ROUNDING_NAMES: Final = {
    Rounding.CENT_DOWN: "auf ganze Cent abgerundet",
    Rounding.EURO_DOWN: "auf volle Euro abgerundet",
    Rounding.HUNDRED_DOWN: "auf volle 100 Euro abgerundet",
    Rounding.CENT_HALF_UP: "auf ganze Cent kaufmännisch gerundet",
}
_UNIT_CENTS: Final = {
    Rounding.CENT_DOWN: 1,
    Rounding.EURO_DOWN: 100,
    Rounding.HUNDRED_DOWN: 10_000,
    Rounding.CENT_HALF_UP: 1,
}


@dataclass(frozen=True, kw_only=True)
class ProgrammeRow(Row):
    """One version of a directive, as the table `funding_programmes` has it.

    base_eur: ceiling for two partners; step_eur: for each further one; single_eur: with one partner
    of these Länder in a project across a border of the Land; lands: whose partners count (empty:
    all); weak_budget_basis_points: quota where a partner's budget is weak.
    """

    title: str
    authority: str
    rounding: str
    minimum_years: int
    requires_resolutions: bool
    lands: tuple[str, ...] = ()
    quota_basis_points: int | None = None
    weak_budget_basis_points: int | None = None
    base_eur: int | None = None
    step_eur: int = 0
    single_eur: int | None = None
    resolutions_law: str = ""
    applications_until: dt.date | None = None

    def counted(self, lands: tuple[str, ...]) -> int:
        """Return how many of the partners from these Länder count."""
        return len(lands) if not self.lands else sum(land in self.lands for land in lands)


def rows() -> tuple[ProgrammeRow, ...]:
    """Return all rows of the table."""
    return tables.rows(_TABLE, ProgrammeRow)


def programme(programme_id: str, on: dt.date) -> ProgrammeRow:
    """Return the version of a programme in force on a day. Raises UnknownRule, NoRowInForce."""
    found = tables.versions(_TABLE, ProgrammeRow, programme_id)
    if not found:
        raise UnknownRule(programme_id)
    return tables.in_force(found, on, f"das Förderprogramm „{found[-1].title}“")


def programmes(on: dt.date) -> list[ProgrammeRow]:
    """Return the programmes in force on a day, in the order of the table."""
    return [row for row in rows() if row.is_in_force(on)]


@dataclass(frozen=True)
class GrantFacts:
    """What a grant is computed from; amounts in cents.

    lands: Land of each partner (`NW`); quota_basis_points, ceiling_cents and rounding: what the
    case or the notice sets against the directive, None: what the directive says.
    """

    eligible_cents: int
    lands: tuple[str, ...]
    has_weak_budget: bool = False
    quota_basis_points: int | None = None
    ceiling_cents: int | None = None
    rounding: Rounding | None = None


@dataclass(frozen=True)
class Grant:
    """A computed grant and what is left to the partners, in cents.

    by_quota_cents: quota times eligible cost, rounded; ceiling_cents: None where there is none.
    """

    amount_cents: int
    own_cents: int
    eligible_cents: int
    quota_basis_points: int
    by_quota_cents: int
    ceiling_cents: int | None
    is_capped: bool
    rounding: Rounding


def grant(programme_id: str, facts: GrantFacts, on: dt.date) -> Result[Grant]:
    """Return the grant that a programme gives for eligible cost, by its version of a day.

    on: day of the application. Raises ImpossibleInput (no quota known, negative cost, too few
    partners), UnknownRule, NoRowInForce.
    """
    row = programme(programme_id, on)
    if facts.eligible_cents < 0:
        raise ImpossibleInput(
            "Zuwendungsfähige Ausgaben können nicht negativ sein.", field="eligible_cents"
        )
    quota = _quota(row, facts)
    partners = row.counted(facts.lands)
    by_directive = _ceiling_cents(row, partners)
    # What the case sets may be lower or higher than the directive: the notice decides.
    ceiling = facts.ceiling_cents if facts.ceiling_cents is not None else by_directive
    rounding = facts.rounding or Rounding(row.rounding)
    by_quota = rounded(facts.eligible_cents * quota, FULL, rounding)
    amount = by_quota if ceiling is None else min(by_quota, ceiling)
    value = Grant(
        amount_cents=amount,
        own_cents=facts.eligible_cents - amount,
        eligible_cents=facts.eligible_cents,
        quota_basis_points=quota,
        by_quota_cents=by_quota,
        ceiling_cents=ceiling,
        is_capped=amount < by_quota,
        rounding=rounding,
    )
    return of_row(
        value,
        row,
        inputs={"facts": facts, "partners": partners, "on": on},
        explain=lambda: (
            f"{row.title}, Fassung am {german.date(on)}.",
            *_ceiling_steps(row, facts, partners, by_directive),
            *_quota_steps(row, facts, value),
            _outcome(value),
        ),
    )


def rounded(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Return numerator/denominator cents as the rounding wants them; both are not negative."""
    if rounding is Rounding.CENT_HALF_UP:
        return (2 * numerator + denominator) // (2 * denominator)
    unit = _UNIT_CENTS[rounding]
    return numerator // (denominator * unit) * unit


def _quota(row: ProgrammeRow, facts: GrantFacts) -> int:
    found = facts.quota_basis_points
    if found is None:
        found = row.quota_basis_points
        if facts.has_weak_budget and row.weak_budget_basis_points is not None:
            found = row.weak_budget_basis_points
    if found is None:
        raise ImpossibleInput(
            f"„{row.title}“ nennt keinen Fördersatz. Tragen Sie ihn aus dem Bescheid ein.",
            field="quota_basis_points",
        )
    if not 0 < found <= FULL:
        raise ImpossibleInput(
            "Der Fördersatz liegt über 0 und bei höchstens 100 Prozent.",
            field="quota_basis_points",
        )
    return found


def _ceiling_cents(row: ProgrammeRow, partners: int) -> int | None:
    if row.base_eur is None:
        return None
    if partners >= 2:
        return (row.base_eur + row.step_eur * (partners - 2)) * 100
    if partners == 1 and row.single_eur is not None:
        return row.single_eur * 100
    raise ImpossibleInput(
        f"„{row.title}“ setzt mindestens zwei Beteiligte aus dem Land voraus.", field="lands"
    )


def _ceiling_steps(
    row: ProgrammeRow, facts: GrantFacts, partners: int, by_directive: int | None
) -> tuple[str, ...]:
    steps: tuple[str, ...] = ()
    if by_directive is not None and row.base_eur is not None:
        if partners > 2:
            steps = (
                f"Höchstbetrag bei {partners} Beteiligten: {euro(row.base_eur * 100)} für zwei und "
                f"{partners - 2} × {euro(row.step_eur * 100)} für die weiteren = "
                f"{euro(by_directive)}.",
            )
        else:
            steps = (
                f"Höchstbetrag bei {german.count(partners, 'Beteiligtem', 'Beteiligten')}: "
                f"{euro(by_directive)}.",
            )
    if facts.ceiling_cents is not None:
        return (*steps, f"Für diesen Fall festgesetzter Höchstbetrag: {euro(facts.ceiling_cents)}.")
    return steps or ("Einen Höchstbetrag gibt es nicht.",)


def _quota_steps(row: ProgrammeRow, facts: GrantFacts, value: Grant) -> tuple[str, ...]:
    percent = share(value.quota_basis_points)
    origin = "nach der Richtlinie"
    if facts.quota_basis_points is not None:
        origin = "für diesen Fall festgesetzt"
    elif facts.has_weak_budget and row.weak_budget_basis_points is not None:
        origin = "erhöht wegen schwacher Haushaltslage"
    return (
        f"Fördersatz: {percent} ({origin}).",
        f"{percent} von {euro(value.eligible_cents)} zuwendungsfähigen Ausgaben = "
        f"{euro(value.by_quota_cents)} ({ROUNDING_NAMES[value.rounding]}).",
    )


def _outcome(value: Grant) -> str:
    capped = "auf den Höchstbetrag begrenzt; " if value.is_capped else ""
    return (
        f"Zuwendung: {euro(value.amount_cents)} ({capped}Eigenanteil an den zuwendungsfähigen "
        f"Ausgaben: {euro(value.own_cents)})."
    )


def share(basis_points: int) -> str:
    """Return basis points as a German percentage: 8050 → `80,5 %`."""
    whole, rest = divmod(basis_points, 100)
    digits = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{digits}\N{NO-BREAK SPACE}%"
