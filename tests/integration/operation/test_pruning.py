"""What was done long ago goes; what waits, was set aside, or proves something stays."""

import datetime as dt
import json
import secrets
import uuid
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, messages, webhooks
from vergabe import clock, ids, sweeps
from vergabe.access.permissions import Role
from vergabe.app import create_app
from vergabe.cli import main
from vergabe.db import unit_of_work
from vergabe.messages.model import Message
from vergabe.messages.service import Reader
from vergabe.operation import pruning
from vergabe.outbox import OutboxRow
from vergabe.settings import Settings, SettingsError
from vergabe.web.idempotency import StoredAnswer
from vergabe.webhooks import rules
from vergabe.webhooks.model import WebhookCall

DAY = dt.timedelta(days=1)


def id_at(instant: dt.datetime) -> uuid.UUID:
    return uuid.UUID(int=ids.lowest_at(instant).int + secrets.randbits(60))


def row(session: Session, name: str, state: str, age: dt.timedelta) -> None:
    at = clock.now() - age
    values: dict[str, Any] = {
        "kind": "test",
        "dedupe_key": name,
        "payload": {},
        "created_at": at,
        "due_at": at,
        "done_at": at if state == "done" else None,
    }
    session.add(OutboxRow(id=id_at(at), name=name, state=state, **values))


def names(session: Session) -> set[str]:
    return set(session.scalars(select(OutboxRow.name).where(OutboxRow.kind == "test")))


def test_done_rows_go_after_their_days_and_what_was_told_stays(
    app: Flask, session: Session
) -> None:
    messages.message(session, Reader(address="a@example.org"))
    row(session, "old", "done", 401 * DAY)
    row(session, "young", "done", 399 * DAY)
    row(session, "waiting", "waiting", 401 * DAY)
    row(session, "set aside", "failed", 401 * DAY)
    session.commit()
    assert sweeps.sweep_outbox(app) == 1
    assert names(session) == {"young", "waiting", "set aside"}
    assert session.scalars(select(Message)).one().delivered_at
    assert sweeps.sweep_outbox(app) == 0


def test_many_rows_go_batch_by_batch(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        row(session, f"old {number}", "done", (500 - number) * DAY)
    session.commit()
    monkeypatch.setattr(pruning, "BATCH", 2)
    first = pruning.prune(now=clock.now(), keep_days=400, most_batches=1)
    assert (first.outbox_rows, names(session)) == (2, {"old 2", "old 3", "old 4"})
    assert pruning.prune(now=clock.now(), keep_days=400).outbox_rows == 3


def test_old_calls_of_webhooks_go_unless_they_wait(app: Flask, session: Session) -> None:
    town = access.organisation(session, "Jülich")
    found = webhooks.subscription(session, town, "https://example.org/", rules.ENQUIRY_RECEIVED)
    for number, (state, age) in enumerate(
        [("delivered", 401), ("failed", 401), ("waiting", 401), ("delivered", 1)], start=1
    ):
        at = clock.now() - age * DAY
        call = WebhookCall(
            id=id_at(at),
            subscription_id=found.id,
            sequence=number,
            event_id=ids.new_id(),
            kind=rules.ENQUIRY_RECEIVED,
            body="{}",
            created_at=at,
            state=state,
            delivered_at=at if state == "delivered" else None,
        )
        session.add(call)
    session.commit()
    assert pruning.prune(now=clock.now(), keep_days=400).webhook_calls == 2
    assert set(session.scalars(select(WebhookCall.sequence))) == {3, 4}


def test_the_command_deletes_at_once_and_says_how_many(scratch: Settings) -> None:
    with create_app(scratch).app_context(), unit_of_work() as session:
        row(session, "old", "done", 100 * DAY)
        row(session, "young", "done", 10 * DAY)
    pruned = CliRunner().invoke(main, ["outbox", "prune", "--days", "90", "--json"])
    assert pruned.exit_code == 0, pruned.output
    assert json.loads(pruned.stdout) == {"outbox_rows": 1, "webhook_calls": 0}
    assert CliRunner().invoke(main, ["outbox", "prune", "--days", "3"]).exit_code == 2
    for days in ("99999", "999999999"):
        kept = CliRunner().invoke(main, ["outbox", "prune", "--days", days, "--json"])
        assert json.loads(kept.stdout) == {"outbox_rows": 0, "webhook_calls": 0}


def test_ids_made_before_an_instant_lie_below_its_lowest() -> None:
    before = ids.new_id()
    now = clock.read()
    assert before < ids.lowest_at(now + dt.timedelta(milliseconds=1))
    assert ids.lowest_at(now - dt.timedelta(milliseconds=1)) < ids.new_id()


@pytest.mark.parametrize("text", ["29", "-1", "viele"])
def test_too_few_days_are_refused_with_the_name_of_the_setting(text: str) -> None:
    environment = {"VERGABE_SECRET_KEY": "x" * 40, "VERGABE_KEEP_DONE_DAYS": text}
    with pytest.raises(SettingsError, match="VERGABE_KEEP_DONE_DAYS"):
        Settings.from_environment(environment)


def test_stored_answers_go_after_a_week(
    app: Flask, client: FlaskClient, session: Session, moving_clock: MovableClock
) -> None:
    town = access.organisation(session)
    headers = access.bearer(session, access.person(session, town, Role.ADMINISTRATOR), town)
    body = {"email": "erika@example.org", "full_name": "Erika", "valid_from": "2026-12-01"}
    for role in ("requester", "opener"):
        asked = {"json": body | {"role": role}, "headers": headers | {"Idempotency-Key": role}}
        assert client.post("/api/v1/roles", **asked).status_code == 201
        moving_clock.pass_(days=4)
    assert sweeps.sweep_answers(app) == 1
    assert session.scalars(select(StoredAnswer.key)).all() == ["opener"]
    assert sweeps.sweep_answers(app) == 0
