"""Find Chromium for the browser tests and fetch it if there is none (`make test`).

As root on Debian it comes from the distribution, otherwise through Playwright. VERGABE_CHROMIUM
names another one. The shell without windows is taken where there is one: it does the same work in
half the processor time.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

SHELL: Final = "chromium-headless-shell"
NAMES: Final = (SHELL, "chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """Return the program to start, or None if this machine has none."""
    named = os.environ.get("VERGABE_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    for name in NAMES:
        path = shutil.which(name)
        # Ubuntu's package is a stub that only starts a snap, which tests cannot use.
        if path and not _is_snap(path):
            return path
    return _of_playwright()


def _of_playwright() -> str | None:
    # In a process of its own: Playwright's driver does not start where libraries are missing.
    program = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    path = asked.stdout.strip()
    return path if asked.returncode == 0 and Path(path).is_file() else None


def _is_snap(path: str) -> bool:
    resolved = Path(path).resolve()
    if resolved.name == "snap":
        return True
    return resolved.stat().st_size < 100_000 and b"/snap/bin" in resolved.read_bytes()


def can_use_apt() -> bool:
    """Return whether Debian's packages can be installed here."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install() -> None:
    """Fetch Chromium: Debian's as root, else, or if that fails, Playwright's."""
    if can_use_apt():
        _apt("update")
        # Playwright's driver needs libatomic.
        for name in (SHELL, "chromium"):
            if find() is None or name == SHELL:
                _apt("install", "--no-install-recommends", name, "fonts-liberation", "libatomic1")
    if find() is None:
        playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
        with_libraries = [*playwright, "--with-deps"] if os.geteuid() == 0 else playwright
        subprocess.run(with_libraries, check=False)


def _apt(*what: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qy", *what], check=False, env=environment)


def main() -> int:
    """Print where Chromium is, after fetching it if need be; 1 if it cannot be had."""
    named = os.environ.get("VERGABE_CHROMIUM")
    if find() is None or (not named and can_use_apt() and shutil.which(SHELL) is None):
        install()
    path = find()
    if path is None:
        print("No Chromium found. Set VERGABE_CHROMIUM to one.", file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
