"""Reads of by-laws: one's own, and those of municipalities that one cooperates with.

Who cooperates with whom belongs to a later step of the flow; its tables are read by their names.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.bylaws.rules import Span
from vergabe.db import Base
from vergabe.errors import NotFound

WHAT = "Die Satzung"


def _partners(organisation_id: uuid.UUID | None, today: dt.date) -> Select[uuid.UUID]:
    """Select the ids of all members of the cooperations of an organisation, as of a legal day."""
    member = Base.metadata.tables["member"]
    current = (member.c.joined_on <= today) & or_(
        member.c.left_on.is_(None), member.c.left_on >= today
    )
    own = select(member.c.cooperation_id).where(
        member.c.organisation_id == organisation_id, current
    )
    found: Select[uuid.UUID] = select(member.c.organisation_id).where(
        member.c.cooperation_id.in_(own), current
    )
    return found


def visible_organisations(session: Session, actor: Actor, today: dt.date) -> list[Organisation]:
    """Return whose by-laws the actor sees: its own municipality first, then the others by name.

    The operator sees all buyers.
    """
    query = select(Organisation).where(
        Organisation.kind.in_(("municipality", "county", "association"))
    )
    if not actor.is_operator:
        query = query.where(
            or_(
                Organisation.id == actor.organisation_id,
                Organisation.id.in_(_partners(actor.organisation_id, today)),
            )
        )
    found = list(session.scalars(query.order_by(Organisation.name, Organisation.id)))
    return sorted(found, key=lambda organisation: organisation.id != actor.organisation_id)


def versions(
    session: Session, organisation_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[ProcurementBylaw]]:
    """Return organisation id → all its versions, replaced ones too, newest number first."""
    rows = session.scalars(
        select(ProcurementBylaw)
        .where(ProcurementBylaw.organisation_id.in_(list(organisation_ids)))
        .order_by(ProcurementBylaw.number.desc())
    )
    found: dict[uuid.UUID, list[ProcurementBylaw]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, []).append(row)
    return found


def visible_bylaw(
    session: Session, actor: Actor, bylaw_id: uuid.UUID, today: dt.date
) -> ProcurementBylaw:
    """Return a version; NotFound unless it is one's own or a partner's."""
    query = (
        select(ProcurementBylaw)
        .where(ProcurementBylaw.id == bylaw_id)
        .options(selectinload(ProcurementBylaw.organisation))
    )
    if not actor.is_operator:
        query = query.where(
            or_(
                ProcurementBylaw.organisation_id == actor.organisation_id,
                ProcurementBylaw.organisation_id.in_(_partners(actor.organisation_id, today)),
            )
        )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(WHAT)
    return found


def in_force(
    session: Session, organisation_ids: Iterable[uuid.UUID], on: dt.date
) -> Mapping[uuid.UUID, ProcurementBylaw]:
    """Return organisation id → the version in force on a legal day; without one: left out."""
    rows = session.scalars(
        select(ProcurementBylaw).where(
            ProcurementBylaw.organisation_id.in_(list(organisation_ids)),
            ProcurementBylaw.replaced_at.is_(None),
            ProcurementBylaw.valid_from <= on,
            or_(ProcurementBylaw.valid_to.is_(None), ProcurementBylaw.valid_to >= on),
        )
    )
    return {row.organisation_id: row for row in rows}


def is_in_force(bylaw: ProcurementBylaw, on: dt.date) -> bool:
    """Return whether a version counts on a legal day."""
    return (
        bylaw.replaced_at is None
        and bylaw.valid_from <= on
        and (bylaw.valid_to is None or bylaw.valid_to >= on)
    )


def spans(rows: Iterable[ProcurementBylaw]) -> list[Span]:
    """Return the days of the versions that were not replaced."""
    return [
        Span(row.number, row.valid_from, row.valid_to) for row in rows if row.replaced_at is None
    ]


def cooperations_with(session: Session, organisation_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the leads of all cooperations that an organisation is or was in, with a lock.

    The cooperations stay locked until the commit, in a fixed order: publications of theirs look at
    by-laws and take the same lock, so that one comes after the other.
    """
    cooperation, member = Base.metadata.tables["cooperation"], Base.metadata.tables["member"]
    rows = session.execute(
        select(cooperation.c.id, cooperation.c.lead_organisation_id)
        .where(
            cooperation.c.id.in_(
                select(member.c.cooperation_id).where(member.c.organisation_id == organisation_id)
            )
        )
        .order_by(cooperation.c.id)
        .with_for_update()
    )
    return sorted({lead for _, lead in rows})
