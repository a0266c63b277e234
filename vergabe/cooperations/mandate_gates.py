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

from vergabe import money
from vergabe.access.model import Organisation
from vergabe.cooperations import queries, rules
from vergabe.cooperations.model import Cooperation, Mandate
from vergabe.cooperations.readiness import JOINT_PROCUREMENT_LAW, MemberViolation
from vergabe.cooperations.rules import SCOPE_NAMES, Scope
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
    reasons: list[Violation] = []
    for participant_id in participant_ids:
        if participant_id == acting_id:
            continue
        own = [m for m in found if m.grantor_id == participant_id and m.grantee_id == acting_id]
        share = None if totals is None else totals.get(participant_id, 0)
        message = _against(own, scope, share, day)
        if message:
            reasons.append(
                MemberViolation(
                    message[0],
                    f"{names[participant_id]}: Die Vollmacht für {names[acting_id]} "
                    f"(„{SCOPE_NAMES[scope]}“) {message[1]}",
                    law=JOINT_PROCUREMENT_LAW,
                    who=f"{names[participant_id]}: Koordination oder Kämmerei",
                    organisation_id=str(participant_id),
                )
            )
    return reasons


def _against(
    mandates: Sequence[Mandate], scope: Scope, share: int | None, day: dt.date
) -> tuple[str, str] | None:
    with_scope = [mandate for mandate in mandates if scope in mandate.scope]
    valid = [mandate for mandate in with_scope if _is_valid(mandate, day)]
    if not with_scope:
        return "mandate_missing", "fehlt."
    if not valid:
        last = max(_last_day(mandate) or dt.date.min for mandate in with_scope)
        if any(mandate.valid_from > day for mandate in with_scope):
            return "mandate_not_valid", f"gilt am {day:%d.%m.%Y} noch nicht."
        return "mandate_not_valid", f"endete am {last:%d.%m.%Y}. Erteilen Sie eine neue."
    limits = [mandate.limit_net_cents for mandate in valid]
    if share is not None and None not in limits and share > max(limit or 0 for limit in limits):
        # All members read this: the limit itself is not quoted.
        return (
            "mandate_limit_exceeded",
            f"reicht nur bis zu einem Höchstbetrag, der Anteil beträgt {money.german(share)}.",
        )
    return None


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
        own = [mandate for mandate in found if mandate.grantor_id == grantor_id]
        if not own or any(_last_day(mandate) is None for mandate in own):
            continue
        last = max(own, key=lambda mandate: _last_day(mandate) or dt.date.max)
        last_day = _last_day(last)
        if last_day is not None and last_day <= day + dt.timedelta(days=days):
            result.append(Ending(grantor_id, names[grantor_id], last.id, last_day))
    return result


def _is_valid(mandate: Mandate, day: dt.date) -> bool:
    return rules.is_valid_on(
        day,
        valid_from=mandate.valid_from,
        valid_to=mandate.valid_to,
        revoked_on=mandate.revoked_on,
    )


def _last_day(mandate: Mandate) -> dt.date | None:
    """Return the last legal day on which a mandate counts; None without end."""
    ends = [day for day in (mandate.valid_to,) if day is not None]
    if mandate.revoked_on is not None:
        ends.append(mandate.revoked_on - dt.timedelta(days=1))
    return min(ends, default=None)


def _names(session: Session, organisation_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(list(organisation_ids))))
    return {organisation.id: organisation.name for organisation in rows}
