"""Timetables and plans as JSON values, for API and command line."""

import datetime as dt
from typing import Any

from vergabe.plans import measures
from vergabe.plans.decision_lines import DecisionLine
from vergabe.plans.measures import Measure
from vergabe.plans.overview import PlanView
from vergabe.plans.timetables import MilestoneLine, StepLine, TimetableView


def timetable_json(view: TimetableView) -> dict[str, Any]:
    """Return a timetable; days as ISO texts, deadlines as instants in UTC."""
    planned, subject = view.planned, view.subject
    return {
        "subject": subject.kind,
        "id": str(subject.id),
        "reference": subject.reference,
        "title": subject.title,
        "regime": subject.regime_name,
        "wishes": view.wishes.as_dict(),
        "is_saved": view.is_saved,
        "version": saved_version(view),
        "problem": None if planned else view.problem,
        "direction": str(planned.direction) if planned else None,
        "wished_on": _day(planned.wished_on if planned else None),
        "begins_on": _day(planned.begins_on if planned else None),
        "latest_begin_on": _day(
            planned.backward.begins_on if planned and planned.backward else None
        ),
        "performance_on": _day(planned.forward.performance_on if planned else None),
        "missed_days": planned.missed_days if planned else None,
        "warnings": list(planned.warnings) if planned else [],
        "steps": [_step(line) for line in view.steps],
        "decisions": [_decision(line) for line in view.decisions],
        "milestones": [milestone_json(line) for line in view.milestones],
    }


def saved_version(view: TimetableView) -> int:
    """Return the version of the subject's own saved wishes, 0 if there are none."""
    is_own = view.saved is not None and view.saved.tender_id == view.subject.tender_id
    return view.saved.version if view.saved and is_own else 0


def _step(line: StepLine) -> dict[str, Any]:
    step = line.step
    return {
        "key": step.key,
        "title": step.title,
        "who": line.who,
        "begins_on": _day(step.begins_on),
        "ends_on": _day(step.ends_on),
        "ends_at": step.ends_at.isoformat().replace("+00:00", "Z") if step.ends_at else None,
        "is_statutory": step.is_statutory,
        "is_known": step.is_known,
        "law": step.law,
        "reason": step.reason,
        "holidays": [{"day": _day(day), "name": name} for day, name in step.holidays],
        "earliest_on": _day(line.earliest_on),
        "latest_on": _day(line.latest_on),
        "slack_days": line.slack_days,
        "if_missed": line.slips or None,
    }


def _decision(line: DecisionLine) -> dict[str, Any]:
    return {
        "organisation_id": str(line.organisation_id),
        "organisation": line.organisation,
        "subject": line.subject,
        "body": line.body or None,
        "decided_on": _day(line.decided_on),
        "papers_due_on": _day(line.papers_due_on),
        "latest_on": _day(line.latest_on),
        "earliest_on": _day(line.earliest_on),
        "is_late": line.is_late,
        "if_missed": line.slips or None,
    }


def milestone_json(line: MilestoneLine) -> dict[str, Any]:
    """Return a milestone with its state and its latest day."""
    milestone = line.milestone
    return {
        "id": str(milestone.id),
        "pool_id": str(milestone.pool_id) if milestone.pool_id else None,
        "area_id": str(milestone.area_id) if milestone.area_id else None,
        "organisation_id": str(milestone.organisation_id),
        "kind": milestone.kind,
        "title": milestone.title,
        "note": milestone.note,
        "before_step": milestone.before_step,
        "wished_on": _day(milestone.wished_on),
        "agreed_on": _day(milestone.agreed_on),
        "done_on": _day(milestone.done_on),
        "dropped_reason": milestone.dropped_reason,
        "state": str(line.state),
        "latest_on": _day(line.latest_on),
        "if_missed": line.slips or None,
        "version": milestone.version,
    }


def plan_json(view: PlanView) -> dict[str, Any]:
    """Return the plan of a cooperation."""
    return {
        "cooperation": view.cooperation.key,
        "milestones": [milestone_json(line) for line in view.milestones],
        "projects": [timetable_json(project) for project in view.projects],
        "has_more_projects": view.has_more_projects,
        "measure": _measure(view.measure),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    kinds = {measures.BY_MILESTONE: "milestone", measures.BY_CALL: "call"}
    return {
        "invited_on": _day(measure.invited_on),
        "invited_by": kinds.get(measure.invited_by),
        "noticed_on": _day(measure.noticed_on),
        "days": measure.days,
        "is_final": measure.is_final,
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
