"""What all decisions about demands share: loading what is theirs, grouping, refusing."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.demands import queries
from vergabe.demands.model import Demand
from vergabe.errors import InvalidInput, Refused, Violation


def theirs(
    session: Session, actor: Actor, demand_ids: Sequence[uuid.UUID], permission: Permission
) -> list[Demand]:
    """Return demands, locked, for which the actor holds the permission; never an empty list."""
    if not demand_ids:
        raise InvalidInput(
            "nothing_chosen", "Bitte wählen Sie mindestens einen Bedarf aus.", field="demand_ids"
        )
    demands = queries.visible_demands(session, actor, demand_ids, lock=True)
    for demand in demands:
        actor.require(
            permission,
            organisation_id=demand.organisation_id,
            cooperation_id=demand.cooperation_id,
        )
    return demands


def by_owner(demands: Sequence[Demand]) -> list[list[Demand]]:
    """Return demands grouped by organisation and cooperation, in the order of the first of each."""
    groups: dict[Any, list[Demand]] = {}
    for demand in demands:
        groups.setdefault((demand.cooperation_id, demand.organisation_id), []).append(demand)
    return list(groups.values())


def raise_if_invalid(reasons: Sequence[Violation]) -> None:
    """Raise InvalidInput if the only reasons are about fields of the input."""
    if reasons and all(reason.field for reason in reasons):
        raise InvalidInput.of(reasons)


def refuse_if(reasons: Sequence[Violation], code: str) -> None:
    """Raise Refused with all reasons, if there are any."""
    if reasons:
        raise Refused.because(code, reasons[0].message, reasons)
