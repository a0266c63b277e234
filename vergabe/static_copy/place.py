"""The folder of the copy: files appear whole, only when they differ, readable for a web server."""

import contextlib
import json
import os
import re
import stat
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vergabe.static_copy.marking import without_stamp

_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
STATE: Final = "kopie/stand.json"


@dataclass
class Place:
    """A folder that a web server shows; paths are addresses of the service without query.

    written: how many files were new or differed; kept: how many were as they should be.
    """

    root: Path
    written: int = 0
    kept: int = 0

    def make(self) -> None:
        """Make the folder itself, open to a web server whatever the mask of this process."""
        if not self.root.is_dir():
            self.root.mkdir(parents=True)
            self.root.chmod(_FOLDER_MODE)

    def has(self, address: str) -> bool:
        """Return whether an address leads to a file of the copy."""
        file = self._file(address)
        return file is not None and (file.is_file() or (file / "index.html").is_file())

    def _file(self, address: str) -> Path | None:
        """Return the file of an address; None for one that no folder can hold."""
        parts = [part for part in address.split("/") if part]
        if any(_NAME.fullmatch(part) is None for part in parts):
            return None
        return self.root.joinpath(*parts)

    def write_page(self, address: str, html: bytes) -> None:
        """Write a page as the index of its address; its stamp alone makes no difference."""
        self.write(f"{address.rstrip('/')}/index.html", html)

    def write(self, address: str, content: bytes) -> None:
        """Write a small file unless it is there with the same content."""
        file = self._needed(address)
        with contextlib.suppress(FileNotFoundError):
            if without_stamp(file.read_bytes()) == without_stamp(content):
                self.kept += 1
                return
        with self._replacing(file) as passing:
            passing.write_bytes(content)
        self.written += 1

    def write_stored(
        self,
        address: str,
        chunks: Callable[[], Iterable[bytes]],
        *,
        size_bytes: int,
        source: Path | None,
    ) -> None:
        """Place a stored document, which never changes: linked where that can be, else copied.

        source: where it lies as a file. One whose copy was cut short is written anew; a source that
        was cut short, and copied content that is not what its name says, raise before anything
        appears.
        """
        file = self._needed(address)
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_size == size_bytes:
                self.kept += 1
                return
        with self._replacing(file) as passing:
            if source is None or not _linked(source, passing, size_bytes):
                with passing.open("wb") as target:
                    for chunk in chunks():
                        target.write(chunk)
        self.written += 1

    def _needed(self, address: str) -> Path:
        file = self._file(address)
        if file is None:
            raise ValueError(f"no address of the copy: {address!r}")
        missing = [folder for folder in (file.parent, *file.parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            folder.chmod(_FOLDER_MODE)
        return file

    @contextlib.contextmanager
    def _replacing(self, file: Path) -> Iterator[Path]:
        """Give a passing name; what was written there takes the place of `file` in one step."""
        passing = file.parent / f".{uuid.uuid4().hex}.neu"
        try:
            yield passing
            if passing.stat().st_nlink == 1:
                passing.chmod(_FILE_MODE)
            passing.replace(file)
        finally:
            passing.unlink(missing_ok=True)

    def state(self) -> dict[str, Any]:
        """Return what the last refresh has kept, empty for a new or unreadable copy."""
        try:
            found = json.loads((self.root / STATE).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def keep_state(self, state: dict[str, Any]) -> None:
        """Keep how far the copy is, last of all: after a crash the same is done again."""
        self.write(STATE, json.dumps(state, sort_keys=True).encode())

    def sweep_passing(self) -> None:
        """Remove what a killed process left under passing names."""
        for file in self.root.rglob(".*.neu"):
            file.unlink(missing_ok=True)

    def copy_folder(self, source: Path, address: str, names: Iterable[str]) -> None:
        """Copy files of ours (styles, fonts) below an address."""
        for name in names:
            self.write(f"{address}/{name}", (source / name).read_bytes())


def _linked(source: Path, target: Path, size_bytes: int) -> bool:
    """Link a file that everybody may read; return whether that was possible here."""
    try:
        found = source.stat()
        if not found.st_mode & stat.S_IROTH or found.st_size != size_bytes:
            return False
        os.link(source, target)
    except OSError:
        return False
    return True
