"""Run the benchmarks, each in a process of its own, so that one's memory is not another's.

python -m benchmarks                 all of them, then one table of all results
python -m benchmarks pools lists     those whose names have one of these words in them
python -m benchmarks --table         the table alone, of what lies in benchmarks/results
python -m benchmarks --readme        write the rows with a goal into README.md, between its marks
python -m benchmarks --check         1 if the README's table is not that of the results

What takes much longer is a command of its own and stands in the same table: kill_test, feed_test,
failover, peak, soak, growth.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import frame, table

README = Path(__file__).resolve().parents[1] / "README.md"


def run(names: list[str]) -> list[str]:
    """Run these modules, one after the other; return those that did not get to their end."""
    broken = []
    for name in names:
        print(f"== {name}", flush=True)
        begun = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode != 0:
            broken.append(name)
        print(f"   {time.monotonic() - begun:.0f} s", flush=True)
    return broken


def main() -> int:
    """Run the modules that match and return how many did not get to their end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("words", nargs="*")
    parser.add_argument("--table", action="store_true", help="run nothing, print the table")
    parser.add_argument("--readme", action="store_true", help="run nothing, write the README's")
    parser.add_argument("--check", action="store_true", help="run nothing, compare the README's")
    wanted = parser.parse_args()
    if wanted.readme or wanted.check:
        return _readme(is_written=wanted.readme)
    broken = []
    if not wanted.table:
        names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
        words = wanted.words
        chosen = [name for name in names if not words or any(word in name for word in words)]
        if not chosen:
            parser.error("no benchmark has such a name")
        broken = run(chosen)
    print(f"\n{table.whole(table.stored(frame.RESULTS))}")
    if broken:
        print(f"Not run to the end: {', '.join(broken)}")
    return len(broken)


def _readme(*, is_written: bool) -> int:
    text = README.read_text(encoding="utf-8")
    wanted = table.written_into(text, table.judged(table.stored(frame.RESULTS)))
    if is_written:
        README.write_text(wanted, encoding="utf-8")
    return int(not is_written and text != wanted)


if __name__ == "__main__":
    sys.exit(main())
