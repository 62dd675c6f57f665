"""Say a secret differently on each page, so that how well a page packs tells nothing of it. Pure but for chance.

Without it, who may put words into a page and sees how long it is could guess the secret letter by letter
(https://www.breachattack.com, read 2026-11-30).
"""

from __future__ import annotations

import base64
import binascii
import secrets


def masked(secret: str) -> str:
    """Return the secret in other letters each time."""
    plain = secret.encode()
    mask = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(mask + _mixed(plain, mask)).decode()


def unmasked(written: str) -> bytes:
    """Return the secret that was masked; nothing for what was not made by ``masked``."""
    try:
        both = base64.urlsafe_b64decode(written.encode())
    except (binascii.Error, ValueError):
        return b""
    half = len(both) // 2
    return _mixed(both[:half], both[half:]) if len(both) == 2 * half else b""


def _mixed(first: bytes, second: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(first, second, strict=True))
