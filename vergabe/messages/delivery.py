"""Mails out of the outbox: lease and read, send, mark; no transaction is open while sending."""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Table,
    case,
    func,
    literal,
    select,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session

from vergabe import bulk, clock, outbox, stopping
from vergabe.db import unit_of_work
from vergabe.disturbances import disturbance_in
from vergabe.limits import hooks, rules
from vergabe.limits.store import Store, Wish
from vergabe.messages import bounces
from vergabe.messages.mail_drop import SCHEME, MailDrop
from vergabe.messages.mail_text import Letter, Sender, UnusableAddress
from vergabe.messages.mailer import Fate, Mailer, Outcome, Route, ServerUnreachable
from vergabe.messages.model import Mail, Message
from vergabe.messages.service import MAIL_KIND, MESSAGE_MAIL
from vergabe.messages.unsubscribing import token_for
from vergabe.outbox import OutboxRow
from vergabe.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

BATCH: Final = 100
BATCHES_PER_RUN: Final = 20
MARGIN: Final = dt.timedelta(seconds=40)
"""No mail is begun this short before the lease ends: another worker might send it too."""
PAUSE_BEFORE_MARKING_SECONDS: Final = 0.5
PAUSE: Final = dt.timedelta(seconds=15)
LONGEST_PAUSE: Final = dt.timedelta(minutes=5)
_MAILS: Final = cast(Table, Mail.__table__)


@dataclass
class Pause:
    """How long this process leaves a mail server alone that could not be reached."""

    until: dt.datetime | None = None
    length: dt.timedelta = PAUSE

    def begin(self, now: dt.datetime) -> None:
        self.until = now + self.length
        self.length = min(self.length * 2, LONGEST_PAUSE)

    def end(self) -> None:
        self.until, self.length = None, PAUSE


@dataclass
class Turns:
    """When the next mail that had to wait for its host is due, as this process has given out.

    Without it all that wait would come back with the next free mail, a second later, for nothing.
    """

    next_at: dict[str, dt.datetime] = field(default_factory=dict)

    def give(self, host: str, step: dt.timedelta, *, earliest: dt.datetime) -> dt.datetime:
        """Return the turn of one more mail to this host, not before `earliest`."""
        at = max(earliest, self.next_at.get(host, earliest))
        self.next_at[host] = at + step
        return at

    def forget_past(self, now: dt.datetime) -> None:
        """Forget hosts for which nothing waits any more."""
        self.next_at = {host: at for host, at in self.next_at.items() if at > now}


@dataclass(frozen=True)
class Leased:
    """A row of the outbox and the letter behind it; mail_id None: a mail of the login."""

    row_id: uuid.UUID
    mail_id: uuid.UUID | None
    letter: Letter
    lane: str | None = None

    @property
    def host(self) -> str:
        return self.letter.to.rpartition("@")[2].strip().lower()


@dataclass
class Batch:
    """What one lease brought, until when it holds, and what became of it.

    postponed: rows by the instant at which their receiving host may get them.
    """

    until: dt.datetime
    leased: list[Leased] = field(default_factory=list)
    outcomes: list[tuple[Leased, Outcome]] = field(default_factory=list)
    postponed: dict[uuid.UUID, dt.datetime] = field(default_factory=dict)

    @property
    def untouched(self) -> list[uuid.UUID]:
        """Return the rows of which nothing was tried."""
        tried = {each.row_id for each, _outcome in self.outcomes}
        return [
            each.row_id
            for each in self.leased
            if each.row_id not in tried and each.row_id not in self.postponed
        ]


def send_due(app: Flask) -> int:
    """Send the mails that are due and return how many were tried.

    Without a mail server in the settings all mails wait. While the server cannot be reached they
    wait as well, and no attempt is counted. Raises SettingsError for a route that cannot be used.
    """
    settings: Settings = app.extensions["vergabe_settings"]
    if settings.smtp_url is None:
        return 0
    pause: Pause = app.extensions.setdefault("vergabe_mail_pause", Pause())
    turns: Turns = app.extensions.setdefault("vergabe_mail_turns", Turns())
    if pause.until is not None and clock.now() < pause.until:
        return 0
    host = urlsplit(settings.base_url).hostname or "localhost"
    tried = 0
    with (
        app.app_context(),
        _carrier(settings.smtp_url, _sender(settings, host)) as mailer,
    ):
        for _ in range(BATCHES_PER_RUN):
            batch = _lease(settings)
            _spread(batch, hooks.store_of(app), turns, rules.mail_limit_of(settings.mail_rate))
            try:
                is_reached = _send(mailer, batch)
            finally:
                # Whatever happens: what has left is marked, and does not leave again.
                _mark_surely(batch, host)
            tried += len(batch.outcomes)
            if not is_reached:
                pause.begin(clock.now())
                break
            if batch.outcomes:
                pause.end()
            if not batch.leased or stopping.is_asked():
                break
    return tried


def _carrier(url: str, sender: Sender) -> Mailer | MailDrop:
    if url.startswith(f"{SCHEME}://"):
        return MailDrop.of(url, sender)
    return Mailer(Route.of(url), sender)


def _sender(settings: Settings, host: str) -> Sender:
    try:
        return Sender.of(settings.mail_from, host)
    except UnusableAddress as error:
        raise SettingsError(
            "VERGABE_MAIL_FROM muss eine E-Mail-Adresse sein, zum Beispiel "
            "vergabe@stadt.de oder Vergabestelle <vergabe@stadt.de>."
        ) from error


def _send(mailer: Mailer | MailDrop, batch: Batch) -> bool:
    """Send what was leased, while the lease holds; return whether the server could be reached."""
    waiting: set[str] = set()
    for each in batch.leased:
        # What comes behind a mail that goes later goes later still.
        if each.row_id in batch.postponed or (each.lane and each.lane in waiting):
            continue
        at = clock.now()
        if at > batch.until - MARGIN or stopping.is_asked():
            break
        try:
            outcome = mailer.send(each.letter, at=at)
        except ServerUnreachable as error:
            logger.warning("mail server unreachable", extra={"error": str(error)})
            return False
        except Exception as error:
            # Counted as an attempt: else it would be the first again, and those behind it wait.
            reason = f"Die E-Mail ließ sich nicht senden ({type(error).__name__})."
            batch.outcomes.append((each, Outcome(Fate.LATER, reason)))
            raise
        batch.outcomes.append((each, outcome))
        if outcome.fate is Fate.LATER and each.lane:
            waiting.add(each.lane)
    return True


def _spread(batch: Batch, store: Store, turns: Turns, limit: rules.Limit | None) -> None:
    """Postpone what a receiving host would get too fast; the rest is counted as given to it.

    Each of the postponed gets a turn of its own; mails of the login only wait for the next free.
    """
    if limit is None:
        return
    by_host: dict[str, list[Leased]] = {}
    for each in batch.leased:
        by_host.setdefault(each.host, []).append(each)
    wishes = [
        Wish(store.key("mail.host", host), limit, len(found)) for host, found in by_host.items()
    ]
    now = clock.now()
    turns.forget_past(now)
    step = dt.timedelta(microseconds=limit.step_us)
    for (host, found), grant in zip(by_host.items(), store.take(wishes, now=now), strict=True):
        # Who got the whole limit at once is told of no wait: the next is free a step later.
        earliest = now + max(dt.timedelta(seconds=grant.wait_seconds), step)
        for each in found[grant.count :]:
            is_of_login = each.mail_id is None
            batch.postponed[each.row_id] = (
                earliest if is_of_login else turns.give(host, step, earliest=earliest)
            )


def _lease(settings: Settings) -> Batch:
    with unit_of_work() as session:
        now = clock.now()
        lease = partial(
            outbox.lease,
            session,
            [MAIL_KIND],
            now=now,
            when_given_up=partial(_note_given_up, session),
        )
        rows = lease(limit=BATCH)
        if 2 * len(rows) > BATCH:
            # Behind so many others those of the login would wait long; their link is asked for now.
            rows = lease(limit=BATCH // 5, is_without_lane=True) + rows
        batch = Batch(until=now + outbox.LEASE)
        batch.leased.extend(_letters(session, rows, settings))
        found = {each.row_id for each in batch.leased}
        for row in rows:
            if row.id not in found:
                outbox.set_aside(session, row.id, "Die E-Mail zu diesem Auftrag fehlt.")
        return batch


def _note_given_up(session: Session, row: outbox.Leased, reason: str) -> None:
    mail_id = uuid.UUID(row.payload["mail_id"]) if row.name == MESSAGE_MAIL else None
    _give_up(session, row.id, mail_id, reason)


def _letters(
    session: Session, rows: Sequence[outbox.Leased], settings: Settings
) -> Iterator[Leased]:
    mail_ids = {
        row.id: uuid.UUID(row.payload["mail_id"]) for row in rows if row.name == MESSAGE_MAIL
    }
    wanted = bulk.among(session, _MAILS.c.id, mail_ids.values())
    written = {mail.id: mail for mail in session.execute(_written(wanted))}
    for row in rows:
        if row.name != MESSAGE_MAIL:
            payload = row.payload
            link = f"\n\n{settings.base_url}{payload['link']}\n" if payload.get("link") else ""
            body = payload["body"] + link
            letter = Letter(row.id, payload["to"], payload["subject"], body)
            yield Leased(row.id, None, letter)
        elif (mail := written.get(mail_ids[row.id])) is not None:
            link = f"\n\n{settings.base_url}{mail.link}" if mail.link else ""
            token = token_for(mail.id, settings.secret_key)
            letter = Letter(
                mail.id,
                mail.address,
                mail.subject,
                mail.body + link,
                unsubscribe_url=f"{settings.base_url}/abbestellen/{token}",
            )
            yield Leased(row.id, mail.id, letter, row.lane)


def _written(wanted: ColumnElement[bool]) -> Select[Any]:
    """Return the query of the wanted mails with their messages."""
    message = cast(Table, Message.__table__)
    return (
        select(_MAILS.c.id, _MAILS.c.address, message.c.subject, message.c.body, message.c.link)
        .join(message, message.c.id == _MAILS.c.message_id)
        .where(wanted)
    )


def _mark_surely(batch: Batch, host: str) -> None:
    """Mark what became of a batch; while the database is busy or away, as long as it is ours."""
    while True:
        try:
            return _mark(batch, host)
        except (DBAPIError, NoFreeConnection) as error:
            if disturbance_in(error) is None or clock.now() >= batch.until:
                raise
            logger.warning("mails not marked yet", extra={"error": type(error).__name__})
        time.sleep(PAUSE_BEFORE_MARKING_SECONDS)


def _mark(batch: Batch, host: str) -> None:
    if not batch.leased:
        return
    with unit_of_work() as session:
        now = clock.now()
        sent = [each for each, outcome in batch.outcomes if outcome.fate is Fate.SENT]
        _mark_sent(session, sent, host, now=now)
        for each, outcome in batch.outcomes:
            if outcome.fate is Fate.SENT:
                continue
            is_final = outcome.fate is Fate.NEVER
            if is_final:
                is_final = outbox.set_aside(session, each.row_id, outcome.reason)
            else:
                is_final = outbox.mark_failed(
                    session, each.row_id, outcome.reason, now=now, leased_until=batch.until
                )
            if is_final:
                _give_up(session, each.row_id, each.mail_id, outcome.reason)
            if outcome.dead is not None:
                bounces.mark(session, each.letter.to.strip().lower(), *outcome.dead, now=now)
        if batch.untouched:
            outbox.release_lease(session, batch.untouched, leased_until=batch.until, now=now)
        _postpone(session, batch)


def _postpone(session: Session, batch: Batch) -> None:
    # One statement for all that are due within the same second.
    by_second: dict[dt.datetime, list[uuid.UUID]] = {}
    for row_id, until in batch.postponed.items():
        by_second.setdefault(until.replace(microsecond=0), []).append(row_id)
    for second, row_ids in by_second.items():
        at = second + dt.timedelta(seconds=1)
        outbox.postpone(session, row_ids, leased_until=batch.until, until=at)


def _mark_sent(session: Session, sent: Iterable[Leased], host: str, *, now: dt.datetime) -> None:
    rows = list(sent)
    if not rows:
        return
    outbox.mark_all_done(session, [each.row_id for each in rows], now=now)
    _forget_letters(session, [each.row_id for each in rows if each.mail_id is None])
    mail_ids = [each.mail_id for each in rows if each.mail_id is not None]
    if mail_ids:
        session.execute(
            update(_MAILS)
            .where(bulk.among(session, _MAILS.c.id, mail_ids))
            .values(
                state="sent",
                sent_at=now,
                # A report that it came back may be here already.
                failure=case((Mail.bounced_at.is_not(None), Mail.failure), else_=None),
                internet_message_id=_message_id_in_sql(host),
            )
        )


def _message_id_in_sql(host: str) -> ColumnElement[str]:
    """Return the SQL twin of `mail_text.message_id`, for all rows of one statement."""
    digits = func.replace(sql_cast(Mail.id, String), "-", "")
    return literal("<") + digits + literal(f"@{host}>")


def _forget_letters(session: Session, row_ids: Sequence[uuid.UUID]) -> None:
    # Mails of the login hold links that open an account: they do not outlive their sending.
    if row_ids:
        session.execute(update(OutboxRow).where(OutboxRow.id.in_(row_ids)).values(payload={}))


def _give_up(session: Session, row_id: uuid.UUID, mail_id: uuid.UUID | None, reason: str) -> None:
    logger.warning("mail given up", extra={"row": row_id})
    if mail_id is None:
        _forget_letters(session, [row_id])
        return
    session.execute(update(Mail).where(Mail.id == mail_id).values(state="failed", failure=reason))
