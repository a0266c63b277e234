"""Run the benchmarks, each in a process of its own, so that one's memory is not another's.

python -m benchmarks                 all of them, then one table of all results
python -m benchmarks pools lists     those whose names have one of these words in them
python -m benchmarks --table         the table alone, of what lies in benchmarks/results
"""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks import frame


def main() -> int:
    """Run the modules that match and return how many did not get to their end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("words", nargs="*")
    parser.add_argument("--table", action="store_true", help="run nothing")
    wanted = parser.parse_args()
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    words = wanted.words
    chosen = [name for name in names if not words or any(word in name for word in words)]
    broken = []
    for name in [] if wanted.table else chosen:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode != 0:
            broken.append(name)
    print(f"\n{frame.table()}")
    if not chosen:
        print("No benchmark has such a name.")
    if broken:
        print(f"Not run to the end: {', '.join(broken)}")
    return len(broken)


if __name__ == "__main__":
    sys.exit(main())
