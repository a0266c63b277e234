"""What does it bring that each web process keeps to one processor?

    python -m benchmarks.bench_processors [--rounds 3] [--secs 3]

`vergabe run` as it is beside `vergabe run --any-processor`, one process with eight places at work
and two with four each, both databases; the same eight or sixteen kept connections ask for a demand
and for a list in turn.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks import bench_http, frame, yardstick
from benchmarks.bench_http import Pair
from benchmarks.frame import Sample
from benchmarks.places import application
from benchmarks.yardstick import Rate, Served

PROCESSES: Final = {1: 8, 2: 4}
"""Places at work of each process, by the number of processes."""
ACTS: Final = ("get one demand", "list 100 demands")


def compare(report: frame.Report, kind: str, wanted: argparse.Namespace) -> None:
    """Add the rows of one database."""
    with application(kind) as app, tempfile.TemporaryDirectory() as name:
        scene = bench_http.set_scene(app, 0)
        acts = [pair for pair in bench_http.pairs(scene, {}, 0) if pair.name in ACTS]
        for processes, places in PROCESSES.items():
            options = ("--workers", str(processes), "--threads", str(places))
            with ExitStack() as stack:
                servers = [
                    stack.enter_context(yardstick.ours(app, Path(name) / "log", *options, where))
                    for where in ("--keep-processor", "--any-processor")
                ]
                for server in servers:
                    server.wait_for("/healthz")
                for act in acts:
                    kept, free = (
                        Sample(each) for each in measured(servers, act, processes, wanted)
                    )
                    report.compare(
                        f"{act.name}, processes: {processes}",
                        kept,
                        "any processor",
                        free,
                        unit="per s",
                        database=kind,
                    )


def measured(
    servers: list[Served], act: Pair, processes: int, wanted: argparse.Namespace
) -> list[list[float]]:
    """Return what a request took in each round, by server; the first round only warms both up."""
    rates = [Rate() for _ in servers]
    for number in range(wanted.rounds + 1):
        sides = list(zip(servers, rates, strict=True))
        for server, rate in sides if number % 2 else reversed(sides):
            into = rate if number else Rate()
            yardstick.load(server, act.ours, wanted.secs, into, connections=8 * processes)
    return [rate.seconds for rate in rates]


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--secs", type=float, default=3, help="of each act in each round")
    wanted = parser.parse_args()
    report = frame.Report("processors", wanted)
    for kind in ("postgresql", "sqlite"):
        compare(report, kind, wanted)
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
