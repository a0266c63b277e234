"""What the members' resolutions lack for an application that wants them from all."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations import resolution_overview
from vergabe.cooperations.readiness import MemberViolation
from vergabe.cooperations.rules import Subject
from vergabe.errors import Violation
from vergabe.funding.model import FundingCase
from vergabe.law import funding as law

# Who only counts what is on file reads nothing that somebody may not see.
_COUNTING = Actor.operator("Prüfung der Beschlüsse")


def missing(
    session: Session, case: FundingCase, members: Sequence[Organisation], day: dt.date
) -> list[Violation]:
    """Return which members lack a standing resolution that names form and subject on a legal day.

    All must have decided on the same: on the grant, on this project, or on the cooperation. Where
    none of the three is complete, the reasons are of the one that lacks least.
    """
    wanted = {str(member.id) for member in members}
    found = [
        [reason for reason in reasons if _of(reason) in wanted]
        for reasons in _reasons(session, case, day)
    ]
    least = min(found, key=len)
    directive = law.programme(case.programme, day).resolutions_law or None
    return [_of_directive(reason, directive) for reason in least]


def _reasons(session: Session, case: FundingCase, day: dt.date) -> list[Sequence[Violation]]:
    """Return what the check of all members lacks, by the subject that they may have decided on."""
    area, cooperation = case.pool.area, case.cooperation
    return [
        resolution_overview.proof(
            session, _COUNTING, cooperation, area, subject, pool_id, day=day
        ).reasons
        for subject, pool_id in (
            (Subject.JOINING, None),
            (Subject.AGREEMENT, None),
            (Subject.FUNDING, case.pool_id),
            (Subject.TENDER, case.pool_id),
        )
    ]


def _of(reason: Violation) -> str | None:
    return reason.organisation_id if isinstance(reason, MemberViolation) else None


def _of_directive(reason: Violation, directive: str | None) -> Violation:
    return MemberViolation(
        reason.code,
        reason.message,
        law=directive or reason.law,
        who=reason.who,
        organisation_id=_of(reason),
    )
