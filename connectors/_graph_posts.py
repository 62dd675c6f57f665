"""What both of Meta's channels do with a document: measure it, check it before it is sent, know it again. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime, timedelta

from connectors.base import Limits, Rejected, RemotePost

READ_ON = date(2026, 11, 21)
"""The day on which Meta's pages named in the limits were read."""

SLACK = timedelta(minutes=2)
"""How far Meta's clock and ours may differ when a post is looked for."""


_ENDS = re.compile(r"[.,;:!?)\]»“”\"'…]*+(?:\s|$)")


def utf16_units(text: str) -> int:
    """Count UTF-16 units. Meta does not say how it counts; this never counts less than characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def with_link(text: str, link: str) -> str:
    """Return the text with the link as a paragraph of its own: the last, but before closing hashtags."""
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
    closes = bool(paragraphs) and all(word.startswith("#") for word in paragraphs[-1].split())
    where = len(paragraphs) - 1 if closes else len(paragraphs)
    return "\n\n".join([*paragraphs[:where], link, *paragraphs[where:]])


def carries(text: str, link: str) -> bool:
    """Tell whether ``link`` stands in ``text`` as a whole address, not as the beginning of a longer one."""
    at = text.find(link) if link else -1
    while at >= 0 and not _ENDS.match(text, at + len(link)):
        at = text.find(link, at + 1)
    return at >= 0


def squeezed(text: str) -> str:
    """Return the text with every run of white space as one blank, composed: what survives a platform's tidying."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def moment(text: object) -> datetime | None:
    """Read Meta's ``2026-04-06T17:50:09+0000``; None if it is no time."""
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return when if when.tzinfo else None


def check(post: RemotePost, limits: Limits, label: str, forms: Collection[str] = ("feed",)) -> None:
    """Refuse what this channel cannot post before anything is sent. Raises: Rejected."""
    pictures = limits.pictures
    if post.form not in forms:
        raise Rejected(f"In der Form „{post.form}“ veröffentlichen wir auf {label} nicht.", code="form")
    if not (post.text.strip() or post.link or post.media):
        raise Rejected(f"Der Post für {label} hat weder Text noch Link noch Bild.", code="empty")
    if not pictures.at_least <= len(post.media) <= pictures.at_most:
        text = f"{label} braucht {pictures.at_least} bis {pictures.at_most} Bilder, der Post hat {len(post.media)}."
        raise Rejected(text, code="pictures")
    if any(medium.film for medium in post.media):
        _check_film(post, limits, label)
        return
    for number, medium in enumerate(post.media, start=1):
        if medium.mime not in pictures.mimes:
            text = f"Bild {number} hat ein Format, das {label} nicht annimmt ({medium.mime}). Bitte ein anderes wählen."
            raise Rejected(text, code="mime")


def _check_film(post: RemotePost, limits: Limits, label: str) -> None:
    rules = limits.videos
    if rules is None or len(post.media) != 1:
        raise Rejected(f"{label} nimmt ein Video nur allein an. Bitte die anderen Medien weglassen.", code="video")
    [film] = post.media
    if film.mime not in rules.mimes or film.size > rules.max_bytes:
        raise Rejected(f"Das Video nimmt {label} nicht an: falsches Format oder zu groß.", code="video")
