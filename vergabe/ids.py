"""Identifiers: time-ordered UUIDs for rows, so that indexes grow at their end."""

import datetime as dt
import secrets
import threading
import time
import uuid
from typing import Final

_LEAP_BYTES: Final = 5
_VERSION: Final = 0x7 << 76
_VARIANT: Final = 0x2 << 62
_LOW_62: Final = 2**62 - 1
_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """Return a new UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then chance.

    Each is greater than the last of this process (section 6.2, method 2): what one transaction
    writes has an order. Only an identifier: no legal instant is ever read back from it.
    """
    return new_ids(1)[0]


def new_ids(count: int) -> list[uuid.UUID]:
    """Return so many new ids in their order, as `new_id` makes them one by one."""
    global _last
    chance = secrets.token_bytes(_LEAP_BYTES * count)
    found = []
    with _lock:
        milliseconds = time.time_ns() // 1_000_000
        # 74 bits of chance; within one millisecond they grow by a step of chance.
        fresh = (milliseconds & 0xFFFF_FFFF_FFFF) << 74 | secrets.randbits(74)
        is_later = fresh >> 74 > _last >> 74
        for start in range(0, len(chance), _LEAP_BYTES):
            leap = int.from_bytes(chance[start : start + _LEAP_BYTES])
            _last = fresh if is_later else _last + 1 + leap
            is_later = False
            found.append(_last)
    return [_uuid(each) for each in found]


def _uuid(count: int) -> uuid.UUID:
    """Return 122 bits as a UUID: 48 of them, the version, 12, the variant, 62."""
    head = count >> 74 << 80 | _VERSION | (count >> 62 & 0xFFF) << 64
    return uuid.UUID(int=head | _VARIANT | count & _LOW_62)


def lowest_at(instant: dt.datetime) -> uuid.UUID:
    """Return an id below which lie those made before an instant: where to stop, never a proof."""
    milliseconds = int(instant.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | _VERSION | _VARIANT)


def new_secret(bytes_count: int = 32) -> str:
    """Return a new URL-safe secret with `bytes_count` bytes of chance."""
    return secrets.token_urlsafe(bytes_count)
