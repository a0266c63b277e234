"""The floor beside us: the least a tender service must do, run from outside the repository.

`../shared/perf/floor_app.py` (Flask, SQLAlchemy; no login, little validation) is a process of its
own like our web server; the same client asks both (`http_load.py`).
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from flask import Flask

from benchmarks import frame
from benchmarks.people import children, memory_mb
from benchmarks.places import free_port
from tests import live

CONNECTIONS: Final = 8
THREADS: Final = 8
_TICKS: Final = os.sysconf("SC_CLK_TCK")
Request = tuple[str, str, dict[str, str], str]
"""Method, path, headers and body."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a server: requests that are taken in turn.

    share: each is asked once alone, and a round takes as many of them.
    """

    requests: list[Request]
    share: int = 0


@dataclass(frozen=True)
class Served:
    """A server of this machine: its port and its first process."""

    port: int
    process: "subprocess.Popen[bytes]"

    def processor_seconds(self) -> float:
        """Return the processor time that its processes have taken so far."""
        ticks = 0
        for pid in children(self.process.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / _TICKS

    def memory_mb(self) -> float:
        """Return the memory of its processes; what they share counts once."""
        return sum(memory_mb(pid) for pid in children(self.process.pid))

    def answer(self, path: str, headers: Mapping[str, str]) -> bytes:
        """Return what is answered to a GET."""
        wanted = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={**headers})
        with urllib.request.urlopen(wanted, timeout=60) as answer:
            content: bytes = answer.read()
        return content

    def wait_for(self, path: str, headers: Mapping[str, str] | None = None) -> None:
        """Wait until a path is answered; HTTPError if it is answered with an error."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                self.answer(path, headers or {})
                return
            except urllib.error.HTTPError:
                raise
            except OSError:
                time.sleep(0.005)
        raise TimeoutError(path)


@dataclass
class Rate:
    """What rounds of load gave: seconds a request by the clock and of the server's processor."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)


def scripts() -> Path:
    """Return the folder of the yardsticks; raises frame.Skipped where it is missing."""
    return frame.shared("perf/floor_app.py").parent


def load(
    server: Served, asked: Asked, seconds: float, into: Rate, *, connections: int = CONNECTIONS
) -> None:
    """Ask a server for so long and note what a request took; RuntimeError for a wrong answer."""
    wanted = [asked.requests.pop() for _ in range(asked.share)] or asked.requests
    job = {
        "port": server.port,
        "connections": connections,
        "seconds": seconds * 10 if asked.share else seconds,
        "is_once": bool(asked.share),
        "requests": wanted,
    }
    before = server.processor_seconds()
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.http_load"],
        input=json.dumps(job).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    taken = server.processor_seconds() - before
    found = json.loads(ran.stdout)
    if found["wrong"] or not found["answers"]:
        raise RuntimeError(f"{wanted[0][:2]}: {found}")
    into.seconds.append(found["seconds"] / found["answers"])
    into.processor.append(taken / found["answers"])
    into.p99_ms.append(found["p99_ms"])


def bodies(folder: Path) -> dict[str, str]:
    """Write the yardstick's bodies to a folder and return them: `tender_3k`, `tender_20k`."""
    command = [sys.executable, str(scripts() / "payloads.py"), str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {path.stem: path.read_text() for path in sorted(folder.glob("tender_*.json"))}


def seed(database_url: str, rows: int, body: Path) -> None:
    """Fill the database of the floor with tenders that all have this body."""
    command = [sys.executable, str(scripts() / "floor_app.py"), str(rows), str(body)]
    subprocess.run(command, env=_of_floor(database_url), check=True)


@contextmanager
def floor(database_url: str, log: Path) -> Iterator[Served]:
    """Start the floor: one worker, eight threads."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["-w", "1", "-k", "gthread", "--threads", str(THREADS), "floor_app:app"]
    with _running(port, command, _of_floor(database_url), log) as served:
        yield served


@contextmanager
def ours(app: Flask, log: Path, *options: str) -> Iterator[Served]:
    """Start our web server on the database of `app`, without limits of requests.

    One process with eight places at work, unless options of `vergabe run` say otherwise. Nothing
    waits for it; neither does `floor`.
    """
    port = free_port()
    command = [sys.executable, "-m", "vergabe", "run", "--bind", f"127.0.0.1:{port}"]
    command += options or ("--workers", "1", "--threads", str(THREADS))
    with _running(port, command, live.environment_of(app, VERGABE_MAIL_RATE="off"), log) as served:
        yield served


def _of_floor(database_url: str) -> dict[str, str]:
    facts = {"FLOOR_DB": database_url, "FLOOR_LOCK": "1", "PYTHONPATH": str(scripts())}
    return os.environ | facts | {"PYTHONDONTWRITEBYTECODE": "1"}


@contextmanager
def _running(
    port: int, command: list[str], environment: Mapping[str, str], log: Path
) -> Iterator[Served]:
    with (
        log.open("ab") as lines,
        subprocess.Popen(command, env=environment, stdout=lines, stderr=lines) as process,
    ):
        try:
            yield Served(port, process)
        finally:
            process.terminate()
            process.wait(timeout=60)
