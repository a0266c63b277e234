"""What an operator forgets once everything runs: own facts, people who administer, a group."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import RoleAssignment
from vergabe.access.permissions import Role
from vergabe.commands.findings import Finding
from vergabe.cooperations.model import Cooperation
from vergabe.home import operator_facts
from vergabe.settings import Settings, SettingsError

_PAGES: Final[Mapping[str, str]] = {
    "operator": "Impressum",
    "privacy": "Datenschutz",
    "accessibility": "Barrierefreiheit",
    "enforcement": "Barrierefreiheit",
}


def statements(settings: Settings) -> Iterator[Finding]:
    """Say which facts of the operator the pages of imprint, privacy and accessibility lack."""
    if settings.operator_file is None:
        yield Finding(
            "Betreiber",
            "warning",
            "VERGABE_OPERATOR ist nicht gesetzt: Impressum (§ 5 DDG), Datenschutz und Erklärung "
            "zur Barrierefreiheit nennen niemanden. Die Felder der Datei stehen in "
            "docs/operation.md.",
        )
        return
    try:
        missing = operator_facts.read(settings.operator_file).missing()
    except SettingsError as error:
        yield Finding("Betreiber", "error", str(error))
        return
    if not missing:
        yield Finding("Betreiber", "ok", str(settings.operator_file))
        return
    pages = list(dict.fromkeys(_PAGES[name.partition(".")[0]] for name in missing))
    yield Finding(
        "Betreiber",
        "warning",
        f"In {settings.operator_file} fehlt {', '.join(missing)} (Seiten: {', '.join(pages)}).",
    )


def sender(settings: Settings) -> Iterator[Finding]:
    """Say if mails leave under an address that nobody outside can answer or check."""
    host = settings.mail_from.rpartition("@")[2]
    if settings.smtp_url is not None and (host == "localhost" or "." not in host):
        yield Finding(
            "Absender",
            "warning",
            f"E-Mails gehen von {settings.mail_from} aus: Viele Server weisen sie ab. Setzen Sie "
            "VERGABE_MAIL_FROM auf eine Adresse Ihrer Domain.",
        )


def people(session: Session, *, now: dt.datetime) -> Iterator[Finding]:
    """Say if there is no group yet, and which lead nobody administers; nothing without database."""
    try:
        yield from _people(session, clock.berlin_day(now))
    except SQLAlchemyError:
        return  # said already: the database is not reachable or not migrated


def _people(session: Session, today: dt.date) -> Iterator[Finding]:
    groups = session.scalars(select(Cooperation).order_by(Cooperation.key)).all()
    if not groups:
        yield Finding(
            "Zusammenarbeit",
            "warning",
            "Noch keine ist eingerichtet: vergabe cooperation load DATEI.toml",
        )
        return
    led = {
        organisation_id
        for (organisation_id,) in session.execute(
            select(RoleAssignment.organisation_id).where(
                RoleAssignment.role == Role.ADMINISTRATOR, _is_valid(today)
            )
        )
    }
    alone = [group.key for group in groups if group.lead_organisation_id not in led]
    if alone:
        yield Finding(
            "Personen",
            "warning",
            f"Niemand administriert die Federführung von {', '.join(alone)}: Dort kann niemand "
            "Rollen vergeben.",
        )
    else:
        yield Finding("Personen", "ok", "Jede Federführung hat eine Administration.")


def _is_valid(today: dt.date) -> ColumnElement[bool]:
    ends = or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= today)
    return (RoleAssignment.valid_from <= today) & ends
