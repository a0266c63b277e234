"""Check that no tracked file names a package registry or a place on somebody's machine.

Requirement and lock files pin by checksum: where packages come from is each machine's own setting,
so an address in them would break set-up elsewhere. Run by `make check`.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

# Put together here, so that this file passes its own check.
REGISTRIES: Final = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("proxy", "golang", "org"),
    )
)
REGISTRY: Final = re.compile("|".join(map(re.escape, REGISTRIES)))
MACHINE_PATH: Final = re.compile(r"(?<![\w.:/-])/(?:home|root|Users|work)/[\w.-]+")
LOCK_FILES: Final = re.compile(r"(requirements[\w-]*\.txt|package-lock\.json)$")
ADDRESS: Final = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|\"resolved\"")


def tracked_files() -> list[Path]:
    """Return the files of the repository that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True)
    return [Path(name) for name in listed.stdout.split("\0") if name]


def findings(path: Path) -> list[str]:
    """Return what is wrong in one file, as `path:line: what`; nothing for binary files."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError):
        return []
    patterns = [("registry", REGISTRY), ("path of a machine", MACHINE_PATH)]
    if LOCK_FILES.search(path.name):
        patterns.append(("address in a lock file", ADDRESS))
    return [
        f"{path}:{number}: {what}: {match.group()}"
        for number, line in enumerate(lines, start=1)
        for what, pattern in patterns
        if (match := pattern.search(line))
    ]


def main() -> int:
    """Print every finding; 1 if there is one."""
    found = [finding for path in tracked_files() for finding in findings(path)]
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
