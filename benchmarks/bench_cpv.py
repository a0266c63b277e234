"""How quickly codes are suggested, next to a plain search by letter groups in the same run.

python -m benchmarks.bench_cpv

Loading and memory of the model, then the time of one answer for ours and for the plain search over
the same notices. Processor time.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks import frame
from benchmarks.frame import Sample, at_most
from vergabe.cpv import packaged, suggesting, table
from vergabe.cpv.plain import PlainSearch
from vergabe.cpv.table import Example
from vergabe.cpv.texts import HEAD_WEIGHT
from vergabe.exchange import codes

MOST_MS: Final = 50
MOST_LOADING_MS: Final = 1000
MOST_MEGABYTES: Final = 100


def memory_mb() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


def times(answer: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Return the processor seconds of each answer."""
    taken = []
    for text in texts:
        started = time.process_time()
        answer(text)
        taken.append(time.process_time() - started)
    return taken


def main() -> int:
    wanted = frame.parser(__doc__).parse_args()
    report = frame.Report("cpv", wanted)
    codes.cpv_all()
    before, started = memory_mb(), time.process_time()
    model = packaged.model()
    loading_ms = (time.process_time() - started) * 1000
    more_mb = memory_mb() - before
    read = table.read(packaged.PLACE)
    texts = [title for title in read.titles if title][::100]
    plain = PlainSearch(_examples(read))
    answers: dict[str, Callable[[str], object]] = {
        "ours": lambda text: suggesting.suggest(model, text),
        "plain": plain.classes,
    }
    for answer in answers.values():
        times(answer, texts[:5])
    single: dict[str, list[float]] = {name: [] for name in answers}
    rounds: dict[str, list[float]] = {name: [] for name in answers}
    for number in range(wanted.rounds):
        for name in answers if number % 2 == 0 else reversed(answers):
            taken = times(answers[name], texts)
            single[name] += taken
            rounds[name].append(sum(taken) / len(taken))
    ours, theirs = (Sample(rounds[name]) for name in answers)
    report.compare("five codes for a description", ours, "plain letter groups", theirs)
    slow_ms = sorted(single["ours"])[int(len(single["ours"]) * 0.95)] * 1000
    for operation, value, unit, limit in (
        ("five codes, 95 of 100 answers", slow_ms, "ms", MOST_MS),
        ("loading the model", loading_ms, "ms", MOST_LOADING_MS),
        ("memory of the model", more_mb, "MB", MOST_MEGABYTES),
    ):
        report.row(operation, value, unit, against=("limit", limit), goal=at_most(1))
    return report.finish()


def _examples(read: table.Table) -> list[Example]:
    """Return the rows with their words, as the plain search wants them."""
    matrix, words = read.matrix, read.vocabulary
    found = []
    for row, own in enumerate(read.codes):
        part = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        found.append(Example(str(row), own, {words[at]: HEAD_WEIGHT for at in part.tolist()}))
    return found


if __name__ == "__main__":
    sys.exit(frame.run(main))
