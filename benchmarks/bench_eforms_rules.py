"""The official checks of a notice against the independent checker, in the same run.

python -m benchmarks.bench_eforms_rules

For notices of 3 and of 40 lots: schema check of a tree in memory, rules cold (a new process each
time: start of Saxon, reading the SDK, compiling, one notice) and warm, measured in turns; what runs
in this process by its processor time. The independent checker (../shared/tools/check_eforms.py) is
measured as its command line works, compiling only rules whose elements the notice has. Then the
memory of the process that checks, after all official examples.
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

from benchmarks import frame
from benchmarks.bench_eforms_writing import notice_of
from benchmarks.frame import Report, Sample, at_most
from tests import sdk as official
from vergabe.exchange import parser
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.schematron import Checker
from vergabe.exchange.eforms.official.schematron_process import RulesProcess
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.tailoring import EU
from vergabe.exchange.eforms.writing import build

LOTS: Final = (3, 40)
WARM_CALLS: Final = 8
MOST: Final = 1.3
MOST_MEGABYTES: Final = 350
THEIRS: Final = "independent checker"
_NAME: Final = "benchmarks.bench_eforms_rules"


def ours_cold(path: str) -> int:
    return len(Checker(Sdk.open(official.CORE, official.LABELS)).findings(Path(path).read_bytes()))


def theirs(path: str) -> Any:
    module = official.judge_module()
    names = module.element_names([path])
    return module.Checker(official.CORE, [official.LABELS], "de", names)


def theirs_cold(path: str) -> int:
    return len(theirs(path).check(path, xsd=False)["rules"])


COLD: Final[dict[str, Callable[[str], int]]] = {"ours": ours_cold, "theirs": theirs_cold}


def one_cold(who: str, path: str) -> None:
    """Check one notice in this fresh process and print the seconds."""
    started = time.perf_counter()
    found = COLD[who](path)
    print(json.dumps({"seconds": time.perf_counter() - started, "found": found}))


def peak_mb(process: int) -> int:
    """Return the most memory that a process has had, in megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def cold(path: Path, rounds: int) -> dict[str, Sample]:
    """Return the seconds that fresh processes tell, in turns."""
    seconds: dict[str, list[float]] = {who: [] for who in COLD}
    for number in range(rounds):
        for who in COLD if number % 2 == 0 else reversed(COLD):
            done = subprocess.run(
                [sys.executable, "-m", _NAME, who, str(path)], capture_output=True, check=True
            )
            told = json.loads(done.stdout)
            assert told["found"] == 0, f"the notice is not valid: {path}"
            seconds[who].append(told["seconds"])
    return {who: Sample(each) for who, each in seconds.items()}


def measure(report: Report, lots: int, folder: Path, rounds: int) -> None:
    content = build(notice_of(lots), EU)
    path = folder / f"notice-{lots}.xml"
    path.write_bytes(content)
    root = parser.parse(content)
    judge, ours = theirs(str(path)), official.checker()
    document = root.getroottree()
    goal, size = at_most(MOST), f"{len(content) / 1000:.0f} KB, {lots} lots"
    found = frame.interleaved(
        {
            "ours": lambda: schema.findings(root, official.sdk()),
            "theirs": lambda: judge.xsd_errors(document),
        },
        rounds=rounds,
        calls=WARM_CALLS * 5,
        timer=time.process_time,
    )
    report.compare(f"schema, {size}", found["ours"], THEIRS, found["theirs"], goal)
    found = frame.interleaved(
        {
            "ours": lambda: ours.findings(content),
            "theirs": lambda: judge.check(str(path), xsd=False),
        },
        rounds=rounds,
        calls=WARM_CALLS,
        timer=time.process_time,
    )
    name = f"Schematron of one subtype, {size}"
    report.compare(f"{name}, warm", found["ours"], THEIRS, found["theirs"], goal)
    found = cold(path, rounds)
    report.compare(f"{name}, cold", found["ours"], THEIRS, found["theirs"], goal)


def memory_mb() -> int:
    """Return the most memory of the process that checks all official examples."""
    asked = RulesProcess(Sdk.open(official.CORE, official.LABELS))
    most = 0
    try:
        for content in official.examples().values():
            asked.findings(content)
            if asked._running is not None:
                most = max(most, peak_mb(asked._running.pid))
    finally:
        asked.close()
    return most


def main() -> int:
    wanted = frame.parser(__doc__).parse_args()
    report = Report("eforms_rules", wanted)
    for needed in ("eforms-sdk", "tools/check_eforms.py"):
        frame.shared(needed)
    with tempfile.TemporaryDirectory() as folder:
        for lots in LOTS:
            measure(report, lots, Path(folder), wanted.rounds)
    report.row(
        "process of the rules after 31 examples",
        memory_mb(),
        "MB",
        against=("limit", MOST_MEGABYTES),
        goal=at_most(1),
    )
    return report.finish()


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in COLD:
        one_cold(sys.argv[1], sys.argv[2])
    else:
        sys.exit(frame.run(main))
