"""Who is who between two polls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.domain import Captions, FeedItem, FeedMedium
from distributor.intake.identity import (
    Changed,
    Known,
    New,
    Same,
    content_digest,
    decide,
    fingerprint,
    flood,
    normal_link,
)

ITEM = FeedItem(
    guid="news-1",
    title="Mia hat ihren Vertrag",
    link="https://portal.example/mia",
    text="Erst Praktikum, dann Vertrag.",
    published_at=datetime(2026, 11, 21, 18, 30, tzinfo=UTC),
    media=(FeedMedium("https://portal.example/mia.jpg", "image", alt="Mia lacht."),),
)


NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def known(item: FeedItem, item_id: int = 1) -> Known:
    return Known(item_id, item.guid, item.link, fingerprint(item), content_digest(item), item.embargo_until)


def decided(parsed: Sequence[FeedItem], before: Sequence[Known]) -> list[New | Changed | Same]:
    return decide(parsed, before, NOW)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (timedelta(days=-1), timedelta(), False),
        (None, timedelta(days=-1), False),
        (timedelta(), timedelta(minutes=5), False),
        (timedelta(days=-1), timedelta(minutes=6), True),
        (None, timedelta(days=1), True),
        (timedelta(days=1), timedelta(days=2), True),
        (timedelta(days=1), timedelta(days=-1), True),
        (timedelta(days=1), None, True),
        (timedelta(days=1), timedelta(days=1), False),
    ],
)
def test_an_embargo_is_a_change_only_as_far_as_it_still_binds(before, after, changed):
    old, new = (
        replace(ITEM, embargo_until=None if wait is None else NOW + wait, published_at=NOW) for wait in (before, after)
    )

    assert decided([new], [known(old)]) == [Changed(1, new, "guid") if changed else Same(1)]


def test_an_item_nobody_knows_is_new():
    assert decided([ITEM], []) == [New(ITEM)]


def test_the_same_document_again_changes_nothing():
    assert decided([ITEM], [known(ITEM)]) == [Same(1)]


def test_new_words_under_the_same_guid_are_a_change():
    edited = replace(ITEM, text="Anders.")

    assert decided([edited], [known(ITEM)]) == [Changed(1, edited, "guid")]


def test_a_new_guid_is_recognised_by_the_link_whatever_tracks_it():
    moved = replace(ITEM, guid="news-2", link="https://Portal.example/mia/?utm_source=feed#top", title="Anders")

    assert decided([moved], [known(ITEM)]) == [Changed(1, moved, "link")]


def test_a_new_guid_alone_is_no_change():
    assert decided([replace(ITEM, guid="news-2")], [known(ITEM)]) == [Same(1)]


def test_a_new_guid_and_link_are_recognised_by_the_content():
    moved = replace(ITEM, guid="news-2", link="https://portal.example/neu/mia")

    assert decided([moved], [known(ITEM)]) == [Changed(1, moved, "content")]


def test_an_undated_item_under_new_guid_and_link_is_new():
    weekly = replace(ITEM, published_at=None)

    assert decided([replace(weekly, guid="2", link="https://portal.example/2")], [known(weekly)]) == [
        New(replace(weekly, guid="2", link="https://portal.example/2"))
    ]


def test_a_link_to_the_front_page_identifies_nothing():
    first = replace(ITEM, link="https://portal.example/")
    second = replace(first, guid="news-2", title="Etwas anderes", text="Neu.")

    assert decided([second], [known(first)]) == [New(second)]


def test_a_link_that_several_entries_share_identifies_nothing():
    shared = [replace(ITEM, guid=f"n{number}", title=f"Titel {number}") for number in range(3)]

    assert decided(shared[1:], [known(shared[0])]) == [New(item) for item in shared[1:]]


def test_a_guid_goes_before_the_link_of_an_earlier_entry():
    old = replace(ITEM, guid="alt")
    newcomer = replace(ITEM, guid="neu", title="Nachfolger", text="Ein neuer Text.")

    assert decided([newcomer, old], [known(old, 7)]) == [New(newcomer), Same(7)]


def test_duplicates_in_one_document_count_once_and_the_first_wins():
    second = replace(ITEM, title="Zweiter Titel")

    assert decided([ITEM, second], []) == [New(ITEM)]


def test_an_entry_that_says_nothing_becomes_no_item():
    assert decided([replace(ITEM, title="", text="", link="", media=()), ITEM], []) == [New(ITEM)]


def test_content_guids_are_recognised_by_guid():
    item = replace(ITEM, guid="content:abc", link="")

    assert decided([item], [known(item, 3)]) == [Same(3)]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Anders"},
        {"text": "Anders"},
        {"summary": "Anders"},
        {"link": "https://portal.example/anders"},
        {"topics": ("Geld",)},
        {"credit": "Jörg Müller"},
        {"language": "en"},
        {"valid_until": datetime(2026, 12, 1, tzinfo=UTC)},
        {"media": ()},
        {"media": (replace(ITEM.media[0], alt="Anders"),)},
        {"media": (replace(ITEM.media[0], alt=""),)},
        {"media": (replace(ITEM.media[0], alt=None),)},
        {"media": (replace(ITEM.media[0], credit="Jörg Müller"),)},
        {"media": (replace(ITEM.media[0], rights="Jobcenter Fulda"),)},
        {"media": (replace(ITEM.media[0], licence="CC BY 4.0"),)},
        {"media": (replace(ITEM.media[0], transcript="Guten Tag."),)},
        {"media": (replace(ITEM.media[0], captions=(Captions("https://portal.example/a.vtt", "de"),)),)},
    ],
)
def test_what_matters_for_a_post_changes_the_digest(change):
    assert content_digest(replace(ITEM, **change)) != content_digest(ITEM)


@pytest.mark.parametrize(
    "change",
    [
        {"guid": "news-2"},
        {"updated_at": datetime(2026, 12, 1, tzinfo=UTC)},
        {"published_at": datetime(2026, 12, 1, tzinfo=UTC), "embargo_until": datetime(2026, 12, 1, tzinfo=UTC)},
        {"media": (replace(ITEM.media[0], width=800, height=600, mime="image/jpeg"),)},
    ],
)
def test_what_does_not_matter_for_a_post_leaves_the_digest(change):
    assert content_digest(replace(ITEM, **change)) == content_digest(ITEM)


def test_the_fingerprint_overlooks_case_signs_and_blanks_but_not_the_day():
    same = replace(ITEM, title=" MIA  hat – ihren Vertrag! ", link="", guid="x")

    assert fingerprint(same) == fingerprint(ITEM)
    assert fingerprint(replace(ITEM, published_at=ITEM.published_at + timedelta(days=1))) != fingerprint(ITEM)


@pytest.mark.parametrize(
    ("link", "normal"),
    [
        ("HTTPS://Portal.Example:443/Mia/?utm_source=x&id=7&fbclid=y#oben", "https://portal.example/Mia?id=7"),
        ("http://portal.example:8080/", "http://portal.example:8080"),
        ("https://portal.example/a?b=1&a=", "https://portal.example/a?b=1&a="),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        ("", ""),
        ("https://[kaputt", ""),
        ("https://portal.example:99999/", ""),
    ],
)
def test_a_link_is_normalised(link, normal):
    assert normal_link(link) == normal


@given(
    st.builds(
        "https://{}/{}?{}#{}".format,
        st.sampled_from(["p.example", "P.Example:443", "[::1]:8"]),
        *[st.text(st.characters(exclude_categories=("Cs",)), max_size=20)] * 3,
    )
)
def test_normalising_twice_changes_nothing(link):
    once = normal_link(link)

    assert normal_link(once) == once


def test_a_flood_is_more_new_items_than_the_limit_in_a_later_poll():
    news: list[New | Changed | Same] = [New(replace(ITEM, guid=str(number))) for number in range(21)]

    assert flood(news, first=False)
    assert not flood(news, first=True)
    assert not flood(news[:20], first=False)
    assert not flood([*news[:20], Same(1), Same(2)], first=False)


few = st.sampled_from(["", "a", "b", "c"])
items = st.builds(
    FeedItem,
    guid=few,
    title=few,
    link=st.sampled_from(["", "https://p.example/", "https://p.example/a", "https://p.example/b?utm_source=x"]),
    text=few,
    published_at=st.sampled_from([None, datetime(2026, 1, 1, tzinfo=UTC)]),
).filter(lambda item: not item.empty)


@given(st.lists(items, max_size=8), st.lists(items, max_size=8))
def test_no_known_item_is_recognised_twice_and_no_entry_lost(parsed, before):
    store = [known(item, number) for number, item in enumerate(before)]

    intents = decided(parsed, store)

    recognised = [intent.item_id for intent in intents if not isinstance(intent, New)]
    assert len(recognised) == len(set(recognised))
    guids = {item.guid or fingerprint(item) for item in parsed}
    assert len(intents) == len(guids)


@given(st.lists(items, max_size=8, unique_by=lambda item: item.guid or fingerprint(item)))
def test_a_second_poll_of_the_same_document_brings_nothing_new(parsed):
    guided = [item if item.guid else replace(item, guid=f"content:{fingerprint(item)}") for item in parsed]
    store = [known(item, number) for number, item in enumerate(guided)]

    assert decided(guided, store) == [Same(number) for number in range(len(guided))]
