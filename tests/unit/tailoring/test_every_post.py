"""The portal's twelve items for all sixteen Jobcenters on every channel, in both addresses: what no post may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors
from connectors.base import Medium
from connectors.sandbox.portal import feeds
from connectors.sandbox.portal.items import first_items
from distributor.domain import ChannelText, FeedItem, Organisation, Wording
from distributor.intake.parse import parse
from distributor.services.configuration import read_files
from distributor.services.previewing import preview
from distributor.tailoring import Tailored, essence, tailor
from distributor.tailoring.placeholders import resolve
from distributor.tailoring.values import values_of

CONFIG = Path(__file__).parents[3] / "config"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LENGTHS = {
    "bluesky": (180, 300),
    "facebook": (250, 600),
    "instagram": (300, 700),
    "manual": (250, 500),
    "mastodon": (300, 500),
    "website": (200, 600),
    "x": (120, 280),
}
"""domain.md 3, for the own pages and by hand our own choice; on Facebook telephone, credit and address come on top of
the 500 characters for prose."""

CHANNELS = tuple(sorted(connectors.discover()))
"""All there are: one that joins must give posts that can be signed, too."""

FAULT = re.compile(r"\{\{|\}\}|\.\.|  |\n\n\n|[ \t]$|^[ \t]| [.,;:!?)]|\(\s|:$|\.\s*[,;:]", re.MULTILINE)
DU = re.compile(r"\b(?:du|dich|dir|dein\w*)\b", re.IGNORECASE)
SIE = re.compile(r"\b(?:Sie|Ihnen|Ihre?[mnrs]?)\b")


@dataclass(frozen=True)
class Post:
    """One composed post and whose it is."""

    item: FeedItem
    organisation: Organisation
    channel: str
    made: Tailored

    @property
    def text(self) -> str:
        return self.made.remote.text


@cache
def items() -> tuple[FeedItem, ...]:
    return parse(feeds.rss(first_items(NOW), "https://portal.example", NOW).encode()).items


@pytest.fixture(scope="module")
def every_post(organisations: Mapping[str, Organisation], texts: Mapping[str, ChannelText]) -> list[Post]:
    found = connectors.discover()
    picture = Medium("a" * 64, "image/jpeg", 1080, 1080, 200_000, "Ein Wegweiser mit vier bunten Pfeilen")

    def made(item: FeedItem, organisation: Organisation, channel: str) -> Post:
        tailored = tailor(
            item,
            organisation,
            texts[channel],
            found[channel],
            link="https://kjc.example/s/aB3xK9mQ",
            media=(picture,),
            today=date(2026, 11, 21),
        )
        return Post(item, organisation, channel, tailored)

    return [made(*each) for each in product(items(), organisations.values(), CHANNELS)]


def together(posts: list[Post]) -> Iterator[list[Post]]:
    """Yield the sixteen posts of each item on each channel."""
    for guid, channel in dict.fromkeys((post.item.guid, post.channel) for post in posts):
        yield [post for post in posts if (post.item.guid, post.channel) == (guid, channel)]


def test_there_are_twelve_items_sixteen_jobcenters_and_every_channel(every_post):
    assert len(every_post) == 12 * 16 * len(CHANNELS)
    assert {post.channel for post in every_post} == set(LENGTHS)


def test_no_post_has_a_problem(every_post):
    troubled = [(post.organisation.slug, post.channel, post.made.problems) for post in every_post if post.made.problems]

    assert troubled == []


def test_no_post_has_a_typographic_fault(every_post):
    assert [(post.text, found[0]) for post in every_post if (found := FAULT.search(post.text))] == []


def test_every_post_keeps_its_channels_length(every_post):
    for post in every_post:
        least, most = LENGTHS[post.channel]
        assert least <= post.made.length <= most, post.text


def test_every_post_begins_with_a_hook_before_the_fold(every_post):
    for post in every_post:
        heading = post.made.remote.extra.get("title", post.text.splitlines()[0])  # a page shows it by itself
        assert heading == post.item.title
        assert len(post.item.title) <= 100


def test_no_sentence_is_broken_off(every_post):
    assert [post.text for post in every_post if "…" in post.text] == []


def test_nobody_is_addressed_in_two_ways(every_post):
    for post in every_post:
        wrong = SIE if post.organisation.voice.address == "du" else DU
        assert not wrong.search(post.text), post.text


def test_no_two_jobcenters_post_the_same_words(every_post):
    for posts in together(every_post):
        assert len({essence(post.text) for post in posts}) == 16


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=400), summary=st.text(max_size=400), topics=st.lists(st.text(max_size=20), max_size=4))
def test_no_item_whatever_makes_two_jobcenters_say_the_same_on_x(organisations, texts, title, summary, topics):
    content = FeedItem("1", title, "https://portal.example/1", summary, topics=tuple(topics))
    connector = connectors.discover()["x"]
    said = {
        essence(tailor(content, one, texts["x"], connector, link="https://kjc.example/1", media=()).remote.text)
        for one in organisations.values()
    }

    assert len(said) == 16


def test_the_sixteen_posts_differ_in_more_than_their_names(every_post):
    for posts in together(every_post):
        frames = set()
        for post in posts:
            voice = post.organisation.voice
            text = essence(post.text)
            for name in (voice.names.at, voice.region_inside, *voice.hashtags):
                text = text.replace(name.casefold().removesuffix("."), "*")
            frames.add(text)
        assert len(frames) >= 4


def wordings(texts: Mapping[str, ChannelText]) -> list[Wording]:
    return [wording for text in texts.values() for part in text.parts for wording in part.wordings]


def test_every_wording_is_whole_for_all_sixteen_in_both_addresses(texts, organisations):
    for wording, organisation in product(wordings(texts), organisations.values()):
        values = values_of(items()[0], organisation, link="https://kjc.example/1", credit="J. B.")
        for said, wrong in ((wording.du, SIE), (wording.sie, DU)):
            told = resolve(said, {**values, "hashtags": "#U25", "korrektur.tag": "24.11.2026"})
            assert not FAULT.search(told), told
            assert not wrong.search(told), told


def test_a_name_that_ends_in_a_dot_never_tears_a_sentence(texts):
    inside = re.compile(r"\{\{kjc\.[^}]*\}\}(?!\.)")

    assert [said for each in wordings(texts) for said in (each.du, each.sie) if inside.search(said)] == []


def test_a_preview_shows_a_picture_that_is_also_a_videos_poster_once():
    parsed = parse(feeds.rss(first_items(NOW), "https://portal.example", NOW).encode())
    (shown,) = preview(parsed, read_files(CONFIG), "fulda", "x", connectors.discover(), guid="urn:kjc:fahrradwerkstatt")

    assert [(medium["kind"], medium["used"]) for medium in shown.media] == [("video", False), ("image", True)]
    assert shown.problems == ()
