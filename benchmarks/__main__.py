"""Run the benchmarks, each in a process of its own, so that one's memory is not another's.

python -m benchmarks            all of them
python -m benchmarks pools      those whose name has "pools" in it
"""

import subprocess
import sys
from pathlib import Path


def main(wanted: list[str]) -> int:
    """Run the modules that match and return how many failed."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    chosen = [name for name in names if not wanted or any(word in name for word in wanted)]
    failed = 0
    for name in chosen:
        print(f"== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode != 0
    if not chosen:
        print("No benchmark has such a name.")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
