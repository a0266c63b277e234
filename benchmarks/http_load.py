"""Ask a server on this machine the same things again and again, in a process of its own.

A job comes as JSON on standard input, what came of it goes out as JSON:

    {"port": 8000, "connections": 8, "seconds": 3, "is_once": false,
     "requests": [["GET", "/path", {"Name": "value"}, "body"], …]}
    → {"answers": 1200, "seconds": 3.0, "wrong": {"500": 1}, "p50_ms": 6.1, "p99_ms": 9.8}

One thread and one kept connection for each client; the requests are taken in turn, with `is_once`
each of them only one time. Little more than sockets: the processor is the server's.
"""

import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Final

_END_OF_HEAD: Final = b"\r\n\r\n"


@dataclass
class Load:
    """What all clients share: the requests that are left, and what has been answered."""

    requests: Iterator[bytes]
    until: float
    seconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> bytes | None:
        with self.lock:
            return next(self.requests, None) if time.perf_counter() < self.until else None


def rendered(method: str, path: str, headers: dict[str, str], body: str) -> bytes:
    """Return a request as it goes over the line."""
    content = body.encode()
    fields = {"Host": "127.0.0.1", **headers, "Content-Length": str(len(content))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + _END_OF_HEAD + content


def answer_of(line: socket.socket) -> tuple[int, bytes]:
    """Read one answer; return its status and its head in lower case."""
    got = b""
    while (end := got.find(_END_OF_HEAD)) < 0:
        piece = line.recv(65536)
        if not piece:
            raise ConnectionError("closed before the answer")
        got += piece
    head = got[:end].lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    missing = end + len(_END_OF_HEAD) + length - len(got)
    while missing > 0:
        missing -= len(line.recv(65536))
    return int(head[9:12]), head


def client(load: Load, port: int) -> None:
    """Ask one thing after the other until time or requests are over."""
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    while (request := load.next()) is not None:
        begun = time.perf_counter()
        line.sendall(request)
        status, head = answer_of(line)
        taken = time.perf_counter() - begun
        with load.lock:
            load.seconds.append(taken)
            if status >= 400:
                load.wrong[str(status)] += 1
        if b"connection: close" in head:
            line.close()
            line = socket.create_connection(("127.0.0.1", port), timeout=60)
    line.close()


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Do a job and return what came of it."""
    wanted = [rendered(*request) for request in job["requests"]]
    begun = time.perf_counter()
    load = Load(iter(wanted) if job["is_once"] else cycle(wanted), begun + job["seconds"])
    clients = [
        threading.Thread(target=client, args=(load, job["port"])) for _ in range(job["connections"])
    ]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    taken = time.perf_counter() - begun
    in_order = sorted(load.seconds) or [0.0]
    return {
        "answers": len(load.seconds),
        "seconds": taken,
        "wrong": dict(load.wrong),
        "p50_ms": round(in_order[len(in_order) // 2] * 1000, 2),
        "p99_ms": round(in_order[int(len(in_order) * 0.99)] * 1000, 2),
    }


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
