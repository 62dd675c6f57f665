"""Signed documents on disk: encrypted with the vault, named by the hash of what was signed, for our own user alone."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

from distributor.domain import Refused
from distributor.services.deps import Deps
from distributor.vault import Vault

MOST_BYTES = 10_000_000
"""The largest signed document that is taken: some scanned pages; our own choice."""


def keep(deps: Deps, document: bytes) -> str:
    """Store the document encrypted under its hash; the same one again changes nothing. Raises: Refused."""
    if not 0 < len(document) <= MOST_BYTES:
        text = f"Das Dokument ist leer oder größer als {MOST_BYTES // 1_000_000} MB; bitte den Scan prüfen."
        raise Refused(text, code="consent.document")
    sha256 = hashlib.sha256(document).hexdigest()
    path = path_of(deps, sha256)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    locked = deps.vault.lock(_owner(sha256), {"document": base64.b64encode(document).decode()})
    part = path.with_name(f"{sha256}.{secrets.token_hex(4)}.part")
    part.touch(mode=0o600)
    part.write_bytes(locked)
    part.replace(path)
    return sha256


def path_of(deps: Deps, sha256: str) -> Path:
    """Return where a signed document lies, encrypted."""
    return deps.settings.data_dir / "consents" / sha256


def _owner(sha256: str) -> str:
    return f"consent/{sha256}"


def rotate(folder: Path, vault: Vault) -> int:
    """Encrypt all signed documents anew with the newest key; return how many. Raises: Refused if a key is missing."""
    done = 0
    for path in sorted(folder.glob("consents/*")):
        if not path.name.endswith(".part"):
            part = path.with_name(f"{path.name}.part")
            part.touch(mode=0o600)
            part.write_bytes(vault.rotate(path.read_bytes()))
            part.replace(path)
            done += 1
    return done


def read(deps: Deps, sha256: str) -> bytes:
    """Return a signed document. Raises: Refused if it is gone, or not what was signed."""
    try:
        locked = path_of(deps, sha256).read_bytes()
    except FileNotFoundError:
        text = f"Das Dokument {sha256[:12]} fehlt im Datenordner; bitte aus der Sicherung holen."
        raise Refused(text, code="consent.document") from None
    document = base64.b64decode(deps.vault.unlock(_owner(sha256), locked)["document"])
    if hashlib.sha256(document).hexdigest() != sha256:
        raise Refused(f"Das Dokument {sha256[:12]} ist nicht das eingetragene.", code="consent.document")
    return document


def remove(deps: Deps, sha256: str) -> None:
    """Delete a signed document for good."""
    path_of(deps, sha256).unlink(missing_ok=True)
