"""Reads of the members' own providers."""

import datetime as dt
import uuid

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from vergabe.cooperations.provider_model import InHouseProvider


def providers_of(
    session: Session, cooperation_id: uuid.UUID, area_key: str, day: dt.date
) -> list[InHouseProvider]:
    """Return who is asked first in a task area on a legal day, by name."""
    rows = session.scalars(
        select(InHouseProvider)
        .where(
            InHouseProvider.cooperation_id == cooperation_id,
            InHouseProvider.since <= day,
            or_(InHouseProvider.until.is_(None), InHouseProvider.until >= day),
        )
        .order_by(InHouseProvider.name)
    )
    return [row for row in rows if area_key in row.areas]
