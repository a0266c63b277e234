"""The deadlines of a tender as a picture with its table: what law asks for, what was chosen."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.charts.pictures import Pictures, pictures_of
from vergabe.charts.timeline import Bar, BarKind, DayLine, Mark, MarkKind, Row, Timeline
from vergabe.law import german, standstill
from vergabe.law.answers import last_safe_answer_day
from vergabe.law.errors import LawError
from vergabe.law.working_days import calendar_of
from vergabe.law.zone import last_day_before
from vergabe.tenders import assessment, timing
from vergabe.tenders.assessment import PeriodFacts
from vergabe.tenders.facts import chosen_of, period_facts
from vergabe.tenders.model import Tender
from vergabe.tenders.timing import Timing
from vergabe.web.formatting import weekday_moment

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """A row of the picture, as its table says it in words."""

    label: str
    text: str
    basis: str


@dataclass(frozen=True)
class DeadlinePicture:
    """The picture, wide and narrow, and the same facts as lines of a table."""

    pictures: Pictures
    lines: Sequence[Line]


@dataclass(frozen=True)
class _Facts:
    sent_on: dt.date
    today: dt.date
    timing: Timing
    periods: PeriodFacts
    minimum_on: dt.date | None
    minimum_law: str
    is_sent: bool


def picture_of(session: Session, tender: Tender, *, now: dt.datetime) -> DeadlinePicture | None:
    """Return the deadlines of a notice that is sent now, or of what was sent; None without law."""
    sent_at = tender.published_at or now
    sent_on = clock.berlin_day(sent_at)
    try:
        periods = period_facts(session, tender, started_on=sent_on)
        planned = timing.planned(chosen_of(tender), periods, now=sent_at)
        minimum = assessment.minimum(periods, sent_on)
        facts = _Facts(
            sent_on,
            clock.berlin_day(now),
            planned,
            periods,
            minimum.value.last_day if minimum.value else None,
            minimum.law,
            tender.published_at is not None,
        )
        drawn = list(_rows(tender, facts))
    except LawError:
        return None
    timeline = Timeline(
        title=f"Fristen von {tender.reference}",
        description="Dieselben Tage stehen in der Tabelle darunter.",
        rows=tuple(row for row, _ in drawn),
        lines=(DayLine(facts.today, f"heute, {german.date(facts.today)}"),),
    )
    first, last = timeline.span()
    timeline = replace(timeline, holidays=_holidays(periods.land, first, last))
    return DeadlinePicture(pictures_of(timeline, "fristen"), [line for _, line in drawn])


def _rows(tender: Tender, facts: _Facts) -> Iterator[tuple[Row, Line]]:
    sent = "abgesendet" if facts.is_sent else "wenn heute abgesendet"
    yield _marked("Bekanntmachung", facts.sent_on, german.long_date(facts.sent_on), sent)
    if facts.minimum_on is not None:
        text = f"bis {german.long_date(facts.minimum_on)}"
        yield _barred(
            "Mindestfrist", facts.sent_on + _DAY, facts.minimum_on, text, facts.minimum_law
        )
    submission = facts.timing.submission_deadline
    basis = "Vorschlag nach dem Gesetz" if facts.timing.is_proposed else "gewählt"
    yield _barred(
        "Angebote",
        facts.sent_on + _DAY,
        last_day_before(submission),
        f"bis {weekday_moment(submission)}",
        basis,
        kind=BarKind.CHOSEN,
    )
    enquiries = facts.timing.enquiries_deadline
    yield _barred(
        "Fragen",
        facts.sent_on + _DAY,
        last_day_before(enquiries),
        f"bis {weekday_moment(enquiries)}",
        "gewählt" if tender.enquiries_deadline else "acht Tage vor dem Ende der Angebotsfrist",
        kind=BarKind.CHOSEN,
    )
    yield from _answers(facts)
    if tender.bid_validity_until is not None:
        yield _barred(
            "Bindefrist",
            last_day_before(submission) + _DAY,
            tender.bid_validity_until,
            f"bis {german.long_date(tender.bid_validity_until)}",
            "gewählt",
            kind=BarKind.CHOSEN,
        )
    yield from _waiting(tender, facts)


def _answers(facts: _Facts) -> Iterator[tuple[Row, Line]]:
    safe = last_safe_answer_day(
        facts.periods.rule_set,
        facts.timing.submission_deadline,
        facts.periods.land,
        urgent=facts.periods.is_urgent,
        started_on=facts.periods.started_on,
    )
    if safe is not None:
        day = safe.value.last_day
        yield _marked("Antworten spätestens", day, german.long_date(day), safe.law)


def _waiting(tender: Tender, facts: _Facts) -> Iterator[tuple[Row, Line]]:
    """Yield the standstill as early as it can be: bidders told the day after the opening."""
    told_on = last_day_before(facts.timing.submission_deadline) + _DAY
    periods = facts.periods
    if tender.law_result.get("reaches_threshold"):
        found = standstill.standstill(told_on, periods.land, started_on=periods.started_on)
    else:
        below = standstill.below_threshold(
            told_on,
            periods.land,
            tender.estimated_value_net_cents,
            started_on=periods.started_on,
            lands=periods.lands,
        )
        if below is None:
            return
        found = below
    if found.value.deadline is None:
        return
    last = found.value.deadline.last_day
    text = f"frühestens bis {german.long_date(last)}; vorher kein Zuschlag"
    yield _barred("Wartefrist", told_on + _DAY, last, text, found.law)


def _holidays(land: str, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    years = range(first.year, last.year + 1)
    return tuple(day for year in years for day in calendar_of(land).holidays(year))


def _barred(
    label: str,
    first: dt.date,
    last: dt.date,
    text: str,
    basis: str,
    *,
    kind: BarKind = BarKind.STATUTORY,
) -> tuple[Row, Line]:
    bar = Bar(min(first, last), last, kind, text)
    return Row(label, text, (bar,)), Line(label, text, basis)


def _marked(label: str, day: dt.date, text: str, basis: str) -> tuple[Row, Line]:
    row = Row(label, text, marks=(Mark(day, MarkKind.MILESTONE, text),))
    return row, Line(label, text, basis)
