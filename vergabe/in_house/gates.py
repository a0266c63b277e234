"""What the check of own providers has to say before a tender is published."""

import datetime as dt

from sqlalchemy.orm import Session

from vergabe.errors import Violation
from vergabe.in_house import queries
from vergabe.in_house.queries import Asked
from vergabe.in_house.rules import Result
from vergabe.pools.model import Pool

LAW = "§ 108 GWB"


def publication_reasons(session: Session, pool: Pool, day: dt.date) -> list[Violation]:
    """Return why a tender of this pool may not be published on a legal day (Europe/Berlin).

    Empty where no own provider is named for the area, and once every check says "to the market" or
    that the provider is out of the question.
    """
    who = f"Koordination oder Vergabestelle bei {pool.cooperation.lead.name}"
    found = (_reason(asked, who) for asked in queries.asked_first(session, pool, day))
    return [reason for reason in found if reason is not None]


def _reason(asked: Asked, who: str) -> Violation | None:
    name, check = asked.provider.name, asked.check
    if check is None or check.result is None:
        return Violation(
            "in_house_not_checked",
            f"Vor einer Ausschreibung ist {name} zu fragen; "
            + (
                "die Prüfung hat noch kein Ergebnis."
                if check is not None
                else "eine Prüfung liegt nicht vor."
            ),
            law=LAW,
            who=who,
        )
    if check.result == Result.IN_HOUSE:
        return Violation(
            "in_house_ordered",
            f"Die Prüfung ergab, dass {name} direkt beauftragt wird. Eine Ausschreibung ist damit "
            "nicht vereinbar; soll doch ausgeschrieben werden, nehmen Sie die Prüfung wieder auf.",
            law=LAW,
            who=who,
        )
    return None
