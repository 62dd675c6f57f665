"""What one Mastodon server allows, read from its own description, and whether a post keeps to it. Pure.

Every server sets its own limits: https://docs.joinmastodon.org/entities/Instance/ (read 2026-11-22). Servers that only
speak the older ``/api/v1/instance``, and those that leave something out, get Mastodon's defaults for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors import _mastodon_text as measure
from connectors.base import Medium, Rejected, RemotePost

DEFAULT_TEXT = 500
DEFAULT_PICTURES = 4
DEFAULT_ALT = 1500
_DEFAULT_BYTES = 16_777_216
_DEFAULT_FILM_BYTES = 103_809_024
_DEFAULT_FILM_PIXELS = 8_294_400
_FIRST_VERSION_WITH_KEYS = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """A server's limits; lengths are its own characters, sizes bytes. ``keeps_keys``: it knows Idempotency-Key."""

    text: int = DEFAULT_TEXT
    per_link: int = measure.URL_LENGTH
    pictures: int = DEFAULT_PICTURES
    alt: int = DEFAULT_ALT
    bytes: int = _DEFAULT_BYTES
    film_bytes: int = _DEFAULT_FILM_BYTES
    film_pixels: int = _DEFAULT_FILM_PIXELS
    mimes: frozenset[str] = frozenset()
    keeps_keys: bool = False


def rules_of(document: Mapping[str, Any]) -> Rules:
    """Read the limits of ``/api/v2/instance`` or ``/api/v1/instance``."""
    configuration = _mapping(document.get("configuration"))
    statuses, media = _mapping(configuration.get("statuses")), _mapping(configuration.get("media_attachments"))
    mimes = media.get("supported_mime_types")
    return Rules(
        text=_number(statuses.get("max_characters") or document.get("max_toot_chars"), DEFAULT_TEXT),
        per_link=_number(statuses.get("characters_reserved_per_url"), measure.URL_LENGTH),
        pictures=_number(statuses.get("max_media_attachments"), DEFAULT_PICTURES),
        alt=_number(media.get("description_limit"), DEFAULT_ALT),
        bytes=_number(media.get("image_size_limit"), _DEFAULT_BYTES),
        film_bytes=_number(media.get("video_size_limit"), _DEFAULT_FILM_BYTES),
        film_pixels=_number(media.get("video_matrix_limit"), _DEFAULT_FILM_PIXELS),
        mimes=frozenset(map(str, mimes)) if isinstance(mimes, list) else frozenset(),
        keeps_keys=_keeps_keys(str(document.get("version", ""))),
    )


def check(post: RemotePost, rules: Rules) -> None:
    """Refuse what this server would refuse when the post is due. Raises: Rejected."""
    length = measure.length(post.text, per_link=rules.per_link)
    if length > rules.text:
        text = f"Der Text ist für diesen Mastodon-Server zu lang: {length} von {rules.text} Zeichen. Bitte kürzen."
        raise Rejected(text, code="text")
    if len(post.media) > rules.pictures:
        text = (
            f"Dieser Mastodon-Server nimmt höchstens {rules.pictures} Bilder an, der Post hat {len(post.media)}. "
            "Bitte weglassen."
        )
        raise Rejected(text, code="pictures")
    for number, medium in enumerate(post.media, start=1):
        if medium.film:
            _check_film(medium, rules)
        elif medium.size > rules.bytes or (rules.mimes and medium.mime not in rules.mimes):
            text = f"Bild {number} ist für diesen Mastodon-Server zu groß oder im falschen Format. Bitte ersetzen."
            raise Rejected(text, code="picture")
        if len(medium.alt) > rules.alt:
            text = f"Die Bildbeschreibung {number} ist zu lang: höchstens {rules.alt} Zeichen. Bitte kürzen."
            raise Rejected(text, code="alt")


def _check_film(film: Medium, rules: Rules) -> None:
    if rules.mimes and film.mime not in rules.mimes:
        text = "Dieser Mastodon-Server nimmt keine MP4-Videos an. Bitte den Beitrag dort ohne Video posten."
        raise Rejected(text, code="video")
    if film.size > rules.film_bytes or film.width * film.height > rules.film_pixels:
        most = rules.film_bytes // 1_000_000
        text = f"Das Video ist für diesen Mastodon-Server zu groß: höchstens {most} MB. Bitte kürzen."
        raise Rejected(text, code="video")


def _keeps_keys(version: str) -> bool:
    """Tell whether this is Mastodon itself (or a fork under its number): others ignore the key, and say so nowhere.

    GoToSocial 0.20 and snac 2.75 ignored it when tried (2026-11-21). Pleroma and its kin call themselves "compatible".
    """
    number = re.match(r"(\d+)\.\d+\.\d+", version)
    known = number is not None and int(number[1]) >= _FIRST_VERSION_WITH_KEYS
    return known and "compatible" not in version and "snac" not in version.lower()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default
