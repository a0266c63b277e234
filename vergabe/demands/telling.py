"""Who is told what about demands: messages to people, written in the deciding transaction."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from vergabe.access import queries as access
from vergabe.access.permissions import Permission
from vergabe.demands.model import Demand
from vergabe.demands.recording import shortened
from vergabe.messages import service as messages
from vergabe.messages.service import Reader


def readers(
    session: Session,
    permission: Permission,
    organisation_ids: Iterable[uuid.UUID],
    *,
    cooperation_id: uuid.UUID,
    now: dt.datetime,
) -> list[Reader]:
    """Return who hears for organisations: the people who may act, else the organisation itself."""
    wanted = list(organisation_ids)
    people = access.people_with(session, permission, wanted, now=now, cooperation_id=cooperation_id)
    reached = {organisation_id for _user, organisation_id in people}
    users = dict.fromkeys(user.id for user, _organisation_id in people)
    return [Reader(user_id=user_id) for user_id in users] + [
        Reader(organisation_id=each) for each in wanted if each not in reached
    ]


class Named(Protocol):
    """A demand as far as a message names it."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def reference(self) -> str: ...

    @property
    def title(self) -> str: ...


def tell_releasers(
    session: Session,
    demands: Sequence[Named],
    *,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID,
    now: dt.datetime,
) -> int:
    """Tell the releasers of an organisation that its demands wait for them; return how many."""
    people = access.people_with(
        session,
        Permission.RELEASE_DEMANDS,
        [organisation_id],
        now=now,
        cooperation_id=cooperation_id,
    )
    first = demands[0]
    if len(demands) == 1:
        subject = f"Freigabe nötig: {shortened(first.title)}"
        link = f"/bedarfe/{first.id}"
    else:
        subject, link = f"Freigabe nötig: {len(demands)} Bedarfe", "/bedarfe/freigabe"
    body = (
        f"Zur Freigabe eingereicht: {_listed(demands)}\n\n"
        "Bitte prüfen Sie, ob Mittel bereitstehen, und geben Sie frei oder lehnen Sie ab."
    )
    return messages.send_many(
        session,
        [Reader(user_id=user.id) for user, _organisation_id in people],
        cause=f"demands_submitted:{first.id}:{now.isoformat()}",
        kind="demands_submitted",
        subject=subject,
        body=body,
        now=now,
        link=link,
    )


def tell_requester(
    session: Session, demand: Demand, done: str, *, reason: str = "", now: dt.datetime
) -> bool:
    """Tell whoever submitted a demand what became of it; False if nobody is to be told."""
    user_id = demand.submitted_by_id or demand.created_by_id
    if user_id is None:
        return False
    why = f"\n\nGrund: {reason}" if reason else ""
    return messages.send(
        session,
        Reader(user_id=user_id),
        dedupe_key=f"demand:{demand.id}:{demand.version}",
        kind="demand_decided",
        subject=f"Ihr Bedarf wurde {done}: {shortened(demand.title)}",
        body=f"Der Bedarf {demand.reference} „{demand.title}“ wurde {done}.{why}",
        now=now,
        link=f"/bedarfe/{demand.id}",
    )


def _listed(demands: Sequence[Named]) -> str:
    shown = [f"{demand.reference} „{shortened(demand.title)}“" for demand in demands[:10]]
    more = len(demands) - len(shown)
    return "\n- " + "\n- ".join(shown) + (f"\n- und {more} weitere" if more else "")
