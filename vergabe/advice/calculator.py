"""One period, counted for whoever asks: rule, event, Land; nothing is stored."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from vergabe import clock
from vergabe.errors import DomainError, InvalidInput, Violation
from vergabe.exchange import german_dates
from vergabe.law import periods
from vergabe.law.counting import Counting
from vergabe.law.periods import Deadline, PeriodRow
from vergabe.law.results import Result
from vergabe.law.working_days import LANDS

DEFAULT_LAND = "NW"


@dataclass(frozen=True)
class Answer:
    """A counted period with what it was counted for."""

    result: Result[Deadline]
    land: str


def choices() -> list[tuple[str, str]]:
    """Return id and title of every rule that has a length of its own, each once, by rule set."""
    newest: dict[str, PeriodRow] = {}
    for row in periods.rows():
        if row.length is not None:
            newest[row.id] = row
    ordered = sorted(newest.values(), key=lambda row: (row.rule_set, row.law, row.title))
    return [(row.id, f"{row.law}: {row.title}") for row in ordered]


def count(values: Mapping[str, str]) -> Answer | None:
    """Return the period that the fields of the form ask for, None if they ask for nothing yet.

    Fields: regel (id), ereignis (day), uhrzeit (only for periods in hours), land, begonnen (day the
    procedure began), bt738 (later publication day), vertragsende. Raises InvalidInput with a
    violation per field.
    """
    if not values.get("regel"):
        return None
    violations: list[Violation] = []
    rule_id = values["regel"]
    if rule_id not in dict(choices()):
        violations.append(Violation("rule_unknown", "Wählen Sie eine Regel.", field="regel"))
    land = values.get("land") or DEFAULT_LAND
    if land not in LANDS:
        violations.append(Violation("land_unknown", "Wählen Sie ein Land.", field="land"))
    event = _day(values, "ereignis", violations)
    if event is None and not any(violation.field == "ereignis" for violation in violations):
        message = "Geben Sie den Tag an, mit dem die Frist beginnt."
        violations.append(Violation("event_missing", message, field="ereignis"))
    begun = _day(values, "begonnen", violations)
    published = _day(values, "bt738", violations)
    contract_end = _day(values, "vertragsende", violations)
    if violations or event is None:
        raise InvalidInput.of(violations)
    try:
        row, _ = periods.rule(rule_id, begun or event)
        result = periods.compute(
            rule_id,
            _instant(values, row, event),
            land,
            started_on=begun,
            requested_publication_on=published,
            contract_end=contract_end,
        )
    except DomainError as error:
        raise InvalidInput(
            error.code, error.message, law=error.law, field=error.field or "ereignis"
        ) from error
    return Answer(result, land)


def _instant(values: Mapping[str, str], row: PeriodRow, event: dt.date) -> dt.date | dt.datetime:
    """Return the event with its time of day where the rule counts hours."""
    if Counting(row.counting) is not Counting.EU_HOURS:
        return event
    text = values.get("uhrzeit", "").strip()
    try:
        at = dt.time.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None:
        raise InvalidInput(
            "time_missing",
            "Diese Frist zählt Stunden. Geben Sie die Uhrzeit an, zum Beispiel 14:30.",
            field="uhrzeit",
        )
    return clock.berlin_instant(event, at)


def _day(values: Mapping[str, str], name: str, violations: list[Violation]) -> dt.date | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        return german_dates.parse_date(text, field=name)
    except InvalidInput as error:
        violations.append(Violation(error.code, error.message, field=name))
        return None
