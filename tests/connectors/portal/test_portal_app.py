"""The portal over HTTP: feeds, conditional requests, media in ranges, pages, and the editors' addresses."""

from __future__ import annotations

import ast
import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from lxml import etree, html

import connectors.sandbox.portal as package
from connectors.sandbox.portal.pictures import DRAWINGS

NAMES = {"media": "http://search.yahoo.com/mrss/", "atom": "http://www.w3.org/2005/Atom"}
FEEDS = ("/feed.rss", "/feed.atom", "/feed.json")
BASE = "http://portal.example:8001"
NEW = {
    "guid": "urn:kjc:neu",
    "title": "Neu & <wichtig>",
    "summary": "Kurz.",
    "text": "Eins.\n\nZwei.",
    "topics": ["Geld"],
}


def rss_items(portal) -> list[etree._Element]:
    return etree.fromstring(portal.get("/feed.rss").content).findall("channel/item")


def rss_item(portal, guid: str) -> etree._Element:
    return next(item for item in rss_items(portal) if item.findtext("guid") == guid)


def test_the_rss_feed_carries_each_item_with_its_picture_alt_text_and_credit(portal, clock) -> None:
    items = rss_items(portal)
    assert len({item.findtext("guid") for item in items}) == 12
    for item in items:
        picture = item.find("media:content[@medium='image']", NAMES)
        name = picture.get("url").removeprefix(f"{BASE}/media/")
        assert (int(picture.get("width")), int(picture.get("height"))) == (DRAWINGS[name].width, DRAWINGS[name].height)
        assert picture.find("media:description", NAMES).text
        assert picture.find("media:credit", NAMES).text.startswith("Foto: ")
        assert item.findtext("link").startswith(f"{BASE}/beitrag/")
        assert parsedate_to_datetime(item.findtext("pubDate")) < clock.now


def test_the_rss_feed_carries_one_video_with_poster_and_captions(portal) -> None:
    (video,) = [
        found for item in rss_items(portal) if (found := item.find("media:content[@medium='video']", NAMES)) is not None
    ]
    assert (video.get("url"), video.get("type")) == (f"{BASE}/media/clip.mp4", "video/mp4")
    assert (video.get("width"), video.get("height"), video.get("duration")) == ("1280", "720", "6")
    assert video.find("media:thumbnail", NAMES).get("url") == f"{BASE}/media/fahrradwerkstatt.jpg"
    captions = video.find("media:subTitle", NAMES)
    assert captions.attrib == {"href": f"{BASE}/media/clip.vtt", "type": "text/vtt", "lang": "de"}


def test_the_three_feeds_say_the_same(portal) -> None:
    rss = [
        (item.findtext("guid"), item.findtext("title"), item.findtext("link"), item.findtext("description"))
        for item in rss_items(portal)
    ]
    entries = etree.fromstring(portal.get("/feed.atom").content).findall("atom:entry", NAMES)
    atom = [
        (
            entry.findtext("atom:id", namespaces=NAMES),
            entry.findtext("atom:title", namespaces=NAMES),
            entry.find("atom:link", NAMES).get("href"),
            entry.findtext("atom:summary", namespaces=NAMES),
        )
        for entry in entries
    ]
    document = portal.get("/feed.json").json()
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert rss == atom == [(one["id"], one["title"], one["url"], one["summary"]) for one in document["items"]]
    assert len(entries[0].findall("media:content", NAMES)) == 1


@pytest.mark.parametrize("address", FEEDS)
def test_addresses_in_a_feed_begin_where_the_request_came_to(portal, address: str) -> None:
    body = portal.get(address, headers={"host": "127.0.0.1:9999"}).text
    assert "http://127.0.0.1:9999/beitrag/" in body
    assert "portal.example" not in body


@pytest.mark.parametrize("address", FEEDS)
def test_an_unchanged_feed_answers_not_modified(portal, clock, address: str) -> None:
    first = portal.get(address)
    clock.advance(hours=5)
    by_tag = portal.get(address, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    by_time = portal.get(address, headers={"if-modified-since": first.headers["last-modified"]})
    assert [(answer.status_code, answer.content) for answer in (by_tag, by_time)] == [(304, b"")] * 2
    assert by_tag.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("address", FEEDS)
def test_a_changed_feed_answers_in_full(portal, clock, address: str) -> None:
    first = portal.get(address)
    clock.advance(minutes=1)
    portal.post("/_edit/urn:kjc:kaution", json={"title": "Kaution: neu erklärt"})
    for condition in (
        {"if-none-match": first.headers["etag"]},
        {"if-modified-since": first.headers["last-modified"]},
        {"if-modified-since": "gestern"},
        {"if-none-match": first.headers["etag"], "if-modified-since": "Sat, 01 Jan 2050 00:00:00 GMT"},
    ):
        again = portal.get(address, headers=condition)
        assert again.status_code == 200
        assert "Kaution: neu erklärt" in again.text


def test_dates_stay_while_the_clock_runs(portal, clock) -> None:
    before = portal.get("/feed.rss").content
    clock.advance(days=3)
    assert portal.get("/feed.rss").content == before


def test_an_edit_keeps_the_guid_and_moves_the_update_time(portal, clock) -> None:
    before = rss_item(portal, "urn:kjc:kaution")
    clock.advance(hours=1)
    answer = portal.post("/_edit/urn:kjc:kaution", json={"summary": "Jetzt kürzer.", "topics": ["Wohnen"]})
    after = rss_item(portal, "urn:kjc:kaution")
    assert answer.json() == {"guid": "urn:kjc:kaution", "updated_at": clock.now.isoformat()}
    assert after.findtext("description") == "Jetzt kürzer."
    assert [category.text for category in after.findall("category")] == ["Wohnen"]
    assert after.findtext("pubDate") == before.findtext("pubDate")
    assert after.findtext("atom:updated", namespaces=NAMES) == "2026-11-23T10:00:00Z"


def test_a_published_item_comes_first_and_is_escaped(portal, clock) -> None:
    clock.advance(minutes=5)
    assert portal.post("/_publish", json=NEW).status_code == 200
    item = rss_items(portal)[0]
    assert item.findtext("title") == "Neu & <wichtig>"
    assert item.find("media:content", NAMES) is None
    assert portal.get("/feed.json").json()["items"][0]["content_html"] == "<p>Eins.</p><p>Zwei.</p>"
    page = html.fromstring(portal.get("/beitrag/neu").text)
    assert page.findtext(".//h1") == "Neu & <wichtig>"


def test_publishing_under_a_known_guid_replaces_the_item(portal, clock) -> None:
    portal.post("/_publish", json=NEW | {"hours_ago": 1})
    clock.advance(hours=1)
    portal.post("/_publish", json=NEW | {"title": "Ganz anders", "published_at": "2026-11-23T09:00:00+01:00"})
    item = rss_item(portal, "urn:kjc:neu")
    assert len(rss_items(portal)) == 13
    assert item.findtext("title") == "Ganz anders"
    assert item.findtext("pubDate") == "Mon, 23 Nov 2026 08:00:00 GMT"
    assert item.findtext("atom:updated", namespaces=NAMES) == "2026-11-23T10:00:00Z"


def test_an_item_may_be_dated_ahead_for_an_embargo(portal, clock) -> None:
    ahead = clock.now + timedelta(days=2)
    portal.post("/_publish", json=NEW | {"published_at": ahead.isoformat()})
    assert parsedate_to_datetime(rss_items(portal)[0].findtext("pubDate")) == ahead


def test_a_deleted_item_leaves_feed_and_page(portal) -> None:
    assert portal.delete("/_items/urn:kjc:kaution").status_code == 204
    assert "urn:kjc:kaution" not in portal.get("/feed.rss").text
    page = portal.get("/beitrag/kaution")
    assert page.status_code == 404
    assert "gibt es nicht" in page.text
    assert portal.delete("/_items/urn:kjc:kaution").status_code == 404


@pytest.mark.parametrize(
    ("address", "body", "status"),
    [
        ("/_edit/urn:kjc:niemals", b'{"title": "x"}', 404),
        ("/_edit/urn:kjc:kaution", b'{"titel": "x"}', 400),
        ("/_edit/urn:kjc:kaution", b'{"guid": "x"}', 400),
        ("/_edit/urn:kjc:kaution", b'{"title": 7}', 400),
        ("/_edit/urn:kjc:kaution", b'{"published_at": "2026-11-23T09:00:00"}', 400),
        ("/_edit/urn:kjc:kaution", b'{"published_at": "bald"}', 400),
        ("/_edit/urn:kjc:kaution", b'{"video": {"name": "x"}}', 400),
        ("/_publish", b"[]", 400),
        ("/_publish", b"{", 400),
        ("/_publish", b"\xff", 400),
        ("/_publish", b'{"slug": "ohne-titel"}', 400),
    ],
)
def test_a_control_request_that_makes_no_sense_changes_nothing(portal, address: str, body: bytes, status: int) -> None:
    before = portal.get("/feed.json").content
    answer = portal.post(address, content=body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert portal.get("/feed.json").content == before


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("kaution.png", "image/png"),
        ("neustart.jpg", "image/jpeg"),
        ("clip.mp4", "video/mp4"),
        ("clip.vtt", "text/vtt; charset=utf-8"),
    ],
)
def test_media_come_with_their_type_and_in_ranges(portal, name: str, mime: str) -> None:
    whole = portal.get(f"/media/{name}")
    size = len(whole.content)
    assert (whole.status_code, whole.headers["content-type"], whole.headers["accept-ranges"]) == (200, mime, "bytes")
    for asked, first, last in (
        ("0-9", 0, 9),
        ("10-", 10, size - 1),
        ("-7", size - 7, size - 1),
        ("5-99999999", 5, size - 1),
    ):
        part = portal.get(f"/media/{name}", headers={"range": f"bytes={asked}"})
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert part.content == whole.content[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=9-5", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(portal, asked: str) -> None:
    answer = portal.get("/media/clip.vtt", headers={"range": asked})
    assert answer.status_code == 416
    assert re.fullmatch(r"bytes \*/\d+", answer.headers["content-range"])


@pytest.mark.parametrize(
    "headers",
    [
        {"range": "bytes=0-1,4-5"},
        {"range": "bytes=-"},
        {"range": "pages=1-2"},
        {"range": f"bytes={'9' * 5000}-"},
        {"range": "bytes=0-9", "if-range": '"an older one"'},
    ],
)
def test_a_range_that_is_not_served_gets_the_whole_file(portal, headers: dict[str, str]) -> None:
    whole = portal.get("/media/clip.vtt").content
    answer = portal.get("/media/clip.vtt", headers=headers)
    assert (answer.status_code, answer.content) == (200, whole)


def test_a_medium_that_is_known_is_not_sent_again(portal) -> None:
    tag = portal.get("/media/clip.mp4").headers["etag"]
    assert portal.get("/media/clip.mp4", headers={"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["fehlt.jpg", "items.toml", "..%2Fitems.toml", "app.py"])
def test_only_media_are_served(portal, name: str) -> None:
    assert portal.get(f"/media/{name}").status_code == 404


def test_a_medium_can_be_put_in_the_place_of_another(portal) -> None:
    portal.put("/_media/kaution.png", content=b"<html>", headers={"content-type": "image/png"})
    answer = portal.get("/media/kaution.png")
    assert (answer.content, answer.headers["content-type"]) == (b"<html>", "image/png")


def test_every_item_has_a_page_that_can_be_shared(portal) -> None:
    for item in portal.get("/feed.json").json()["items"]:
        page = html.fromstring(portal.get(item["url"]).text)
        tags = {tag.get("property"): tag.get("content") for tag in page.iter("meta")}
        assert page.get("lang") == "de"
        assert page.findtext(".//h1") == tags["og:title"] == item["title"]
        assert tags["og:description"] == item["summary"]
        assert (tags["og:url"], tags["og:image"]) == (item["url"], item["image"])
        assert portal.get(tags["og:image"]).headers["content-type"].startswith("image/")
        assert tags["og:image:alt"]


def test_pages_ask_no_foreign_host_for_anything(portal) -> None:
    for address in ("/", "/beitrag/kaution", "/beitrag/fahrradwerkstatt"):
        text = portal.get(address).text
        assert "url(" not in text
        assert "@import" not in text
        assert set(re.findall(r"https?://[^/\"' ]+", text)) == {BASE}


def test_the_video_page_plays_with_german_captions(portal) -> None:
    page = html.fromstring(portal.get("/beitrag/fahrradwerkstatt").text)
    (track,) = page.iter("track")
    assert (track.get("srclang"), track.get("kind")) == ("de", "captions")
    assert portal.get(track.get("src")).text.startswith("WEBVTT")


def test_the_front_page_leads_to_the_feeds_and_all_items(portal) -> None:
    page = html.fromstring(portal.get("/").text)
    feeds = [link.get("href") for link in page.iter("link") if link.get("rel") == "alternate"]
    assert feeds == [f"{BASE}{address}" for address in FEEDS]
    assert all(portal.get(address).status_code == 200 for address in feeds)
    assert len(page.findall(".//li/a")) == 12


def test_the_portal_knows_nothing_of_who_reads_it() -> None:
    names = set()
    for path in Path(package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names.add(node.module)
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
    assert not [name for name in names if name.split(".")[0] in {"distributor", "schedules"}]
    assert not [name for name in names if name.startswith("connectors") and not name.startswith(package.__name__)]


def test_a_time_without_a_fraction_is_what_every_feed_shows(portal, clock) -> None:
    clock.now = datetime(2026, 11, 23, 9, 0, 1, 250_000, tzinfo=UTC)
    portal.post("/_publish", json=NEW)
    assert json.loads(portal.get("/feed.json").content)["items"][0]["date_published"] == "2026-11-23T09:00:01Z"
