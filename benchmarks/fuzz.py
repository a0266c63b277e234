"""Spoiled files for everything that reads files: no unexpected error, no hang, nothing left behind.

    python -m benchmarks.fuzz [--files 100000] [--by-http 2000] [--seed 2026] [--only NUMBER]

XML of eForms and XVergabe, demand sheets (CSV, XLSX, JSON Lines), lists of firms, records and
archives of others, cooperation files, documents, returned mails: each spoiled in bytes, in its
structure, or as a bomb. Most go to the readers themselves, some by page and API on both databases.
Each batch has a process of its own with a limit of memory; each file has 20 s of processor time.
The same seed gives the same files. Exits 1 if anything is wrong.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks import frame
from benchmarks.frame import exactly
from benchmarks.places import application
from tests.fuzzing import cases, doors
from tests.fuzzing.cases import Case, Outcome

MEMORY_MORE: Final = 2 << 30
"""Bytes of address space that a process may take beyond what the program itself takes."""
BATCH: Final = 25_000
HANG_SECONDS: Final = 60
"""Of processor time: so long a file may take where code of others cannot be stopped earlier."""
READERS: Final = "readers"
KINDS: Final = ("sqlite", "postgresql")
FINDINGS: Final = {
    "error": "an unexpected error or a 5xx",
    "hang": "longer than 20 s, or the process died",
    "left behind": "a file, an open file or rows left behind",
}


@dataclass(frozen=True)
class Batch:
    """Some files in a row: where they go (the readers, or a database's doors) and which."""

    place: str
    first: int
    count: int


@dataclass
class Found:
    """What became of files, counted by who read them, and what was wrong."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    memory_mb: int = 0
    slowest_ms: int = 0


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


# --- inside a batch's own process ---------------------------------------------------------------


def run_batch(batch: Batch, seed: int, now: Path) -> None:
    """Try the files of a batch and print what became of each kind, findings one by one.

    now: a file that always names the number being tried, for whoever looks after a sudden death.
    """
    # A workbook with a part twice is what is wanted here.
    warnings.filterwarnings("ignore", message="Duplicate name", category=UserWarning)
    counts: Counter[tuple[str, str]] = Counter()
    slowest = 0.0
    marker = os.open(now, os.O_WRONLY | os.O_CREAT)
    with tempfile.TemporaryDirectory(prefix="vergabe-fuzz-") as folder, _trying(batch) as attempt:
        tempfile.tempdir = folder
        _limit_memory()
        for number in range(batch.first, batch.first + batch.count):
            os.pwrite(marker, b"%-12d" % number, 0)
            tried, judge = attempt(number, seed)
            begun = time.process_time()
            found = judge(Path(folder))
            slowest = max(slowest, time.process_time() - begun)
            counts[(tried.reader.name, found.what)] += 1
            if not found.is_fine:
                say(
                    number=number,
                    place=batch.place,
                    file=str(tried),
                    what=found.what,
                    told=found.told,
                )
    tempfile.tempdir = None
    spent = resource.getrusage(resource.RUSAGE_SELF)
    say(
        counts=[[*key, count] for key, count in sorted(counts.items())],
        seconds=spent.ru_utime + spent.ru_stime,
        memory_mb=spent.ru_maxrss // 1024,
        slowest_ms=round(slowest * 1000),
    )


Attempt = Callable[[int, int], tuple[Case, Callable[[Path], Outcome]]]


@contextmanager
def _trying(batch: Batch) -> Iterator[Attempt]:
    if batch.place == READERS:

        def read(number: int, seed: int) -> tuple[Case, Callable[[Path], Outcome]]:
            tried = cases.case(number, seed)
            return tried, lambda folder: cases.outcome(tried, folder)

        yield read
        return
    with application(batch.place, is_testing=True) as app, doors.house(app) as world:

        def send(number: int, seed: int) -> tuple[Case, Callable[[Path], Outcome]]:
            tried, door = doors.sent(number, seed)
            return tried, lambda folder: doors.outcome(app, world, tried, door, folder)

        yield send


def _limit_memory() -> None:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    size = next(line for line in status.splitlines() if line.startswith("VmSize"))
    limit = int(size.split()[1]) * 1024 + MEMORY_MORE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


# --- outside -------------------------------------------------------------------------------------


def watched(batch: Batch, seed: int) -> Found:
    """Return what became of a batch; where its process dies, the file it died of is a finding."""
    found = Found()
    first, end = batch.first, batch.first + batch.count
    with tempfile.TemporaryDirectory(prefix="vergabe-fuzzing-") as folder:
        now = Path(folder) / "now"
        while first < end:
            rest = Batch(batch.place, first, end - first)
            death = _run(rest, seed, now, found)
            if death is None:
                break
            number = int(now.read_text(encoding="ascii"))
            wrong = {"number": number, "place": rest.place, "what": "hang", "told": death}
            found.wrong.append(wrong)
            say(**wrong)
            first = number + 1
    return found


def _run(batch: Batch, seed: int, now: Path, found: Found) -> str | None:
    """Run a batch in a process of its own; return how the process died, None if it ended well."""
    now.write_text(f"{batch.first:<12}", encoding="ascii")
    command = [sys.executable, "-m", "benchmarks.fuzz", "--seed", str(seed), "--batch"]
    command += [batch.place, str(batch.first), str(batch.count), str(now)]
    with (
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+", errors="replace") as errors,
    ):
        with subprocess.Popen(command, stdout=out, stderr=errors, start_new_session=True) as child:
            death = _death(child, now)
        out.seek(0)
        for line in out:
            said = json.loads(line)
            if "counts" in said:
                _add(found, said)
            else:
                found.wrong.append(said)
                say(**said)
        errors.seek(0)
        last = errors.read().strip().rpartition("\n")[2]
    return f"{death}: {last[:300]}" if death else None


def _death(child: "subprocess.Popen[bytes]", now: Path) -> str | None:
    """Wait for a process, and end it where one file takes far too much of the processor."""
    number, begun = b"", 0.0
    while True:
        try:
            code = child.wait(1)
        except subprocess.TimeoutExpired:
            current, spent = now.read_bytes(), _processor_seconds(child.pid)
            if current != number:
                number, begun = current, spent
            if spent - begun > HANG_SECONDS:
                child.kill()
                child.wait()
                return f"did not come back in {HANG_SECONDS} s"
            continue
        return None if code == 0 else f"ended with {_name(code)}"


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _name(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"


def _add(found: Found, said: dict[str, Any]) -> None:
    for reader, what, count in said["counts"]:
        found.counts[(reader, what)] += count
    found.seconds += said["seconds"]
    found.memory_mb = max(found.memory_mb, said["memory_mb"])
    found.slowest_ms = max(found.slowest_ms, said["slowest_ms"])


def batches(files: int, by_http: int) -> Iterator[Batch]:
    """Yield the batches: most files for the readers, the rest for the doors of each database."""
    by_http = min(by_http, files)
    for first in range(0, files - by_http, BATCH):
        yield Batch(READERS, first, min(BATCH, files - by_http - first))
    for kind, count in zip(KINDS, (by_http - by_http // 2, by_http // 2), strict=True):
        for first in range(0, count, BATCH):
            yield Batch(kind, first, min(BATCH, count - first))


def main() -> int:
    parser = frame.parser(__doc__, rounds=1)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--by-http", type=int, default=2_000, help="of them, by page and API")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one file, shown")
    parser.add_argument("--batch", nargs=4, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.batch:
        place, first, count, now = wanted.batch
        run_batch(Batch(place, int(first), int(count)), wanted.seed, Path(now))
        return 0
    if wanted.only is not None:
        return _only(cases.case(wanted.only, wanted.seed))
    with ThreadPoolExecutor(wanted.jobs) as pool:
        each = list(
            pool.map(
                lambda batch: watched(batch, wanted.seed), batches(wanted.files, wanted.by_http)
            )
        )
    return _report(wanted, each)


def _only(tried: Case) -> int:
    print(f"{tried}\n{tried.content[:2000]!r}")
    with tempfile.TemporaryDirectory() as folder:
        print(repr(tried.reader.read(tried.content, Path(folder)))[:2000])
    return 0


def _report(wanted: argparse.Namespace, each: Sequence[Found]) -> int:
    report = frame.Report("fuzz", wanted)
    counts: Counter[tuple[str, str]] = sum((found.counts for found in each), Counter())
    wrong = [one for found in each for one in found.wrong]
    report.row("spoiled files read", counts.total(), "files")
    for what, meaning in FINDINGS.items():
        count = sum(1 for one in wrong if one["what"] == what)
        report.row(meaning, count, "files", goal=exactly(0))
    report.figures["by_http"] = min(wanted.by_http, wanted.files)
    report.figures["seed"] = wanted.seed
    report.figures["slowest_ms"] = max(found.slowest_ms for found in each)
    report.figures["most_memory_mb"] = max(found.memory_mb for found in each)
    report.figures["processor_seconds"] = round(sum(found.seconds for found in each))
    report.figures["files"] = {
        name: {what: count for (other, what), count in sorted(counts.items()) if other == name}
        for name in sorted({name for name, _ in counts})
    }
    report.figures["wrong"] = wrong[:50]
    report.finish()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
