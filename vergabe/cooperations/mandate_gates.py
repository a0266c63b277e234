"""What a mandate (Vollmacht) must cover for an act that the lead or a provider does for members.

Publishing needs scope `tender`; amending and extending need it too; cancelling, awarding, answering
complaints and representing in a review need their own.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.cooperations import queries
from vergabe.cooperations.mandate_rules import Act, MandateFacts
from vergabe.cooperations.model import Cooperation, Mandate
from vergabe.cooperations.readiness import not_empowered
from vergabe.cooperations.rules import Scope
from vergabe.errors import Violation

WARNING_DAYS: Final = 30
"""How long before its end a mandate is worth a warning."""


@dataclass(frozen=True)
class Ending:
    """A member whose mandate ends (or has ended) on a day without another that goes on."""

    grantor_id: uuid.UUID
    grantor_name: str
    mandate_id: uuid.UUID
    last_day: dt.date

    def sentence(self, day: dt.date) -> str:
        """Return what to know about it on a legal day."""
        if self.last_day < day:
            return (
                f"Die Vollmacht von {self.grantor_name} endete am {self.last_day:%d.%m.%Y}. Das "
                "Verfahren läuft weiter; Änderungen, Aufhebung und Zuschlag gehen erst mit einer "
                "neuen Vollmacht."
            )
        return (
            f"Die Vollmacht von {self.grantor_name} endet am {self.last_day:%d.%m.%Y}. Danach "
            "gehen Änderungen, Aufhebung und Zuschlag erst mit einer neuen Vollmacht."
        )


def mandate_reasons(
    session: Session,
    cooperation_id: uuid.UUID,
    scope: Scope,
    participant_ids: Sequence[uuid.UUID],
    totals: Mapping[uuid.UUID, int] | None,
    day: dt.date,
    *,
    grantee_id: uuid.UUID | None = None,
) -> list[Violation]:
    """Return which participants have not empowered the lead for an act on a legal day.

    totals: organisation id → its share, net in cents, held against the limits; None: limits do not
    matter for this act. grantee_id: who acts instead of the lead (a service provider): then the
    lead too needs to have empowered it, and mandates for the lead do not count.
    """
    cooperation = session.get_one(Cooperation, cooperation_id)
    acting_id = grantee_id or cooperation.lead_organisation_id
    names = _names(session, [acting_id, *participant_ids])
    found = queries.mandates(session, cooperation_id, participant_ids)
    act = Act(acting_id, names[acting_id], scope, day, is_limited=totals is not None)
    grantors = [
        (each, names[each], [mandate_facts(m) for m in found if m.grantor_id == each])
        for each in participant_ids
    ]
    shares = {each: (totals or {}).get(each, 0) for each in participant_ids}
    return not_empowered(act, grantors, shares)


def mandate_facts(mandate: Mandate) -> MandateFacts:
    """Return a mandate as the checks see it."""
    return MandateFacts(
        grantee_id=mandate.grantee_id,
        scope=frozenset(Scope(scope) for scope in mandate.scope),
        valid_from=mandate.valid_from,
        valid_to=mandate.valid_to,
        revoked_on=mandate.revoked_on,
        limit_net_cents=mandate.limit_net_cents,
    )


def endings(
    session: Session,
    cooperation_id: uuid.UUID,
    grantor_ids: Iterable[uuid.UUID],
    day: dt.date,
    *,
    grantee_id: uuid.UUID,
    scope: Scope = Scope.TENDER,
    days: int = WARNING_DAYS,
) -> list[Ending]:
    """Return whose last mandate with a scope ends within `days` after a legal day, or has ended.

    Members that never had one are left out: that is for the gate to say.
    """
    grantors = [each for each in grantor_ids if each != grantee_id]
    names = _names(session, grantors)
    found = [
        mandate
        for mandate in queries.mandates(session, cooperation_id, grantors)
        if mandate.grantee_id == grantee_id and scope in mandate.scope and mandate.valid_from <= day
    ]
    result: list[Ending] = []
    for grantor_id in grantors:
        own = [(mandate_facts(m).last_day, m.id) for m in found if m.grantor_id == grantor_id]
        ends = [(last_day, mandate_id) for last_day, mandate_id in own if last_day is not None]
        if not own or len(ends) < len(own):
            continue
        last_day, mandate_id = max(ends)
        if last_day <= day + dt.timedelta(days=days):
            result.append(Ending(grantor_id, names[grantor_id], mandate_id, last_day))
    return result


def _names(session: Session, organisation_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(list(organisation_ids))))
    return {organisation.id: organisation.name for organisation in rows}
