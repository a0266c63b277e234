"""How fast workers empty the outbox into a mail server, beside smtplib alone.

python -m benchmarks.bench_mailing [--mails 3000]

The server is a process of its own that throws everything away, so that the sender is what is
measured; workers are processes. `smtplib` sends ready bytes of the same size on one kept
connection. Where ../shared lies, the bare outbox of its yardstick runs in the same rounds: a lease,
sendmail, a mark, and nothing that a real mail needs.
"""

import asyncio
import json
import multiprocessing
import smtplib
import socket
import subprocess
import sys
import time
from typing import Any, Final

from flask import Flask
from sqlalchemy import func, select

from benchmarks import frame
from benchmarks.crew import Crew, crew
from benchmarks.frame import Report, Sample, at_least, exactly
from benchmarks.places import application, free_port
from vergabe import clock, ids
from vergabe.db import db, unit_of_work
from vergabe.messages import delivery, service
from vergabe.messages.model import Mail
from vergabe.messages.service import Reader

BODY: Final = "Zu Ihrem Profil passt eine neue Bekanntmachung: Löschgruppenfahrzeuge LF 20.\n" * 36
# Firms have mail servers of their own: none of them gets more than its rate allows.
HOSTS: Final = 500
CREWS: Final = (1, 2)


class Sink(asyncio.Protocol):
    """Just enough of an SMTP server; it counts what it gets."""

    def __init__(self, count: Any) -> None:
        self.count, self.buffer, self.in_data = count, b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            line, found, rest = self.buffer.partition(end)
            if not found:
                return
            self.buffer = rest
            self.transport.write(self.answer(line.upper()))

    def answer(self, line: bytes) -> bytes:
        if self.in_data:
            self.in_data = False
            self.count.value += 1
            return b"250 OK\r\n"
        if line.startswith(b"EHLO"):
            return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
        if line.startswith(b"DATA"):
            self.in_data = True
            return b"354 go\r\n"
        if line.startswith(b"QUIT"):
            return b"221 bye\r\n"
        return b"250 OK\r\n"


def serve(port: int, count: Any) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Sink(count), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(run())


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def alone(port: int, mails: int) -> float:
    """Return the seconds of a mail that smtplib alone sends."""
    content = b"Subject: x\r\nFrom: a@example.org\r\n\r\n" + BODY.encode().replace(b"\n", b"\r\n")
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as session:
        start = time.perf_counter()
        for number in range(mails):
            session.sendmail("a@example.org", [f"firma{number}@example.org"], content)
        return (time.perf_counter() - start) / mails


def write(mails: int) -> float:
    """Write mails to many firms into the outbox; return the seconds of one."""
    start = time.perf_counter()
    with unit_of_work() as session:
        service.send_many(
            session,
            [
                Reader(address=f"firma{number}@firma{number % HOSTS}.example")
                for number in range(mails)
            ],
            cause=f"bench:{ids.new_id()}",
            kind="invitation",
            subject="Neue Bekanntmachung: Löschgruppenfahrzeuge LF 20",
            body=BODY,
            now=clock.now(),
        )
    return (time.perf_counter() - start) / mails


def send(app: Flask, _amount: int) -> int:
    """Send what is due until nothing is left to this worker."""
    sent = 0
    while done := delivery.send_due(app):
        sent += done
    return sent


def bare_outbox(url: str, mails: int) -> dict[int, float]:
    """Return the seconds of a mail by the yardstick's outbox (PostgreSQL), by number of workers."""
    script = frame.shared("perf/outbox_bench.py")
    place = url.replace("postgresql+psycopg://", "postgresql://", 1)
    command = [sys.executable, str(script), "pg", place, "--n", str(mails), "--workers", "1,2"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {each["workers"]: 1 / each["per_s"] for each in told if "workers" in each}


class Rounds:
    """Seconds of a mail by who sent it, one figure a round."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def note(self, who: str, seconds: float) -> None:
        self.seconds.setdefault(who, []).append(seconds)

    def __getitem__(self, who: str) -> Sample:
        return Sample(self.seconds[who])


def measured(workers: Crew, port: int, url: str, mails: int, rounds: int) -> Rounds:
    found = Rounds()
    has_yardstick = url.startswith("postgresql") and (frame.SHARED / "perf").exists()
    for number in range(rounds):
        for count in CREWS if number % 2 == 0 else reversed(CREWS):
            found.note("written", write(mails))
            effort = workers.work(count, mails)
            assert effort.done == mails, f"{effort.done} of {mails} were sent"
            found.note(f"{count}", effort.each_s)
        found.note("smtplib", alone(port, mails))
        for count, seconds in (bare_outbox(url, mails) if has_yardstick else {}).items():
            found.note(f"bare {count}", seconds)
    return found


def tell(report: Report, found: Rounds, kind: str) -> None:
    place: dict[str, Any] = {"unit": "per s", "database": kind}
    goal = at_least(0.6)
    report.compare(
        "3 KB mails sent, 1 worker", found["1"], "smtplib", found["smtplib"], goal, **place
    )
    report.compare("3 KB mails sent, 2 workers", found["2"], "smtplib", found["smtplib"], **place)
    for count in CREWS:
        if f"bare {count}" in found.seconds:
            name = f"3 KB mails sent, {count} worker{'s' if count > 1 else ''}"
            report.compare(name, found[f"{count}"], "bare outbox", found[f"bare {count}"], **place)
    report.row("mails written into the outbox", found["written"].in_unit("per s"), **place)


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--mails", type=int, default=3000)
    wanted = parser.parse_args()
    report = Report("mailing", wanted)
    count = multiprocessing.Value("i", 0)
    port = free_port()
    sink = multiprocessing.Process(target=serve, args=(port, count), daemon=True)
    sink.start()
    wait_for(port)
    for kind in ("postgresql", "sqlite"):
        before = count.value
        with (
            application(kind, smtp_url=f"smtp://127.0.0.1:{port}") as app,
            crew(app, max(CREWS), send) as workers,
        ):
            url = app.extensions["vergabe_settings"].database_url
            found = measured(workers, port, url, wanted.mails, wanted.rounds)
            states = select(Mail.state, func.count()).group_by(Mail.state)
            sent = dict(db.session.execute(states).all())
            db.session.rollback()
        tell(report, found, kind)
        ours = wanted.rounds * len(CREWS) * wanted.mails
        arrived = count.value - before - wanted.rounds * wanted.mails
        assert sent == {"sent": ours}, sent
        report.row("mails lost or double", abs(arrived - ours), "", goal=exactly(0), database=kind)
    sink.terminate()
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
