"""Tokens at rest: encrypted with keys that are not in the database, and bound to the account they belong to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from distributor.domain import Refused

_KEPT_OPEN = 4096
"""So many accounts' secrets stay decrypted in memory, where a daemon needs them for every call; never written."""


class Vault:
    """Locks and unlocks an account's secrets. Several keys, separated by commas, newest first; the first one locks."""

    def __init__(self, keys: str) -> None:
        self._opened = lru_cache(_KEPT_OPEN)(self._open)
        self._names = [key.strip() for key in keys.split(",") if key.strip()]
        try:
            self._fernets = [Fernet(key) for key in self._names]
        except ValueError as error:
            text = "DISTRIBUTOR_KEY ist kein gültiger Schlüssel; `distributor keys new` erzeugt einen."
            raise Refused(text, code="vault.key") from error

    @property
    def has_key(self) -> bool:
        """Tell whether there is a key at all."""
        return bool(self._fernets)

    def lock(self, owner: str, secrets: Mapping[str, str]) -> bytes:
        """Encrypt the secrets of ``owner``. Raises: Refused without a key."""
        return self._box().encrypt(json.dumps({"owner": owner, "secrets": dict(secrets)}).encode())

    def unlock(self, owner: str, locked: bytes) -> dict[str, str]:
        """Decrypt. Raises: Refused if no key fits or the ciphertext belongs to another account."""
        return dict(self._opened(owner, locked))

    def _open(self, owner: str, locked: bytes) -> Mapping[str, str]:
        try:
            opened: dict[str, Any] = json.loads(self._box().decrypt(locked))
        except InvalidToken as error:
            text = (
                f"Die Zugangsdaten von {owner} lassen sich mit den Schlüsseln in DISTRIBUTOR_KEY nicht entschlüsseln."
            )
            raise Refused(text, code="vault.key") from error
        if opened["owner"] != owner:
            text = f"Die gespeicherten Zugangsdaten von {owner} gehören zu einem anderen Konto."
            raise Refused(text, code="vault.owner")
        return dict(opened["secrets"])

    def rotate(self, locked: bytes) -> bytes:
        """Encrypt anew with the newest key. Raises: Refused if no key fits."""
        try:
            return self._box().rotate(locked)
        except InvalidToken as error:
            raise Refused("Ein alter Schlüssel fehlt in DISTRIBUTOR_KEY.", code="vault.key") from error

    def signing_key(self) -> bytes:
        """Return the key that signs public media addresses, derived from the oldest key so that rotation keeps them."""
        self._box()
        return b"media:" + self._names[-1].encode()

    def _box(self) -> MultiFernet:
        if not self._fernets:
            text = "Es fehlt ein Schlüssel: `distributor keys new` erzeugt einen für DISTRIBUTOR_KEY oder _KEY_FILE."
            raise Refused(text, code="vault.key")
        return MultiFernet(self._fernets)


def new_key() -> str:
    """Return a fresh key."""
    return Fernet.generate_key().decode()
