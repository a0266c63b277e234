"""The whole of it: clients at work, processes killed by chance and born again, then the verdict."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.integration.messages.smtp_server import Postbox, smtp_server
from tests.killing import clients, verdict
from tests.killing.nursery import Nursery, nursery
from vergabe import clock
from vergabe.db import unit_of_work
from vergabe.disturbances import disturbance_in
from vergabe.messages import delivery
from vergabe.messages import service as messages
from vergabe.messages.service import Reader

LONGEST_STANDSTILL_SECONDS = 180
LONGEST_WAIT_SECONDS = 3600
LONGEST_PAUSE_SECONDS = 3
MOST_ATTEMPTS = 20
MASS = 2 * delivery.BATCH + 10
SIGKILLED = -9


@dataclass
class Wish:
    """How long and how hard: kills, seconds between them at most, and what there is to do."""

    kills: int
    pause_seconds: float = 0.3
    publications: int = 12
    joinings: int = 8
    client_pause: float = 0.1
    lease_seconds: int = 20
    seed: int = 2026


@dataclass
class Story:
    """Who was killed so far, and what requests were with the service at those moments."""

    killed: Counter[str] = field(default_factory=Counter)
    during: Counter[str] = field(default_factory=Counter)


@dataclass
class Outcome:
    """Every wrong in words, and figures."""

    wrong: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def run(app: Flask, log: Path, wish: Wish) -> Outcome:
    """Play it on the (empty) database of `app`; log: a file for what the processes say."""
    plan = clients.prepare(app, publications=wish.publications, joinings=wish.joinings)
    diary, over, outcome = clients.Diary(), threading.Event(), Outcome()
    write_to_many(app, "first")
    with (
        smtp_server() as (postbox, smtp_url),
        nursery(app, smtp_url, log, wish.lease_seconds) as processes,
    ):
        outcome.wrong += _kill_between_sending_and_marking(processes, postbox)
        processes.begin()
        started, story = time.monotonic(), Story()
        working = clients.start(
            processes.port,
            plan,
            diary,
            over,
            pause=wish.client_pause,
            pace=lambda: story.killed.total() / wish.kills,
        )
        _kill(app, processes, plan, diary, wish, story)
        over.set()
        for client in working:
            client.join(timeout=600)
        if any(client.is_alive() for client in working):
            outcome.wrong.append("a request was never answered")
        clients_done = time.monotonic()
        if not settle(app):
            outcome.wrong.append(f"{verdict.waiting(app)} rows still wait")
        settled = time.monotonic() - clients_done
        codes = processes.order("stop").split()
        if set(codes) != {"0"}:
            outcome.wrong.append(f"an orderly stop ended with {codes}")
        seconds = time.monotonic() - started
        wrong, figures = verdict.judge(app, diary, postbox)
    outcome.wrong += wrong
    repeated, workers = figures["mails_repeated"], story.killed["worker"] + 1
    if repeated > workers * delivery.BATCH:
        outcome.wrong.append(f"{repeated} mails came again after {workers} dead workers")
    outcome.figures = {
        "kills": dict(story.killed),
        "kills_during": dict(story.during),
        "seconds": round(seconds, 1),
        "seconds_to_settle": round(settled, 1),
        **figures,
    }
    return outcome


def _kill_between_sending_and_marking(processes: Nursery, postbox: Postbox) -> list[str]:
    """Let a worker die at the worst moment: what it sent comes again, with the same Message-ID."""
    code = int(processes.order("doomed"))
    if code != SIGKILLED or len(postbox.received) != 2 * delivery.BATCH:
        return [f"the doomed worker ended with {code} after {len(postbox.received)} mails"]
    return []


def _kill(
    app: Flask,
    processes: Nursery,
    plan: clients.Plan,
    diary: clients.Diary,
    wish: Wish,
    story: Story,
) -> None:
    chance = random.Random(wish.seed)
    while story.killed.total() < wish.kills:
        _wait_for_progress(diary)
        time.sleep(chance.uniform(0, wish.pause_seconds))
        under_way = diary.kinds_under_way()
        role = processes.kill_one(chance)
        if role is None:
            continue
        story.killed[role] += 1
        story.during.update(under_way)
        if story.killed.total() % 5 == 0:
            _patiently(lambda: clients.start_job(app, plan, diary))
            _patiently(lambda: write_to_many(app, "more", count=10))


def _patiently(work: Callable[[], None]) -> None:
    """Do it again while the database is busy, as any good client does."""
    for attempt in itertools.count():
        try:
            work()
        except OperationalError as error:
            if disturbance_in(error) is None or attempt == MOST_ATTEMPTS:
                raise
        else:
            return


def _wait_for_progress(diary: clients.Diary) -> None:
    """Wait until somebody was answered since the last kill: what dies shall be at work."""
    before, until = diary.count(), time.monotonic() + LONGEST_PAUSE_SECONDS
    while diary.count() == before and time.monotonic() < until:
        time.sleep(0.01)


def write_to_many(app: Flask, cause: str, count: int = MASS) -> None:
    with app.app_context(), unit_of_work() as session:
        messages.send_many(
            session,
            [Reader(address=f"leser{n}@example.org") for n in range(count)],
            cause=f"{cause}:{time.monotonic_ns()}",
            kind="test",
            subject="Neue Auskunft",
            body="Guten Tag",
            now=clock.now(),
        )


def settle(app: Flask) -> bool:
    """Wait until nothing waits any more; return False if less is never left for long."""
    end, fewest, until = time.monotonic() + LONGEST_WAIT_SECONDS, float("inf"), 0.0
    while (now := verdict.waiting(app)) > 0:
        if now < fewest:
            fewest, until = now, time.monotonic() + LONGEST_STANDSTILL_SECONDS
        elif time.monotonic() > min(until, end):
            return False
        time.sleep(0.2)
    return True
