"""Deadlines of tenders as calendars: of one tender for everybody, of all that a firm follows."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock
from vergabe.access.model import RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.exchange import ical
from vergabe.exchange.ical import CalendarEntry
from vergabe.suppliers.model import TenderRegistration
from vergabe.tenders.model import Tender
from vergabe.texts import gettext as _
from vergabe.texts import marked
from vergabe.web import time_words

KEPT: Final = dt.timedelta(days=365)
MOST: Final = 500
_KINDS: Final = (
    ("submission_deadline", marked("Angebotsfrist")),
    ("enquiries_deadline", marked("Frist für Fragen")),
)


def of_tender(tender: Tender, *, base_url: str) -> bytes:
    """Return the calendar of one published tender."""
    return ical.calendar(f"{tender.reference} {tender.title}", _entries(tender, base_url))


def followed_entries(
    session: Session, user: User, *, base_url: str, now: dt.datetime
) -> list[CalendarEntry]:
    """Return the deadlines of the tenders that a person's firms follow, for the secret link."""
    day = clock.berlin_day(now)
    firms = select(RoleAssignment.organisation_id).where(
        RoleAssignment.user_id == user.id,
        RoleAssignment.role == Role.SUPPLIER,
        RoleAssignment.valid_from <= day,
        RoleAssignment.valid_to.is_(None) | (RoleAssignment.valid_to >= day),
    )
    tenders: Sequence[Tender] = session.scalars(
        select(Tender)
        .join(TenderRegistration, TenderRegistration.tender_id == Tender.id)
        .where(
            TenderRegistration.organisation_id.in_(firms),
            TenderRegistration.left_at.is_(None),
            Tender.public_since.is_not(None),
            Tender.submission_deadline > now - KEPT,
        )
        .options(selectinload(Tender.versions))
        .order_by(Tender.submission_deadline, Tender.id)
        .limit(MOST)
    ).all()
    unique = {tender.id: tender for tender in tenders}
    return [entry for tender in unique.values() for entry in _entries(tender, base_url)]


def _entries(tender: Tender, base_url: str) -> Iterator[CalendarEntry]:
    """Yield the deadlines of a tender; each keeps its place in a calendar when it is moved."""
    changed_at = max((v.published_at for v in tender.versions), default=tender.public_since)
    assert changed_at is not None
    for name, label in _KINDS:
        at: dt.datetime | None = getattr(tender, name)
        if at is None:
            continue
        lines = [
            _(
                "Ende: %(moment)s. Ab diesem Augenblick ist es zu spät.",
                moment=time_words.exact(at),
            ),
            _("Aktenzeichen: %(reference)s", reference=tender.reference),
            tender.title,
        ]
        yield CalendarEntry(
            uid=uuid.uuid5(tender.procedure_uuid, name),
            at=at,
            changed_at=changed_at,
            revision=tender.published_version,
            title=f"{_(label)}: {tender.title} ({tender.reference})",
            description="\n".join(lines),
            url=f"{base_url}/bekanntmachungen/{tender.reference}",
            is_cancelled=tender.stage == "cancelled",
            has_alarm=tender.stage != "cancelled",
        )
