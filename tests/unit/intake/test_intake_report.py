"""Items as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from distributor.domain import Captions, FeedItem, FeedMedium, ParsedFeed
from distributor.intake.report import item_document, item_of, report

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
moments = st.none() | st.datetimes(timezones=st.just(UTC))
media = st.builds(
    FeedMedium,
    url=texts,
    kind=st.sampled_from(["image", "video", "audio", "other"]),
    width=st.none() | st.integers(1, 9999),
    duration=st.none() | st.floats(0, 1e6),
    alt=st.none() | texts,
    captions=st.lists(st.builds(Captions, url=texts, lang=texts, mime=texts), max_size=2).map(tuple),
    poster=texts,
    rights=texts,
    licence=texts,
    transcript=texts,
)
items = st.builds(
    FeedItem,
    guid=texts,
    title=texts,
    link=texts,
    text=texts,
    published_at=moments,
    updated_at=moments,
    embargo_until=moments,
    valid_until=moments,
    author=texts,
    topics=st.lists(texts, max_size=3).map(tuple),
    media=st.lists(media, max_size=3).map(tuple),
)


@given(items)
def test_an_item_comes_back_from_json_exactly(item):
    assert item_of(json.loads(json.dumps(item_document(item)))) == item


def test_a_document_that_was_stored_before_a_field_came_is_still_read():
    medium = FeedMedium("https://a.example/v.mp4", "video", captions=(Captions("https://a.example/v.vtt", "de"),))
    item = FeedItem("1", "Titel", "https://a.example/1", media=(medium,))
    document = item_document(item)
    del document["author"]
    for name in ("rights", "licence", "transcript"):
        del document["media"][0][name]
    del document["media"][0]["captions"][0]["mime"]

    assert item_of(document) == item


def test_the_report_has_the_pinned_keys_and_times_in_utc():
    medium = FeedMedium("https://a.example/v.mp4", "video", captions=(Captions("https://a.example/v.vtt", "de"),))
    item = FeedItem(
        "1", "Titel", "https://a.example/1", published_at=datetime(2026, 11, 21, 18, 30, tzinfo=UTC), media=(medium,)
    )

    assert report(ParsedFeed("rss2", "Feed", (item,), ("odd: Seltsam.",))) == {
        "format": "rss2",
        "title": "Feed",
        "items": [
            {
                "guid": "1",
                "title": "Titel",
                "link": "https://a.example/1",
                "published_at": "2026-11-21T18:30:00Z",
                "updated_at": None,
                "summary": "",
                "text": "",
                "topics": [],
                "credit": "",
                "author": "",
                "language": "",
                "embargo_until": None,
                "valid_until": None,
                "media": [
                    {
                        "url": "https://a.example/v.mp4",
                        "kind": "video",
                        "mime": "",
                        "width": None,
                        "height": None,
                        "duration": None,
                        "alt": None,
                        "credit": "",
                        "rights": "",
                        "licence": "",
                        "poster": "",
                        "captions": [{"url": "https://a.example/v.vtt", "lang": "de", "mime": ""}],
                        "transcript": "",
                    }
                ],
            }
        ],
        "problems": ["odd: Seltsam."],
    }
