"""What an organisation does in an area of a cooperation today: asked whenever work begins there."""

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cooperations.area_queries import DEPTH
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.queries import is_open_to
from vergabe.cooperations.rules import Depth


@dataclass(frozen=True)
class Part:
    """What an organisation does in an area of a cooperation; the prefix begins its references."""

    reference_prefix: str
    depth: Depth


def part_in_area(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    area_id: uuid.UUID,
    organisation_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> Part | None:
    """Return how deep an organisation takes part in an area today; one statement.

    None where there is no such area in a cooperation that the actor may see.
    """
    today = clock.berlin_day(now)
    query = _part(None if actor.is_operator else actor.organisation_id, today, actor.is_operator)
    asked = {
        "cooperation": cooperation_id,
        "area": area_id,
        "organisation": organisation_id,
        "day": today,
    }
    found = session.execute(query, asked).one_or_none()
    return found and Part(found.reference_prefix, Depth(found.depth or Depth.NONE))


@lru_cache(maxsize=512)
def _part(
    organisation_id: uuid.UUID | None, today: dt.date, is_operator: bool
) -> Select[str, str | None]:
    depth = DEPTH.limit(1).scalar_subquery().label("depth")
    query = (
        select(Cooperation.reference_prefix, depth)
        .join(TaskArea, TaskArea.cooperation_id == Cooperation.id)
        .where(
            Cooperation.id == bindparam("cooperation", type_=Uuid),
            TaskArea.id == bindparam("area", type_=Uuid),
        )
    )
    return query if is_operator else query.where(is_open_to(organisation_id, today))
