"""What a browser says of itself, as few words for a person to recognise it by; nothing more of it is kept."""

from __future__ import annotations

from fastapi import Request

from distributor.web.language import gettext as _

_BROWSERS = (
    ("Firefox/", "Firefox"),
    ("Edg/", "Edge"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""What is looked for, first come first served: many browsers name others too."""


def device_of(request: Request) -> str:
    """Return browser and system as the request names them."""
    return device(request.headers.get("User-Agent", ""))


def device(user_agent: str) -> str:
    """Return browser and system: ``Firefox, Android``."""
    found = [next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found)) or _("unbekanntes Gerät")
