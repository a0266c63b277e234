"""The gate of publication: everybody who acts has declared, where the cooperation asks for it."""

import datetime as dt

from sqlalchemy.orm import Session

from vergabe.conflicts import queries, rules
from vergabe.conflicts.rules import State
from vergabe.cooperations.readiness import MemberViolation
from vergabe.errors import Violation
from vergabe.pools.model import Pool


def reasons_against_publishing(
    session: Session, pool: Pool, *, now: dt.datetime
) -> list[Violation]:
    """Return whose declaration is missing or outdated; empty where nobody asks for them.

    Those who declared a conflict or were kept out do not hold up the others: they do not act.
    """
    if not queries.requires_declarations(pool):
        return []
    return [
        MemberViolation(
            "declaration_missing" if each.state is State.MISSING else "declaration_outdated",
            f"{each.organisation_name}: Die Erklärung zu Interessenkonflikten von {each.name} "
            + ("fehlt." if each.state is State.MISSING else "ist zu erneuern."),
            law=rules.LAW,
            who=f"{each.name}, {each.organisation_name}"
            if each.user_id
            else "Betrieb der Plattform (vergabe conflicts declare)",
            organisation_id=str(each.organisation_id) if each.organisation_id else None,
        )
        for each in queries.declarants(session, pool, now=now)
        if not each.has_declared
    ]
