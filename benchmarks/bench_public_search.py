"""Is the public search over 30,000 procedures as quick as over 50, and for eight people at once?

python -m benchmarks.bench_public_search [--database sqlite|postgresql] [--many 30000] [--secs 20]

Real notices of others are entered as they are read, and again under other ids until there are as
many as wanted. Measured: pages through the application one after the other (median, 50 against
many), then a live server with one process and eight clients that ask different questions with a
short pause between them, as people do; and what the first question of a process costs.
"""

import argparse
import gzip
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks.places import application
from vergabe import clock
from vergabe.catalogue import service
from vergabe.catalogue.service import Listed
from vergabe.db import unit_of_work
from vergabe.exchange.foreign_records import read_record
from vergabe.market import summing

NOTICES = Path(__file__).resolve().parents[2] / "shared/data/notices/notices_de_2026.jsonl.gz"
QUESTIONS = (
    "",
    "?q=Feuerwehrfahrzeug",
    "?q=reinigung&region=DEA",
    "?cpv=45&ordnung=frist",
    "?region=DEB&region=DEA26",
    "?q=strassenbau+koeln&cpv=45",
    "?art=supplies&wert=221-1000",
    "?q=schul",
)
CLIENTS = 8
PAUSE_S = 0.5


def listed(many: int) -> Iterator[Listed]:
    """Yield procedures made of real notices, each as often as it takes."""
    today = clock.berlin_day(clock.now())
    with gzip.open(NOTICES, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    for line in itertools.islice(itertools.cycle(lines), many):
        notice = read_record(json.loads(line)).notice
        if notice is not None:
            yield summing.picture(uuid.uuid4(), [(uuid.uuid4(), notice)], today=today).listed


def fill(app: Flask, many: int) -> None:
    """Enter procedures, 500 a transaction."""
    source = listed(many)
    with app.app_context():
        while batch := list(itertools.islice(source, 500)):
            with unit_of_work() as session:
                service.enter(session, "other", batch, now=clock.now())


def one_after_the_other(app: Flask) -> dict[str, float]:
    """Return the first answer, and of the following ones the median and their processor time."""
    client = app.test_client()

    def ask(question: str) -> float:
        begun = time.perf_counter()
        answer = client.get(f"/bekanntmachungen{question}")
        assert answer.status_code == 200, answer.status
        return (time.perf_counter() - begun) * 1000

    first = ask("")
    begun = time.process_time()
    times = [ask(question) for _ in range(5) for question in QUESTIONS]
    cpu = (time.process_time() - begun) * 1000 / len(times)
    return {
        "first_ms": round(first, 1),
        "median_ms": round(statistics.median(times), 1),
        "cpu_ms": round(cpu, 1),
    }


def at_once(app: Flask, secs: float) -> dict[str, Any]:
    """Return how long eight people wait at a live server with one process."""
    port = 8911
    settings = app.extensions["vergabe_settings"]
    environment = os.environ | {
        "VERGABE_DATABASE_URL": settings.database_url,
        "VERGABE_DATA": str(settings.data),
        "VERGABE_FILES": settings.files,
        "VERGABE_SECRET_KEY": settings.secret_key,
        "VERGABE_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "8"]
    with subprocess.Popen(
        [*command, "--no-control-socket", "vergabe.app:create_app()"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            base = f"http://127.0.0.1:{port}/bekanntmachungen"
            _wait_for(base)
            return _ask_at_once(base, secs)
        finally:
            server.send_signal(signal.SIGTERM)


def _wait_for(address: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(address).read()
            return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(address)


def _ask_at_once(base: str, secs: float) -> dict[str, Any]:
    times: list[float] = []
    end = time.monotonic() + secs

    def visit(number: int) -> None:
        for question in itertools.islice(itertools.cycle(QUESTIONS), number, None):
            if time.monotonic() > end:
                return
            begun = time.perf_counter()
            urllib.request.urlopen(base + question).read()
            times.append((time.perf_counter() - begun) * 1000)
            time.sleep(PAUSE_S)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return {
        "requests": len(times),
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--many", type=int, default=30_000)
    parser.add_argument("--secs", type=float, default=20)
    wanted = parser.parse_args()
    medians = {}
    for many in (50, wanted.many):
        with application(wanted.database) as app:
            fill(app, many)
            alone = one_after_the_other(app)
            medians[many] = alone["median_ms"]
            together = at_once(app, wanted.secs) if many == wanted.many else {}
            print(json.dumps({"database": wanted.database, "procedures": many} | alone | together))
    ratio = medians[wanted.many] / medians[50]
    print(json.dumps({"ratio": round(ratio, 2)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
