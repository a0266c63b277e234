"""A worker that is really killed, in a process of its own, on a database of its own."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tests.integration.messages.smtp_server import smtp_server
from vergabe import clock, outbox
from vergabe.db import Base, configure_engine, writing
from vergabe.engines import engine_options
from vergabe.messages import delivery, service
from vergabe.messages.service import Reader

COUNT = 350
WORKER = """
import datetime as dt, os, signal, sys
from vergabe import clock, sweeps
from vergabe.app import create_app
from vergabe.messages import delivery
clock.shift(dt.timedelta(seconds=int(sys.argv[1])))
app = create_app()
if sys.argv[2] == "dies":
    mark, marked = delivery._mark, []
    def die(batch, host):
        if marked:
            os.kill(os.getpid(), signal.SIGKILL)
        marked.append(1)
        mark(batch, host)
    delivery._mark = die
sweeps.send_mails(app)
"""


def test_killed_worker_loses_nothing_and_repeats_at_most_one_batch(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'vergabe.sqlite'}"
    addresses = _write(url)
    with smtp_server() as (postbox, smtp_url):
        environment = os.environ | {
            "VERGABE_DATA": str(tmp_path),
            "VERGABE_DATABASE_URL": url,
            "VERGABE_SECRET_KEY": "only-for-tests-" + "x" * 40,
            "VERGABE_SMTP_URL": smtp_url,
        }

        def work(later_seconds: float, how: str) -> int:
            command = [sys.executable, "-c", WORKER, str(int(later_seconds)), how]
            return subprocess.run(command, env=environment, timeout=60).returncode

        assert work(0, "dies") == -signal.SIGKILL
        assert len(postbox.received) == 2 * delivery.BATCH
        assert work(outbox.LEASE.total_seconds() + 60, "lives") == 0
    assert set(postbox.addresses) == set(addresses)
    seen = Counter((str(mail["To"]), str(mail["Message-ID"])) for mail in postbox.mails())
    assert len(seen) == COUNT
    assert sum(seen.values()) == COUNT + delivery.BATCH


def _write(url: str) -> list[str]:
    engine = create_engine(url, **engine_options(url))
    configure_engine(engine)
    addresses = [f"firma{n}@example.org" for n in range(COUNT)]
    with writing():
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            service.send_many(
                session,
                [Reader(address=address) for address in addresses],
                cause="test",
                kind="test",
                subject="Neue Auskunft",
                body="Guten Tag",
                now=clock.now(),
            )
            session.commit()
    engine.dispose()
    return addresses


pytestmark = pytest.mark.usefixtures("database")  # loads every table
