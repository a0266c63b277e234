"""How soon does a server answer after its start, and how much memory does it take?

    python -m benchmarks.bench_start [--rounds 5] [--secs 3]

`vergabe run` with one process beside `../shared/perf/floor_app.py` under gunicorn with one worker,
both on PostgreSQL: from the start of the process to the first tender it gives out, ours with login
by token. Then each gives out, lists and creates for a while, and its memory is taken: that of all
its processes, where what they share counts once.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from benchmarks import bench_http, frame, yardstick
from benchmarks.frame import Sample, at_most
from benchmarks.places import application
from benchmarks.yardstick import Asked, Rate, Served

Start = Callable[[], AbstractContextManager[Served]]
FLOOR_ROWS: Final = 1_000
ACTS: Final = ("document of 3 KB", "get one tender", "list 100 tenders")


def started(start: Start, first: Asked, acts: list[Asked], seconds: float) -> tuple[float, float]:
    """Return the seconds to the first answer, and the memory (MB) after all acts."""
    _method, path, headers, _body = first.requests[0]
    begun = time.perf_counter()
    with start() as server:
        server.wait_for(path, headers)
        taken = time.perf_counter() - begun
        for asked in acts:
            yardstick.load(server, asked, seconds, Rate())
        return taken, server.memory_mb()


def main() -> int:
    parser = frame.parser(__doc__, rounds=5)
    parser.add_argument("--secs", type=float, default=3, help="of each act before memory is taken")
    wanted = parser.parse_args()
    yardstick.scripts()
    report = frame.Report("start", wanted)
    with application("postgresql") as app, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bodies = yardstick.bodies(folder)
        scene = bench_http.set_scene(app, 0)
        database = bench_http.floor_database(app)
        yardstick.seed(database, FLOOR_ROWS, folder / "tender_3k.json")
        pairs = bench_http.pairs(scene, bodies, FLOOR_ROWS)
        acts = [pair for pair in pairs if any(word in pair.name for word in ACTS)]
        get = next(pair for pair in pairs if pair.name == "get one tender")
        sides: tuple[tuple[Start, Asked, list[Asked]], ...] = (
            (lambda: yardstick.ours(app, folder / "ours.log"), get.ours, [p.ours for p in acts]),
            (
                lambda: yardstick.floor(database, folder / "floor.log"),
                get.floor,
                [p.floor for p in acts],
            ),
        )
        for start, first, _acts in sides:  # bytecode is written, files are read
            started(start, first, [], 0)
        seconds: tuple[list[float], list[float]] = ([], [])
        memory = [0.0, 0.0]
        for number in range(wanted.rounds):
            is_last = number == wanted.rounds - 1
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                start, first, all_acts = sides[side]
                taken, memory[side] = started(
                    start, first, all_acts if is_last else [], wanted.secs
                )
                seconds[side].append(taken)
    ours, floor = (Sample(values) for values in seconds)
    report.compare("first answer after start", ours, "floor", floor, at_most(2.5))
    report.row(
        "memory of 1 worker", memory[0], "MB", against=("floor", memory[1]), goal=at_most(1.6)
    )
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
