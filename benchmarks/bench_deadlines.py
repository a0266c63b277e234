"""A million deadlines and 100,000 that are due: how quickly, how late, and each exactly once?

python -m benchmarks.bench_deadlines [--rows 1000000] [--due 100000] [--slice 8000]

A firing is what the worker does: the reminder ticked off, a message in the mailbox of who is
responsible, its mail and the row of the outbox. Compared with a bare sweep over a table of as many
instants, which ticks off and writes one row of an outbox, and (PostgreSQL) with one statement that
writes our own rows with ready texts, the least that they cost; all work off a slice of the backlog
in turns. Then the time of a sweep that finds nothing, how late a worker that runs as in the open is
while 200 a second fall due, and the processor time of a firing beside that of APScheduler with a
store of its own (../shared/perf/sched_bench.py). SQLite, which is for one cooperation, has a fifth
of the rows.
"""

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import bindparam, func, select, text

from benchmarks import deadline_rows, frame
from benchmarks.crew import Crew, Effort, crew
from benchmarks.frame import Report, Sample, at_least, at_most, exactly
from benchmarks.people import percentile
from benchmarks.places import application
from tests import live
from vergabe import clock, worker
from vergabe.db import db, reading, unit_of_work
from vergabe.deadlines import service
from vergabe.deadlines.model import Reminder
from vergabe.messages.model import Message

CREWS = (1, 2, 4)
RATE = 200
SECONDS = 10
MARGIN_SECONDS = 0.1


def drain(app: Flask, amount: int) -> int:
    """Fire due reminders until about so many are done, or none is left to this worker."""
    return _until(app, amount, lambda session: service.send_due_reminders(session, now=clock.now()))


def _until(app: Flask, amount: int, fire: Callable[..., int]) -> int:
    done, idle = 0, 0
    with app.app_context():
        while done < amount and idle < 5:
            with unit_of_work() as session:
                found = fire(session)
            done += found
            # What rivals hold at this moment is theirs.
            idle = 0 if found else idle + 1
    return done


def swept(sweep: Callable[[], int], amount: int) -> Effort:
    done, begun, busy = 0, time.perf_counter(), time.process_time()
    while done < amount and (found := sweep()):
        done += found
    return Effort(done, time.perf_counter() - begun, time.process_time() - busy)


SWEEPS: dict[str, Callable[[], int]] = {
    "bare sweep": deadline_rows.bare_sweep,
    "own rows, bare": deadline_rows.own_sweep,
}


def drained(report: Report, app: Flask, wanted: argparse.Namespace, kind: str) -> Sample:
    """Report how quickly a backlog is worked off; return the processor time of a firing."""
    floors = list(SWEEPS)[: 2 if kind == "postgresql" else 1]
    everybody: list[str | int] = [*floors, *CREWS]
    efforts: dict[str | int, list[Effort]] = {who: [] for who in everybody}
    handled = 0
    with crew(app, max(CREWS), drain) as workers:
        handled += workers.work(max(CREWS), 4 * deadline_rows.PEOPLE).done
        for number in range(wanted.rounds):
            for who in efforts if number % 2 == 0 else reversed(efforts):
                effort = _slice(workers, who, wanted.slice)
                efforts[who].append(effort)
                handled += effort.done if who != "bare sweep" else 0
        handled += workers.work(max(CREWS), wanted.due).done
    for count in CREWS:
        for who in floors:
            report.compare(
                f"reminders of {wanted.rows:,} deadlines, {count} worker{'s' if count > 1 else ''}",
                Sample([each.each_s for each in efforts[count]]),
                who,
                Sample([each.each_s for each in efforts[who]]),
                at_least(0.25) if (count, who) == (1, "bare sweep") else None,
                unit="per s",
                database=kind,
            )
    _counted(report, wanted.due, handled, kind)
    return Sample([each.processor_seconds / each.done for each in efforts[1]])


def _counted(report: Report, due: int, handled: int, kind: str) -> None:
    """Report how many were told never or twice, those of the bare statement included."""
    told = select(func.count(Message.id)).where(Message.kind.in_(("deadline_reminder", "bench")))
    found = db.session.scalar(told) or 0
    name = f"of {due:,} reminders by 1, 2 and 4 workers in turns"
    report.row(f"{name}: never", due - found, "", goal=exactly(0), database=kind)
    report.row(f"{name}: twice", handled - found, "", goal=exactly(0), database=kind)
    db.session.rollback()


def _slice(workers: Crew, who: str | int, amount: int) -> Effort:
    return workers.work(who, amount) if isinstance(who, int) else swept(SWEEPS[who], amount)


def empty(report: Report, rounds: int, kind: str) -> None:
    """Report what a tick costs that finds nothing due."""

    def ours() -> None:
        with reading() as session:
            assert not service.has_due_reminders(session, now=clock.now())

    def floor() -> None:
        with reading() as session:
            session.execute(text("SELECT 1"))

    found = frame.interleaved({"ours": ours, "floor": floor}, rounds=rounds, calls=300)
    report.compare("empty sweep", found["ours"], "SELECT 1", found["floor"], database=kind)


def late_s(app: Flask) -> list[float]:
    """Return how many seconds late each reminder was seen in the database, by a real worker."""
    seen: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="vergabe-late-") as folder,
        live.worker(app, Path(folder) / "log"),
    ):
        # The first one shows that the worker is there.
        deadline_rows.add(1, from_s=0)
        _watch(_waiting(), [])
        deadline_rows.add(RATE * SECONDS, from_s=8, step_s=1 / RATE)
        waiting = _waiting()
        assert len(waiting) == RATE * SECONDS, f"{len(waiting)} wait"
        _watch(waiting, seen)
    return sorted(seen)


def _waiting() -> dict[object, float]:
    """Return the reminders of the next minute that wait, and when each is due."""
    db.session.rollback()  # what was looked at before is another snapshot
    soon = clock.now() + dt.timedelta(seconds=60)
    query = select(Reminder.id, Reminder.remind_at).where(
        Reminder.sent_at.is_(None), Reminder.remind_at < soon
    )
    found = {row.id: row.remind_at.timestamp() for row in db.session.execute(query)}
    db.session.rollback()
    return found


def _watch(waiting: dict[object, float], seen: list[float]) -> None:
    """Look until none waits any more; note how late each was seen to be sent."""
    end = time.monotonic() + 120
    while waiting:
        assert time.monotonic() < end, f"{len(waiting)} reminders never came"
        seen += _gone(waiting)
        time.sleep(0.02)


def _gone(waiting: dict[object, float]) -> list[float]:
    """Take out of `waiting` what has been sent by now; return how late each was."""
    db.session.rollback()
    past = [each for each, at in waiting.items() if at <= time.time()]
    if not past:
        return []
    query = select(Reminder.id).where(
        Reminder.id.in_(bindparam("past", expanding=True)), Reminder.sent_at.is_not(None)
    )
    sent = list(db.session.scalars(query, {"past": past}))
    now = time.time()
    return [now - waiting.pop(each) for each in sent]


def apscheduler_s(app: Flask, rounds: int) -> Sample:
    """Return the processor seconds of a firing by APScheduler with its own store."""
    script = frame.shared("perf/sched_bench.py")
    url = app.extensions["vergabe_settings"].database_url
    command = [sys.executable, str(script), "aps", url, "--jobs", "500", "--cap", "20"]
    found = []
    for _ in range(rounds):
        done = subprocess.run(
            [*command, "--rate", str(RATE // 2)], stdout=subprocess.PIPE, check=True
        )
        told = [json.loads(line) for line in done.stdout.splitlines() if b"aps firing" in line]
        found.append(told[0]["cpu_ms_each"] / 1000)
    return Sample(found)


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--slice", type=int, default=8_000)
    wanted = parser.parse_args()
    report = Report("deadlines", wanted)
    poll = worker.SWEEP_SECONDS
    for kind in ("postgresql", "sqlite"):
        if kind == "sqlite":
            wanted.rows, wanted.due, wanted.slice = (
                number // 5 for number in (wanted.rows, wanted.due, wanted.slice)
            )
        with application(kind) as app:
            deadline_rows.fill(wanted.rows)
            deadline_rows.add(wanted.due, from_s=-wanted.due / 1000 - 1, step_s=1 / 1000)
            firing = drained(report, app, wanted, kind)
            empty(report, wanted.rounds, kind)
            late = percentile(late_s(app), 0.99)
            report.row(
                f"reminders late, p99, {RATE} due a second",
                late,
                "s",
                against=("poll + 0.1 s", poll + MARGIN_SECONDS),
                goal=at_most(1),
                database=kind,
            )
            if kind == "postgresql" and (frame.SHARED / "perf").exists():
                theirs = apscheduler_s(app, wanted.rounds)
                name = "processor time of a firing"
                report.compare(name, firing, "APScheduler", theirs, at_most(0.2), database=kind)
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
