"""Addresses as feeds write them, made absolute and safe: http and https only. No fetching."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

LONGEST = 4096
"""No server we feed takes a longer address; what is longer is an attack or an embedded file."""

# What needs no look at its parts, nor a base: most addresses by far.
_USUAL = re.compile(r"https?://[a-z0-9.-]+\.[a-z]{2,63}(?:/[A-Za-z0-9/_~%+=&;,:-]*(?:\.[A-Za-z0-9]+)?)?")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]+")
_TO_QUOTE = re.compile(r"[\s\"<>\\^`{|}]")


def absolute(address: str, base: str = "") -> str:
    """Return ``address`` as an absolute http(s) address, resolved against ``base``; empty where that is impossible."""
    wanted = _UNSAFE.sub("", address.strip())
    if not wanted or len(wanted) > LONGEST:
        return ""
    if _USUAL.fullmatch(wanted):
        return wanted
    if wanted.startswith("//") and not base:
        wanted = f"https:{wanted}"
    try:
        joined = urljoin(base, wanted)
        parts = urlsplit(joined)
        usable = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    if not usable or len(joined) > LONGEST:
        return ""
    return _TO_QUOTE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), joined)


def first_absolute(*addresses: str) -> str:
    """Return the first of the addresses that is absolute by itself, or an empty string."""
    return next((found for address in addresses if (found := absolute(address))), "")
