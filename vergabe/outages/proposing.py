"""The extension to sign off: computed by the law core when asked, never stored before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.errors import Violation
from vergabe.law import outages as law
from vergabe.law.deadline_checks import holiday_warnings
from vergabe.law.outages import OutageExtension, Window
from vergabe.law.results import Result
from vergabe.notices import letters
from vergabe.outages import queries, rules
from vergabe.outages.finding import facts_of, window_of
from vergabe.outages.model import OutageCase
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import STAGE_NAMES, Stage


@dataclass(frozen=True)
class Letter:
    """A letter as it will be sent: to whom, subject, text."""

    to: str
    subject: str
    body: str


@dataclass(frozen=True)
class Proposal:
    """What is ready to be signed off for one procedure after one or several outages.

    against: why nothing can be extended any more; warnings: what to mind although it can.
    """

    tender: Tender
    cases: Sequence[OutageCase]
    windows: Sequence[Window]
    result: Result[OutageExtension]
    summary: str
    letters: Sequence[Letter]
    against: Sequence[Violation]
    warnings: Sequence[str]

    @property
    def extension(self) -> OutageExtension:
        """Return the computed deadlines."""
        return self.result.value

    @property
    def questions(self) -> tuple[str, ...]:
        """Return what law leaves open here, in sentences."""
        open_question = self.result.open_question
        found = (open_question,) if open_question else ()
        return (*found, law.REOPENING_QUESTION) if self.extension.needs_reopening else found


def proposal_for(session: Session, tender: Tender, *, now: dt.datetime) -> Proposal | None:
    """Return what to sign off for a tender now; None if no case of it is open."""
    cases = queries.open_cases_of(session, tender.id)
    if not cases or tender.submission_deadline is None:
        return None
    facts = facts_of(session, tender)
    windows = rules.merged(window_of(case.outage, now=now) for case in cases)
    result = law.extension(facts, windows, now=now)
    found = result.value
    return Proposal(
        tender=tender,
        cases=cases,
        windows=windows,
        result=result,
        summary=rules.summary(windows, found),
        letters=_letters(tender, rules.summary(windows, found), found),
        against=rules.reasons_against_stage(tender.stage, STAGE_NAMES[Stage(tender.stage)]),
        warnings=holiday_warnings(found.submission_deadline, facts.land, facts.lands),
    )


def _letters(tender: Tender, summary: str, found: OutageExtension) -> list[Letter]:
    version = tender.published_version + 1
    return [
        Letter(
            "An alle, die sich zu diesem Verfahren registriert haben",
            *letters.change_letter(tender, version, summary, found.submission_deadline),
        ),
        Letter(
            "An die beteiligten Kommunen",
            *letters.member_letter(tender, "geändert", version, found.submission_deadline),
        ),
    ]
