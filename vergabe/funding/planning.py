"""Commands on milestones with their deadlines, and on the plan of drawdowns (Mittelabruf)."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.deadlines import service as deadlines
from vergabe.errors import NotFound, Refused
from vergabe.exchange.german_dates import format_date
from vergabe.funding import queries, rules
from vergabe.funding.entries import Checks
from vergabe.funding.keeping import locked_case, record, refuse, touch
from vergabe.funding.model import FundingCase, FundingDrawdown, FundingMilestone
from vergabe.funding.rules import Action
from vergabe.money import german

DEADLINE_KIND: Final = "milestone"
REMINDER_DAYS: Final = (28, 14, 7, 1)


def add_milestone(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    title: str,
    due_on: dt.date,
    *,
    now: dt.datetime,
) -> FundingMilestone:
    """Add something that the notice wants by a legal day; reminders come 28, 14, 7, 1 days ahead.

    The same again is the same milestone. Raises InvalidInput for a day that has passed.
    """
    case = _planned(session, actor, pool_id)
    checks = Checks()
    title = checks.line(title, "title", 200, missing="Sagen Sie, was bis dahin zu tun ist.")
    if due_on < clock.berlin_day(now):
        checks.add("day_passed", "Dieser Tag liegt in der Vergangenheit.", "due_on")
    checks.done()
    for known in case.milestones:
        if (known.title, known.due_on, known.removed_at) == (title, due_on, None):
            return known
    milestone = FundingMilestone(id=ids.new_id(), case_id=case.id, title=title, due_on=due_on)
    session.add(milestone)
    session.flush()
    deadlines.set_deadline(
        session,
        subject_kind="milestone",
        subject_id=milestone.id,
        subject_reference=case.pool.reference,
        cooperation_id=case.cooperation_id,
        kind=DEADLINE_KIND,
        title=f"Förderung: {title}",
        # The whole day counts: the first instant too late is the beginning of the next.
        due_at=clock.start_of_day(due_on + dt.timedelta(days=1)),
        source="person",
        law=None,
        calculation={},
        organisation_id=case.cooperation.lead_organisation_id,
        responsible_id=actor.user_id,
        reminder_days=REMINDER_DAYS,
        now=now,
    )
    _changed(session, case)
    summary = f"Meilenstein der Förderung: {title} bis {format_date(due_on)}."
    record(session, actor, case, "funding_milestone_set", summary, now=now)
    return milestone


def reach_milestone(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    milestone_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> FundingMilestone:
    """Note that a milestone is reached today; again: nothing happens."""
    case = _planned(session, actor, pool_id)
    milestone = _milestone(case, milestone_id)
    if milestone.reached_on is not None:
        return milestone
    milestone.reached_on = clock.berlin_day(now)
    deadlines.meet(session, milestone.id, DEADLINE_KIND, now=now)
    _changed(session, case)
    summary = f"Meilenstein der Förderung erreicht: {milestone.title}."
    record(session, actor, case, "funding_milestone_reached", summary, now=now)
    return milestone


def remove_milestone(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    milestone_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> None:
    """Take a milestone out of the plan; its deadline is lifted."""
    case = _planned(session, actor, pool_id)
    milestone = _milestone(case, milestone_id)
    milestone.removed_at = now
    deadlines.lift(session, milestone.id, DEADLINE_KIND, "aus dem Plan genommen", now=now)
    _changed(session, case)
    summary = f"Meilenstein der Förderung gestrichen: {milestone.title}."
    record(session, actor, case, "funding_milestone_removed", summary, now=now)


def add_drawdown(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    planned_on: dt.date,
    planned_gross_cents: int,
    *,
    now: dt.datetime,
) -> FundingDrawdown:
    """Plan to call a part of the grant on a legal day; the same again is the same part."""
    case = _planned(session, actor, pool_id)
    checks = Checks()
    checks.amount(planned_gross_cents, "planned")
    known = [drawdown for drawdown in case.drawdowns if drawdown.removed_at is None]
    for drawdown in known:
        if (drawdown.planned_on, drawdown.planned_gross_cents) == (planned_on, planned_gross_cents):
            return drawdown
    facts = queries.facts_of(case)
    most = facts.granted_gross_cents or facts.eligible_gross_cents
    if sum(drawdown.planned_gross_cents for drawdown in known) + planned_gross_cents > most:
        checks.add(
            "drawdowns_too_large",
            f"Mit diesem Abruf wären mehr als {german(most)} geplant.",
            "planned",
        )
    checks.done()
    drawdown = FundingDrawdown(
        id=ids.new_id(),
        case_id=case.id,
        planned_on=planned_on,
        planned_gross_cents=planned_gross_cents,
    )
    session.add(drawdown)
    _changed(session, case)
    summary = f"Mittelabruf geplant: {german(planned_gross_cents)} am {format_date(planned_on)}."
    record(session, actor, case, "funding_drawdown_planned", summary, now=now)
    return drawdown


def receive_drawdown(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    drawdown_id: uuid.UUID,
    received_on: dt.date,
    received_gross_cents: int,
    *,
    now: dt.datetime,
) -> FundingDrawdown:
    """Record money that came in for a planned drawdown; once only, and never beyond the grant."""
    case = locked_case(session, actor, pool_id, None)
    refuse(rules.reasons_against_stage(queries.facts_of(case), Action.PROVE))
    drawdown = _drawdown(case, drawdown_id)
    if drawdown.received_on is not None:
        if (drawdown.received_on, drawdown.received_gross_cents) == (
            received_on,
            received_gross_cents,
        ):
            return drawdown
        raise Refused("drawdown_received", "Zu diesem Abruf ist der Eingang schon vermerkt.")
    checks = Checks()
    checks.amount(received_gross_cents, "received")
    if received_on > clock.berlin_day(now):
        checks.add("day_in_future", "Dieser Tag liegt in der Zukunft.", "received_on")
    so_far = received_cents(case)
    granted = case.granted_gross_cents or 0
    if so_far + received_gross_cents > granted:
        checks.add(
            "received_too_large",
            f"Bewilligt sind {german(granted)}, eingegangen davon schon {german(so_far)}.",
            "received",
        )
    checks.done()
    drawdown.received_on, drawdown.received_gross_cents = received_on, received_gross_cents
    _changed(session, case)
    summary = f"Zuwendung eingegangen: {german(received_gross_cents)}, {format_date(received_on)}."
    record(session, actor, case, "funding_received", summary, now=now)
    return drawdown


def remove_drawdown(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    drawdown_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> None:
    """Take a planned drawdown out; one that was paid stays."""
    case = _planned(session, actor, pool_id)
    drawdown = _drawdown(case, drawdown_id)
    if drawdown.received_on is not None:
        raise Refused("drawdown_received", "Dieser Abruf ist schon ausgezahlt und bleibt stehen.")
    drawdown.removed_at = now
    _changed(session, case)
    amount = german(drawdown.planned_gross_cents)
    summary = f"Mittelabruf gestrichen: {amount} am {format_date(drawdown.planned_on)}."
    record(session, actor, case, "funding_drawdown_removed", summary, now=now)


def received_cents(case: FundingCase) -> int:
    """Return what has come in of the grant, in cents gross."""
    return sum(drawdown.received_gross_cents or 0 for drawdown in case.drawdowns)


def _planned(session: Session, actor: Actor, pool_id: uuid.UUID) -> FundingCase:
    case = locked_case(session, actor, pool_id, None)
    refuse(rules.reasons_against_stage(queries.facts_of(case), Action.PLAN))
    return case


def _changed(session: Session, case: FundingCase) -> None:
    session.flush()
    session.expire(case, ["milestones", "drawdowns"])
    touch(session, case)


def _milestone(case: FundingCase, milestone_id: uuid.UUID) -> FundingMilestone:
    for milestone in case.milestones:
        if milestone.id == milestone_id and milestone.removed_at is None:
            return milestone
    raise NotFound("Der Meilenstein")


def _drawdown(case: FundingCase, drawdown_id: uuid.UUID) -> FundingDrawdown:
    for drawdown in case.drawdowns:
        if drawdown.id == drawdown_id and drawdown.removed_at is None:
            return drawdown
    raise NotFound("Der Mittelabruf")
