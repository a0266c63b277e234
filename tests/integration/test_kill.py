"""Workers in processes of their own, killed at random moments: nothing lost, nothing told twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import SECRET
from tests.factories import suppliers, tenders
from tests.integration.messages.smtp_server import smtp_server
from vergabe import clock
from vergabe.audit import queries as audit
from vergabe.db import reading, unit_of_work
from vergabe.enquiries import service as enquiries
from vergabe.enquiries.service import Asker
from vergabe.files import current
from vergabe.messages import delivery
from vergabe.messages import service as messages
from vergabe.messages.model import Mail, Message
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow

KILLS = 10
FIRMS, QUESTIONS, ADDRESSES = 8, 30, 20
LONGEST_WAIT_SECONDS = 40
# Chance only chooses the moment of each kill; the seed makes a failure tellable.
CHANCE = random.Random(2026)


def write_what_is_to_be_told(app: Flask) -> None:
    """Publish a tender, ask questions, and write to many: events, reactions and mails."""
    with app.app_context(), unit_of_work() as session:
        for number in range(FIRMS):
            firm = suppliers.supplier(session, f"Firma {number} GmbH")
            suppliers.supplier_person(session, firm, f"firma{number}@example.org")
        tender = tenders.published(session, current.store())
        for number in range(QUESTIONS):
            asker = Asker(address=f"frage{number}@example.org")
            enquiries.ask(session, tender, asker, f"Frage Nummer {number}?", now=clock.now())


def write_more(app: Flask, number: int) -> None:
    """Write to some more readers, so that there is something to be killed at."""
    with app.app_context(), unit_of_work() as session:
        messages.send_many(
            session,
            [Reader(address=f"leser{number}.{n}@example.org") for n in range(ADDRESSES)],
            cause=f"test:{number}",
            kind="test",
            subject="Neue Auskunft",
            body="Guten Tag",
            now=clock.now(),
        )


# Loads the application once and gives birth to one worker at a time, as `vergabe worker` runs it.
NURSERY = """
import os, sys
from vergabe import worker
from vergabe.app import create_app
app = create_app()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        worker.run_forever(app)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """Workers in processes of their own, one after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._answers = process.stdin, process.stdout

    @contextmanager
    def worker(self, end: signal.Signals) -> Iterator[None]:
        """Let a worker live while the block runs; a signal ends it, and it ends in no other way."""
        self._orders.write("\n")
        self._orders.flush()
        child = int(self._answers.readline())
        try:
            yield
        finally:
            os.kill(child, end)
            exit_code = int(self._answers.readline())
        assert exit_code == (-signal.SIGKILL if end is signal.SIGKILL else 0)


@contextmanager
def nursery(app: Flask, smtp_url: str, log: Path) -> Iterator[Nursery]:
    settings = app.extensions["vergabe_settings"]
    environment = os.environ | {
        "VERGABE_DATA": str(settings.data),
        "VERGABE_DATABASE_URL": settings.database_url,
        "VERGABE_FILES": settings.files,
        "VERGABE_SECRET_KEY": SECRET,
        "VERGABE_BASE_URL": settings.base_url,
        "VERGABE_SMTP_URL": smtp_url,
    }
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        with process:
            yield Nursery(process)


def attempts(app: Flask) -> int:
    with app.app_context(), reading() as session:
        return session.scalar(select(func.sum(OutboxRow.attempts))) or 0


def _has_begun(app: Flask, before: int) -> bool:
    return attempts(app) > before


def waiting(app: Flask) -> int:
    with app.app_context(), reading() as session:
        query = select(func.count()).where(OutboxRow.state == "waiting")
        return session.scalar(query) or 0


def let_leases_end(app: Flask) -> None:
    """Two minutes pass: what the dead worker held comes back."""
    with app.app_context(), unit_of_work() as session:
        held = OutboxRow.leased_until.is_not(None)
        session.execute(update(OutboxRow).where(held).values(leased_until=clock.now()))


def wait_until(is_so: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)


def test_worker_killed_ten_times_loses_nothing_and_tells_nothing_twice(
    own_app: Flask, tmp_path: Path
) -> None:
    write_what_is_to_be_told(own_app)
    log = tmp_path / "worker.log"
    with smtp_server() as (postbox, smtp_url), nursery(own_app, smtp_url, log) as workers:
        for number in range(KILLS):
            write_more(own_app, number)
            before = attempts(own_app)
            with workers.worker(signal.SIGKILL):
                wait_until(partial(_has_begun, own_app, before), log)
                time.sleep(CHANCE.uniform(0, 0.1))
            let_leases_end(own_app)
        with workers.worker(signal.SIGTERM):
            wait_until(lambda: not waiting(own_app), log)
    with own_app.app_context(), reading() as session:
        assert set(session.scalars(select(OutboxRow.state).distinct())) == {"done"}
        assert set(session.scalars(select(Mail.state).distinct())) == {"sent"}
        told = Counter(session.scalars(select(Message.kind)))
        assert told["test"] == KILLS * ADDRESSES
        assert told["invitation"] == FIRMS
        per_officer = Counter(
            session.scalars(select(Message.user_id).where(Message.kind == "enquiry"))
        )
        assert set(per_officer.values()) == {QUESTIONS}
        mails = session.scalar(select(func.count()).select_from(Mail)) or 0
        streams = audit.streams(session)
        assert {s: found for s in streams if (found := audit.breaks(session, s))} == {}
    seen = Counter((str(mail["To"]), str(mail["Message-ID"])) for mail in postbox.mails())
    assert len(seen) == mails, "each mail has left, and a repetition bears the same Message-ID"
    assert sum(seen.values()) - len(seen) <= KILLS * delivery.BATCH
