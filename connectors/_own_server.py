"""The server that an account names itself: its address, read strictly. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from connectors.base import Access, Field, Unauthorised

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def require(access: Access, fields: Sequence[Field], label: str) -> None:
    """Refuse an account that lacks something. Raises: Unauthorised naming what."""
    missing = [field.label for field in fields if field.required and not value(access, field)]
    if missing:
        raise Unauthorised(f"Für das {label}-Konto fehlen Angaben: {', '.join(missing)}. Bitte eintragen.")


def value(access: Access, field: Field) -> str:
    """Return what the account says for a field, or its default."""
    return access.fields.get(field.name, "").strip() or field.default


def address(written: str, label: str) -> str:
    """Return the server's address without a slash at the end; one without a scheme is taken for https.

    A token goes there with every call, so plain http is taken for this machine only. Raises: Unauthorised.
    """
    url = written.rstrip("/") if "://" in written else f"https://{written.rstrip('/')}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    secure = host is not None and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
    plain = secure and not (parts.username or parts.password or parts.query or parts.fragment) and port != 0
    if not plain or not url.isascii() or any(sign.isspace() or sign in '\\"<>' for sign in url):
        text = f"Die Adresse des {label}-Servers ist nicht brauchbar. Bitte so angeben: https://server.example."
        raise Unauthorised(text, detail=written[:200], code="server")
    return url
