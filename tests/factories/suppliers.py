"""Suppliers with people and profiles, and registrations for tenders."""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from tests.factories import access
from vergabe import clock
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.suppliers import matching
from vergabe.suppliers.model import PendingRegistration, SupplierProfile, TenderRegistration


def supplier(
    session: Session,
    name: str = "Rheinische Feuerwehrtechnik GmbH",
    *,
    cpv: Sequence[str] = ("34144",),
    nuts: Sequence[str] = (),
    keywords: Sequence[str] = (),
    size: str | None = None,
) -> Organisation:
    """Return a stored supplier with a profile, without people."""
    firm = access.supplier(session, name)
    profile = SupplierProfile(
        organisation_id=firm.id,
        size=size,
        cpv_prefixes=list(cpv),
        nuts_prefixes=list(nuts),
        keywords=list(keywords),
        updated_at=clock.now(),
    )
    session.add(profile)
    session.flush()
    matching.index_profile(session, profile)
    return firm


def supplier_person(session: Session, firm: Organisation, email: str | None = None) -> User:
    """Return a stored person who acts for this firm."""
    return access.person(session, firm, Role.SUPPLIER, email=email, full_name="Sabine Bieter")


def registration(
    session: Session,
    tender_id: uuid.UUID,
    *,
    firm: Organisation | None = None,
    address: str | None = None,
) -> TenderRegistration:
    """Return a stored, confirmed registration of a firm or a bare address for a tender."""
    row = TenderRegistration(
        tender_id=tender_id,
        organisation_id=firm.id if firm else None,
        address=address,
        registered_at=clock.now(),
        confirmed_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def invitation(
    session: Session, firm: Organisation, email: str = "karl@example.org"
) -> PendingRegistration:
    """Return a stored invitation into a firm that nobody has accepted yet."""
    row = PendingRegistration(
        email=email,
        full_name="Karl Kollege",
        organisation_id=firm.id,
        asked_by_name="Sabine Bieter",
        asked_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row
