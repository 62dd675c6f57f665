"""Runs by itself, isolated: reads a document from standard input, writes what feedparser finds in it as JSON.

Nothing of this project is imported here. The caller bounds the time; this process bounds its own memory.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

MEMORY = 800_000_000


def main() -> None:
    """Bound this process, parse, and write."""
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    found = loosely(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(found))


def loosely(document: bytes) -> dict[str, Any]:
    """Return what feedparser finds in ``document``, as plain values with every key present."""
    import feedparser  # noqa: PLC0415 - only after the limits are set

    found = feedparser.parse(document, sanitize_html=False, resolve_relative_uris=False)
    return {
        "version": str(found.get("version") or ""),
        "title": _text(found.feed, "title"),
        "link": _text(found.feed, "link"),
        "language": _text(found.feed, "language"),
        "entries": [_entry(entry) for entry in found.entries],
    }


def _entry(entry: Any) -> dict[str, Any]:
    contents = entry.get("content") or []
    summary = _text(entry, "summary")
    content = next((value for one in contents if (value := _text(one, "value")).strip()), "")
    return {
        "id": _text(entry, "id"),
        "link": _text(entry, "link"),
        "title": _text(entry, "title"),
        "summary": summary,
        "content": "" if content == summary else content,
        "published": _text(entry, "published"),
        "updated": _text(entry, "updated") if "updated" in entry.keys() else "",  # noqa: SIM118 - "in entry" maps old names
        "topics": [_text(tag, "label") or _text(tag, "term") for tag in entry.get("tags") or []],
        "credit": next((_text(one, "content") for one in entry.get("media_credit") or []), ""),
        "authors": [_text(one, "name") for one in entry.get("authors") or []],
        "language": _text(entry, "language"),
        "duration": _text(entry, "itunes_duration"),
        "enclosures": [
            {"url": _text(one, "href"), "type": _text(one, "type")} for one in entry.get("enclosures") or []
        ],
        "media": [{"url": _text(one, "url"), "type": _text(one, "type")} for one in entry.get("media_content") or []],
        "thumbnails": [_text(one, "url") for one in entry.get("media_thumbnail") or []],
    }


def _text(holder: Any, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


if __name__ == "__main__":
    main()
