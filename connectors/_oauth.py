"""What every OAuth code flow needs: a fresh secret for it, and its public half.

Source: RFC 7636 (PKCE), sections 4.1 and 4.2.
"""

from __future__ import annotations

import base64
import hashlib
import secrets


def new_verifier() -> str:
    """Return a fresh code verifier of 43 characters."""
    return secrets.token_urlsafe(32)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
