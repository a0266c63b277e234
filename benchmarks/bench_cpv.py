"""How quickly codes are suggested, next to a plain search by letter groups in the same run.

python -m benchmarks.bench_cpv [--rounds 3]

Prints JSON lines: loading and memory, then the time of one answer (middle, 95 of 100, longest) for
ours and for the plain search over the same notices, and their ratio. Aims: 50 ms for 95 of 100
answers once loaded, loading in less than a second, less than 100 MB more memory. It is processor
time, so that a busy machine does not matter.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from vergabe.cpv import packaged, suggesting, table
from vergabe.cpv.plain import PlainSearch
from vergabe.cpv.table import Example
from vergabe.cpv.texts import HEAD_WEIGHT
from vergabe.exchange import codes

AIM_MS = 50.0


def say(**figures: object) -> None:
    print(json.dumps(figures, ensure_ascii=False), flush=True)


def memory_mb() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


def times(answer: Callable[[str], object], texts: Sequence[str], rounds: int) -> dict[str, float]:
    taken = []
    for text in texts * rounds:
        started = time.process_time()
        answer(text)
        taken.append((time.process_time() - started) * 1000)
    taken.sort()
    middle, most = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    return {"p50_ms": round(middle, 2), "p95_ms": round(most, 2), "max_ms": round(taken[-1], 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    codes.cpv_all()
    before, started = memory_mb(), time.process_time()
    model = packaged.model()
    loaded = time.process_time() - started
    read = table.read(packaged.PLACE)
    texts = [title for title in read.titles if title][::100]
    for text in texts[:5]:
        suggesting.suggest(model, text)
    say(load_s=round(loaded, 2), memory_mb_more=memory_mb() - before, texts=len(texts))
    ours = times(lambda text: suggesting.suggest(model, text), texts, rounds)
    say(way="ours", **ours)
    plain = PlainSearch(_examples(read))
    theirs = times(plain.classes, texts, rounds)
    say(way="plain letter groups", **theirs)
    say(ratio_p50=round(ours["p50_ms"] / theirs["p50_ms"], 2), aim_p95_ms=AIM_MS)
    return int(ours["p95_ms"] > AIM_MS)


def _examples(read: table.Table) -> list[Example]:
    """Return the rows with their words, as the plain search wants them."""
    matrix, words = read.matrix, read.vocabulary
    found = []
    for row, own in enumerate(read.codes):
        part = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        found.append(Example(str(row), own, {words[at]: HEAD_WEIGHT for at in part.tolist()}))
    return found


if __name__ == "__main__":
    raise SystemExit(main())
