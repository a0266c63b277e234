"""Valid organisations and people; a test states only what matters to it."""

import datetime as dt
import time
import uuid
from functools import cache
from typing import Any

from flask import current_app
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.access.model import ApiToken, Organisation, RoleAssignment, User
from vergabe.access.permissions import Role

PASSWORD = "ein langes Kennwort 2026"
TOWNS: dict[str, tuple[str, str, str, str, int]] = {
    # AGS, ARS, Land, NUTS 3, inhabitants on 31 December 2022 (Destatis, GV100AD)
    "Merzenich": ("05358040", "053580040040", "NW", "DEA26", 10302),
    "Jülich": ("05358024", "053580024024", "NW", "DEA26", 33158),
    "Kerpen": ("05362032", "053620032032", "NW", "DEA27", 67239),
    "Inden": ("05358020", "053580020020", "NW", "DEA26", 7507),
    "Linnich": ("05358036", "053580036036", "NW", "DEA26", 13015),
    "Niederzier": ("05358048", "053580048048", "NW", "DEA26", 14345),
}


@cache
def _password_hash(_salt: str) -> str:
    # Hashing is slow on purpose; every test person of an application has the same password.
    return str(hash_password(PASSWORD))


def organisation(session: Session, name: str = "Merzenich", **more: Any) -> Organisation:
    """Return a stored municipality; the towns of the DLZ come with their true facts."""
    facts: dict[str, Any] = {
        "kind": "municipality",
        "name": name,
        "official_name": f"Gemeinde {name}",
        "city": name,
        "postcode": "52399",
        "street": "Rathausplatz 1",
        "email": f"rathaus@{name.lower().replace('ü', 'ue')}.example",
        "phone": "+49 2421 000",
        "land": "NW",
        "nuts3": "DEA26",
        "created_at": clock.now(),
    }
    if name in TOWNS:
        ags, ars, land, nuts3, inhabitants = TOWNS[name]
        facts |= {
            "ags": ags,
            "ars": ars,
            "land": land,
            "nuts3": nuts3,
            "inhabitants": inhabitants,
            "inhabitants_on": dt.date(2022, 12, 31),
        }
    found = Organisation(**(facts | more))
    session.add(found)
    session.flush()
    return found


def supplier(session: Session, name: str = "Rheinische Feuerwehrtechnik GmbH") -> Organisation:
    """Return a stored supplier organisation without a profile."""
    return organisation(session, name, kind="supplier", ags=None, land=None, nuts3=None)


def person(
    session: Session,
    organisation: Organisation,
    *roles: Role,
    email: str | None = None,
    cooperation_id: uuid.UUID | None = None,
    full_name: str = "Erika Muster",
) -> User:
    """Return a stored person with roles at an organisation, valid since 2020."""
    user = User(
        email=email or f"{uuid.uuid4().hex[:12]}@example.org",
        full_name=full_name,
        password=_password_hash(current_app.config["SECURITY_PASSWORD_SALT"]),
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        confirmed_at=clock.now(),
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    for role in roles:
        grant(session, user, organisation, role, cooperation_id=cooperation_id)
    return user


def grant(
    session: Session,
    user: User,
    organisation: Organisation,
    role: Role,
    *,
    cooperation_id: uuid.UUID | None = None,
    valid_from: dt.date = dt.date(2020, 1, 1),
    valid_to: dt.date | None = None,
) -> RoleAssignment:
    assignment = RoleAssignment(
        user_id=user.id,
        organisation_id=organisation.id,
        cooperation_id=cooperation_id,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    session.add(assignment)
    session.flush()
    return assignment


def actor(session: Session, organisation: Organisation, *roles: Role, name: str = "") -> Actor:
    """Return an actor: a new person with these roles, acting for the organisation."""
    user = person(session, organisation, *roles, full_name=name or "Erika Muster")
    return queries.actor_for(session, user, organisation.id, now=clock.now())


def log_in(client: FlaskClient, user: User) -> None:
    """Give a client the session of a person who has just logged in.

    `log_in_by_form` is the long way; a hash of a password takes longer than most tests.
    """
    with client.session_transaction() as session:
        session.clear()
        session["_user_id"] = session["identity"] = user.fs_uniquifier
        session["_fresh"], session["fs_cc"], session["fs_paa"] = True, "set", time.time()


def log_in_by_form(client: FlaskClient, user: User) -> None:
    """Log a person in as a browser does, form and CSRF token included."""
    page = client.get("/anmelden").get_data(as_text=True)
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    answer = client.post(
        "/anmelden", data={"email": user.email, "password": PASSWORD, "csrf_token": token}
    )
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)[:2000]


def bearer(session: Session, user: User, organisation: Organisation) -> dict[str, str]:
    """Return the headers of an API call with a token of this person for this organisation."""
    token = ids.new_secret()
    session.add(
        ApiToken(
            user_id=user.id,
            organisation_id=organisation.id,
            name="Test",
            token_hash=queries.token_hash(token),
            created_at=clock.now(),
            expires_at=clock.now() + dt.timedelta(days=30),
        )
    )
    session.commit()
    return {"Authorization": f"Bearer {token}"}
