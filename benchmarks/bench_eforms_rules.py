"""The official checks of a notice against the independent checker, in the same run.

python -m benchmarks.bench_eforms_rules

Prints JSON lines for notices of 3 and of 40 lots: schema check of a tree in memory, rules cold (a
new process each time: start of Saxon, reading the SDK, compiling, one notice) and warm, measured in
turns, the best of some rounds each, with the ratio ours to theirs. The independent
checker (../shared/tools/check_eforms.py) is measured as its command line works, compiling only
rules whose elements the notice has, and, for the record, with all rules. Then the memory: of the
process that checks after all official examples, and of one that asks it. Aims: ratios of rules at
most 1.3; no process over 350 MB.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.bench_eforms_writing import notice_of
from tests import sdk as official
from vergabe.exchange import parser
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.schematron import Checker
from vergabe.exchange.eforms.official.schematron_process import RulesProcess
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.tailoring import EU
from vergabe.exchange.eforms.writing import build

LOTS: Final = (3, 40)
COLD_ROUNDS: Final = 5
WARM_ROUNDS: Final = 40
MOST: Final = 1.3
MOST_MEGABYTES: Final = 350
_NAME: Final = "benchmarks.bench_eforms_rules"


def say(**figures: object) -> None:
    print(json.dumps(figures, ensure_ascii=False), flush=True)


def ours_cold(path: str) -> int:
    return len(Checker(Sdk.open(official.CORE, official.LABELS)).findings(Path(path).read_bytes()))


def theirs(path: str, *, is_restricted: bool) -> Any:
    module = official.judge_module()
    names = module.element_names([path]) if is_restricted else None
    return module.Checker(official.CORE, [official.LABELS], "de", names)


def theirs_cold(path: str) -> int:
    return len(theirs(path, is_restricted=True).check(path, xsd=False)["rules"])


def theirs_cold_with_all_rules(path: str) -> int:
    return len(theirs(path, is_restricted=False).check(path, xsd=False)["rules"])


COLD: Final[dict[str, Callable[[str], int]]] = {
    "ours": ours_cold,
    "theirs": theirs_cold,
    "theirs_all": theirs_cold_with_all_rules,
}


def one_cold(who: str, path: str) -> None:
    """Check one notice in this fresh process and print seconds and megabytes."""
    started = time.perf_counter()
    found = COLD[who](path)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "megabytes": peak("self"), "found": found}))


def peak(process: int | str) -> int:
    """Return the most memory that a process has had, in megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def cold(path: Path) -> dict[str, object]:
    """Measure in turns, so that what else the machine does falls on all alike."""
    seconds: dict[str, list[float]] = {who: [] for who in COLD}
    memory: dict[str, int] = {}
    for _ in range(COLD_ROUNDS):
        for who in COLD:
            done = subprocess.run(
                [sys.executable, "-m", _NAME, who, str(path)], capture_output=True, check=True
            )
            told = json.loads(done.stdout)
            assert told["found"] == 0, f"the notice is not valid: {path}"
            seconds[who].append(told["seconds"])
            memory[who] = told["megabytes"]
    best = {who: min(values) for who, values in seconds.items()}
    return {
        "seconds": {who: round(value, 3) for who, value in best.items()},
        "megabytes": memory,
        "ratio": round(best["ours"] / best["theirs"], 2),
        "ratio_to_all_rules": round(best["ours"] / best["theirs_all"], 2),
    }


def in_turns(
    first: Callable[[], object], second: Callable[[], object], rounds: int
) -> dict[str, object]:
    """Return the best times in milliseconds and their ratio; both have run once before."""
    times: tuple[list[float], list[float]] = ([], [])
    for work in (first, second):
        work()
    for _ in range(rounds):
        for work, spent in zip((first, second), times, strict=True):
            started = time.perf_counter()
            work()
            spent.append(time.perf_counter() - started)
    ours, others = (min(spent) * 1000 for spent in times)
    return {"ours": round(ours, 2), "theirs": round(others, 2), "ratio": round(ours / others, 2)}


def measure(lots: int, folder: Path) -> list[float]:
    content = build(notice_of(lots), EU)
    path = folder / f"notice-{lots}.xml"
    path.write_bytes(content)
    root = parser.parse(content)
    judge, ours = theirs(str(path), is_restricted=True), official.checker()
    document = root.getroottree()
    by_schema = in_turns(
        lambda: schema.findings(root, official.sdk()),
        lambda: judge.xsd_errors(document),
        WARM_ROUNDS * 5,
    )
    warm = in_turns(
        lambda: ours.findings(content), lambda: judge.check(str(path), xsd=False), WARM_ROUNDS
    )
    first = cold(path)
    facts = {"lots": lots, "kilobytes": len(content) // 1024}
    say(**facts, schema_milliseconds=by_schema)
    say(**facts, rules_cold=first)
    say(**facts, rules_warm_milliseconds=warm)
    return [float(str(first["ratio"])), float(str(warm["ratio"]))]


def memory() -> int:
    """Return the larger of the process that checks and the one that asks it."""
    asked = RulesProcess(Sdk.open(official.CORE, official.LABELS))
    most = 0
    try:
        for content in official.examples().values():
            asked.findings(content)
            if asked._running is not None:
                most = max(most, peak(asked._running.pid))
    finally:
        asked.close()
    say(examples=len(official.examples()), megabytes_of_the_process_that_checks=most)
    return most


def main() -> int:
    """Measure; 1 if an aim is missed."""
    with tempfile.TemporaryDirectory() as folder:
        ratios = [ratio for lots in LOTS for ratio in measure(lots, Path(folder))]
    most = memory()
    is_good = max(ratios) <= MOST and most <= MOST_MEGABYTES
    say(aim_ratio=MOST, worst_ratio=max(ratios), aim_megabytes=MOST_MEGABYTES, reached=is_good)
    return 0 if is_good else 1


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one_cold(sys.argv[1], sys.argv[2])
    else:
        sys.exit(main())
