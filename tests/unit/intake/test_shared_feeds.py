"""Foreign documents that are not part of this repository: each is read, or refused with a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from distributor.domain import ParsedFeed, Refused
from distributor.intake.parse import parse

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "feeds"
FILES = sorted(FOLDER.glob("*.*")) if FOLDER.is_dir() else []

pytestmark = pytest.mark.skipif(not FILES, reason=f"no foreign feed documents at {FOLDER}")


def read(number: str, **more: str) -> ParsedFeed:
    (file,) = FOLDER.glob(f"{number}_*")
    return parse(file.read_bytes(), **more)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_document_is_read_or_refused_with_a_reason(file):
    try:
        feed = parse(file.read_bytes())
    except Refused as refused:
        assert file.name.startswith(("15_", "sources"))
        assert refused.text.endswith(".")
        return
    assert feed.items
    assert len({item.guid for item in feed.items}) == len(feed.items)
    assert all(item.title and item.guid for item in feed.items)
    for item in feed.items:
        assert not any(sign in item.title + item.text for sign in ("\u00ad", "\u200b", "<p>", "&nbsp;", "&amp;"))


@pytest.mark.parametrize(
    ("number", "format", "count"),
    [
        ("01", "rss2", 40),
        ("02", "rss2", 25),
        ("03", "atom", 15),
        ("04", "rss2", 1),
        ("05", "rss2", 3),
        ("07", "atom", 15),
        ("08", "rss2", 20),
        ("10", "rss2", 1),
        ("11", "rss2", 10),
        ("13", "rss2", 1),
        ("14", "rss2", 1),
        ("16", "jsonfeed", 3),
        ("17", "rss1", 1),
        ("18", "atom", 2),
        ("20", "rss2", 1),
        ("22", "rss2", 1),
        ("23", "rss2", 1),
        ("24", "rss2", 1),
        ("25", "rss2", 11),
        ("26", "rss2", 2),
        ("27", "rss2", 1),
        ("28", "rss2", 2),
    ],
)
def test_format_and_number_of_items(number, format, count):
    feed = read(number)

    assert (feed.format, len(feed.items)) == (format, count)


def test_umlauts_of_latin_1_are_read_and_tracking_pixels_are_no_pictures():
    items = read("01").items

    assert "die größte Vorbestellung" in items[0].text
    assert not any("cpx.golem.de" in medium.url for item in items for medium in item.media)


def test_a_wordpress_portal_gives_its_pictures_from_the_html():
    items = read("02").items

    assert items[0].title == "Geschichte von »Jujutsu Kaisen« nähert sich dem Ende"
    assert items[0].media[0].url == "https://img.anime2you.de/2023/12/jujutsu-kaisen-6.jpg"
    assert (items[0].media[0].width, items[0].media[0].height) == (700, 350)


def test_a_podcast_has_its_length_and_its_picture():
    audio, picture = read("04").items[0].media

    assert (audio.kind, audio.duration, audio.mime) == ("audio", 312, "audio/mpeg")
    assert picture.kind == "image"


def test_a_youtube_channel_gives_text_and_poster():
    item = read("07").items[0]

    assert item.text.startswith("A question is the most powerful force")
    assert item.media[0].poster == "https://i2.ytimg.com/vi/5shykyfmb28/hqdefault.jpg"


def test_no_torrent_of_a_peertube_instance_is_taken_for_a_video():
    items = read("08").items

    assert not any("torrent" in medium.url or medium.kind == "video" for item in items for medium in item.media)
    assert all(item.media[0].kind == "image" for item in items)
    assert "\nVidéo 4." in items[0].text


def test_a_mastodon_post_gets_a_title_and_keeps_four_pictures():
    item = read("10").items[0]

    assert item.title.startswith("🎉🎉🎉 kubenav v4 the #kubernetes dashboard")
    assert len(item.title) <= 100
    assert [medium.kind for medium in item.media] == ["image"] * 4


def test_a_video_that_only_its_player_shows_has_poster_and_length():
    (video,) = read("13").items[0].media

    assert (video.kind, video.duration, video.credit) == ("video", 610, "Failla Wines")
    assert video.poster.startswith("https://i.vimeocdn.com/video/1931613648")


def test_a_cut_off_json_document_is_refused_whole():
    with pytest.raises(Refused) as refused:
        read("15")

    assert refused.value.code == "feed.truncated"


def test_utf_16_without_a_mark_is_read():
    assert read("20").items[0].title == "Test feed title 1"


def test_media_rss_under_the_wrong_scheme_is_read_and_the_blank_lines_are_said():
    feed = read("22")

    assert feed.items[0].media[0].url.endswith("Whats-next-with-5g--500x260.jpg")
    assert feed.problems[0].startswith("malformed:")


def test_broken_html_becomes_clean_text():
    assert "Death By Scrolling, pausa dalle avventure" in read("23").items[0].text


def test_the_first_of_two_guids_counts():
    assert read("24").items[0].guid == "http://www.braingle.com/50366.html"


def test_without_guids_links_and_contents_identify():
    guids = [item.guid for item in read("25").items]

    assert guids[0] == "https://joshuawright.net/slack-wyrm-911.html"
    assert guids[2].startswith("content:")


def test_relative_addresses_mean_where_the_feed_came_from():
    link = read("26", url="https://www.arcgames.com/en/games/neverwinter/news/rss").items[0].link

    assert link.startswith("https://www.arcgames.com/en/games/neverwinter/news/detail/10743874-")
    assert read("26").items[0].link == ""


def test_character_references_are_read():
    assert read("27").items[0].title == "Where the Grass is Greener, Except When It’s ‘Nonfunctional Turf’"


def test_a_missing_end_and_odd_second_dates_do_no_harm():
    feed = read("28")

    assert feed.items[0].published_at == datetime(2017, 10, 16, 15, 10, tzinfo=UTC)
    assert feed.problems[0].startswith("truncated:")
