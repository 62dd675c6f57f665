"""Look ahead and change nothing: a feed as it parses, and the posts it would make.

A preview needs no database and fetches no picture: a picture counts as it would be after it was brought into shape.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from connectors.base import Connector, Limits, Medium, PictureRules
from distributor.domain import ChannelText, FeedItem, FeedMedium, Organisation, ParsedFeed, Problem, Refused
from distributor.intake.parse import parse
from distributor.intake.report import report
from distributor.media.cards import card_of, card_size
from distributor.media.shapes import frame
from distributor.roster import channel_text_of, lexicon_of, organisation_of
from distributor.services import organisations
from distributor.services.configuration import Files
from distributor.services.discovering import find
from distributor.services.media import picture_addresses, video_of
from distributor.services.renditions import skip_sentence
from distributor.tailoring import tailor
from distributor.tailoring.lexicon import LEXICON, Lexicon, with_house

_SQUARE = 1080


def read_address(url: str, allow_private: frozenset[str]) -> ParsedFeed:
    """Fetch and parse a feed, or the one that a page names, without storing anything. Raises: Refused, FetchFailed."""
    found = find(url, allow_private)
    return replace(found.parsed, problems=(*found.parsed.problems, *([f"page: {found.how}"] if found.how else [])))


def read_body(body: bytes) -> ParsedFeed:
    """Parse a feed that is already here. Raises: Refused."""
    return parse(body)


def told(parsed: ParsedFeed) -> dict[str, Any]:
    """Return the report on a feed, with the keys that are pinned for it."""
    return report(parsed)


@dataclass(frozen=True, slots=True)
class Preview:
    """What one item would become for one Organisation on one channel.

    ``length`` is measured in the channel's ``unit``; ``media`` are the feed's, ``used`` tells which of them are shown.
    """

    organisation: str
    channel: str
    item: str
    title: str
    text: str
    length: int
    limit: int
    unit: str
    link: str
    media: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]

    def document(self) -> dict[str, Any]:
        """Return the preview as plain JSON values."""
        return {**asdict(self), "media": list(self.media), "problems": [asdict(one) for one in self.problems]}


def preview(
    parsed: ParsedFeed,
    files: Files,
    organisation: str,
    channel: str,
    connectors: Mapping[str, Connector],
    *,
    guid: str | None = None,
    today: date | None = None,
) -> list[Preview]:
    """Return what the feed's items, or the one with this ``guid``, would become. The link is the item's own.

    Raises: Refused for an unknown Organisation, channel or item.
    """
    if organisation not in files.organisations:
        raise organisations.unknown(organisation, files.organisations)
    if channel not in connectors:
        known = ", ".join(sorted(connectors))
        raise Refused(f"Den Kanal „{channel}“ gibt es nicht; es gibt: {known}.", code="channel.unknown")
    chosen = [item for item in parsed.items if guid in (None, item.guid)]
    if guid is not None and not chosen:
        raise Refused(f"Der Feed enthält keinen Beitrag mit der Kennung „{guid}“.", code="item.unknown")
    owner = organisation_of(files.organisations[organisation])
    template = channel_text_of(files.texts[channel]) if channel in files.texts else ChannelText(channel, ())
    lexicon = LEXICON
    for document in files.lexicons.values():
        lexicon = with_house(lexicon_of(document), lexicon)
    return [_preview(item, owner, template, connectors[channel], lexicon, today) for item in chosen]


def _preview(
    item: FeedItem,
    owner: Organisation,
    template: ChannelText,
    connector: Connector,
    lexicon: Lexicon,
    today: date | None,
) -> Preview:
    limits: Limits = connector.limits
    rules = limits.pictures
    used = _pictures(item)[: rules.at_most]
    link = item.link or owner.pages.landing or owner.pages.home
    films = limits.videos is not None and video_of(item.media) is not None
    bare = not used and not films
    media = tuple(_shaped(medium, rules) for medium in used)
    if bare and template.no_media == "card":
        media = (_card(item, owner, rules),)
    made = tailor(item, owner, template, connector, link=link, media=media, today=today, lexicon=lexicon)
    return Preview(
        organisation=owner.slug,
        channel=connector.channel,
        item=item.guid,
        title=item.title,
        text=made.remote.text,
        length=made.length,
        limit=limits.text,
        unit=limits.unit,
        link=made.remote.link,
        media=tuple(_named(medium, used=medium in used) for medium in item.media),
        problems=(*([_skips(connector)] if bare and template.no_media == "skip" else []), *made.problems),
    )


def _card(item: FeedItem, owner: Organisation, rules: PictureRules) -> Medium:
    """Return the title card as it would be."""
    card = card_of(item, owner)
    return Medium(card.source, rules.mimes[0], *card_size(rules), 0, card.alt)


def _skips(connector: Connector) -> Problem:
    return Problem("media.skipped", "block", skip_sentence(connector.label))


def _pictures(item: FeedItem) -> list[FeedMedium]:
    """Return the media that posts show, each picture once: a video's poster that is also an own picture is that one."""
    shown: dict[str, FeedMedium] = {}
    for medium in item.media:
        for address in picture_addresses(medium):
            if address not in shown or medium.kind == "image":
                shown[address] = medium
    return list(shown.values())


def _shaped(medium: FeedMedium, rules: PictureRules) -> Medium:
    """Return the picture as it would be in the channel's shape; where the feed names no size, a fitting one."""
    size = (medium.width, medium.height) if medium.kind == "image" else (None, None)
    width, height = (size[0] or _SQUARE, size[1] or _SQUARE) if all(size) else (_SQUARE, _SQUARE)
    new_width, new_height = frame(width, height, rules).size
    name = hashlib.sha256(medium.url.encode()).hexdigest()
    return Medium(name, rules.mimes[0], new_width, new_height, 0, medium.alt or "")


def _named(medium: FeedMedium, *, used: bool) -> dict[str, Any]:
    keys = ("url", "kind", "mime", "width", "height", "duration", "alt", "credit", "poster")
    return {**{key: getattr(medium, key) for key in keys}, "used": used}
