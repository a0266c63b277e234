"""What a power cut must not take: the bytes of a file first, then the name under which it shows.

A database keeps what it has committed. A folder keeps a file only once it was told to: without that
a committed row may name an empty file, or none.
"""

import os
from pathlib import Path
from typing import Any

from vergabe.files.reaching import is_local


class Lasting:
    """Tells the disk to keep files of a folder; stores elsewhere keep what they have confirmed."""

    def __init__(self, file_system: Any, *, is_wanted: bool) -> None:
        self._is_wanted = is_wanted and is_local(file_system)

    def keep_content(self, target: Any) -> None:
        """Wait until all that was written to an open file is on the disk; raises OSError."""
        if self._is_wanted:
            target.flush()
            os.fsync(target.fileno())

    def keep_name(self, path: str) -> None:
        """Wait until a file's name is on the disk, and that of its folder; raises OSError."""
        if self._is_wanted:
            for folder in list(Path(path).parents)[:2]:
                _sync(folder)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
