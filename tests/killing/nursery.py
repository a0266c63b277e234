"""Web server and workers in processes of their own, born again as often as somebody kills them.

Loading the application takes seconds, so one process loads it once and gives birth to the others:
a gunicorn as in production with its two web processes, and two workers. It is their supervisor too:
what dies is replaced at once, as systemd does. Started by `nursery()`, ordered by lines.
"""

import datetime as dt
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests import live

WEB_PROCESSES = 2
LONGEST_BIRTH_SECONDS = 60
MOST_ATTEMPTS = 1000
"""Who is killed at every attempt is set aside in production; here that would be a kill too many."""
TICK_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 20
"""An hour in production: a row that met many kills shall not come back after the end."""
MAIL_RATE = "60000/60"
"""All addresses lie at one host here, which gets ten mails a second in production."""


class Supervisor:
    """Inside the nursery: the children that there should be, and those that there are."""

    def __init__(self) -> None:
        self.wanted: dict[str, Callable[[], None]] = {}
        self.alive: dict[int, str] = {}

    def bear(self, role: str) -> int:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, signal.SIG_DFL)
                self.wanted[role]()
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
            finally:
                sys.stderr.flush()
                os._exit(code)
        self.alive[child] = role
        return child

    def reap(self, *, again: bool) -> dict[str, int]:
        """Replace those that died; return how those ended that are not replaced."""
        ended: dict[str, int] = {}
        while self.alive:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            role = self.alive.pop(pid, None)
            if role is not None and again:
                self.bear(role)
            elif role is not None:
                ended[role] = os.waitstatus_to_exitcode(status)
        return ended

    def stop(self) -> dict[str, int]:
        """End all in an orderly way and return their exit codes."""
        for pid in self.alive:
            os.kill(pid, signal.SIGTERM)
        ended: dict[str, int] = {}
        while self.alive:
            ended |= self.reap(again=False)
            time.sleep(0.02)
        return ended


def main(port: int, lease_seconds: int) -> None:
    """Load the application, bear the children, and keep them until the orders end.

    lease_seconds: two minutes in production; what a dead worker held comes back sooner here.
    """
    from vergabe import outbox, worker
    from vergabe.app import create_app
    from vergabe.db import db
    from vergabe.jobs import running
    from vergabe.messages import delivery
    from vergabe.serving import Serving, serve

    lease = dt.timedelta(seconds=lease_seconds)
    for module, facts in (
        (
            outbox,
            {
                "LEASE": lease,
                "MAX_ATTEMPTS": MOST_ATTEMPTS,
                "LONGEST_DELAY_SECONDS": LONGEST_DELAY_SECONDS,
            },
        ),
        (running, {"LEASE": lease, "MAX_ATTEMPTS": MOST_ATTEMPTS}),
        (delivery, {"MARGIN": lease / 4}),
        (worker, {"DELIVERY_SECONDS": TICK_SECONDS}),
    ):
        vars(module).update(facts)
    app = create_app()
    with app.app_context():
        db.engine.dispose()
    supervisor = Supervisor()
    supervisor.wanted = {
        "web": lambda: serve(app, Serving(f"127.0.0.1:{port}", WEB_PROCESSES, 4, is_quiet=True)),
        "worker 1": lambda: worker.run_forever(app),
        "worker 2": lambda: worker.run_forever(app),
        "doomed": lambda: _die_between_sending_and_marking(app),
    }
    print("ready", flush=True)
    while True:
        order = _next_order()
        if order == "doomed":
            child = supervisor.bear("doomed")
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
            del supervisor.alive[child]
        elif order == "begin":
            for role in ("web", "worker 1", "worker 2"):
                supervisor.bear(role)
            print("begun", flush=True)
        elif order == "children":
            print(
                *(f"{pid}:{role.split()[0]}" for pid, role in supervisor.alive.items()), flush=True
            )
        elif order == "stop":
            print(*(f"{code}" for code in supervisor.stop().values()), flush=True)
            return
        supervisor.reap(again=True)


def _next_order() -> str:
    """Return the next order, an empty one if none comes soon, `stop` when nobody gives any more."""
    if not select.select([sys.stdin], [], [], 0.01)[0]:
        return ""
    # One order is never sent before the last one was answered: the buffer holds one line.
    return sys.stdin.readline().strip() or "stop"


def _die_between_sending_and_marking(app: Flask) -> None:
    """Send two batches and die when the second has left and is not marked yet."""
    from vergabe import sweeps
    from vergabe.messages import delivery
    from vergabe.messages.delivery import Batch

    mark, marked = delivery._mark, []

    def die(batch: Batch, host: str) -> None:
        if marked:
            os.kill(os.getpid(), signal.SIGKILL)
        marked.append(1)
        mark(batch, host)

    delivery._mark = die
    sweeps.send_mails(app)


class Nursery:
    """The outside of it: orders, and whom one may kill."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._answers, self.port = process.stdin, process.stdout, port
        assert self._answers.readline().strip() == "ready", "the application does not load"

    def order(self, word: str) -> str:
        self._orders.write(f"{word}\n")
        self._orders.flush()
        return self._answers.readline().strip()

    def begin(self) -> None:
        """Start web server and workers, and wait until they answer.

        One web process answers while the other is not born yet: who counts must wait for both.
        """
        self.order("begin")
        live.wait_for(f"http://127.0.0.1:{self.port}/healthz")
        until = time.monotonic() + LONGEST_BIRTH_SECONDS
        while self._count_web_processes() < WEB_PROCESSES:
            assert time.monotonic() < until, "the second web process is not born"
            time.sleep(0.05)

    def _count_web_processes(self) -> int:
        parents = (word.split(":") for word in self.order("children").split())
        return sum(len(_children(int(pid))) for pid, role in parents if role == "web")

    def kill_one(self, chance: random.Random) -> str | None:
        """Kill a process by chance and return its role: web process, its parent, or a worker."""
        victims: list[tuple[int, str]] = []
        for word in self.order("children").split():
            pid, role = int(word.split(":")[0]), word.split(":")[1]
            if role == "web":
                victims += [(child, "web") for child in _children(pid)] * 10
                role = "web parent"
            victims += [(pid, role)] * (1 if role == "web parent" else 10)
        if not victims:
            return None
        pid, role = chance.choice(victims)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return None
        return role


def _children(pid: int) -> list[int]:
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


@contextmanager
def nursery(app: Flask, smtp_url: str, log: Path, lease_seconds: int) -> Iterator[Nursery]:
    """Give a nursery on the database and files of `app`; what it says goes to `log`."""
    port = live.free_port()
    with tempfile.TemporaryDirectory(prefix="vergabe-figures-") as figures:
        environment = live.environment_of(
            app,
            VERGABE_SMTP_URL=smtp_url,
            VERGABE_MAIL_RATE=MAIL_RATE,
            PROMETHEUS_MULTIPROC_DIR=figures,
        )
        with (
            log.open("ab") as errors,
            subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"from tests.killing.nursery import main; main({port}, {lease_seconds})",
                ],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=Path(__file__).resolve().parents[2],
            ) as process,
        ):
            try:
                yield Nursery(process, port)
            finally:
                # Without anybody to give orders it ends its children and itself.
                process.communicate()
