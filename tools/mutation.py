"""Change the law core in thousands of small ways and see whether its tests notice (mutmut).

    make mutation                    everything; hours on two cores
    make mutation SAMPLE=8           every eighth mutant
    make mutation SAMPLE=1 ONLY=vergabe.law.counting

Prints how many mutants were killed and lists the survivors. Works on a copy in `build/mutation`
that holds nothing but the law and what it stands on, so that each of the many processes is small.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "mutation"
COPIED = (
    "vergabe/__init__.py",
    "vergabe/clock.py",
    "vergabe/errors.py",
    "vergabe/money.py",
    "vergabe/law",
    "tests/unit/law",
    "tests/golden",
    "tools/law_answers.py",
)
CONFIG = """
[tool.pytest.ini_options]
addopts = "--import-mode=importlib"
pythonpath = ["."]

[tool.mutmut]
source_paths = ["vergabe"]
only_mutate = ["vergabe/law/*"]
also_copy = ["tools"]
pytest_add_cli_args_test_selection = ["tests/unit/law"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-q"]
mutate_only_covered_lines = true
"""
_RESULT = re.compile(r"^\s*(\S+__mutmut_\d+): (.+)$")
KILLED = ("killed", "timeout", "segfault", "caught by type check")


def prepare() -> None:
    """Make the copy anew."""
    shutil.rmtree(PLACE, ignore_errors=True)
    for name in COPIED:
        source, target = ROOT / name, PLACE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    (PLACE / "pyproject.toml").write_text(CONFIG, encoding="utf-8")
    # Tests look for the shared test data beside the project, and mutmut runs one folder deeper.
    for beside in (PLACE.parent / "shared", PLACE / "shared"):
        if not beside.exists():
            beside.symlink_to(ROOT.parent / "shared")


def run(*words: str) -> str:
    """Run mutmut in the copy and return what it prints."""
    command = [str(Path(sys.executable).with_name("mutmut")), *words]
    environment = {**os.environ, "PYTHONPATH": "."}
    found = subprocess.run(command, cwd=PLACE, env=environment, capture_output=True, text=True)
    if found.returncode not in (0, 1):
        sys.exit(found.stdout[-2000:] + found.stderr[-2000:])
    return found.stdout


def results() -> dict[str, str]:
    """Return mutant → what became of it."""
    lines = run("results", "--all", "true").splitlines()
    return {m.group(1): m.group(2).strip() for line in lines if (m := _RESULT.match(line))}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth mutant")
    reader.add_argument("--only", default="vergabe.law", metavar="MODULE")
    reader.add_argument("--keep", action="store_true", help="go on with the copy that is there")
    reader.add_argument("--jobs", default="2")
    wanted = reader.parse_args()
    if not wanted.keep:
        prepare()
        # A name that fits nothing makes mutmut write all mutants and see which test meets which.
        run("run", "--max-children", wanted.jobs, "none.at.all")
    known = sorted(name for name in results() if name.startswith(wanted.only))
    chosen = known[:: wanted.sample]
    for start in range(0, len(chosen), 200):
        run("run", "--max-children", wanted.jobs, *chosen[start : start + 200])
    found = results()
    counted = Counter(found[name] for name in chosen)
    killed = sum(counted[kind] for kind in KILLED)
    print(f"{len(known)} mutants, {len(chosen)} tried: {dict(counted)}")
    print(f"killed: {killed} of {len(chosen)} ({killed * 100 / max(len(chosen), 1):.1f} %)")
    for name in chosen:
        if found[name] not in KILLED:
            print(f"{found[name]}: {name}")


if __name__ == "__main__":
    main()
