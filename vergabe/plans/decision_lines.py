"""The bodies' decisions as rows: latest day, papers, and what follows if a meeting is missed."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vergabe.law import german
from vergabe.law.slipping import performance_after, slip_sentence
from vergabe.law.working_days import calendar_of, is_working_day
from vergabe.plans.decisions import MemberDecision
from vergabe.plans.planning import Planned
from vergabe.plans.sittings import (
    Decision,
    after_missing,
    latest_decisions,
    next_decisions,
)

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class DecisionLine:
    """One body's decision on one subject.

    decided_on: it is decided; earliest_on, latest_on: meetings that can still decide;
    papers_due_on: last day for the papers of the latest meeting (of the earliest without a wished
    start). slips: what follows if that meeting is missed; is_late: none is early enough.
    """

    organisation_id: uuid.UUID
    organisation: str
    subject: str
    body: str
    decided_on: dt.date | None = None
    earliest_on: dt.date | None = None
    latest_on: dt.date | None = None
    papers_due_on: dt.date | None = None
    slips: str = ""
    is_late: bool = False


def decision_lines(
    planned: Planned, found: Sequence[MemberDecision], today: dt.date
) -> Iterator[DecisionLine]:
    """Yield the decisions of all members, in their order and in the order of the bodies."""
    for decision in found:
        if not decision.is_open:
            yield _line(decision, "", decided_on=decision.decided_on)
        elif not decision.is_plannable:
            unknown = [body.name for body in decision.chain if not body.is_known]
            names = german.join([f"„{name}“" for name in unknown]) or "die Gremien"
            yield _line(
                decision,
                german.join([body.name for body in decision.chain]),
                slips=f"Für {names} sind keine künftigen Sitzungen hinterlegt.",
            )
        else:
            yield from _open_lines(planned, decision, today)


def _line(
    decision: MemberDecision,
    body: str,
    *,
    decided_on: dt.date | None = None,
    slips: str = "",
) -> DecisionLine:
    return DecisionLine(
        organisation_id=decision.organisation_id,
        organisation=decision.name,
        subject=decision.subject,
        body=body,
        decided_on=decided_on,
        slips=slips,
    )


def _open_lines(
    planned: Planned, decision: MemberDecision, today: dt.date
) -> Iterator[DecisionLine]:
    works = is_working_day(planned.facts.land)
    earliest = next_decisions(decision.chain, today, works)
    latest = None
    if planned.backward is not None:
        latest = latest_decisions(decision.chain, planned.backward.day("published"), works)
        if latest is not None and not _is_possible(latest, today):
            latest = None
    for index, body in enumerate(decision.chain):
        first = earliest[index] if earliest else None
        last = latest[index] if latest else None
        shown = last or first
        yield DecisionLine(
            organisation_id=decision.organisation_id,
            organisation=decision.name,
            subject=decision.subject,
            body=body.name,
            earliest_on=first.day if first else None,
            latest_on=last.day if last else None,
            papers_due_on=shown.papers_due_on if shown else None,
            slips=_slips(planned, decision, index, latest, earliest),
            is_late=planned.backward is not None and last is None,
        )


def _is_possible(chain: Sequence[Decision], today: dt.date) -> bool:
    """Return whether all days of a chain lie ahead, those for papers too."""
    return all((step.papers_due_on or step.day) >= today for step in chain)


def _slips(
    planned: Planned,
    decision: MemberDecision,
    index: int,
    latest: Sequence[Decision] | None,
    earliest: Sequence[Decision] | None,
) -> str:
    """Return what follows if a body misses its latest meeting, or that it is too late already."""
    if planned.backward is None or planned.wished_on is None:
        return ""
    if latest is None:
        is_last = index == len(decision.chain) - 1
        return _too_late(planned, decision, earliest) if is_last else ""
    works = is_working_day(planned.facts.land)
    missed_on = latest[index].day
    decided_on = after_missing(decision.chain, index, missed_on, works)
    title = f"{decision.name}, {decision.chain[index].name}: {decision.subject}"
    if decided_on is None:
        return (
            f"Entscheidet {decision.name} nicht am {german.long_date(missed_on)}, ist der "
            "Leistungsbeginn offen: Eine spätere Sitzung ist nicht hinterlegt."
        )
    reached = _performance_after(planned, decided_on)
    if reached <= planned.wished_on:
        return ""
    return slip_sentence(title, missed_on, reached, planned.wished_on)


def _too_late(
    planned: Planned, decision: MemberDecision, earliest: Sequence[Decision] | None
) -> str:
    """Return, once for a chain, that no meeting is early enough, and what follows."""
    what = f"{decision.name}, {decision.subject}: Keine hinterlegte Sitzung ist noch rechtzeitig"
    if not earliest:
        return f"{what}."
    reached = _performance_after(planned, earliest[-1].day)
    return (
        f"{what}. Fällt die Entscheidung am {german.long_date(earliest[-1].day)}, beginnt die "
        f"Leistung frühestens am {german.long_date(reached)}."
    )


def _performance_after(planned: Planned, decided_on: dt.date) -> dt.date:
    """Return the start of performance if the notice goes out as soon as the last has decided."""
    calendar = calendar_of(planned.facts.land)
    published_on = calendar.next_working_day(decided_on + _ONE_DAY)
    if planned.backward is not None:
        published_on = max(published_on, planned.backward.day("published"))
    return performance_after(planned.facts, "published", published_on)
