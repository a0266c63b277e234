"""The files of an eForms SDK, in a folder or in a zip, read as they are asked for."""

import os
import threading
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

# The largest file of the SDK (its CPV list) has 18 MB; more than this is no SDK but a trap.
MAX_FILE_BYTES: Final = 120 * 1024 * 1024


class SdkError(Exception):
    """The SDK cannot be used as it is; the text says in German what is wrong and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SdkFiles(Protocol):
    """A tree of files that is only read. Names are relative, with forward slashes."""

    place: Path

    def names(self) -> frozenset[str]:
        """Return the names of all files."""
        ...

    def has(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        ...

    def read(self, name: str, limit: int = -1) -> bytes:
        """Return the content of a file, or its first `limit` bytes.

        SdkError if it is missing or cannot be read.
        """
        ...


class FolderFiles:
    """The files below a folder."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def names(self) -> frozenset[str]:
        """Return the names of all files."""
        return frozenset(
            path.relative_to(self.place).as_posix()
            for path in self.place.rglob("*")
            if path.is_file()
        )

    def has(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        return ".." not in name.split("/") and (self.place / name).is_file()

    def read(self, name: str, limit: int = -1) -> bytes:
        """Return the content of a file, or its first bytes; SdkError if that cannot be."""
        if not self.has(name):
            raise missing(self.place, name)
        path = self.place / name
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise _too_large(self.place, name)
            with path.open("rb") as file:
                return file.read(limit)
        except OSError as error:
            raise _unreadable(self.place, name, error.strerror or str(error)) from None


class ZipFiles:
    """The files of a zip; a single folder around all of them is left out of the names.

    A zip belongs to the process that opened it: after a fork the child opens its own, because both
    would move the same place in the same open file.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._lock = threading.Lock()
        self._process = 0
        self._zip: zipfile.ZipFile | None = None
        with self._lock:
            self._entries = _entries(self._opened())

    def names(self) -> frozenset[str]:
        """Return the names of all files."""
        return frozenset(self._entries)

    def has(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        return name in self._entries

    def read(self, name: str, limit: int = -1) -> bytes:
        """Return the content of a file, or its first bytes; SdkError if that cannot be."""
        entry = self._entries.get(name)
        if entry is None:
            raise missing(self.place, name)
        if entry.file_size > MAX_FILE_BYTES:
            raise _too_large(self.place, name)
        with self._lock:
            try:
                with self._opened().open(entry) as file:
                    return file.read(limit)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
                raise _unreadable(self.place, name, f"das Archiv ist beschädigt: {error}") from None
            except (OSError, RuntimeError) as error:  # RuntimeError: it wants a password
                raise _unreadable(self.place, name, str(error)) from None

    def _opened(self) -> zipfile.ZipFile:
        if self._zip is None or self._process != os.getpid():
            try:
                self._zip = zipfile.ZipFile(self.place)
            except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
                raise SdkError(
                    "sdk_zip_unreadable",
                    f"Das Archiv {self.place} lässt sich nicht lesen ({error}). "
                    "Laden Sie das eForms-SDK noch einmal herunter.",
                ) from None
            self._process = os.getpid()
        return self._zip


def files_at(place: Path) -> SdkFiles:
    """Return the files of a folder or zip; a single folder around all is passed over.

    Raises SdkError if there is neither.
    """
    try:
        if place.is_file():
            return ZipFiles(place)
        if place.is_dir():
            return FolderFiles(_inner(place))
    except OSError as error:
        raise _unreadable(place, "", error.strerror or str(error)) from None
    raise SdkError(
        "sdk_not_there",
        f"{place} gibt es nicht. Nennen Sie in VERGABE_EFORMS_SDK den Ordner oder das Zip-Archiv "
        "des eForms-SDK.",
    )


def missing(place: Path, name: str) -> SdkError:
    """Return the error for a file that an SDK should have and has not."""
    return SdkError(
        "sdk_incomplete",
        f"Das eForms-SDK in {place} ist unvollständig: es fehlt {name}. "
        "Entpacken oder laden Sie das SDK noch einmal vollständig.",
    )


def _entries(archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    files = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    tops = {name.split("/", 1)[0] for name in files if "/" in name}
    is_wrapped = len(tops) == 1 and all("/" in name for name in files)
    return {name.split("/", 1)[1]: info for name, info in files.items()} if is_wrapped else files


def _inner(folder: Path) -> Path:
    """Return the one folder inside, as unpacking a zip leaves it, else the folder itself."""
    inside = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _unreadable(place: Path, name: str, reason: str) -> SdkError:
    what = f"{name} im eForms-SDK in {place}" if name else str(place)
    return SdkError("sdk_unreadable", f"{what} lässt sich nicht lesen ({reason}).")


def _too_large(place: Path, name: str) -> SdkError:
    return _unreadable(place, name, f"größer als {MAX_FILE_BYTES // 1024 // 1024} MB")
