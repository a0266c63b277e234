"""What the members' resolutions lack for an application that wants them from all."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Resolution
from vergabe.cooperations.readiness import MemberViolation
from vergabe.errors import Violation
from vergabe.funding.model import FundingCase
from vergabe.law import funding as law


def missing(
    session: Session, case: FundingCase, members: Sequence[Organisation], day: dt.date
) -> list[Violation]:
    """Return which members lack a standing resolution that names form and subject on a legal day.

    A resolution on the project counts, and one to join the cooperation; without a wording it
    names neither form nor subject.
    """
    on_file = cooperations.resolutions(session, case.cooperation_id, [m.id for m in members])
    found: list[Violation] = []
    for member in members:
        own = [
            resolution
            for resolution in on_file
            if resolution.organisation_id == member.id and _counts(resolution, case, day)
        ]
        sentence = _lacking(member.name, own)
        if sentence:
            found.append(
                MemberViolation(
                    "funding_resolution_missing",
                    sentence,
                    law=law.programme(case.programme, day).resolutions_law or None,
                    who=f"Gremium von {member.name}",
                    organisation_id=str(member.id),
                )
            )
    return found


def _counts(resolution: Resolution, case: FundingCase, day: dt.date) -> bool:
    stands = resolution.revoked_on is None or resolution.revoked_on > day
    return (
        resolution.result == "adopted"
        and resolution.decided_on <= day
        and stands
        and resolution.pool_id in (None, case.pool_id)
    )


def _lacking(name: str, own: Sequence[Resolution]) -> str:
    if not own:
        return (
            f"{name}: Es fehlt ein zustimmender Beschluss. Das Förderprogramm verlangt Beschlüsse "
            "der Gremien aller Beteiligten, die Form und Gegenstand der Zusammenarbeit nennen."
        )
    if not any(resolution.wording.strip() for resolution in own):
        return (
            f"{name}: Zum Beschluss vom {own[0].decided_on:%d.%m.%Y} fehlt der Wortlaut. Er muss "
            "Form und Gegenstand der Zusammenarbeit nennen."
        )
    return ""
