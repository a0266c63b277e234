"""Calls out of the outbox: lease and read, call, mark; no transaction is open while calling.

Each subscription is a lane of its own: its calls go one after the other, and a receiver that is
away holds up nobody else, one that is slow for moments only.
"""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from vergabe import clock, outbox, stopping
from vergabe.access import queries as people
from vergabe.access.permissions import Permission
from vergabe.db import reading, unit_of_work
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow
from vergabe.settings import Settings
from vergabe.webhooks import calling, queries, rules, service
from vergabe.webhooks.calling import Result
from vergabe.webhooks.model import WebhookCall, WebhookSubscription

logger = logging.getLogger(__name__)

BATCH: Final = 60
LANES_AT_ONCE: Final = 8
LANE_SECONDS: Final = 5.0
"""A lane that took so long lets others have their turn before its next call."""
MARGIN: Final = dt.timedelta(seconds=30)
"""No call is begun this short before the lease ends: another worker might make it too."""
GIVEN_UP_BEFORE_PAUSE: Final = 3
AGENT: Final = "Vergabe-Webhook/1"


@dataclass(frozen=True)
class Letter:
    """A call that is ready to be made."""

    row_id: uuid.UUID
    call_id: uuid.UUID
    lane: str
    url: str
    body: str
    nonces: tuple[str, ...]


def send_due(app: Flask) -> int:
    """Make the calls that are due and return how many were tried."""
    settings: Settings = app.extensions["vergabe_settings"]
    with app.app_context():
        if not _has_due():
            return 0
        tried = 0
        while True:
            letters, until = _lease()
            if not letters:
                return tried
            results = _call_all(letters, settings, until)
            _mark(letters, results, until)
            tried += len(results)
            if len(results) < len(letters) or stopping.is_asked():
                return tried


def give_up_kept(app: Flask) -> int:
    """Give up what paused and ended subscriptions have kept in vain; return how many calls."""
    with app.app_context():
        with reading() as session:
            wanted = session.scalars(queries.with_calls_to_give_up(clock.now())).all()
        given_up = 0
        for subscription_id in wanted:
            with unit_of_work() as session:
                given_up += service.give_up_in_vain(session, subscription_id, now=clock.now())
        return given_up


def _has_due() -> bool:
    # Looked at first without writing: SQLite has one writer, and most ticks have nothing to do.
    due = select(OutboxRow.id).where(
        OutboxRow.kind == service.KIND,
        OutboxRow.state == "waiting",
        OutboxRow.due_at <= clock.now(),
    )
    with reading() as session:
        return session.scalars(due.limit(1)).first() is not None


def _lease() -> tuple[list[Letter], dt.datetime]:
    with unit_of_work() as session:
        now = clock.now()
        rows = outbox.lease(
            session,
            [service.KIND],
            now=now,
            limit=BATCH,
            when_given_up=partial(_note_given_up, session),
        )
        wanted = {row.id: uuid.UUID(row.payload["call_id"]) for row in rows}
        calls = session.scalars(
            select(WebhookCall)
            .where(WebhookCall.id.in_(wanted.values()))
            .options(joinedload(WebhookCall.subscription))
        )
        found = {call.id: call for call in calls}
        letters = []
        for row_id, call_id in wanted.items():
            call = found.pop(call_id, None)
            if call is None or call.state != "waiting" or not _is_open(call.subscription):
                # Paused or ended meanwhile: it waits in its own table, not here.
                outbox.mark_done(session, row_id, now=now)
                continue
            letters.append(_letter(row_id, call, now))
        return letters, now + outbox.LEASE


def _note_given_up(session: Session, row: outbox.Leased, reason: str) -> None:
    session.execute(
        update(WebhookCall)
        .where(WebhookCall.id == uuid.UUID(row.payload["call_id"]), WebhookCall.state == "waiting")
        .values(state="failed", last_error=reason)
    )


def _is_open(subscription: WebhookSubscription) -> bool:
    return subscription.paused_at is None and subscription.ended_at is None


def _letter(row_id: uuid.UUID, call: WebhookCall, now: dt.datetime) -> Letter:
    subscription = call.subscription
    nonces = [subscription.nonce]
    until = subscription.previous_until
    if subscription.previous_nonce and until is not None and now < until:
        nonces.append(subscription.previous_nonce)
    return Letter(row_id, call.id, str(subscription.id), subscription.url, call.body, tuple(nonces))


def _call_all(
    letters: Sequence[Letter], settings: Settings, until: dt.datetime
) -> dict[uuid.UUID, Result]:
    """Return what came of the calls that were tried, by row; lanes at once, each in order."""
    lanes: dict[str, list[Letter]] = {}
    for letter in letters:
        lanes.setdefault(letter.lane, []).append(letter)
    found: dict[uuid.UUID, Result] = {}
    with ThreadPoolExecutor(min(LANES_AT_ONCE, len(lanes))) as pool:
        # What holds this tick up (`stopping`) is known in its context; threads begin without one.
        tried = [
            pool.submit(copy_context().run, _call_lane, lane, settings, until)
            for lane in lanes.values()
        ]
        for each in tried:
            found |= each.result()
    return found


def _call_lane(
    lane: Sequence[Letter], settings: Settings, until: dt.datetime
) -> dict[uuid.UUID, Result]:
    found: dict[uuid.UUID, Result] = {}
    began = time.monotonic()
    for letter in lane:
        now = clock.read()
        has_had_its_turn = time.monotonic() - began > LANE_SECONDS
        if now > until - MARGIN or has_had_its_turn or stopping.is_asked():
            break
        timestamp = int(now.timestamp())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": AGENT,
            "webhook-id": str(letter.call_id),
            "webhook-timestamp": str(timestamp),
            "webhook-signature": rules.signature(
                settings.secret_key,
                letter.nonces,
                call_id=str(letter.call_id),
                timestamp=timestamp,
                body=letter.body,
            ),
        }
        result = calling.call(
            letter.url, letter.body.encode(), headers, own=settings.webhook_networks
        )
        found[letter.row_id] = result
        if not result.is_good:
            break
    return found


def _mark(letters: Sequence[Letter], results: dict[uuid.UUID, Result], until: dt.datetime) -> None:
    with unit_of_work() as session:
        now = clock.now()
        untouched = [letter.row_id for letter in letters if letter.row_id not in results]
        if untouched:
            outbox.release_lease(session, untouched, leased_until=until, now=now)
        for letter in letters:
            result = results.get(letter.row_id)
            if result is not None:
                _mark_one(session, letter, result, until, now=now)


def _mark_one(
    session: Session, letter: Letter, result: Result, until: dt.datetime, *, now: dt.datetime
) -> None:
    call = session.get_one(WebhookCall, letter.call_id, with_for_update=True)
    call.attempts += 1
    call.last_status = result.status
    if result.is_good:
        outbox.mark_done(session, letter.row_id, now=now)
        call.state, call.delivered_at, call.last_error = "delivered", now, None
        return
    call.last_error = result.reason
    is_final = result.is_gone
    if is_final:
        outbox.mark_done(session, letter.row_id, now=now)
    else:
        is_final = outbox.mark_failed(
            session, letter.row_id, result.reason, now=now, leased_until=until
        )
    if is_final:
        call.state = "failed"
        session.flush()
        logger.warning("webhook call given up", extra={"call": str(call.id)})
        _pause_if_hopeless(session, call, result, now=now)


def _pause_if_hopeless(
    session: Session, call: WebhookCall, result: Result, *, now: dt.datetime
) -> None:
    """Stop a subscription whose receiver is gone, and tell those who look after it."""
    last = session.scalars(
        select(WebhookCall.state)
        .where(
            WebhookCall.subscription_id == call.subscription_id,
            WebhookCall.state != "waiting",
            # What was given up untried, as too old, says nothing of the receiver.
            WebhookCall.attempts > 0,
            WebhookCall.sequence <= call.sequence,
        )
        .order_by(WebhookCall.sequence.desc())
        .limit(GIVEN_UP_BEFORE_PAUSE)
    ).all()
    is_hopeless = len(last) == GIVEN_UP_BEFORE_PAUSE and set(last) == {"failed"}
    if not result.is_gone and not is_hopeless:
        return
    subscription = session.get_one(WebhookSubscription, call.subscription_id, with_for_update=True)
    if subscription.paused_at is not None:
        return
    service.stop(subscription, result.reason, now=now)
    readers = people.people_with(
        session, Permission.MANAGE_WEBHOOKS, [subscription.organisation_id], now=now
    )
    messages.send_many(
        session,
        [Reader(user_id=user.id) for user, _where in readers],
        cause=f"webhook:{subscription.id}:{call.id}",
        kind="webhook",
        subject=f"Webhook „{subscription.name}“ ist angehalten",
        body=(
            "Guten Tag,\n\n"
            f"die Gegenstelle des Webhooks „{subscription.name}“ nimmt nichts an: {result.reason}\n"
            f"Was seitdem geschieht, wird {rules.PAUSED_DAYS} Tage lang aufgehoben und gesendet, "
            "sobald Sie den Webhook wieder aufnehmen. Was älter ist, wird aufgegeben."
        ),
        link=f"/verwaltung/webhooks/{subscription.id}",
        now=now,
    )
