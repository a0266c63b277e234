"""What funding has to say before a project is published or awarded."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe.cooperations.readiness import MemberViolation
from vergabe.errors import Violation
from vergabe.funding import queries, rules
from vergabe.funding.model import FundingCase


def publication_reasons(session: Session, pool_id: uuid.UUID, day: dt.date) -> list[Violation]:
    """Return why a tender of this pool may not be published on a legal day (Europe/Berlin)."""
    return _reasons(session, pool_id, day, "Eine Veröffentlichung")


def award_reasons(session: Session, pool_id: uuid.UUID, day: dt.date) -> list[Violation]:
    """Return why nothing may be awarded for this pool on a legal day (Europe/Berlin).

    The contract is the beginning of the project in grant law: before the notice it takes a
    consent to an early start (VV no. 1.3 to § 44 LHO).
    """
    return _reasons(session, pool_id, day, "Ein Zuschlag")


def _reasons(session: Session, pool_id: uuid.UUID, day: dt.date, step: str) -> list[Violation]:
    case = queries.cases_of(session, [pool_id]).get(pool_id)
    if case is None:
        return []
    return [
        MemberViolation(reason.code, reason.message, law=reason.law, who=_who(case))
        for reason in rules.reasons_against_starting(queries.facts_of(case), day, step)
    ]


def _who(case: FundingCase) -> str:
    authority = f" bei {case.authority}" if case.authority else ""
    return f"Koordination bei {case.cooperation.lead.name}, Bewilligung{authority}"
