"""The portal's feeds through the distributor's intake, as the demo runs them."""

from __future__ import annotations

import pytest

from distributor.domain import FeedItem
from distributor.intake.parse import parse

BASE = "http://portal.example:8001"
FEEDS = ("/feed.rss", "/feed.atom", "/feed.json")


def read(portal, address: str) -> tuple[FeedItem, ...]:
    answer = portal.get(address)
    feed = parse(answer.content, content_type=answer.headers["content-type"], url=f"{BASE}{address}")
    assert feed.problems == ()
    return feed.items


def said(item: FeedItem) -> tuple[object, ...]:
    return (item.guid, item.title, item.link, item.summary, item.text, item.topics, item.published_at, item.updated_at)


@pytest.mark.parametrize("address", FEEDS)
def test_every_feed_is_read_without_a_problem_and_says_the_same(portal, address: str) -> None:
    items = read(portal, address)
    assert len(items) == 12
    assert [said(item) for item in items] == [said(item) for item in read(portal, "/feed.rss")]


@pytest.mark.parametrize("address", ["/feed.rss", "/feed.atom"])
def test_pictures_keep_size_alt_text_and_credit(portal, address: str) -> None:
    for item in read(portal, address):
        picture = item.media[-1]
        assert picture.kind == "image"
        assert picture.alt
        assert picture.width and picture.height
        assert item.credit == picture.credit
        assert picture.credit.startswith("Foto: ")


@pytest.mark.parametrize("address", ["/feed.rss", "/feed.atom"])
def test_the_video_keeps_poster_captions_and_duration(portal, address: str) -> None:
    (item,) = [item for item in read(portal, address) if item.media[0].kind == "video"]
    video, poster = item.media
    assert (video.duration, video.poster) == (6.0, poster.url)
    assert [(track.url, track.lang) for track in video.captions] == [(f"{BASE}/media/clip.vtt", "de")]
