"""A worker asked to end in the middle of a batch: what left is marked, the rest is given back."""

import dataclasses
import os
import signal
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.integration.messages.smtp_server import smtp_server
from vergabe import clock, stopping, worker
from vergabe.db import reading, unit_of_work
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow

COUNT, ENOUGH = 250, 30


@pytest.fixture
def _own_signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(worker, "DELIVERY_SECONDS", 0.05)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    stopping.forget()


@pytest.mark.usefixtures("_own_signals")
def test_worker_asked_to_end_while_it_sends_marks_what_left_and_gives_back_the_rest(
    own_app: Flask,
) -> None:
    with own_app.app_context(), unit_of_work() as session:
        messages.send_many(
            session,
            [Reader(address=f"leser{n}@example.org") for n in range(COUNT)],
            cause="test",
            kind="test",
            subject="Neue Auskunft",
            body="Guten Tag",
            now=clock.now(),
        )
    with smtp_server() as (postbox, smtp_url):

        def end_soon(_address: str) -> None:
            if len(postbox.received) == ENOUGH:
                os.kill(os.getpid(), signal.SIGTERM)

        postbox.before_accepting = end_soon
        settings = own_app.extensions["vergabe_settings"]
        own_app.extensions["vergabe_settings"] = dataclasses.replace(settings, smtp_url=smtp_url)
        worker.run_forever(own_app)
    left = set(postbox.addresses)
    assert ENOUGH < len(postbox.received) < COUNT
    assert len(left) == len(postbox.received), "none twice"
    with own_app.app_context(), reading() as session:
        states = dict(
            session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state)).all()
        )
        assert states == {"done": len(left), "waiting": COUNT - len(left)}
        held = select(func.count()).where(OutboxRow.leased_until.is_not(None))
        assert session.scalar(held) == 0, "another worker can go on at once"
