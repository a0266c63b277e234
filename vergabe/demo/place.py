"""A place for a demonstration: folder, settings, database, example cooperations, people."""

import datetime as dt
import json
import secrets
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.access.queries import actor_for, user_by_email
from vergabe.accounts.service import password_hash
from vergabe.app import create_app
from vergabe.cooperations import loading
from vergabe.cooperations.model import Cooperation
from vergabe.db import reading, unit_of_work
from vergabe.migrating import upgrade_database
from vergabe.resources import folder
from vergabe.settings import Settings

OPERATOR: Final = Actor.operator("Vorführung")
PASSWORD: Final = "vergabe-demo-2026"  # noqa: S105  # printed with the logins, only in demos
COOPERATION: Final = "dlz"
BEGAN_DAYS_AGO: Final = 40
"""Examples are members of their cooperations since then: what they did before today is theirs."""


def demo_settings(place: Path, *, base_url: str) -> Settings:
    """Return settings for a demonstration in a folder; its secret key is made once and kept."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file = place / "secret_key"
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_urlsafe(48))
    return Settings(
        data=place,
        database_url=f"sqlite:///{place / 'vergabe.sqlite'}",
        files=str(place / "files"),
        base_url=base_url,
        secret_key=key_file.read_text(),
        smtp_url=f"file://{(place / 'mails').resolve()}",
        mail_from="vergabe@merzenich.example",
        notice_sender=str((place / "notices-out").resolve()),
        is_demo=True,
    )


def prepare(settings: Settings, *, keys: tuple[str, ...] | None = None) -> Flask:
    """Return the application on a migrated database with the example cooperations loaded.

    keys: which of the examples; None: all. Loading again changes nothing.
    """
    app = create_app(settings)
    upgrade_database(app)
    files = sorted((folder("examples") / "cooperations").glob("*.toml"))
    with app.app_context(), clock.elsewhere():
        if _is_new():
            # By days, not by hours: an hour before midnight the clock change may lie in between.
            began = clock.berlin_day(clock.read()) - dt.timedelta(days=BEGAN_DAYS_AGO)
            clock.shift_to(clock.start_of_day(began))
        for file in files:
            if keys is None or file.stem in keys:
                with unit_of_work() as session:
                    loading.load(session, OPERATOR, file.read_bytes(), now=clock.now())
        with unit_of_work() as session:
            _set_passwords(session)
    return app


def _is_new() -> bool:
    with reading() as session:
        return session.scalars(select(Cooperation.id).limit(1)).first() is None


def _set_passwords(session: Session) -> None:
    without = list(session.scalars(select(User).where(User.password.is_(None))))
    if without:
        hashed = password_hash(PASSWORD)
        for user in without:
            user.password = hashed


def acting_as(session: Session, email: str) -> Actor:
    """Return a person of the examples acting for the one organisation at which they hold roles."""
    user = user_by_email(session, email)
    if user is None:
        raise LookupError(f"nobody has the address {email}")
    organisation_id = user.assignments[0].organisation_id
    return actor_for(session, user, organisation_id, now=clock.now())


def example_demands() -> list[dict[str, Any]]:
    """Return the example demands: each a record of the import with its `municipality` (AGS)."""
    lines = (folder("examples") / "demands" / "dlz.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in lines.splitlines() if line.strip()]


def town(session: Session, ags: str) -> Organisation:
    """Return a municipality of the examples."""
    return session.scalars(select(Organisation).where(Organisation.ags == ags)).one()
