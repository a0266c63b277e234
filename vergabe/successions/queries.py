"""Reads for mergers: the municipality behind a key."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.errors import NotFound


def by_key(session: Session, key: str) -> Organisation:
    """Return the municipality, county or association with this AGS or ARS; NotFound without one."""
    found = session.scalars(
        select(Organisation)
        .where(
            or_(Organisation.ags == key, Organisation.ars == key),
            Organisation.kind.in_(("municipality", "county", "association")),
        )
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(f"Eine Kommune mit dem Schlüssel {key}")
    return found
