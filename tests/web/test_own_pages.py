"""A Jobcenter's own pages as browsers and readers of feeds get them: parsed, within their policy, valid, harmless."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree, html

from distributor.intake.parse import parse
from distributor.roster import organisation_document, organisation_of
from distributor.services import accounts, tailoring
from distributor.store.tables import OrganisationRow, PostRow
from tests.support.own_pages import CHANNEL
from tests.web.conftest import SETUP, START, DeskWorld, opened

HOME = "/kjc/fulda"
PAGES = (HOME, f"{HOME}/links", f"{HOME}/einbetten")
FEEDS = {"feed.rss": "rss2", "feed.atom": "atom", "feed.json": "jsonfeed"}
VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nHallo\n"


def publishes(world: DeskWorld, **fields: str) -> list[dict[str, Any]]:
    """Give Fulda pages of its own and make all its posts public there, a minute after each other; newest first."""
    accounts.add_account(world.deps, SETUP, "fulda", CHANNEL, "seiten", fields, START)
    tailoring.tailor_stale(world.deps, START)
    posts = [post for post in world.posts() if post["channel"] == CHANNEL]
    for number, post in enumerate(posts):
        world.becomes(post["id"], "published", published_at=START + timedelta(minutes=number))
    return [post for post in world.posts() if post["channel"] == CHANNEL][::-1]


@pytest.fixture(scope="module")
def house(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A desk whose posts are public on Fulda's own pages; one of them is hostile, one is a film."""
    with opened(seed, tmp_path_factory.mktemp("pages")) as world:
        publishes(world)
        film = next(post for post in world.posts() if post["channel"] == CHANNEL and post["media"])
        captions = world.deps.cache.put(VTT, "text/vtt")
        with world.deps.store.write() as session:
            row = session.get_one(PostRow, film["id"])
            [medium] = row.document["media"]
            shot = {**medium, "mime": "video/mp4", "captions": captions, "cover": 1500}
            row.document = {**row.document, "media": [shot]}
        yield world


@pytest.fixture(scope="module")
def reads(house: Any) -> Any:
    """Somebody who reads there."""
    return house.public()


def newest(house: Any) -> list[dict[str, Any]]:
    """The public posts, newest first, each with its time."""
    with house.deps.store.read() as session:
        times = {row.id: row.published_at for row in session.query(PostRow)}
    posts = [{**post, "published_at": times[post["id"]]} for post in house.posts() if post["channel"] == CHANNEL]
    return sorted(posts, key=lambda post: post["published_at"], reverse=True)


def film_of(house: Any) -> dict[str, Any]:
    return next(post for post in newest(house) if any(each["mime"] == "video/mp4" for each in post["media"]))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_german_has_landmarks_and_headings_in_order(reads: Any, path: str) -> None:
    answer = reads.get(path)
    tree = html.fromstring(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert tree.get("lang") == "de"
    assert tree.xpath("string(//title)").strip()
    assert len(tree.xpath("//main")) == len(tree.xpath("//h1")) == 1
    levels = [int(each.tag[1]) for each in tree.xpath("//h1|//h2|//h3")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(each.get("alt") is not None for each in tree.xpath("//img"))
    assert all(each.text_content().strip() for each in tree.xpath("//a"))
    labels = [each.get("aria-label") for each in tree.xpath("//nav")]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("path", [*PAGES, f"{HOME}/beitrag/gone"])
def test_a_page_runs_no_script_sets_no_cookie_and_asks_nobody_else(house: Any, reads: Any, path: str) -> None:
    answer = reads.get(path.replace("gone", newest(house)[0]["code"]))
    tree = html.fromstring(answer.text)
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert tree.xpath("//script|//@onload|//@onerror|//@style|//form|//iframe|//object") == []
    loaded = tree.xpath("//img/@src|//source/@src|//track/@src|//link[@rel='stylesheet']/@href")
    assert all(each.startswith(f"{house.deps.settings.public_url}{HOME}/") for each in loaded)
    assert "set-cookie" not in answer.headers
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'; ")
    for style in tree.xpath("//style"):
        digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_hostile_words_are_words(house: Any, reads: Any) -> None:
    hostile = next(post for post in newest(house) if "<script>" in post["title"])
    for path in (*PAGES, f"{HOME}/beitrag/{hostile['code']}"):
        text = reads.get(path).text
        assert "<script" not in text
        assert "&lt;script&gt;" in text
    for name in FEEDS:
        assert reads.get(f"{HOME}/{name}").status_code == 200
    content = etree.fromstring(reads.get(f"{HOME}/feed.rss").content).xpath(
        "string(//item[1]/*[local-name()='encoded'])"
    )
    assert "<script" not in content.lower()


def test_a_post_shows_its_picture_with_its_description_and_leads_on(house: Any, reads: Any) -> None:
    post = next(post for post in newest(house) if post["media"] and post["media"][0]["mime"] == "image/jpeg")
    tree = html.fromstring(reads.get(f"{HOME}/beitrag/{post['code']}").text)
    [picture] = tree.xpath("//article//img")
    assert picture.get("alt") == post["media"][0]["alt"]
    assert reads.get(picture.get("src")).content == house.deps.cache.read(post["media"][0]["sha256"])
    [more] = tree.xpath("//p[@class='more']/a")
    assert more.get("href") == post["link"]
    assert more.text_content() == f"Zum ganzen Beitrag: {post['title']}"
    assert tree.xpath("string(//article//h1)").strip() == post["title"]
    assert tree.xpath("//time/@datetime") == [post["published_at"].isoformat()]


def test_a_film_has_controls_captions_and_is_given_in_ranges(house: Any, reads: Any) -> None:
    post = film_of(house)
    tree = html.fromstring(reads.get(f"{HOME}/beitrag/{post['code']}").text)
    [film] = tree.xpath("//video")
    assert "controls" in film.attrib
    assert "autoplay" not in film.attrib
    assert film.get("aria-label") == post["media"][0]["alt"]
    [track] = film.xpath(".//track[@kind='captions' and @srclang='de']")
    told = reads.get(track.get("src"))
    assert (told.content, told.headers["content-type"]) == (VTT, "text/vtt; charset=utf-8")
    part = reads.get(film.xpath(".//source/@src")[0].partition("#")[0], headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content), part.headers["content-type"]) == (206, 10, "video/mp4")


def test_a_file_of_no_public_post_is_not_given(house: Any, reads: Any) -> None:
    other, post, *_ = (post for post in newest(house) if post["media"][:1] and "video" not in post["media"][0]["mime"])
    sha256 = post["media"][0]["sha256"]
    assert reads.get(f"{HOME}/beitrag/{other['code']}/{sha256}.jpg").status_code == 404
    assert reads.get(f"{HOME}/beitrag/{post['code']}/{sha256}.exe").status_code == 404
    assert reads.get(f"{HOME}/beitrag/{post['code']}/..%2f..%2fkey").status_code == 404


@pytest.mark.parametrize(("name", "kind"), FEEDS.items())
def test_our_own_intake_reads_the_feed_as_it_was_meant(house: Any, reads: Any, name: str, kind: str) -> None:
    answer = reads.get(f"{HOME}/{name}")
    feed = parse(answer.content, content_type=answer.headers["content-type"], url=f"https://kjc.example{HOME}/{name}")
    posts = newest(house)
    assert feed.format == kind
    assert feed.problems == ()
    assert [item.link for item in feed.items] == [post["receipt_url"] for post in map(with_url(house), posts)]
    assert [item.title for item in feed.items[1:]] == [post["title"] for post in posts[1:]]
    assert feed.items[0].title == "Frist läuft & mehr"  # whoever reads takes markup in a title for markup
    for item, post in zip(feed.items, posts, strict=True):
        assert item.published_at == post["published_at"]
        assert [each.url.rpartition("/")[2].partition(".")[0] for each in item.media] == [
            each["sha256"] for each in post["media"]
        ]
        assert [each.alt or "" for each in item.media if each.kind == "image"] == [
            each["alt"] for each in post["media"] if each["mime"].startswith("image/")
        ]


def with_url(house: Any) -> Any:
    base = house.deps.settings.public_url
    return lambda post: {**post, "receipt_url": f"{base}{HOME}/beitrag/{post['code']}"}


@pytest.mark.parametrize("name", ["feed.rss", "feed.atom"])
def test_a_foreign_reader_finds_nothing_wrong_with_the_feed(house: Any, reads: Any, name: str) -> None:
    answer = reads.get(f"{HOME}/{name}")
    read = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
    assert read.bozo is False
    assert read.version == {"feed.rss": "rss20", "feed.atom": "atom10"}[name]
    assert len(read.entries) == len(newest(house))
    assert read.feed.title == "Neues vom Kreisjobcenter Fulda"
    assert any(link.rel == "self" and link.href.endswith(name) for link in read.feed.links)
    for entry, post in zip(read.entries, newest(house), strict=True):
        assert entry.id == entry.link
        enclosures = [each for each in entry.links if each.rel == "enclosure"]
        assert [int(each.length) for each in enclosures] == [
            len(house.deps.cache.read(each["sha256"])) for each in post["media"]
        ]


def test_the_json_feed_has_what_its_standard_asks_for(house: Any, reads: Any) -> None:
    feed = reads.get(f"{HOME}/feed.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{house.deps.settings.public_url}{HOME}/feed.json"
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    for item, post in zip(feed["items"], newest(house), strict=True):
        assert item["content_text"] == post["text"]
        assert {each["mime_type"] for each in item["attachments"]} == {each["mime"] for each in post["media"]}
        assert all(each["alt"] in json.dumps(item, ensure_ascii=False) for each in post["media"])


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_survives_what_xml_does_not_know(make_desk: Any, name: str) -> None:
    world = make_desk()
    post = publishes(world)[0]
    with world.deps.store.write() as session:
        row = session.get_one(PostRow, post["id"])
        row.document = {**row.document, "text": "vor\x0bnach\ufffe ]]> &amp; <b>", "extra": {"title": "\x01 Titel"}}
    feed = parse(world.public().get(f"{HOME}/{name}").content, content_type="", url="https://kjc.example/")
    assert feed.format == FEEDS[name]
    assert len(feed.items) == 4


def test_the_links_are_those_of_the_posts(house: Any, reads: Any) -> None:
    tree = html.fromstring(reads.get(f"{HOME}/links").text)
    assert tree.xpath("//ul[@class='links']//a/@href") == [post["link"] for post in newest(house)]


@pytest.mark.parametrize(
    ("home", "fields", "framing"),
    [
        ("", {}, "'none'"),
        ("https://www.landkreis-fulda.de/jobcenter", {}, "https://www.landkreis-fulda.de"),
        ("https://www.landkreis-fulda.de", {"embed_in": "https://a.example https://b.example"}, "https://a.example https://b.example"),
        ("", {"embed_in": "*"}, "*"),
        ("https://www.landkreis-fulda.de", {"embed_in": "https://a.example; x"}, "https://www.landkreis-fulda.de"),
    ],
)  # fmt: skip
def test_who_may_frame_the_posts_is_settled_per_account(
    make_desk: Any, home: str, fields: dict[str, str], framing: str
) -> None:
    world = make_desk()
    publishes(world, **fields)
    has(world, home=home)
    public = world.public()
    frame = public.get(f"{HOME}/einbetten")
    assert frame.headers["content-security-policy"].endswith(f"frame-ancestors {framing}")
    assert "x-frame-options" not in frame.headers
    assert public.get(HOME).headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert all(each == "_top" for each in html.fromstring(frame.text).xpath("//a/@target"))


def has(world: DeskWorld, **pages: str) -> None:
    """Let the roster name these pages of Fulda's own."""
    with world.deps.store.write() as session:
        row = next(row for row in session.query(OrganisationRow) if row.slug == "fulda")
        row.document = {**row.document, "pages": {**row.document["pages"], **pages}}
        assert organisation_document(organisation_of(row.document)) == row.document


def test_what_the_law_asks_for_is_linked_where_the_roster_names_it(make_desk: Any) -> None:
    world = make_desk()
    publishes(world)
    has(world, imprint="https://kjc.example/impressum", accessibility="https://kjc.example/barrierefreiheit")
    for path in (HOME, f"{HOME}/links", f"{HOME}/beitrag/{newest(world)[0]['code']}"):
        tree = html.fromstring(world.public().get(path).text)
        assert tree.xpath("//nav[@aria-label='Rechtliches']//a/@href") == [
            "https://kjc.example/impressum",
            "https://kjc.example/barrierefreiheit",
        ]
        assert "Datenschutz" not in tree.text_content()


def test_search_engines_may_list_the_pages_and_posts_but_no_copies(house: Any, reads: Any) -> None:
    code = newest(house)[0]["code"]
    for path, told in ((HOME, "all"), (f"{HOME}/beitrag/{code}", "all"), *((each, "noindex") for each in PAGES[1:])):
        assert reads.get(path).headers["x-robots-tag"] == told


@pytest.mark.parametrize(
    "path", ["/kjc", "/kjc/", "/kjc/fulda/", "/kjc/fulda/x", "/kjc/fulda/beitrag", "/kjc/fulda/beitrag/%00", "/kjc/%00",
             "/kjc/fulda?nach=%00", "/kjc/fulda?nach=gibtsnicht", "/kjc/fulda/feed.rss?nach=%27"]
)  # fmt: skip
def test_an_address_that_there_never_was_is_not_there(reads: Any, path: str) -> None:
    answer = reads.get(path)
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht." in answer.text


def test_head_is_answered_and_nothing_can_be_written(reads: Any) -> None:
    for path in (*PAGES, f"{HOME}/feed.rss"):
        assert reads.head(path).status_code == 200
        assert reads.post(path).status_code == 405


def test_the_page_asks_for_no_file_but_its_own_style(reads: Any) -> None:
    """What a page needs stands in it: one request, and the pictures."""
    assert not re.search(r"@import|url\(", reads.get(HOME).text)
