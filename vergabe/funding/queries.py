"""Reads of funding cases: whoever sees a pool sees its case; its figures are narrowed later."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe.access.actor import Actor
from vergabe.errors import NotFound
from vergabe.funding.model import FundingCase, FundingExpense, FundingLine
from vergabe.funding.rules import ALIVE, CaseFacts, Stage
from vergabe.pools import queries as pools

WHAT = "Der Förderfall"


def newest_case(session: Session, pool_id: uuid.UUID) -> FundingCase | None:
    """Return the case of a pool that is alive, else the newest that ended; None if none."""
    cases = session.scalars(
        select(FundingCase)
        .where(FundingCase.pool_id == pool_id)
        .order_by(FundingCase.id.desc())
        .options(
            selectinload(FundingCase.lines)
            .selectinload(FundingLine.expenses)
            .selectinload(FundingExpense.organisation),
            selectinload(FundingCase.milestones),
            selectinload(FundingCase.drawdowns),
        )
        .execution_options(populate_existing=True)
    ).all()
    return next((case for case in cases if Stage(case.stage) in ALIVE), cases[0] if cases else None)


def visible_case(session: Session, actor: Actor, pool_id: uuid.UUID) -> FundingCase:
    """Return the case of a pool that the actor may see; NotFound if there is none."""
    pool = pools.visible_pool(session, actor, pool_id)
    found = newest_case(session, pool.id)
    if found is None:
        raise NotFound(WHAT)
    return found


def visible_expense(
    session: Session, actor: Actor, pool_id: uuid.UUID, expense_id: uuid.UUID
) -> FundingExpense:
    """Return an expense of a pool's case; NotFound to members that neither paid nor lead."""
    case = visible_case(session, actor, pool_id)
    found = session.get(FundingExpense, expense_id)
    if found is None or found.line.case_id != case.id:
        raise NotFound("Der Beleg")
    own = (found.organisation_id, case.cooperation.lead_organisation_id)
    if not actor.is_operator and actor.organisation_id not in own:
        raise NotFound("Der Beleg")
    return found


def facts_of(case: FundingCase) -> CaseFacts:
    """Return a case as its rules see it."""
    return CaseFacts(
        stage=Stage(case.stage),
        applied_on=case.applied_on,
        decided_on=case.decided_on,
        early_start_on=case.early_start_on,
        has_early_start_letter=case.early_start_sha256 is not None,
        line_count=len(case.lines),
        eligible_gross_cents=sum(line.eligible_gross_cents for line in case.lines),
        granted_gross_cents=case.granted_gross_cents,
        period_from=case.period_from,
        period_until=case.period_until,
    )


def cases_of(session: Session, pool_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, FundingCase]:
    """Return pool id → the case that is alive, without its lines."""
    query = select(FundingCase).where(
        FundingCase.pool_id.in_(list(pool_ids)),
        FundingCase.stage.in_([stage.value for stage in ALIVE]),
    )
    return {case.pool_id: case for case in session.scalars(query)}


def award_rules(session: Session, pool_id: uuid.UUID) -> tuple[str, ...]:
    """Return what the funding of a pool demands below the EU threshold (`UVgO`, `VOB/A`)."""
    case = cases_of(session, [pool_id]).get(pool_id)
    return tuple(case.award_rules) if case is not None else ()
