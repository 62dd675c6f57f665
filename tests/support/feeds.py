"""Feed documents as small as a test needs them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

SPACES = {
    "dcterms": "http://purl.org/dc/terms/",
    "atom": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
}


def rss(*items: Mapping[str, str | datetime], head: str = "") -> str:
    """An RSS feed; an item has any of ``guid title link text`` and of ``published valid_from valid_until``.

    ``head`` is XML that the channel says of itself; the prefixes ``atom``, ``at`` and ``fh`` are known.
    """
    inner = "".join(_item(item) for item in items)
    spaces = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in SPACES.items())
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel><title>F</title>{head}{inner}</channel></rss>'


def _item(item: Mapping[str, str | datetime]) -> str:
    parts = []
    for name, tag in (("guid", "guid"), ("title", "title"), ("link", "link"), ("text", "description")):
        if name in item:
            parts.append(f"<{tag}>{escape(str(item[name]))}</{tag}>")
    published, start, end = item.get("published"), item.get("valid_from"), item.get("valid_until")
    if isinstance(published, datetime):
        parts.append(f"<pubDate>{format_datetime(published)}</pubDate>")
    bounds = [f"{name}={at.isoformat()};" for name, at in (("start", start), ("end", end)) if isinstance(at, datetime)]
    if bounds:
        parts.append(f"<dcterms:valid>{' '.join(bounds)} scheme=W3C-DTF;</dcterms:valid>")
    return f"<item>{''.join(parts)}</item>"
