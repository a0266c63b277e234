"""Identifiers: time-ordered UUIDs for rows, so that indexes grow at their end."""

import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """Return a new UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then chance.

    Only an identifier: no legal instant is ever read back from it.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def new_secret(bytes_count: int = 32) -> str:
    """Return a new URL-safe secret with `bytes_count` bytes of chance."""
    return secrets.token_urlsafe(bytes_count)
