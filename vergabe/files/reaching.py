"""Reaching the store: which file system a root names, and what is said when it does not answer."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any, Final, Self

import fsspec

from vergabe.errors import DomainError
from vergabe.texts import _

# A part of an upload to S3 and a piece read ahead lie in memory once per open file.
S3_BLOCK_BYTES: Final = 8 * 1024 * 1024
# Somebody waits for the answer; the worker comes again by itself.
S3_PATIENCE: Final = {
    "connect_timeout": 5,
    "read_timeout": 60,
    "retries": {"max_attempts": 3, "mode": "standard"},
}

logger = logging.getLogger(__name__)


class StoreUnreachable(DomainError):
    """The store does not answer, refuses us or is full (503: another attempt may succeed)."""

    status = 503
    title = "Dateiablage nicht erreichbar"


def file_system(root: str) -> tuple[Any, str]:
    """Return fsspec's file system and the path within it that a root names.

    Processes share a bucket, so nothing is remembered of what another may change meanwhile. Raises
    StoreUnreachable when what `s3://` needs is not installed.
    """
    options: dict[str, Any] = {}
    if root.startswith("s3://"):
        options = {
            "use_listings_cache": False,
            "default_block_size": S3_BLOCK_BYTES,
            "default_fill_cache": False,
            "config_kwargs": S3_PATIENCE,
        }
    try:
        found: tuple[Any, str] = fsspec.core.url_to_fs(root, **options)
    except ImportError as error:
        raise StoreUnreachable(
            "store_not_installed",
            _("Für eine Ablage unter s3:// fehlt das Paket s3fs. Bitte installieren Sie es."),
        ) from error
    return found


def has_folders(file_system: Any) -> bool:
    """Return whether a file needs its folder made first."""
    return "s3" not in _protocols(file_system)


def is_local(file_system: Any) -> bool:
    """Return whether files lie on a disk of this machine, or on one that it has mounted."""
    return "file" in _protocols(file_system)


def _protocols(file_system: Any) -> tuple[str, ...]:
    named = file_system.protocol
    return (named,) if isinstance(named, str) else tuple(named)


def _failures() -> tuple[type[Exception], ...]:
    """Return what a store raises: OSError, and what the library for S3 adds where it is there."""
    try:
        from botocore.exceptions import BotoCoreError
    except ImportError:
        return (OSError,)
    return (OSError, BotoCoreError)


_FAILURES: Final = _failures()


@contextlib.contextmanager
def the_store() -> Iterator[None]:
    """Raise StoreUnreachable for what the store cannot do; a missing file stays a missing file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except _FAILURES as error:
        logger.warning("store unreachable", extra={"error": type(error).__name__})
        raise StoreUnreachable(
            "store_unreachable",
            _(
                "Die Dateiablage antwortet gerade nicht oder ist voll; gespeichert wurde nichts. "
                "Bitte versuchen Sie es in einigen Minuten noch einmal."
            ),
        ) from error


class Guarded:
    """A file of the store that was opened; raises StoreUnreachable for what it cannot do."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def write(self, content: bytes) -> int:
        """Write like the file itself."""
        with the_store():
            written: int = self._target.write(content)
        return written

    def read(self, size: int = -1) -> bytes:
        """Read like the file itself."""
        with the_store():
            found: bytes = self._target.read(size)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._target.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)
