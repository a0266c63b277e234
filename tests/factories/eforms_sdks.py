"""Small SDKs, whole and damaged, made of the real one."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.sdk import CORE

TOP = "eforms-sdk-1.14.2/"
ESSENTIAL = (
    "notice-types/notice-types.json",
    "fields/fields.json",
    "codelists/codelists.json",
    "schematrons/static/complete-validation.sch",
)


def entries() -> dict[str, bytes]:
    """Every file of the real SDK by its name without the top folder."""
    with zipfile.ZipFile(CORE) as archive:
        return {
            name.removeprefix(TOP): archive.read(name)
            for name in archive.namelist()
            if not name.endswith("/")
        }


def as_version(content: bytes, version: str) -> bytes:
    """`fields.json` of another version."""
    return re.sub(rb'("sdkVersion" : ")[^"]*', rb"\g<1>" + version.encode(), content, count=1)


def small_folder(place: Path, version: str = "eforms-sdk-1.14.2") -> Path:
    """A folder with the four files without which nothing is an SDK."""
    with zipfile.ZipFile(CORE) as archive:
        for name in ESSENTIAL:
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            content = archive.read(TOP + name)
            target.write_bytes(as_version(content, version) if "fields.json" in name else content)
    return place


def folder(place: Path, *, keep: Callable[[str], bool] = lambda _name: True) -> Path:
    """The real SDK unpacked, as far as its files are to be kept."""
    for name, content in entries().items():
        if keep(name):
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return place


def zipped(target: Path, *, keep: Callable[[str], bool] = lambda _name: True) -> Path:
    """The real SDK in a zip of our own, as far as its files are to be kept."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in entries().items():
            if keep(name):
                archive.writestr(f"sdk/{name}", content)
    return target
