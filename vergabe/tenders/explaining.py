"""What law says about a tender, as the page and the API show it: results, steps, deadlines."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.errors import Violation
from vergabe.law.errors import LawError
from vergabe.tenders import assessment, timing
from vergabe.tenders.assessment import Assessment
from vergabe.tenders.facts import chosen_of, current_assessment, period_facts
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import Stage
from vergabe.tenders.timing import Timing
from vergabe.texts import lazy

_TITLES = {
    "estimate": lazy("Geschätzter Auftragswert"),
    "threshold": lazy("EU-Schwellenwert"),
    "regime": lazy("Geltendes Recht"),
    "methods": lazy("Verfahrensarten"),
    "bylaws": lazy("Satzungen der Kommunen"),
}


@dataclass(frozen=True)
class Explanation:
    """One result of law with its steps as German sentences."""

    title: str
    law: str
    steps: Sequence[str]
    evidence: str
    open_question: str | None

    @classmethod
    def of(cls, title: str, result: Mapping[str, Any]) -> "Explanation":
        return cls(
            title=title,
            law=result["law"],
            steps=result["steps"],
            evidence=result["evidence_label"],
            open_question=result.get("open_question"),
        )


@dataclass(frozen=True)
class Explained:
    """Everything that law says about a tender on a legal day.

    timing: the deadlines that a notice sent now would carry, or those that are public; minimum_at:
    the earliest instant at which bids may be due, None where law names no number of days.
    """

    on: dt.date
    assessment: Assessment
    results: Sequence[Explanation]
    timing: Timing
    minimum_at: dt.datetime | None
    minimum_days: int | None
    reasons: Sequence[Violation]
    warnings: Sequence[str]


def explain(session: Session, tender: Tender, *, now: dt.datetime) -> Explained:
    """Return what law says about a tender: as of now before publication, else as of its day.

    Raises LawError where the tables do not know the case.
    """
    is_open = tender.stage in (Stage.DRAFT, Stage.READY)
    sent_at = now if is_open or tender.published_at is None else tender.published_at
    on = clock.berlin_day(sent_at)
    found = current_assessment(session, tender, on)
    facts = period_facts(session, tender, started_on=on, newest=found)
    minimum = assessment.minimum(facts, on)
    results = [Explanation.of(_TITLES[key], value) for key, value in found.explained.items()]
    results.append(Explanation.of("Mindestfrist für Angebote", minimum.as_dict()))
    chosen = chosen_of(tender)
    return Explained(
        on=on,
        assessment=found,
        results=results,
        timing=timing.planned(chosen, facts, now=sent_at),
        minimum_at=minimum.value.deadline_at if minimum.value else None,
        minimum_days=minimum.value.period.length if minimum.value else None,
        reasons=timing.reasons_against(
            chosen, facts, is_above_threshold=found.reaches_threshold, now=now
        )
        if is_open
        else (),
        warnings=[*found.warnings, *(timing.warnings(chosen, facts, now=now) if is_open else ())],
    )


def timing_of(session: Session, tender: Tender, *, now: dt.datetime) -> Timing | None:
    """Return the deadlines that a notice sent now would carry; None where law is not known."""
    try:
        facts = period_facts(session, tender, started_on=clock.berlin_day(now))
        return timing.planned(chosen_of(tender), facts, now=now)
    except LawError:
        return None
