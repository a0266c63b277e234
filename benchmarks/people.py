"""People on lines of their own who do things at a real server; how long each thing took."""

import http.client
import statistics
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Timings:
    """Seconds of every request by what it was, and what went wrong; shared by all people."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, seconds: float, error: str | None) -> None:
        with self.lock:
            self.seconds[what].append(seconds)
            if error is not None:
                self.errors[f"{what}: {error}"] += 1

    @property
    def every(self) -> list[float]:
        return sorted(value for values in self.seconds.values() for value in values)

    def by_kind(self) -> dict[str, dict[str, float]]:
        """Return count, median and 95th percentile (ms) of each kind of request."""
        return {
            what: {
                "count": len(values),
                "p50_ms": round(statistics.median(values) * 1000),
                "p95_ms": round(percentile(sorted(values), 0.95) * 1000),
            }
            for what, values in sorted(self.seconds.items())
        }


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of the sorted `values` lies."""
    return values[min(len(values) - 1, int(len(values) * share))]


@dataclass
class Person:
    """Somebody at a keyboard: one line, one request after the other."""

    port: int
    timings: Timings
    headers: dict[str, str] = field(default_factory=dict)
    _line: http.client.HTTPConnection | None = None

    def do(
        self, what: str, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[http.client.HTTPResponse | None, bytes]:
        """Send a request, note how long it took, and return the answer with its body."""
        given = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        started, error, answer, content = time.perf_counter(), None, None, b""
        try:
            answer, content = self._ask(method, path, body, given)
            if answer.status >= 400:
                error = f"{answer.status} {content[:120]!r}"
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            error = repr(problem)
        self.timings.note(what, time.perf_counter() - started, error)
        return answer, content

    def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        # A line that was quiet may have been closed by the server: then a new one, as browsers do.
        for is_last in (self._line is None, True):
            if self._line is None:
                self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self._line.request(method, path, body or None, headers)
                answer = self._line.getresponse()
                return answer, answer.read()
            except (ConnectionError, http.client.RemoteDisconnected):
                self.close()
                if is_last:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


def children(pid: int) -> list[int]:
    """Return a process and those that it has started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += children(int(child))
    return found


def memory_mb(pid: int) -> float:
    """Return the proportional memory of one process in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
