"""What a person saw of a post beside what it is now, for the page that says it changed meanwhile. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from distributor.correcting import marked
from distributor.wording import stamp

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PICTURES = 20
"""So many pictures are shown at most of what a form says was seen; more than any post has."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form says that the page showed: text, the pictures' SHA-256, proposed time; told its sender only."""

    text: str
    pictures: str
    due_at: str


def moment_shown(written: str) -> datetime | None:
    """Return the proposed time that the page showed; a form without one was not made to say it."""
    try:
        return datetime.fromisoformat(written) if written else None
    except ValueError:
        return None


def sides(seen: Shown, now: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was seen beside what is now: text in marked pieces, pictures and times where they differ."""
    old, new = marked(seen.text.replace("\r\n", "\n"), now["text"])
    before = [each for each in seen.pictures.split() if _SHA256.fullmatch(each)][:_PICTURES]
    after = [each["sha256"] for each in now["media"]]
    at = moment_shown(seen.due_at)
    return {
        "old": old,
        "new": new,
        "pictures": (before, after) if before != after else None,
        "times": (at, now["due_at"]) if at is not None and at.tzinfo and stamp(at) != now["due_at"] else None,
    }
