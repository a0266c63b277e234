"""Kinds of bodies, and calendars of meetings as people paste them: pure functions."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.german_dates import EARLIEST_YEAR, LATEST_YEAR, parse_date
from vergabe.texts import lazy

NAME_LENGTH: Final = 200
MOST_MEETINGS: Final = 200
# One line says one meeting; what stands around the dates (weekday, place) does not matter.
_DATE: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}|\d{1,2}\.\s?[A-Za-zä]+\.?\s\d{2,4}"
)


class Kind(StrEnum):
    """What kind of body it is."""

    COUNCIL = "council"
    COMMITTEE = "committee"
    OFFICE = "office"  # one person decides: mayor, district administrator
    OTHER = "other"


KIND_NAMES: Final[Mapping[Kind, str]] = {
    Kind.COUNCIL: lazy("Rat, Kreistag oder Versammlung"),
    Kind.COMMITTEE: lazy("Ausschuss"),
    Kind.OFFICE: lazy("Leitung der Verwaltung"),
    Kind.OTHER: lazy("Anderes Gremium"),
}


@dataclass(frozen=True)
class BodyEntry:
    """A body as somebody describes it; days inclusive, None: without limit."""

    name: str
    kind: Kind = Kind.OTHER
    active_from: dt.date | None = None
    active_to: dt.date | None = None


@dataclass(frozen=True)
class MeetingEntry:
    """A day of meeting and the last day for its papers."""

    day: dt.date
    papers_due_on: dt.date | None = None


def reasons_against_body(entry: BodyEntry) -> Iterator[Violation]:
    """Yield what is wrong with a body, each with its field."""
    if not entry.name:
        yield Violation("name_missing", "Nennen Sie das Gremium, zum Beispiel Rat.", field="name")
    for field, day in (("active_from", entry.active_from), ("active_to", entry.active_to)):
        if day is not None:
            yield from against_day(day, field)
    starts, ends = entry.active_from, entry.active_to
    if starts is not None and ends is not None and ends < starts:
        yield Violation("days_out_of_order", "Das Ende liegt vor dem Beginn.", field="active_to")


def against_day(day: dt.date, field: str) -> Iterator[Violation]:
    """Yield a violation for a day in a year that cannot be meant."""
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        yield Violation(
            "year_out_of_range",
            f"Das Jahr {day.year} ist unplausibel. Möglich sind {EARLIEST_YEAR} bis {LATEST_YEAR}.",
            field=field,
        )


def reasons_against_meetings(
    entries: Sequence[MeetingEntry], active_from: dt.date | None, active_to: dt.date | None
) -> Iterator[Violation]:
    """Yield what is wrong with meetings of a body that exists between two days (inclusive)."""
    if not entries:
        yield Violation("days_missing", "Geben Sie mindestens einen Sitzungstag an.", field="days")
    if len(entries) > MOST_MEETINGS:
        yield Violation(
            "too_many_days",
            f"Das sind {len(entries)} Tage; auf einmal gehen {MOST_MEETINGS}.",
            field="days",
        )
        return
    for entry in entries:
        yield from against_day(entry.day, "days")
        if entry.papers_due_on is not None and entry.papers_due_on > entry.day:
            yield Violation(
                "papers_after_meeting",
                f"Der letzte Tag für Vorlagen ({entry.papers_due_on:%d.%m.%Y}) liegt nach der "
                f"Sitzung vom {entry.day:%d.%m.%Y}.",
                field="days",
            )
        is_early = active_from is not None and entry.day < active_from
        if is_early or (active_to is not None and entry.day > active_to):
            yield Violation(
                "body_not_active",
                f"Am {entry.day:%d.%m.%Y} gibt es dieses Gremium nicht (siehe seine Daten).",
                field="days",
            )


def meetings_in(text: str) -> list[MeetingEntry]:
    """Return the meetings of a pasted list: one line each, maybe with the last day for papers.

    `Do, 18.03.2027` or `18.03.2027, Vorlagen bis 04.03.2027`; blank lines are skipped. Raises
    InvalidInput naming each line that cannot be understood.
    """
    found: list[MeetingEntry] = []
    wrong: list[Violation] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(_meeting_in(line))
        except InvalidInput as error:
            message = f"Zeile {number}: {error.message}"
            wrong.append(Violation(error.code, message, field="days"))
    if wrong:
        raise InvalidInput.of(wrong[:10])
    return found


def _meeting_in(line: str) -> MeetingEntry:
    days = [parse_date(text, field="days") for text in _DATE.findall(line)]
    if not days:
        return MeetingEntry(parse_date(line.strip(), field="days"))
    if len(days) > 2:
        raise InvalidInput(
            "too_many_dates",
            "Hier stehen mehr als zwei Tage. Schreiben Sie jede Sitzung in eine eigene Zeile.",
            field="days",
        )
    return MeetingEntry(days[0], days[1] if len(days) == 2 else None)
