"""From a subject and wishes to a computed timetable: earliest and latest days, warnings, slips.

Pure: the bodies' calendars come in as plain facts. Days are legal days in Europe/Berlin.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from vergabe.errors import InvalidInput, Violation
from vergabe.law import german
from vergabe.law.errors import LawError
from vergabe.law.legs import PlanFacts
from vergabe.law.minimum_periods import ProcedureFacts
from vergabe.law.plan_warnings import plan_warnings
from vergabe.law.slipping import Slip, slips
from vergabe.law.timetable import Direction, Timetable, compare, plan_backward, plan_forward
from vergabe.law.working_days import is_working_day
from vergabe.plans.decisions import MemberDecision
from vergabe.plans.sittings import BodyCalendar, next_decisions
from vergabe.plans.subjects import Subject
from vergabe.plans.wishes import DAYS, LENGTHS, Wishes, reasons_against

_TYPED_COUNCIL: Final = "Das angegebene Gremium"
# Where law.errors name an input that has another name in the form.
_FIELDS: Final[Mapping[str, str]] = {"start": "performance_on"}


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A computed timetable.

    forward: the earliest plan from `begins_on`; its steps carry the latest days if there is a wish.
    backward: the latest plan that meets the wish. wished_on: the wished start, typed or from the
    earliest demand (is_from_demand). facts: what the backward plan was computed from. warnings:
    German sentences.
    """

    facts: PlanFacts
    direction: Direction
    begins_on: dt.date
    forward: Timetable
    backward: Timetable | None
    wished_on: dt.date | None
    is_from_demand: bool
    slips: tuple[Slip, ...]
    warnings: tuple[str, ...]

    @property
    def shown(self) -> Timetable:
        """Return the plan that is drawn."""
        is_backward = self.direction is Direction.BACKWARD and self.backward is not None
        return self.backward if is_backward and self.backward else self.forward

    @property
    def missed_days(self) -> int:
        """Return by how many days the wish is missed; 0 if it is met or there is none."""
        if self.wished_on is None:
            return 0
        return max((self.forward.performance_on - self.wished_on).days, 0)

    def slip(self, key: str) -> Slip | None:
        """Return what missing a step costs."""
        return next((slip for slip in self.slips if slip.key == key), None)


def plan(
    subject: Subject,
    wishes: Wishes,
    decisions: Sequence[MemberDecision],
    lead_bodies: Sequence[BodyCalendar],
    *,
    today: dt.date,
    is_forward: bool = False,
) -> Planned:
    """Return the timetable of a subject. Raises InvalidInput naming the fields that are wrong.

    decisions: of the members, with their calendars; lead_bodies: those that may decide the award;
    is_forward: draw the plan forward even if there is a wished start.
    """
    facts = _facts(subject, wishes, decisions, lead_bodies, today)
    begins_on = wishes.begins_on or today
    wished_on, notes = _wish(subject, wishes, today)
    try:
        return _planned(facts, begins_on, wished_on, wishes, notes, is_forward)
    except LawError as error:
        if wished_on is not None and wishes.performance_on is None:
            notes = [*notes, f"Der Bedarf ab {german.date(wished_on)} ist nicht planbar."]
            try:
                return _planned(facts, begins_on, None, wishes, notes, is_forward)
            except LawError as other:
                raise _told(other, wishes) from other
        raise _told(error, wishes) from error


def _planned(
    facts: PlanFacts,
    begins_on: dt.date,
    wished_on: dt.date | None,
    wishes: Wishes,
    notes: Sequence[str],
    is_forward: bool,
) -> Planned:
    if wished_on is None:
        forward, backward = plan_forward(facts, begins_on), None
    else:
        # The forward plan waits for the councils, so only the backward one can be too early.
        waiting = replace(facts, council_days={})
        backward = plan_backward(facts, wished_on)
        forward = compare(waiting, begins_on, wished_on, latest=backward.days)
    shown_forward = is_forward or backward is None
    shown = forward if shown_forward or backward is None else backward
    warnings = [
        *notes,
        *forward.warnings,
        *(backward.warnings if backward else ()),
        *plan_warnings(facts, shown),
    ]
    return Planned(
        facts=facts,
        direction=Direction.FORWARD if shown_forward else Direction.BACKWARD,
        begins_on=begins_on,
        forward=forward,
        backward=backward,
        wished_on=wished_on,
        is_from_demand=wished_on is not None and wishes.performance_on is None,
        slips=slips(facts, wished_on, latest=backward.days) if wished_on and backward else (),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _wish(subject: Subject, wishes: Wishes, today: dt.date) -> tuple[dt.date | None, list[str]]:
    """Return the start of performance to plan for, and what to say about it."""
    day = wishes.performance_on or subject.needed_on
    if day is None:
        return None, []
    if day < today:
        what = "Der gewünschte Leistungsbeginn" if wishes.performance_on else "Der früheste Bedarf"
        return None, [
            f"{what}, {german.date(day)}, ist schon vorbei. Geben Sie einen neuen Tag an."
        ]
    return day, []


def _facts(
    subject: Subject,
    wishes: Wishes,
    decisions: Sequence[MemberDecision],
    lead_bodies: Sequence[BodyCalendar],
    today: dt.date,
) -> PlanFacts:
    _check(subject, wishes, lead_bodies)
    lengths: dict[str, int] = {"joining_days": subject.joining_days} | wishes.lengths()
    if subject.joining_days == 0:
        lengths["joining_days"] = 0  # The window has closed, or there never is one.
    earliest = {} if subject.is_published else earliest_decisions(decisions, today, subject.land)
    if wishes.council_on is not None:
        earliest[_TYPED_COUNCIL] = wishes.council_on
    award_body = next((body for body in lead_bodies if body.name == wishes.award_body), None)
    tender_days = lengths.pop("tender_days", None)
    return PlanFacts(
        procedure_facts=ProcedureFacts(
            rule_set=subject.rule_set,
            procedure=wishes.procedure or subject.method,
            land=subject.land,
            started_on=subject.started_on,
            pin_published=wishes.pin_published,
            urgent=wishes.urgent or subject.urgent,
            requested_publication_on=subject.requested_publication_on,
            bylaw_days=subject.bylaw_days,
        ),
        lands=subject.lands,
        value_net_cents=subject.value_net_cents,
        tender_days=tender_days,
        electronic_information=not wishes.by_post,
        council_days=earliest,
        publish_after=max(earliest.values(), default=None),
        decision_days=tuple(s.day for s in award_body.sittings) if award_body else (),
        known=subject.known,
        **lengths,
    )


def earliest_decisions(
    decisions: Sequence[MemberDecision], today: dt.date, land: str
) -> dict[str, dt.date]:
    """Return member's name → earliest day on which everything that is open there is decided.

    Members of whose bodies no meeting is known are left out.
    """
    found: dict[str, dt.date] = {}
    for decision in decisions:
        if decision.is_open and decision.is_plannable:
            days = next_decisions(decision.chain, today, is_working_day(land))
            if days:
                found[decision.name] = max(found.get(decision.name, today), days[-1].day)
    return found


def _check(subject: Subject, wishes: Wishes, lead_bodies: Sequence[BodyCalendar]) -> None:
    reasons = []
    codes = {subject.method, *(code for code, _ in subject.methods)}
    if wishes.procedure is not None and wishes.procedure not in codes:
        reasons.append(
            Violation(
                "procedure_not_permitted",
                "Diese Verfahrensart ist hier nicht zulässig. Wählen Sie eine aus der Liste.",
                field="procedure",
            )
        )
    if wishes.award_body is not None and wishes.award_body not in {b.name for b in lead_bodies}:
        reasons.append(
            Violation(
                "body_unknown",
                "Dieses Gremium ist bei der Federführung nicht hinterlegt.",
                field="award_body",
            )
        )
    if reasons:
        raise InvalidInput.of(reasons)


def check(wishes: Wishes, today: dt.date) -> None:
    """Raise InvalidInput with every wish that cannot be planned for."""
    reasons = reasons_against(wishes, today)
    if reasons:
        raise InvalidInput.of(reasons)


def _told(error: LawError, wishes: Wishes) -> InvalidInput:
    """Return a law error as one about a field of the form."""
    field = _FIELDS.get(error.field or "", error.field)
    known = field in LENGTHS or field in DAYS
    if not known:
        field = "procedure" if wishes.procedure else "performance_on"
    violation = Violation(error.code, error.message, law=error.law, field=field)
    return InvalidInput.of([violation])
