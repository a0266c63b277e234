"""The primary is killed while tenders are published and mails fan out: what is lost, how long?

    python -m benchmarks.failover [--kills 5]

PostgreSQL with a synchronous standby under Patroni (`benchmarks/cluster.py`), two web processes,
two workers, a real SMTP server, clients that publish, ask, import and join. Patroni and all of the
primary's PostgreSQL die at once; the standby takes over, the dead node comes back as the standby.
No acknowledged write may be missing, none may be there twice, no process of ours may have been
started again; web and workers shall answer again within 30 s. Exits 1 if anything is wrong.
"""

import json
import random
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy.exc import DBAPIError

from benchmarks import frame
from benchmarks.cluster import Cluster, MissingPrograms, cluster
from benchmarks.people import children
from benchmarks.places import application_on
from tests.integration.messages.smtp_server import Postbox, smtp_server
from tests.killing import clients, scenario, verdict
from tests.killing.nursery import Nursery, nursery

GOAL_SECONDS: Final = 30
GIVEN_UP_SECONDS: Final = 180
LEASE_SECONDS: Final = 20


class Watch:
    """Asks as a user would: a question until it is answered, a mail until it has come."""

    def __init__(self, app: Flask, plan: clients.Plan, diary: clients.Diary, port: int) -> None:
        self._app, self._diary = app, diary
        self._client = clients.Client(port, (), diary, threading.Event(), 0)
        self._questions = clients.questions(plan)

    def seconds_until_answered(self) -> float:
        """Ask a new question again and again until it is acknowledged."""
        task, key = next(self._questions), {"Idempotency-Key": str(uuid.uuid4())}
        self._diary.note(self._diary.begun, task)
        return _seconds_until(lambda: self._client.is_answered(task, key))

    def seconds_until_mailed(self, postbox: Postbox) -> float:
        """Write a message and wait until a worker has brought it to the mail server."""
        before = len(postbox.received)
        _again(lambda: scenario.write_to_many(self._app, "watch", count=1))
        return _seconds_until(lambda: len(postbox.received) > before)


def _again(work: Callable[[], None]) -> None:
    """Do it until the database takes it: this process has lost its connection as well."""
    while True:
        try:
            return work()
        except DBAPIError:
            time.sleep(0.2)


def _seconds_until(is_true: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not is_true():
        if time.monotonic() - began > GIVEN_UP_SECONDS:
            raise TimeoutError
        time.sleep(0.05)
    return time.monotonic() - began


def run(app: Flask, made: Cluster, log: Path, kills: int, seed: int) -> tuple[list[str], Any]:
    """Kill the primary some times; return every wrong in words, and figures."""
    plan = clients.prepare(app, publications=20 * kills, joinings=8 * kills)
    diary, over, chance = clients.Diary(), threading.Event(), random.Random(seed)
    during: Counter[str] = Counter()
    answered: list[float] = []
    mailed: list[float] = []
    with (
        smtp_server() as (postbox, url),
        nursery(app, url, log, LEASE_SECONDS) as processes,
    ):
        processes.begin()
        ours = _ours(processes)
        working = clients.start(
            processes.port,
            plan,
            diary,
            over,
            pause=0.2,
            pace=lambda: (len(mailed) + 1) / kills,
        )
        watch = Watch(app, plan, diary, processes.port)
        for number in range(kills):
            scenario.write_to_many(app, f"fan-out {number}")
            time.sleep(chance.uniform(0.5, 3))
            during.update(diary.kinds_under_way())
            killed = made.kill_primary()
            began = time.monotonic()
            answered.append(watch.seconds_until_answered())
            watch.seconds_until_mailed(postbox)
            mailed.append(time.monotonic() - began)
            made.revive(killed)
            made.wait_until_whole()
        over.set()
        for client in working:
            client.join(timeout=600)
        wrong = [] if scenario.settle(app) else [f"{verdict.waiting(app)} rows still wait"]
        if _ours(processes) != ours:
            wrong.append("processes were started again")
        processes.order("stop")
        judged, figures = verdict.judge(app, diary, postbox)
    figures |= {
        "answered_seconds": [round(seconds, 1) for seconds in answered],
        "mailed_seconds": [round(seconds, 1) for seconds in mailed],
        "kills_during": dict(during),
    }
    return wrong + judged, figures


def _ours(processes: Nursery) -> set[str]:
    """Return every process of ours, those of the web server's parent included."""
    found = set(processes.order("children").split())
    return found | {f"{pid}" for word in found for pid in children(int(word.partition(":")[0]))}


def main() -> int:
    parser = frame.parser(__doc__, rounds=1)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--log", type=Path, help="file for what the processes say")
    wanted = parser.parse_args()
    report = frame.Report("failover", wanted)
    try:
        with (
            cluster() as made,
            tempfile.TemporaryDirectory(prefix="vergabe-failover-") as folder,
            application_on(made.url, Path(folder)) as app,
        ):
            log = wanted.log or Path(folder) / "log"
            wrong, figures = run(app, made, log, wanted.kills, wanted.seed)
    except MissingPrograms as error:
        print(error, file=sys.stderr)
        return 1
    for name, seconds in (
        ("web", figures["answered_seconds"]),
        ("worker", figures["mailed_seconds"]),
    ):
        goal = frame.at_most(1)
        report.row(
            f"{name} answers again, slowest of {wanted.kills}",
            max(seconds),
            "s",
            against=("limit", GOAL_SECONDS),
            goal=goal,
            database="postgresql",
        )
    report.row("lost, double, by half or refused", len(wrong), "", goal=frame.exactly(0))
    report.figures |= figures | {"wrong": wrong}
    print(json.dumps(report.figures, indent=1))
    return report.finish() or int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
