"""Three invented suppliers with a profile each, for the demonstration."""

import datetime as dt
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.access.queries import actor_for, user_by_email
from vergabe.accounts.service import create_person, password_hash
from vergabe.suppliers.profiles import ProfileEntry, save_profile

# Name, city, address, CPV prefixes, NUTS prefixes, keywords.
SUPPLIERS: Final = (
    ("Rurtal Bürotechnik GmbH", "Düren", "angebot@rurtal.example", "3019 3021", "DEA26 DEA27", ""),
    ("Schulgeräte Nord eG", "Hannover", "vergabe@schulgeraete.example", "302", "", "tablets"),
    (
        "Feuerschutz Eifel KG",
        "Gerolstein",
        "buero@feuerschutz.example",
        "3511 1844",
        "DEB DEA2",
        "",
    ),
)


def register_suppliers(session: Session, *, now: dt.datetime, password: str) -> list[User]:
    """Create the suppliers, their people and profiles; what is there already stays."""
    people: list[User] = []
    for name, city, email, cpv, nuts, keywords in SUPPLIERS:
        existing = user_by_email(session, email)
        if existing is not None:
            people.append(existing)
            continue
        firm = Organisation(kind="supplier", name=name, city=city, email=email, created_at=now)
        session.add(firm)
        session.flush()
        user = create_person(session, email=email, full_name=f"Angebotsstelle {name}", now=now)
        user.password = password_hash(password)
        session.add(
            RoleAssignment(
                user=user,
                organisation_id=firm.id,
                role=Role.SUPPLIER,
                valid_from=clock.berlin_day(now),
            )
        )
        session.flush()
        actor = actor_for(session, user, firm.id, now=now)
        entry = ProfileEntry(cpv=cpv, nuts=nuts, keywords=keywords, size="medium")
        save_profile(session, actor, entry, now=now)
        people.append(user)
    return people
