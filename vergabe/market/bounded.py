"""A stream that stops where an archive grows beyond all measure."""

import io
from typing import IO, Final

from vergabe.exchange.parser import MAX_BYTES

# Notices shrink to a tenth; what unpacks to the thousandfold was made to do harm.
_RATIO: Final = 300
_LARGEST: Final = 8 * 1024 * 1024 * 1024


class UnpackedTooLarge(Exception):
    """More came out of an archive than can have gone into it honestly."""


class Bounded(io.RawIOBase):
    """Reads another stream and raises UnpackedTooLarge when it has given too much.

    size: of the packed file in bytes.
    """

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source = source
        self._left = min(_LARGEST, max(4 * MAX_BYTES, _RATIO * size))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as RawIOBase calls it
        content = self._source.read(len(buffer))
        self._left -= len(content)
        if self._left < 0:
            raise UnpackedTooLarge
        buffer[: len(content)] = content
        return len(content)
