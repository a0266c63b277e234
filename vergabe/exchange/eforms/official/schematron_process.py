"""The official rules in a process of their own, so that no other one grows by what they need.

Saxon takes 150 to 250 MB and gives nothing back, and does not live on in a forked process. Here a
small process does the checking: it starts with the first notice, ends by itself when nobody asks
for a while, and is replaced when it has grown too large.

    python -m vergabe.exchange.eforms.official PLACE LABELS

reads notices from standard input and writes findings to standard output, each as eight bytes of
length and as many of content.
"""

import atexit
import os
import select
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

import orjson
from lxml import etree

from vergabe import processors
from vergabe.exchange import parser
from vergabe.exchange.eforms.official.raw_findings import RawFinding
from vergabe.exchange.eforms.official.schematron import Checker
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.official.sdk_files import SdkError

MAX_MEGABYTES: Final = 300
IDLE_SECONDS: Final = 300
ANSWER_SECONDS: Final = 180

_LENGTH: Final = struct.Struct(">Q")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


class RulesProcess:
    """Checks notices by the rules of one SDK in a process of its own. Threads take turns."""

    def __init__(self, sdk: Sdk) -> None:
        """Start nothing yet."""
        self._sdk = sdk
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._owner = 0
        atexit.register(self.close)

    def findings(self, notice: "bytes | etree._Element") -> list[RawFinding]:
        """Return what a notice breaks, as `Checker.findings` does, with the same errors.

        Raises SdkError `schematron_failed`, too, if the process ends or does not answer in time.
        """
        content = notice if isinstance(notice, bytes) else etree.tostring(notice, encoding="UTF-8")
        with self._lock:
            answer = self._asked(content)
        failure = answer.get("failure")
        if failure is not None:
            refused = parser.UnreadableXml if failure["is_notice"] else SdkError
            raise refused(failure["code"], failure["message"])
        return [RawFinding(**finding) for finding in answer["findings"]]

    def close(self) -> None:
        """End the process, if this one started it."""
        running, self._running = self._running, None
        if running is not None and self._owner == os.getpid():
            for stream in (running.stdin, running.stdout):
                if stream is not None:
                    stream.close()
            running.kill()
            running.wait()

    def _asked(self, content: bytes) -> dict[str, Any]:
        for _ in range(2):  # one that has ended since the last time is replaced
            running = self._process()
            assert running.stdin is not None
            assert running.stdout is not None
            try:
                _send(running.stdin, content)
                answer = _receive(running.stdout, ANSWER_SECONDS)
            except OSError:
                answer = None
            if answer is not None:
                told: dict[str, Any] = orjson.loads(answer)
                if told["megabytes"] > MAX_MEGABYTES:
                    self.close()
                return told
            self.close()
        raise SdkError(
            "schematron_failed",
            "Die amtlichen Regeln konnten nicht geprüft werden: der Prozess dafür hat nicht "
            f"innerhalb von {ANSWER_SECONDS} Sekunden geantwortet. Bitte später wiederholen.",
        )

    def _process(self) -> "subprocess.Popen[bytes]":
        if self._owner != os.getpid():  # forked: the other one goes on talking to it
            self._running = None
        if self._running is None or self._running.poll() is not None:
            self._owner = os.getpid()
            labels = self._sdk.labels_place
            command = [sys.executable, "-m", __package__, str(self._sdk.place), str(labels or "")]
            with processors.anywhere():
                self._running = subprocess.Popen(  # noqa: S603  # this very package
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
        return self._running


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes], seconds: float) -> bytes | None:
    """Return the next message, None if there is none within the time or the other side is gone."""
    head = _read(stream, _LENGTH.size, seconds)
    return None if head is None else _read(stream, _LENGTH.unpack(head)[0], seconds)


def _read(stream: IO[bytes], count: int, seconds: float) -> bytes | None:
    parts: list[bytes] = []
    # Not through the stream's own buffer, of which `select` knows nothing.
    while count:
        ready, _, _ = select.select([stream], [], [], seconds)
        part = os.read(stream.fileno(), count) if ready else b""
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def answer(check: Callable[[bytes], list[RawFinding]], content: bytes) -> dict[str, Any]:
    """Return the answer to one notice as plain data; a notice that cannot be read is an answer."""
    try:
        return {"findings": [asdict(finding) for finding in check(content)]}
    except (parser.UnreadableXml, SdkError) as error:
        is_notice = isinstance(error, parser.UnreadableXml)
        failure = {"code": error.code, "message": error.message, "is_notice": is_notice}
        return {"failure": failure}


def _megabytes() -> int:
    """Return the memory in use; where the system does not tell, none, and nobody is replaced."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * _PAGE_BYTES // 1024**2


def main(place: str, labels: str) -> None:
    """Answer until nobody asks any more."""
    checkers: list[Checker] = []

    def check(content: bytes) -> list[RawFinding]:
        if not checkers:
            checkers.append(Checker(Sdk.open(Path(place), Path(labels) if labels else None)))
        return checkers[0].findings(content)

    while (content := _receive(sys.stdin.buffer, IDLE_SECONDS)) is not None:
        told = answer(check, content)
        _send(sys.stdout.buffer, orjson.dumps({**told, "megabytes": _megabytes()}))
