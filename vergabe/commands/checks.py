"""What `vergabe doctor` looks at, and what it tells the operator to do."""

import datetime as dt
import shutil
import smtplib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.commands import set_up_checks
from vergabe.commands.findings import Finding
from vergabe.db import db
from vergabe.deadlines import queries as deadlines
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.schematron_rules import RuleBook
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.official.sdk_files import SdkError
from vergabe.exchange.eforms.official.sdk_shelf import WITHOUT, SdkShelf
from vergabe.exchange.eforms.tailoring import EU
from vergabe.files.reaching import StoreUnreachable
from vergabe.files.store import FileStore
from vergabe.law import holiday_check, overview
from vergabe.messages import mail_drop
from vergabe.messages.mailer import Route
from vergabe.migrating import MIGRATIONS
from vergabe.notices import delivery_queries
from vergabe.notices.senders.choosing import sender_for
from vergabe.settings import Settings, SettingsError
from vergabe.tenders.outlet import Outlet

_LEAST_FREE_BYTES: Final = 2 * 1024**3
_NO_MAINTENANCE: Final = dt.timedelta(hours=24)
_LATE: Final = dt.timedelta(hours=1)


def examine(app: Flask) -> list[Finding]:
    """Return what was found, in the order an operator would look."""
    settings: Settings = app.extensions["vergabe_settings"]
    with app.app_context():
        return [
            *_addresses(settings),
            *_database(),
            *_files(settings, app.extensions["vergabe_files"]),
            *_mail(settings),
            *set_up_checks.sender(settings),
            *set_up_checks.statements(settings),
            *set_up_checks.people(db.session(), now=clock.now()),
            *_clock(),
            *_deadlines(),
            *_law(),
            *official_rules(settings.eforms_sdk),
            *notices(app, settings),
        ]


def _addresses(settings: Settings) -> Iterator[Finding]:
    if settings.is_https:
        yield Finding("Adresse", "ok", settings.base_url)
    else:
        yield Finding(
            "Adresse",
            "warning",
            f"{settings.base_url} ist ohne TLS. Setzen Sie VERGABE_BASE_URL auf die "
            "https-Adresse, unter der Menschen den Dienst erreichen.",
        )


def _database() -> Iterator[Finding]:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        yield Finding(
            "Datenbank", "error", f"nicht erreichbar, prüfen Sie VERGABE_DATABASE_URL: {error}"
        )
        return
    script = ScriptDirectory(str(MIGRATIONS))
    head = script.get_current_head()
    if current == head:
        yield Finding("Datenbank", "ok", f"{db.engine.dialect.name}, Migration {current}")
    else:
        yield Finding(
            "Datenbank",
            "error",
            f"steht auf Migration {current or 'keine'} statt {head}: vergabe db upgrade",
        )


def _files(settings: Settings, store: FileStore) -> Iterator[Finding]:
    try:
        store.probe()
    except StoreUnreachable as error:
        yield Finding(
            "Dateien", "error", f"{settings.files} ist nicht beschreibbar (VERGABE_FILES): {error}"
        )
        return
    yield Finding("Dateien", "ok", settings.files)
    if "://" not in settings.files:
        free = shutil.disk_usage(settings.files).free
        level = "ok" if free >= _LEAST_FREE_BYTES else "warning"
        yield Finding("Platte", level, f"{free / 1024**3:.1f} GiB frei")


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.smtp_url is None:
        yield Finding(
            "Mail",
            "warning",
            "VERGABE_SMTP_URL ist nicht gesetzt: Mitteilungen liegen nur im Postfach der "
            "Plattform, E-Mails warten.",
        )
        return
    if settings.smtp_url.startswith(f"{mail_drop.SCHEME}://"):
        yield Finding("Mail", "ok", "E-Mails werden in einem Ordner abgelegt, nicht gesendet.")
        return
    try:
        route = Route.of(settings.smtp_url)
    except SettingsError as error:
        yield Finding("Mail", "error", str(error))
        return
    connect = smtplib.SMTP_SSL if route.security == "tls" else smtplib.SMTP
    try:
        with connect(route.host, route.port, timeout=5) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        yield Finding("Mail", "error", f"{route.host} antwortet nicht (VERGABE_SMTP_URL): {error}")
    else:
        yield Finding("Mail", "ok", f"{route.host} antwortet")


def _clock() -> Iterator[Finding]:
    if db.engine.dialect.name != "postgresql":
        yield Finding("Uhr", "ok", clock.now().isoformat(timespec="seconds"))
        return
    try:
        with db.engine.connect() as connection:
            theirs: dt.datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    except SQLAlchemyError:
        return  # said already: the database is not reachable
    drift = abs((theirs - clock.read()).total_seconds())
    level = "ok" if drift < 1 else "error"
    yield Finding("Uhr", level, f"{drift:.2f} s Abstand zur Uhr der Datenbank (höchstens 1 s)")


def _deadlines() -> Iterator[Finding]:
    try:
        yield maintenance(db.session(), now=clock.now())
    except SQLAlchemyError:
        return  # said already: the database is not reachable or not migrated


def maintenance(session: Session, *, now: dt.datetime) -> Finding:
    """Return whether this is a time for updates: none within 24 hours before any deadline."""
    ending = deadlines.ending_before(session, now, now + _NO_MAINTENANCE)
    if not ending:
        return Finding("Wartung", "ok", "in den nächsten 24 Stunden endet keine Frist")
    until = ending[-1].due_at.astimezone(clock.BERLIN)
    return Finding(
        "Wartung",
        "warning",
        f"Fristen, die in den nächsten 24 Stunden enden: {len(ending)}. Die erste ist "
        f"„{ending[0].title}“ ({ending[0].subject_reference}). Warten Sie mit Updates und "
        f"Neustarts bis nach {until:%d.%m.%Y, %H:%M} Uhr.",
    )


def _law() -> Iterator[Finding]:
    today = clock.berlin_day(clock.now())
    # The yearly self-check of the holidays, each time somebody looks: it costs nothing.
    sentences = [
        *overview.ending_soon(today),
        *holiday_check.differences(range(today.year, today.year + 3)),
    ]
    for sentence in sentences:
        yield Finding("Recht", "warning", sentence)
    if not sentences:
        yield Finding("Recht", "ok", "alle Tabellen gelten noch mindestens 60 Tage")


def official_rules(place: Path | None) -> Iterator[Finding]:
    """Tell whether notices can be checked by the SDK at `place`.

    Schemas are compiled; rules are read but not compiled, which would take seconds.
    """
    what = "eForms-SDK"
    try:
        shelf = SdkShelf.of(place)
        found = [_one_sdk(sdk) for sdk in shelf.sdks]
    except SdkError as error:
        yield Finding(what, "error", error.message)
        return
    yield from (Finding(what, "warning", problem) for problem in shelf.problems)
    yield from found
    if not len(shelf):
        yield Finding(what, "warning", WITHOUT)
    elif shelf.find(EU.customization_id) is None:
        yield Finding(
            what,
            "warning",
            f"Bekanntmachungen werden als {EU.customization_id} geschrieben; dieses SDK ist nicht "
            "dabei, sie werden deshalb nicht amtlich geprüft.",
        )


def _one_sdk(sdk: Sdk) -> Finding:
    """Return what an SDK can do; SdkError if a part of it is damaged."""
    absent = sdk.missing_parts()
    if absent:
        more = f" und {len(absent) - 5} weitere" if len(absent) > 5 else ""
        return Finding(
            "eForms-SDK",
            "error",
            f"{sdk.version} in {sdk.place} ist unvollständig. Es fehlen: "
            f"{', '.join(absent[:5])}{more}. Entpacken oder laden Sie es noch einmal.",
        )
    for name in {kind.schema for kind in sdk.notice_types.values()}:
        schema.compiled(sdk, name)
    rules = RuleBook(sdk.files)
    labels = "" if sdk.labels.is_there else ", ohne deutsche Texte (das Archiv „labels“ fehlt)"
    level = "ok" if sdk.labels.is_there else "warning"
    return Finding(
        "eForms-SDK",
        level,
        f"{sdk.version} in {sdk.place}: Schemas übersetzt, Regeln für {len(rules.phases)} "
        f"Unterarten, {len(sdk.fields)} Felder{labels}",
    )


def notices(app: Flask, settings: Settings) -> Iterator[Finding]:
    """Yield whether notices can leave the house, and whether any waits for too long."""
    outlet = Outlet.of(settings.notice_sender)
    sender = sender_for(app)
    if sender is None:
        yield Finding(
            "Versand",
            "warning",
            "VERGABE_NOTICE_SENDER ist none: Bekanntmachungen bleiben auf dieser Plattform. "
            "Oberhalb der Schwellenwerte müssen sie an den Datenservice (§ 10a Abs. 5 VgV).",
        )
        return
    trouble = sender.trouble()
    where = f"{outlet.environment} (VERGABE_NOTICE_SENDER)"
    if trouble is None:
        yield Finding("Versand", "ok", where)
    else:
        yield Finding("Versand", "error", f"{where}: {trouble}")
    try:
        late = delivery_queries.overdue(db.session(), now=clock.now(), after=_LATE)
    except SQLAlchemyError:
        return  # said already: the database is not reachable or not migrated
    if late:
        yield Finding(
            "Versand",
            "error",
            f"{late} Bekanntmachungen warten seit über einer Stunde auf den Versand. Läuft der "
            "Hintergrunddienst (vergabe worker)?",
        )
