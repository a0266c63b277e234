"""Does memory stay flat while the service works for an hour?

    python -m benchmarks.soak [--minutes 60] [--people 4] [--database postgresql|sqlite]

Two web processes, a worker and an SMTP server; people read, ask and import all the while, every
quarter of a minute a tender is published. Memory (proportional, PSS) is looked at every five
seconds, of all web processes together and of the worker: what one of them shares with the others
changes hands as they come to differ. After a warm-up of a fifth of the time, the last fifth is
compared with the second: grown by more than a twentieth is a leak.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks import frame
from benchmarks.frame import at_most, exactly
from benchmarks.people import Person, Timings, children, memory_mb, percentile
from benchmarks.places import application
from tests import live
from tests.integration.messages.smtp_server import smtp_server
from tests.killing import clients
from tests.killing.clients import Plan

LOOK_EVERY_SECONDS = 5.0
PUBLISH_EVERY_SECONDS = 15.0
MAIL_RATE = "60000/60"
"""All addresses lie at one host here, which gets ten mails a second in production."""


def work(port: int, plan: Plan, timings: Timings, over: threading.Event, number: int) -> None:
    """Read, ask and import until it is over."""
    person, asker = Person(port, timings), Person(port, timings, plan.asker)
    importer = Person(port, timings, plan.importer)
    questions, imports = clients.questions(plan), clients.imports(plan)
    reads = itertools.cycle(
        (
            "/bekanntmachungen",
            f"/bekanntmachungen/{plan.reference}",
            "/bekanntmachungen?q=Fahrzeuge",
            "/api/v1/notices/changes",
            "/bekanntmachungen/atom.xml",
        )
    )
    for turn in itertools.count(number):
        if over.is_set():
            return
        person.do("read", "GET", next(reads))
        if turn % 5 == 0:
            task = next(questions)
            asker.do("ask", "POST", task.path, task.body, **_headers(task))
        if turn % 20 == 0:
            task = next(imports)
            importer.do("import", "POST", task.path, task.body, **_headers(task))
        over.wait(0.1)


def _headers(task: clients.Task) -> dict[str, str]:
    return {"Content_Type": task.headers["Content-Type"]}


def publish(port: int, plan: Plan, timings: Timings, over: threading.Event) -> None:
    for task in plan.publish:
        if over.wait(PUBLISH_EVERY_SECONDS):
            return
        Person(port, timings, task.headers).do("publish", "POST", task.path)


def watch(processes: dict[str, int], over: threading.Event) -> dict[str, list[float]]:
    """Return the memory of each process, and of all of a kind, looked at until it is over."""
    seen: dict[str, list[float]] = {}
    while not over.wait(LOOK_EVERY_SECONDS):
        for name, parent in processes.items():
            found = [memory_mb(pid) for pid in children(parent)]
            seen.setdefault(name, []).append(sum(found))
            for place, each in enumerate(found if len(found) > 1 else ()):
                seen.setdefault(f"{name} {place}", []).append(each)
    return seen


def growth(values: list[float]) -> float:
    """Return the last fifth's median over the second fifth's."""
    fifth = max(1, len(values) // 5)
    return statistics.median(values[-fifth:]) / statistics.median(
        values[fifth : 2 * fifth] or values
    )


def play(app: Flask, wanted: argparse.Namespace) -> dict[str, Any]:
    """Let people work for the time and return memory, growth and errors."""
    count = int(wanted.minutes * 60 / PUBLISH_EVERY_SECONDS) + 1
    plan = clients.prepare(app, publications=count, joinings=0)
    timings, over = Timings(), threading.Event()
    with (
        tempfile.TemporaryDirectory(prefix="vergabe-soak-") as folder,
        smtp_server() as (postbox, smtp_url),
        live.worker(
            app,
            Path(folder) / "worker",
            VERGABE_SMTP_URL=smtp_url,
            VERGABE_MAIL_RATE=MAIL_RATE,
        ) as worker,
        live.web_server(app, Path(folder) / "web") as (port, web),
    ):
        threads = [
            threading.Thread(target=work, args=(port, plan, timings, over, number), daemon=True)
            for number in range(wanted.people)
        ]
        threads.append(
            threading.Thread(target=publish, args=(port, plan, timings, over), daemon=True)
        )
        timer = threading.Timer(wanted.minutes * 60, over.set)
        timer.daemon = True
        timer.start()
        for thread in threads:
            thread.start()
        seen = watch({"web": web.pid, "worker": worker.pid}, over)
        for thread in threads:
            thread.join()
        mails = len(postbox.received)
    return {
        "requests": len(timings.every),
        "p95_ms": round(percentile(timings.every, 0.95) * 1000),
        "errors": dict(timings.errors.most_common(8)),
        "mails": mails,
        "memory_mb": {
            name: [round(value) for value in values[:: max(1, len(values) // 24)]]
            for name, values in seen.items()
        },
        "growth": {name: round(growth(values), 3) for name, values in seen.items()},
    }


def main() -> int:
    parser = frame.parser(__doc__, rounds=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--people", type=int, default=4)
    wanted = parser.parse_args()
    report = frame.Report("soak", wanted)
    with application(wanted.database) as app:
        found = play(app, wanted)
    kind = {"database": wanted.database}
    for name in ("web", "worker"):
        what = f"soak, {wanted.minutes:g} minutes: memory of {name}, last fifth over second"
        report.row(what, found["growth"][name], "times", goal=at_most(1.05), **kind)
    report.row("soak: errors", sum(found["errors"].values()), "requests", goal=exactly(0), **kind)
    report.figures |= found
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
