"""Computes the timetables of a file: `{"timetables": [{"id": …, "rule_set": …, …}]}`.

A case names rule_set, procedure and land, and begins_on (forward), performance_on (backward) or
both (compared); the other names are those of PlanFacts and ProcedureFacts. A case that cannot be
computed gets an `error`; the others still run.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from vergabe.law.errors import ImpossibleInput, LawError
from vergabe.law.legs import PlanFacts
from vergabe.law.minimum_periods import ProcedureFacts
from vergabe.law.plan_warnings import plan_warnings
from vergabe.law.slipping import slips
from vergabe.law.timetable import Timetable, compare, plan_backward, plan_forward
from vergabe.law.working_days import land_code

_FLAGS: Final = (
    "electronic_submission",
    "pin_published",
    "urgent",
    "agreement_failed",
    "documents_not_electronic",
)
_LENGTHS: Final = (
    "value_net_cents",
    "joining_days",
    "preparation_working_days",
    "participation_days",
    "request_evaluation_working_days",
    "tender_days",
    "evaluation_working_days",
    "decision_working_days",
    "lead_time_days",
)
_KNOWN: Final = frozenset(
    {"id", "rule_set", "procedure", "land", "lands", "begins_on", "performance_on", "started_on"}
    | {"council_days", "publish_after", "decision_days", "electronic_information", "bylaw_days"}
    | {*_FLAGS, *_LENGTHS}
)
Case = Mapping[str, Any]


def evaluate(content: object) -> Iterator[dict[str, Any]]:
    """Yield one answer per case of a parsed file.

    Answers hold `id` and the plan: begins_on, performance_on, steps with begins_on, ends_on,
    latest_on, law and reason, warnings, and with a wished start `if_missed`; or `error` and `code`.
    Raises ImpossibleInput if the file is not of the form at all.
    """
    if not isinstance(content, Mapping) or not isinstance(content.get("timetables"), list):
        raise ImpossibleInput("Die Datei braucht eine Liste „timetables“.", field="timetables")
    for case in content["timetables"]:
        if not isinstance(case, Mapping):
            yield {"id": None, "error": "Ein Fall muss ein JSON-Objekt sein.", "code": "no_object"}
            continue
        try:
            yield {"id": case.get("id"), **_answer(case)}
        except LawError as error:
            yield {"id": case.get("id"), "error": error.message, "code": error.code}


def _answer(case: Case) -> dict[str, Any]:
    unknown = sorted(set(case) - _KNOWN)
    if unknown:
        raise ImpossibleInput(f"Unbekannte Angabe: {', '.join(map(str, unknown))}.")
    facts = _facts(case)
    begins_on, wished_on = _day(case, "begins_on"), _day(case, "performance_on")
    if begins_on and wished_on:
        plan = compare(facts, begins_on, wished_on)
    elif wished_on:
        plan = plan_backward(facts, wished_on)
    elif begins_on:
        plan = plan_forward(facts, begins_on)
    else:
        raise ImpossibleInput("Es fehlt begins_on oder performance_on.", field="begins_on")
    missed = [slip.sentence for slip in slips(facts, wished_on)] if wished_on else []
    return {**as_dict(plan), "warnings": _warnings(facts, plan), "if_missed": missed}


def as_dict(plan: Timetable) -> dict[str, Any]:
    """Return a plan as JSON values; days as ISO texts."""
    return {
        "direction": str(plan.direction),
        "begins_on": plan.begins_on.isoformat(),
        "performance_on": plan.performance_on.isoformat(),
        "steps": [
            {
                "key": step.key,
                "title": step.title,
                "begins_on": step.begins_on.isoformat(),
                "ends_on": step.ends_on.isoformat(),
                "latest_on": step.latest_end.isoformat() if step.latest_end else None,
                "slack_days": step.slack_days,
                "is_statutory": step.is_statutory,
                "law": step.law,
                "reason": step.reason,
            }
            for step in plan.steps
        ],
    }


def _warnings(facts: PlanFacts, plan: Timetable) -> list[str]:
    return list(dict.fromkeys([*plan.warnings, *plan_warnings(facts, plan)]))


def _facts(case: Case) -> PlanFacts:
    flags: dict[str, Any] = {name: _flag(case, name) for name in _FLAGS if name in case}
    procedure = ProcedureFacts(
        rule_set=_text(case, "rule_set"),
        procedure=_text(case, "procedure"),
        land=land_code(_text(case, "land")),
        started_on=_day(case, "started_on"),
        bylaw_days=_whole(case, "bylaw_days"),
        **flags,
    )
    lengths = {name: _whole(case, name) for name in _LENGTHS}
    given: dict[str, Any] = {name: value for name, value in lengths.items() if value is not None}
    if "electronic_information" in case:
        given["electronic_information"] = _flag(case, "electronic_information")
    return PlanFacts(
        procedure_facts=procedure,
        lands=tuple(land_code(str(land)) for land in _list(case, "lands")),
        council_days=_council_days(case),
        publish_after=_day(case, "publish_after"),
        decision_days=tuple(_parsed(day, "decision_days") for day in _list(case, "decision_days")),
        **given,
    )


def _council_days(case: Case) -> dict[str, dt.date]:
    found = case.get("council_days", {})
    if not isinstance(found, Mapping):
        raise ImpossibleInput("council_days muss ein JSON-Objekt sein.", field="council_days")
    return {str(name): _parsed(day, "council_days") for name, day in found.items()}


def _list(case: Case, name: str) -> list[Any]:
    found: list[Any] = _checked(
        case.get(name, []), name, lambda value: isinstance(value, list), "eine Liste"
    )
    return found


def _text(case: Case, name: str) -> str:
    found: str = _checked(case.get(name), name, lambda value: isinstance(value, str), "Text")
    return found


def _flag(case: Case, name: str) -> bool:
    found: bool = _checked(
        case.get(name), name, lambda value: isinstance(value, bool), "true oder false"
    )
    return found


def _whole(case: Case, name: str) -> int | None:
    value = case.get(name)
    if value is None:
        return None
    found: int = _checked(
        value, name, lambda v: isinstance(v, int) and not isinstance(v, bool), "eine ganze Zahl"
    )
    return found


def _checked(value: Any, name: str, is_right: Callable[[Any], bool], what: str) -> Any:
    if not is_right(value):
        raise ImpossibleInput(f"{name} muss {what} sein.", field=name)
    return value


def _day(case: Case, name: str) -> dt.date | None:
    return None if case.get(name) is None else _parsed(case[name], name)


def _parsed(value: object, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise ImpossibleInput(
            f"{name}: „{value}“ ist kein Tag (JJJJ-MM-TT).", field=name
        ) from error
