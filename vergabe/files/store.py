"""The store: streams in, streams out, never a whole file in memory; folder or S3 through fsspec."""

import contextlib
import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from vergabe.errors import DomainError, TooLarge
from vergabe.files import reaching
from vergabe.files.lasting import Lasting

CHUNK: Final = 1024 * 1024
_INCOMING: Final = "incoming"
"""Folder of what nobody knows yet: processes that are killed leave it behind."""


class DamagedFile(DomainError):
    """What was read is not what was stored (500: the operator must act)."""

    status = 500
    title = "Datei beschädigt"


@dataclass(frozen=True)
class Kept:
    """What the store now holds: SHA-256 (hex, lower case) and size in bytes."""

    sha256: str
    size_bytes: int


class FileStore:
    """Files by content below one root, `ab/cdef…` by SHA-256; beside them what is passing."""

    def __init__(self, root: str, *, is_lasting: bool = True) -> None:
        """Take the store at `root`: a folder, or `s3://bucket/prefix` (needs the extra `s3`).

        is_lasting: what is kept in a folder outlasts a power cut; without it tests are quicker.
        """
        self._named = root
        self._process, (self._reached, self._root) = os.getpid(), reaching.file_system(root)
        self._lasting = Lasting(self._reached, is_wanted=is_lasting)

    @property
    def _fs(self) -> Any:
        # What speaks S3 belongs to the process that made it, and web processes are forked off one
        # that has the application already.
        if self._process != os.getpid():
            self._reached, _ = reaching.file_system(self._named)
            self._process = os.getpid()
        return self._reached

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256[2:]}"

    def keep(self, stream: IO[bytes], *, limit_bytes: int, what: str = "Die Datei") -> Kept:
        """Store a stream and return its hash and size.

        Written under a passing name first and moved when complete, so that a killed process leaves
        no half file under a true name. Raises TooLarge beyond `limit_bytes`; nothing is kept then.
        """
        digest, size = hashlib.sha256(), 0
        passing = f"{_INCOMING}/{uuid.uuid4().hex}"
        with self.writing(passing) as target:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limit_bytes:
                    raise TooLarge(
                        "file_too_large",
                        f"{what} ist größer als die erlaubten "
                        f"{limit_bytes // CHUNK} Megabyte. Bitte teilen oder verkleinern Sie sie.",
                    )
                digest.update(chunk)
                target.write(chunk)
        sha256 = digest.hexdigest()
        self.adopt(passing, sha256)
        return Kept(sha256, size)

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Give a passing object opened for writing; it shows under `name` when it is complete.

        name: path below the root outside the content's own folders (`uploads/…`, `jobs/…`). After
        an exception nothing is there, or what was there before.
        """
        path = f"{self._root}/{name}"
        # An object store shows nothing before the end; in a folder a rename has to do it.
        is_folder = reaching.has_folders(self._fs)
        opened = f"{self._root}/{_INCOMING}/{uuid.uuid4().hex}" if is_folder else path
        with reaching.the_store():
            self._make_folder_of(opened)
            target = self._fs.open(opened, "wb", autocommit=is_folder)
        try:
            yield cast(IO[bytes], reaching.Guarded(target))
            with reaching.the_store():
                self._lasting.keep_content(target)
                target.close()
                self._show(target, opened, path)
        except BaseException:
            self._discard(target, opened)
            raise

    def _show(self, target: Any, opened: str, path: str) -> None:
        if opened == path:
            target.commit()
            return
        self._move(opened, path)

    def _move(self, source: str, path: str) -> None:
        self._make_folder_of(path)
        self._fs.mv(source, path)
        if not path.startswith(f"{self._root}/{_INCOMING}/"):
            self._lasting.keep_name(path)

    def _discard(self, target: Any, opened: str) -> None:
        # What cannot be taken back now has no name that anybody asks for.
        nothing_there = contextlib.suppress(reaching.StoreUnreachable, FileNotFoundError)
        if reaching.has_folders(self._fs):
            # Closing writes what is left, which a full disk refuses once more.
            with nothing_there, reaching.the_store():
                target.close()
            with nothing_there, reaching.the_store():
                self._fs.rm(opened)
            return
        with nothing_there, reaching.the_store():
            target.discard()
            # Else it would be completed after all when the object is collected.
            target.closed = True

    def _make_folder_of(self, path: str) -> None:
        # An object store has no folders, and asking it for one costs a question each time.
        if reaching.has_folders(self._fs):
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)

    def reading(self, name: str) -> BinaryIO:
        """Return a passing object opened for reading; FileNotFoundError if it is not there."""
        return self._opened(f"{self._root}/{name}")

    def rename(self, name: str, wanted: str) -> None:
        """Give a passing object another passing name; FileNotFoundError if it is not there."""
        with reaching.the_store():
            self._move(f"{self._root}/{name}", f"{self._root}/{wanted}")

    def remove(self, name: str) -> None:
        """Remove a passing object or a folder of them; nothing happens if it is not there."""
        with contextlib.suppress(FileNotFoundError), reaching.the_store():
            self._fs.rm(f"{self._root}/{name}", recursive=True)

    def sweep(self, before: dt.datetime) -> int:
        """Remove what was last written before an instant and never finished; return how many.

        Processes that are killed while they write leave it; nobody knows its name.
        """
        count = 0
        with reaching.the_store():
            for path in self._fs.find(f"{self._root}/{_INCOMING}"):
                # Somebody else may finish or sweep it at this moment.
                with contextlib.suppress(FileNotFoundError):
                    if self._fs.modified(path) < before:
                        self._fs.rm(path)
                        count += 1
        return count

    def adopt(self, name: str, sha256: str) -> None:
        """Give a passing object its place by content; it must be what `sha256` says.

        Safe to repeat. In a folder it replaces what is there, which may be damaged; elsewhere,
        where that is a copy, only what was cut short. FileNotFoundError if there is neither the
        object nor the content.
        """
        passing, path = f"{self._root}/{name}", self._path(sha256)
        with reaching.the_store():
            kept = self._size(path)
            stays = (None,) if reaching.has_folders(self._fs) else (kept, None)
            if kept is not None and self._size(passing) in stays:
                self.remove(name)
                return
            self._move(passing, path)

    def _size(self, path: str) -> int | None:
        """Return the bytes of an object, None if it is not there."""
        try:
            return int(self._fs.size(path))
        except FileNotFoundError:
            return None

    def open(self, sha256: str) -> BinaryIO:
        """Return the stored file opened for reading; FileNotFoundError if it is not there."""
        return self._opened(self._path(sha256))

    def _opened(self, path: str) -> BinaryIO:
        with reaching.the_store():
            opened = self._fs.open(path, "rb")
        return cast(BinaryIO, reaching.Guarded(opened))

    def local_file(self, sha256: str) -> Path | None:
        """Return where a stored file lies, None where the store is no folder of this machine."""
        return Path(self._path(sha256)) if reaching.has_folders(self._fs) else None

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Return the file in pieces; they raise DamagedFile at the end if its hash is another.

        It is opened at once: what is missing or cannot be reached is told before an answer begins.
        """
        pieces = self._checked(sha256)
        next(pieces)
        return pieces

    def _checked(self, sha256: str) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with self.open(sha256) as source:
            yield b""
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != sha256:
            raise DamagedFile(
                "file_damaged", f"Die Datei {sha256[:12]}… ist im Speicher beschädigt."
            )

    def read(self, sha256: str) -> bytes:
        """Return a small file whole, checked against its hash."""
        return b"".join(self.chunks(sha256))

    def probe(self) -> None:
        """Write and remove a small file; raises StoreUnreachable if that is not possible."""
        name = f"{_INCOMING}/{uuid.uuid4().hex}"
        with self.writing(name) as target:
            target.write(b"probe")
        self.remove(name)
