"""Identifiers: time-ordered UUIDs for rows, so that indexes grow at their end."""

import datetime as dt
import secrets
import threading
import time
import uuid
from typing import Final

_LEAP_BITS: Final = 40
_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """Return a new UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then chance.

    Each is greater than the last of this process (section 6.2, method 2): what one transaction
    writes has an order. Only an identifier: no legal instant is ever read back from it.
    """
    global _last
    with _lock:
        milliseconds = time.time_ns() // 1_000_000
        # 74 bits of chance; within one millisecond they grow by a step of chance.
        fresh = (milliseconds & 0xFFFF_FFFF_FFFF) << 74 | secrets.randbits(74)
        _last = fresh if fresh >> 74 > _last >> 74 else _last + 1 + secrets.randbits(_LEAP_BITS)
        count = _last
    value = (count >> 62) << 64 | 0x2 << 62 | count & (2**62 - 1)
    high, low = value >> 76, value & (2**76 - 1)
    return uuid.UUID(int=high << 80 | 0x7 << 76 | low)


def lowest_at(instant: dt.datetime) -> uuid.UUID:
    """Return an id below which lie those made before an instant: where to stop, never a proof."""
    milliseconds = int(instant.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62)


def new_secret(bytes_count: int = 32) -> str:
    """Return a new URL-safe secret with `bytes_count` bytes of chance."""
    return secrets.token_urlsafe(bytes_count)
