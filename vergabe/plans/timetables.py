"""The timetable of a pool or tender with everything that its page, API and command show."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.errors import InvalidInput
from vergabe.law.timetable import Step
from vergabe.plans import decisions, planning, queries, rules, subjects, wishes
from vergabe.plans.decision_lines import DecisionLine, decision_lines
from vergabe.plans.decisions import MemberDecision
from vergabe.plans.model import Milestone, TimetableWish
from vergabe.plans.planning import Planned
from vergabe.plans.sittings import BodyCalendar
from vergabe.plans.subjects import Subject
from vergabe.plans.wishes import Wishes

_WHO: Final = {
    "begin": "Vergabestelle",
    "joined": "alle Beteiligten",
    "published": "Vergabestelle",
    "participation": "Unternehmen",
    "invited": "Vergabestelle",
    "submission": "Unternehmen",
    "evaluated": "Vergabestelle",
    "released": "läuft von selbst ab",
    "awarded": "Vergabestelle",
    "performance": "Auftragnehmer",
}


@dataclass(frozen=True)
class StepLine:
    """A step as tables show it: earliest and latest day, who acts, what slips if it is missed.

    step: of the plan that is drawn. latest_on, slack_days, slips: None and empty without a wish.
    """

    step: Step
    who: str
    earliest_on: dt.date
    latest_on: dt.date | None
    slips: str

    @property
    def slack_days(self) -> int | None:
        """Return how many days lie between the earliest and the latest day; negative: too late."""
        return None if self.latest_on is None else (self.latest_on - self.earliest_on).days


@dataclass(frozen=True)
class MilestoneLine:
    """A milestone of the project; latest_on and slips where it belongs before a step."""

    milestone: Milestone
    state: rules.State
    latest_on: dt.date | None = None
    slips: str = ""


@dataclass(frozen=True, kw_only=True)
class TimetableView:
    """A timetable ready to be shown.

    planned: None if law has no answer (problem says why). saved: the row of saved wishes, None if
    nobody saved any; is_saved: whether the wishes shown are those.
    """

    subject: Subject
    wishes: Wishes
    planned: Planned | None
    problem: str | None
    steps: tuple[StepLine, ...]
    decisions: tuple[DecisionLine, ...]
    milestones: tuple[MilestoneLine, ...]
    lead_bodies: tuple[BodyCalendar, ...]
    saved: TimetableWish | None
    is_saved: bool
    today: dt.date
    lead_name: str

    @property
    def next_step(self) -> StepLine | None:
        """Return the first step that is not fixed yet, if others are; else None."""
        known = self.planned.facts.known if self.planned else {}
        if not known:
            return None
        return next((line for line in self.steps if line.step.key not in known), None)


def subject_of(
    session: Session, actor: Actor, kind: str, subject_id: uuid.UUID, *, now: dt.datetime
) -> Subject:
    """Return the pool or tender of an address; NotFound unless the actor may see it."""
    if kind == "pool":
        return subjects.pool_subject(session, actor, subject_id, now=now)
    return subjects.tender_subject(session, actor, subject_id, now=now)


def timetable_of(
    session: Session,
    subject: Subject,
    wanted: Wishes | None = None,
    *,
    is_forward: bool = False,
    now: dt.datetime,
) -> TimetableView:
    """Return the timetable of a subject for these wishes; for the saved ones if there are none.

    Nothing is stored. Raises InvalidInput naming the wishes that cannot be planned for.
    """
    today = clock.berlin_day(now)
    saved = queries.saved_wish(session, subject)
    if wanted is not None:
        planning.check(wanted, today)
    used = wanted or (wishes.from_dict(saved.choices) if saved else Wishes())
    open_decisions = decisions.member_decisions(session, subject, today=today)
    lead_bodies = decisions.lead_bodies(session, subject, today=today)
    planned, problem = None, subject.problem
    if not (subject.is_over or problem):
        try:
            planned = planning.plan(
                subject, used, open_decisions, lead_bodies, today=today, is_forward=is_forward
            )
        except InvalidInput as error:
            if wanted is not None:
                raise
            # What was saved long ago must not close the page on which it can be mended.
            problem = error.message
    lead = session.get_one(Organisation, subject.lead_id)
    return TimetableView(
        subject=subject,
        wishes=used,
        planned=planned,
        problem=problem,
        steps=_step_lines(planned, used, lead.name, today) if planned else (),
        decisions=_decision_lines(planned, open_decisions, today),
        milestones=_milestone_lines(session, subject, planned, today),
        lead_bodies=lead_bodies,
        saved=saved,
        is_saved=wanted is None and saved is not None,
        today=today,
        lead_name=lead.name,
    )


def _step_lines(
    planned: Planned, used: Wishes, lead_name: str, today: dt.date
) -> tuple[StepLine, ...]:
    lines = []
    fixed = {step.key: step for step in planned.forward.steps if step.is_known}
    for planned_step in planned.shown.steps:
        step = fixed.get(planned_step.key, planned_step)
        slip = planned.slip(step.key)
        who = _WHO.get(step.key, "")
        if who == "Vergabestelle":
            who = f"Vergabestelle {lead_name}"
        if step.key == "decided":
            who = f"{used.award_body or 'Federführung'} ({lead_name})"
        can_be_missed = step.key not in planned.facts.known and slip and slip.latest_on >= today
        lines.append(
            StepLine(
                step=step,
                who=who,
                earliest_on=planned.forward.day(step.key),
                latest_on=planned.backward.day(step.key) if planned.backward else None,
                slips=slip.sentence if slip and can_be_missed else "",
            )
        )
    return tuple(lines)


def _decision_lines(
    planned: Planned | None, found: Sequence[MemberDecision], today: dt.date
) -> tuple[DecisionLine, ...]:
    return tuple(decision_lines(planned, found, today)) if planned else ()


def _milestone_lines(
    session: Session, subject: Subject, planned: Planned | None, today: dt.date
) -> tuple[MilestoneLine, ...]:
    return tuple(
        milestone_line(milestone, planned, today)
        for milestone in queries.milestones(session, subject.cooperation_id, subject.pool_id)
    )


def milestone_line(milestone: Milestone, planned: Planned | None, today: dt.date) -> MilestoneLine:
    """Return a milestone with its state, and its latest day if it belongs before a step."""
    found = rules.state(
        agreed_on=milestone.agreed_on,
        done_on=milestone.done_on,
        is_dropped=milestone.dropped_at is not None,
        today=today,
    )
    is_open = found not in (rules.State.DONE, rules.State.DROPPED)
    slip = planned.slip(milestone.before_step) if planned and milestone.before_step else None
    if slip is None or not is_open:
        return MilestoneLine(milestone, found)
    slips = slip.sentence_for(milestone.title) if slip.latest_on >= today else ""
    return MilestoneLine(milestone, found, slip.latest_on, slips)
