"""Computes the cases of a file in the form of the test vectors: periods and thresholds.

The form is described by the header of that file: `deadline_cases` and `threshold_cases`. A case
that cannot be computed gets an `error`; the others still run. Amounts come as texts in euro.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from vergabe.law import threshold_cases
from vergabe.law.errors import ImpossibleInput, LawError, UnknownRule
from vergabe.law.minimum_periods import ProcedureFacts, select_minimum
from vergabe.law.periods import AdditionRow, PeriodRow, addition_for, compute_row, rule
from vergabe.law.working_days import calendar_of
from vergabe.law.zone import local_day

Case = Mapping[str, Any]


def evaluate(content: object, *, explain: bool = False) -> Iterator[dict[str, Any]]:
    """Yield one answer per case of a parsed file, deadline cases first.

    Answers hold `id` and either `last_day` and `deadline_at` (ISO, local time with offset), or
    `result`, or `error`; with explain also `rule`, `law`, `evidence`, `open_question`, `steps`.
    Raises ImpossibleInput if the file is not of the form at all.
    """
    if not isinstance(content, Mapping):
        raise ImpossibleInput("Die Datei muss ein JSON-Objekt mit Fällen enthalten.")
    for kind, answer in (("deadline_cases", deadline), ("threshold_cases", threshold)):
        cases = content.get(kind, [])
        if not isinstance(cases, list):
            raise ImpossibleInput(f"„{kind}“ muss eine Liste sein.", field=kind)
        for case in cases:
            yield answer(case, explain=explain)


def deadline(case: object, *, explain: bool = False) -> dict[str, Any]:
    """Return the answer to one deadline case; never raises for a bad case."""
    return _guarded(case, _deadline, explain=explain)


def threshold(case: object, *, explain: bool = False) -> dict[str, Any]:
    """Return the answer to one threshold case; never raises for a bad case."""
    return _guarded(case, threshold_cases.answer, explain=explain)


def _guarded(case: object, answer: Any, *, explain: bool) -> dict[str, Any]:
    if not isinstance(case, Mapping):
        return {"id": None, "error": "Ein Fall muss ein JSON-Objekt sein."}
    try:
        return {"id": case.get("id"), **answer(case, explain)}
    except LawError as error:
        return {"id": case.get("id"), "error": error.message, "code": error.code}


def _deadline(case: Case, explain: bool) -> dict[str, Any]:
    start = moment(case.get("start"), "start")
    flags = _mapping(case, "flags")
    params = _mapping(case, "params")
    begun = local_day(moment(params.get("started_on", case["start"]), "params.started_on"))
    row, addition = _rule(case, flags, begun)
    end = params.get("contract_end")
    if row.kind == "retention" and end is None:
        raise ImpossibleInput("Das Ende des Vertrags fehlt.", field="params.contract_end")
    requested = flags.get("requested_publication_date")
    result = compute_row(
        row,
        addition,
        start,
        calendar_of(_text(case, "land")),
        started_on=begun,
        requested_publication_on=(
            None
            if requested is None
            else local_day(moment(requested, "requested_publication_date"))
        ),
        length=_length(case, params, row),
        contract_end=None if end is None else local_day(moment(end, "params.contract_end")),
    )
    answer: dict[str, Any] = {
        "last_day": result.value.last_day.isoformat(),
        "deadline_at": result.value.period.deadline_local.isoformat(),
    }
    if explain:
        answer.update(
            rule=result.rule,
            law=result.law,
            evidence=result.evidence.value,
            open_question=result.open_question,
            steps=list(result.steps),
        )
    return answer


def _rule(case: Case, flags: Case, begun: dt.date) -> tuple[PeriodRow, AdditionRow | None]:
    """Return the rule a case names, or the one its facts select, with the five more days.

    A case states its length and counting as well; what contradicts the rule is refused.
    """
    if case.get("rule") is None:
        row = _selected(case, flags, begun)
        addition = None
    else:
        row, addition = rule(_text(case, "rule"), begun)
    stated = case.get("nominal_length")
    if addition is None and flags.get("docs_not_electronic") is True and stated != row.length:
        addition = None if flags.get("urgent") else addition_for(row, begun)
    expected = None if row.length is None else row.length + (addition.days if addition else 0)
    if stated is not None and expected is not None and stated != expected:
        raise ImpossibleInput(
            f"Die Länge {stated} widerspricht der Regel „{row.id}“ ({expected}).",
            field="nominal_length",
        )
    if case.get("counting", row.counting) != row.counting:
        raise ImpossibleInput(
            f"Die Zählweise „{case['counting']}“ widerspricht der Regel „{row.id}“ "
            f"({row.counting}).",
            field="counting",
        )
    return row, addition


def _selected(case: Case, flags: Case, begun: dt.date) -> PeriodRow:
    facts = ProcedureFacts(
        rule_set=_text(case, "regime"),
        procedure=_text(case, "procedure"),
        land=_text(case, "land"),
        electronic_submission=flags.get("electronic_submission") is True,
        pin_published=flags.get("pin_published") is True,
        urgent=flags.get("urgent") is True,
        agreement_failed=flags.get("agreement_failed") is True,
    )
    row = select_minimum(facts, _text(case, "phase"), begun)
    if row is None:
        raise UnknownRule(f"{facts.rule_set}, {facts.procedure}, {case['phase']}")
    return row


def _length(case: Case, params: Case, row: PeriodRow) -> int | None:
    if row.length is not None:
        return None
    name = "months" if row.counting.endswith("MONTHS") else "days"
    value = params.get(name, case.get("nominal_length"))
    if isinstance(value, bool) or not isinstance(value, int):
        raise ImpossibleInput("Die Länge der Frist fehlt oder ist keine ganze Zahl.", field=name)
    return value


def _text(case: Case, name: str) -> str:
    value = case.get(name)
    if not isinstance(value, str) or not value:
        raise ImpossibleInput(f"Die Angabe „{name}“ fehlt.", field=name)
    return value


def _mapping(case: Case, name: str) -> Case:
    value = case.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ImpossibleInput(f"„{name}“ muss ein Objekt sein.", field=name)
    return value


def moment(value: object, name: str) -> dt.date | dt.datetime:
    """Return an ISO text as a day, or as an aware instant if it has a time. ImpossibleInput."""
    if not isinstance(value, str):
        raise ImpossibleInput(f"Die Angabe „{name}“ fehlt oder ist kein Datum.", field=name)
    try:
        if len(value) <= 10:
            return dt.date.fromisoformat(value)
        parsed = dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise ImpossibleInput(f"„{value}“ ist kein gültiges Datum.", field=name) from error
    local_day(parsed)
    return parsed
