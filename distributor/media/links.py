"""Public addresses of kept files: signed, expiring, readable without a login. Pure; serving them is the web's part.

A name is ``{sha256}-{expiry in Unix seconds}-{signature}.{suffix}``; the signature covers all the rest of it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime

_SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "text/vtt": "vtt",
}
_MIMES = {suffix: mime for mime, suffix in _SUFFIXES.items()}
_NAME = re.compile(
    r"(?P<sha256>[0-9a-f]{64})-(?P<expires>[0-9]{1,12})-(?P<sig>[0-9a-f]{64})\.(?P<suffix>[a-z0-9]{3,4})"
)


def sign(base_url: str, sha256: str, mime: str, *, expires_at: datetime, key: bytes) -> str:
    """Return the file's public address, good until ``expires_at`` (aware; cut to whole seconds).

    Raises: ValueError for a naive time, an empty key, a name that is no SHA-256, or a type that is not served.
    """
    if mime not in _SUFFIXES:
        raise ValueError(f"files of type {mime!r} have no public address")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
    expires, suffix = str(_seconds(expires_at)), _SUFFIXES[mime]
    return f"{base_url.rstrip('/')}/media/{sha256}-{expires}-{_signature(sha256, expires, suffix, key)}.{suffix}"


def verify(name: str, *, now: datetime, key: bytes) -> str | None:
    """Return the SHA-256 that a name (the part after ``/media/``) stands for; None if forged, altered or expired.

    Raises: ValueError for a naive time or an empty key.
    """
    moment = _seconds(now)
    if not key:
        raise ValueError("an empty key proves nothing")
    match = _NAME.fullmatch(name)
    if not match:
        return None
    expected = _signature(match["sha256"], match["expires"], match["suffix"], key)
    if not hmac.compare_digest(expected, match["sig"]):
        return None
    return match["sha256"] if moment < int(match["expires"]) else None


def suffix_of(mime: str) -> str:
    """Return the suffix under which a file of this type is served. Raises: KeyError for a type that is not."""
    return _SUFFIXES[mime]


def mime_of(name: str) -> str:
    """Return the type under which a verified name is served."""
    return _MIMES[name.rpartition(".")[2]]


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return int(moment.timestamp())


def _signature(sha256: str, expires: str, suffix: str, key: bytes) -> str:
    if not key:
        raise ValueError("an empty key signs nothing")
    return hmac.new(key, f"media:{sha256}-{expires}.{suffix}".encode(), hashlib.sha256).hexdigest()
