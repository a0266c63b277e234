"""How fast one worker empties the outbox into a mail server, beside smtplib alone.

python -m benchmarks.bench_mailing [--database sqlite|postgresql] [--mails N]

The server is a process of its own that throws everything away, so that the sender is what is
measured. `smtplib` sends ready bytes of the same size on one kept connection.
"""

import argparse
import asyncio
import json
import multiprocessing
import smtplib
import socket
import statistics
import time
from typing import Any

from sqlalchemy import func, select

from benchmarks.places import application
from vergabe import clock
from vergabe.db import db, unit_of_work
from vergabe.messages import delivery, service
from vergabe.messages.model import Mail
from vergabe.messages.service import Reader

BODY = "Zu Ihrem Profil passt eine neue Bekanntmachung: Löschgruppenfahrzeuge LF 20.\n" * 36


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def limit(port: int, mails: int) -> float:
    """Return the mails a second of smtplib alone."""
    content = b"Subject: x\r\nFrom: a@example.org\r\n\r\n" + BODY.encode().replace(b"\n", b"\r\n")
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as session:
        start = time.perf_counter()
        for number in range(mails):
            session.sendmail("a@example.org", [f"firma{number}@example.org"], content)
        return mails / (time.perf_counter() - start)


def ours(kind: str, port: int, mails: int) -> dict[str, float]:
    """Return what writing and sending costs through the outbox."""
    with application(kind, smtp_url=f"smtp://127.0.0.1:{port}") as app:
        with unit_of_work() as session:
            start = time.perf_counter()
            service.send_many(
                session,
                [Reader(address=f"firma{number}@example.org") for number in range(mails)],
                cause="bench",
                kind="invitation",
                subject="Neue Bekanntmachung: Löschgruppenfahrzeuge LF 20",
                body=BODY,
                now=clock.now(),
            )
        written = time.perf_counter() - start
        start = time.perf_counter()
        sent = 0
        while done := delivery.send_due(app):
            sent += done
        seconds = time.perf_counter() - start
        states = dict(
            db.session.execute(select(Mail.state, func.count()).group_by(Mail.state)).all()
        )
        assert sent == mails, sent
        assert states == {"sent": mails}, states
    return {"written_per_second": mails / written, "sent_per_second": mails / seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--mails", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    count = multiprocessing.Value("i", 0)
    port = free_port()
    sink = multiprocessing.Process(target=serve, args=(port, count), daemon=True)
    sink.start()
    wait_for(port)
    for kind in [given.database] if given.database else ["sqlite", "postgresql"]:
        rounds, alone, before = [], [], count.value
        for _ in range(given.rounds):
            alone.append(limit(port, given.mails))
            rounds.append(ours(kind, port, given.mails))
        arrived = count.value - before - given.rounds * given.mails
        sent = statistics.median(each["sent_per_second"] for each in rounds)
        line = {
            "database": kind,
            "mails": given.mails,
            "rounds": given.rounds,
            "arrived": arrived,
            "smtplib_per_second": round(statistics.median(alone)),
            "written_per_second": round(
                statistics.median(each["written_per_second"] for each in rounds)
            ),
            "sent_per_second": round(sent),
            "share_of_smtplib": round(sent / statistics.median(alone), 2),
        }
        print(json.dumps(line))
        assert arrived == given.rounds * given.mails, "lost or doubled"
    sink.terminate()


if __name__ == "__main__":
    main()
