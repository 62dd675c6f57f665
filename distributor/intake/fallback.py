"""The way out for XML that cannot be mended: feedparser, in a process of its own that can be killed.

feedparser forgives more than any strict parser and hangs on what attackers write; so it gets a time, a memory and an
output limit, and what it returns goes through the same last mile as everything else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from distributor.domain import FeedMedium, ParsedFeed, Refused
from distributor.intake.draft import Draft, Markup, Notes, finished, readable
from distributor.intake.links import first_absolute
from distributor.intake.media_rss import enclosure

TIME_LIMIT = 5.0
"""Seconds; feedparser needs less than one for as much honest feed as it is given."""

MOST_CHARACTERS = 3_000_000
"""Of a document that is tried at all."""

Loose: TypeAlias = Mapping[str, Any]
Rescue: TypeAlias = Callable[[str], Loose | None]

_FORMATS = {"atom": "atom", "rss09": "rss0.9x", "rss1": "rss1", "rss2": "rss2", "rss": "rss2", "cdf": "cdf"}


def in_child(text: str, *, limit: float = TIME_LIMIT) -> Loose | None:
    """Return what feedparser makes of the document, or None where it found no feed or did not end in time."""
    child = Path(__file__).with_name("_feedparser_child.py")
    try:
        # -I: neither the environment nor this folder, whose html.py is not the library's, may change what is imported.
        done = subprocess.run(
            [sys.executable, "-I", str(child), str(int(limit))],
            input=text.encode("utf-8", errors="replace"),
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode != 0:
        return None
    found: Loose = json.loads(done.stdout)
    return found


def read_loosely(text: str, url: str, notes: Notes, rescue: Rescue) -> ParsedFeed:
    """Return the feed in malformed XML. Raises: Refused where there is none."""
    found = rescue(text) if len(text) <= MOST_CHARACTERS else None
    if found is None or not (found["version"] or found["entries"]):
        raise Refused(
            "Das Dokument ist kein lesbarer Feed: Es ist fehlerhaftes XML, in dem sich keine Einträge finden lassen.",
            code="feed.malformed",
        )
    base = first_absolute(found["link"], url)
    version = str(found["version"])
    return finished(
        format=next((name for start, name in _FORMATS.items() if version.startswith(start)), "rss2"),
        title=found["title"],
        drafts=[_draft(entry, base) for entry in readable(found["entries"], notes)],
        notes=notes,
        language=found["language"],
    )


def _draft(entry: Loose, base: str) -> Draft:
    media: list[FeedMedium] = [
        medium
        for one in [*entry["enclosures"], *entry["media"]]
        for medium in enclosure(one["url"], one["type"], base=base, duration=entry["duration"])
    ]
    if not media:
        media = [medium for url in entry["thumbnails"] for medium in enclosure(url, "image/jpeg", base=base)][:1]
    return Draft(
        guid=entry["id"],
        link=entry["link"],
        title=Markup(entry["title"]),
        summary=Markup(entry["summary"]),
        content=Markup(entry["content"]),
        published=[entry["published"]],
        updated=[entry["updated"]],
        topics=entry["topics"],
        credit=entry["credit"],
        authors=entry["authors"],
        language=entry["language"],
        media=media,
        base=base,
    )
