"""The store: streams in, streams out, never a whole file in memory; folder or S3 through fsspec."""

import contextlib
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, Final, cast

import fsspec

from vergabe.errors import DomainError, TooLarge

CHUNK: Final = 1024 * 1024


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

    def __init__(self, root: str) -> None:
        self._fs, self._root = fsspec.core.url_to_fs(root)

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256[2:]}"

    def keep(self, stream: IO[bytes], *, limit_bytes: int, what: str = "Die Datei") -> Kept:
        """Store a stream and return its hash and size.

        Written under a passing name first and moved when complete, so that a killed process leaves
        no half file under a true name. Raises TooLarge beyond `limit_bytes`; nothing is kept then.
        """
        digest, size = hashlib.sha256(), 0
        passing = f"{self._root}/incoming/{uuid.uuid4().hex}"
        self._fs.makedirs(f"{self._root}/incoming", exist_ok=True)
        try:
            with self._fs.open(passing, "wb") as target:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > limit_bytes:
                        raise TooLarge(
                            "file_too_large",
                            f"{what} ist größer als die erlaubten "
                            f"{limit_bytes // CHUNK} MB. Bitte teilen oder verkleinern Sie sie.",
                        )
                    digest.update(chunk)
                    target.write(chunk)
            sha256 = digest.hexdigest()
            path = self._path(sha256)
            if self._fs.exists(path):
                self._fs.rm(passing)
            else:
                self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
                self._fs.mv(passing, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                self._fs.rm(passing)
            raise
        return Kept(sha256, size)

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Give a passing object opened for writing; it shows under `name` when it is complete.

        name: path below the root outside the content's own folders (`uploads/…`, `jobs/…`).
        """
        path = f"{self._root}/{name}"
        self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        with self._fs.open(path, "wb") as target:
            yield cast(IO[bytes], target)

    def reading(self, name: str) -> BinaryIO:
        """Return a passing object opened for reading; FileNotFoundError if it is not there."""
        return cast(BinaryIO, self._fs.open(f"{self._root}/{name}", "rb"))

    def remove(self, name: str) -> None:
        """Remove a passing object or a folder of them; nothing happens if it is not there."""
        with contextlib.suppress(FileNotFoundError):
            self._fs.rm(f"{self._root}/{name}", recursive=True)

    def adopt(self, name: str, sha256: str) -> None:
        """Give a passing object its place by content; it must be what `sha256` says.

        Safe to repeat. FileNotFoundError if there is neither the object nor the content.
        """
        passing, path = f"{self._root}/{name}", self._path(sha256)
        if self._fs.exists(path):
            self.remove(name)
            return
        self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        self._fs.mv(passing, path)

    def open(self, sha256: str) -> BinaryIO:
        """Return the stored file opened for reading; FileNotFoundError if it is not there."""
        return cast(BinaryIO, self._fs.open(self._path(sha256), "rb"))

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield the file in pieces and raise DamagedFile at the end if its hash is another."""
        digest = hashlib.sha256()
        with self.open(sha256) as source:
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
        """Write and remove a small file; OSError if that is not possible."""
        path = f"{self._root}/incoming/{uuid.uuid4().hex}"
        self._fs.makedirs(f"{self._root}/incoming", exist_ok=True)
        with self._fs.open(path, "wb") as target:
            target.write(b"probe")
        self._fs.rm(path)
