"""A funding case as pages, API and papers show it; what a member may not see is left out.

Who leads sees every member's share; the others see the sums and their own.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.errors import Violation
from vergabe.funding import gates, queries, resolutions, rules
from vergabe.funding.arithmetic import Financing, Proof, financing
from vergabe.funding.computing import computed_grant
from vergabe.funding.model import FundingCase, FundingExpense
from vergabe.funding.proving import cost_lines, proof_of, standing_expenses
from vergabe.funding.rules import Action, Stage
from vergabe.funding.sharing import Division, Partner, division, key_of, partners
from vergabe.law import funding as law
from vergabe.law.errors import LawError
from vergabe.law.funding import Grant, ProgrammeRow
from vergabe.law.results import Result
from vergabe.pools.model import Pool

STAGE_KINDS: Final = {
    Stage.DRAFT: "neutral",
    Stage.APPLIED: "info",
    Stage.GRANTED: "success",
    Stage.REJECTED: "danger",
    Stage.SETTLED: "success",
    Stage.WITHDRAWN: "neutral",
}
ERROR_COSTS: Final = (
    "Fehler im Vergabeverfahren können die Zuwendung ganz oder zum Teil kosten: Bei schweren "
    "Verstößen fordert die Bewilligungsbehörde Geld zurück. Der Eigenanteil kann dann so hoch "
    "werden wie ohne Förderung."
)
_ALL: Final = uuid.UUID(int=0)


@dataclass(frozen=True)
class Scenario:
    """What the project costs the members if the grant is this much; cents gross."""

    name: str
    grant_cents: int
    money: Financing


@dataclass(frozen=True)
class FundingView:
    """A case with its arithmetic.

    grant: by the programme, None where something is missing (`problems`); amount_cents: what
    counts now, the notice before the programme; seen: the partners whose shares the actor sees.
    """

    case: FundingCase
    stage: Stage
    programme: ProgrammeRow
    partners: tuple[Partner, ...]
    seen: tuple[Partner, ...]
    grant: Result[Grant] | None
    problems: tuple[Violation, ...]
    division: Division
    amount_cents: int
    money: Financing
    scenarios: tuple[Scenario, ...]
    proof: Proof | None
    expenses: tuple[FundingExpense, ...]
    actions: frozenset[Action]
    missing_resolutions: tuple[Violation, ...]
    blocks: tuple[Violation, ...]
    is_lead: bool

    @property
    def planned_cents(self) -> int:
        """All that the project costs as planned."""
        return self.money.total.cost_cents

    def scenario_of(self, name: str) -> Scenario | None:
        """Return a scenario by its name."""
        return next((s for s in self.scenarios if s.name == name), None)


def funding_view(
    session: Session,
    actor: Actor,
    case: FundingCase,
    *,
    now: dt.datetime,
    what_if_cents: int | None = None,
) -> FundingView:
    """Return a case for its page; what_if_cents: one more scenario with a grant of this much."""
    today = clock.berlin_day(now)
    on = case.applied_on or today
    among = tuple(partners(session, case.pool, case, now=now))
    grant, problems = _computed(case, among, on)
    lines = cost_lines(case)
    planned = sum(line.planned_cents for line in lines)
    divided = division(planned, key_of(session, case, among, today), among)
    amount = _amount_that_counts(case, grant)
    own = actor.organisation_id
    leads = actor.is_operator or own == case.cooperation.lead_organisation_id
    may_edit = actor.may(
        Permission.EDIT_FUNDING,
        cooperation_id=case.cooperation_id,
        lead_organisation_id=case.cooperation.lead_organisation_id,
    )
    stage = Stage(case.stage)
    return FundingView(
        case=case,
        stage=stage,
        programme=law.programme(case.programme, on),
        partners=among,
        seen=tuple(p for p in among if leads or p.id == own) if divided.shares else (),
        grant=grant,
        problems=problems,
        division=divided,
        amount_cents=amount,
        money=_financing(case, amount, divided),
        scenarios=_scenarios(case, grant, divided, what_if_cents),
        proof=proof_of(session, case, now=now),
        expenses=tuple(
            e
            for e in standing_expenses(case)
            if leads or e.organisation_id == actor.organisation_id
        ),
        actions=rules.actions_in(stage) if may_edit else frozenset(),
        missing_resolutions=_missing(session, case, among, on),
        blocks=tuple(gates.award_reasons(session, case.pool_id, today)),
        is_lead=leads,
    )


def _computed(
    case: FundingCase, among: Sequence[Partner], on: dt.date
) -> tuple[Result[Grant] | None, tuple[Violation, ...]]:
    try:
        return computed_grant(case, tuple(partner.land for partner in among), on), ()
    except LawError as error:
        return None, (Violation(error.code, error.message, field="programme"),)


def _amount_that_counts(case: FundingCase, grant: Result[Grant] | None) -> int:
    if Stage(case.stage) in (Stage.REJECTED, Stage.WITHDRAWN):
        return 0
    if case.granted_gross_cents is not None:
        return case.granted_gross_cents
    return grant.value.amount_cents if grant else 0


def _financing(case: FundingCase, amount: int, divided: Division) -> Financing:
    """Return the money for a grant; where the key lacks figures, for all as one."""
    weights = divided.weights
    if weights is None or not any(weights.values()):
        return financing(cost_lines(case), amount, {_ALL: Fraction(1)}, [_ALL])
    return financing(cost_lines(case), amount, weights, divided.order)


def _scenarios(
    case: FundingCase, grant: Result[Grant] | None, divided: Division, what_if: int | None
) -> tuple[Scenario, ...]:
    eligible = sum(line.eligible_gross_cents for line in case.lines)
    wanted: list[tuple[str, int]] = []
    if case.granted_gross_cents is not None:
        wanted.append(("Wie bewilligt", case.granted_gross_cents))
    if grant is not None:
        wanted.append(("Wie nach dem Programm errechnet", grant.value.amount_cents))
    if what_if is not None:
        wanted.append(("Mit einer anderen Zuwendung", max(0, min(what_if, eligible))))
    wanted.append(("Ohne Förderung", 0))
    return tuple(Scenario(name, cents, _financing(case, cents, divided)) for name, cents in wanted)


def _missing(
    session: Session, case: FundingCase, among: Sequence[Partner], on: dt.date
) -> tuple[Violation, ...]:
    if not case.requires_resolutions or Stage(case.stage) is not Stage.DRAFT:
        return ()
    return tuple(resolutions.missing(session, case, [p.organisation for p in among], on))


def view_of_pool(
    session: Session, actor: Actor, pool: Pool, *, now: dt.datetime
) -> FundingView | None:
    """Return the case of a pool for whoever may see the pool; None if there is none."""
    case = queries.newest_case(session, pool.id)
    return funding_view(session, actor, case, now=now) if case is not None else None
