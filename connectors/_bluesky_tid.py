"""Timestamp identifiers, the only record keys that Bluesky shows. Pure.

13 signs of base32-sortable: 53 bits of microseconds since 1970, then 10 bits that tell apart whoever writes at once.
https://atproto.com/specs/tid (read 2026-11-22)
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

_SIGNS = "234567abcdefghijklmnopqrstuvwxyz"
_LENGTH = 13
_CLOCK_BITS = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def record_key(due_at: datetime, key: str) -> str:
    """Return the key of a post's record: the second it is due, and within it a place that follows from its own key."""
    drawn = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    seconds = int(due_at.timestamp())
    micros, clock = drawn % 1_000_000, (drawn >> 40) % (1 << _CLOCK_BITS)
    number = ((seconds * 1_000_000 + micros) << _CLOCK_BITS) | clock
    return "".join(_SIGNS[(number >> (5 * place)) & 31] for place in reversed(range(_LENGTH)))


def time_of(tid: str) -> datetime | None:
    """Return the moment that an identifier speaks of, aware UTC; None if it is none."""
    if len(tid) != _LENGTH or not set(tid) <= set(_SIGNS):
        return None
    number = 0
    for sign in tid:
        number = number * 32 + _SIGNS.index(sign)
    try:
        return _EPOCH + timedelta(microseconds=number >> _CLOCK_BITS)
    except OverflowError:
        return None
