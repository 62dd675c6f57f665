"""The walls: what people see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from connectors.sandbox.walls import german_time, pieces, wanted_part


class Page(HTMLParser):
    """A page's tags and text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag, name):
        return [attrs.get(name) for is_, attrs in self.tags if is_ == tag and name in attrs]


def wall(sandbox, channel, account):
    answer = sandbox.client.get(f"/wall/{channel}/{account}")
    assert answer.status_code == 200
    return Page(answer.text)


def instagram_post(sandbox, caption, alt="Ein Bild"):
    url = "https://media.example/a.jpg"
    name = sandbox.instagram("POST", "2001/media", image_url=url, caption=caption, alt_text=alt).json()["id"]
    sandbox.advance(seconds=3)
    return sandbox.instagram("POST", "2001/media_publish", creation_id=name).json()["id"]


def test_the_overview_counts_the_public_posts_of_each_account(sandbox):
    sandbox.graph("POST", "1001/feed", message="a")
    sandbox.graph("POST", "1001/feed", message="b", published="false")

    page = Page(sandbox.client.get("/").text)

    labels = [label for label in page.all("a", "aria-label") if label]
    assert "Facebook-artig: KJC Fulda, 1 Post" in labels
    assert "X-artig: KJC Fulda, 0 Posts" in labels
    assert "/wall/facebook/1001" in page.all("a", "href")
    assert "kein Konto" in page.text


def test_an_empty_overview_says_so(sandbox):
    sandbox.client.post("/_reset")

    assert "Noch ist kein Konto angemeldet" in sandbox.client.get("/").text


def test_a_picture_is_shown_from_our_own_store_with_its_alt_text(sandbox, make_picture):
    instagram_post(sandbox, "Hallo", alt="Zwei Menschen am Tisch")

    page = wall(sandbox, "instagram", "2001")

    (source,) = page.all("img", "src")
    assert page.all("img", "alt") == ["Zwei Menschen am Tisch"]
    assert "ALT" in page.text
    answer = sandbox.client.get(source)
    assert (answer.content, answer.headers["content-type"]) == (make_picture(), "image/jpeg")


def test_a_picture_without_alt_text_is_marked(sandbox):
    instagram_post(sandbox, "Hallo", alt="")

    assert "ohne ALT" in wall(sandbox, "instagram", "2001").text


def test_links_click_except_on_the_instagram_like_wall(sandbox):
    text = "Siehe https://kjc.example/a"
    instagram_post(sandbox, text)
    sandbox.graph("POST", "1001/feed", message=text)
    sandbox.tweet(text)

    clickable = {
        channel: "https://kjc.example/a" in wall(sandbox, channel, account).all("a", "href")
        for channel, account in (("instagram", "2001"), ("facebook", "1001"), ("x", "3001"))
    }

    assert clickable == {"instagram": False, "facebook": True, "x": True}


def test_a_link_without_pictures_has_a_card(sandbox):
    sandbox.graph("POST", "1001/feed", message="Hallo", link="https://kjc.example/geld/antrag")

    page = wall(sandbox, "facebook", "1001")

    assert "kjc.example" in page.text
    assert "geld/antrag" in page.text


def test_the_newest_post_is_first_and_deleted_ones_vanish(sandbox):
    for number in range(3):
        name = sandbox.graph("POST", "1001/feed", message=f"Nr {number}").json()["id"]
        sandbox.advance(minutes=1)
    sandbox.graph("DELETE", name)

    text = wall(sandbox, "facebook", "1001").text

    assert re.findall(r"Nr \d", text) == ["Nr 1", "Nr 0"]


def test_everything_is_escaped(sandbox):
    evil = "<script>alert(1)</script>\"'"
    account = {"channel": "facebook", "id": "1004", "name": evil, "token": "page-evil"}
    sandbox.client.post("/_accounts", json=account)
    sandbox.graph("POST", "1004/feed", "page-evil", message=evil, link='https://kjc.example/"><script>')
    instagram_post(sandbox, evil, alt=evil)

    for path in ("/", "/wall/facebook/1004", "/wall/instagram/2001"):
        page = Page(sandbox.client.get(path).text)
        assert not [tag for tag, _ in page.tags if tag == "script"]
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]


def test_a_script_address_never_becomes_a_link():
    assert pieces("javascript:alert(1) data:text/html,x", links_click=True) == [
        ("javascript:alert(1) data:text/html,x", "")
    ]


@pytest.mark.parametrize("path", ["/", "/wall/facebook/1001", "/wall/facebook/none"])
def test_pages_ask_for_nothing_foreign(sandbox, path):
    answer = sandbox.client.get(path)
    page = Page(answer.text)

    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    sources = page.all("img", "src") + page.all("link", "href") + page.all("script", "src")
    assert sources == ["/walls.css"]
    assert page.all("html", "lang") == ["de"]
    assert page.all("meta", "name") == ["viewport"]


def test_the_page_reloads_itself_until_asked_to_keep_still(sandbox):
    assert Page(sandbox.client.get("/").text).all("meta", "http-equiv") == ["refresh"]
    quiet = Page(sandbox.client.get("/?ruhig=1").text)
    assert quiet.all("meta", "http-equiv") == []
    assert "Automatisch neu laden" in quiet.text


def test_the_style_is_ours(sandbox):
    answer = sandbox.client.get("/walls.css")

    assert answer.headers["content-type"].startswith("text/css")
    assert "url(" not in answer.text
    assert "@import" not in answer.text


def test_an_unknown_wall_and_picture_are_404(sandbox):
    assert sandbox.client.get("/wall/facebook/4711").status_code == 404
    assert sandbox.client.get("/media/4711").status_code == 404


def test_times_are_german_local_times():
    assert german_time(datetime(2026, 3, 1, 9, 5, tzinfo=UTC)) == "Sonntag, 1. März 2026, 10:05 Uhr"
    assert german_time(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "Donnerstag, 2. Juli 2026, 00:05 Uhr"


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-", (10, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=100-", (100, 100)),
        ("bytes=5-2", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("zeilen=1-2", None),
    ],
)
def test_one_part_of_a_file_may_be_asked_for(header: str, part: tuple[int, int] | None) -> None:
    assert wanted_part(header, 100) == part


def test_a_player_gets_the_part_of_a_medium_that_it_asks_for(sandbox):
    instagram_post(sandbox, "Ein Bild")
    [source] = wall(sandbox, "instagram", "2001").all("img", "src")
    whole = sandbox.client.get(source)
    assert whole.headers["accept-ranges"] == "bytes"
    part = sandbox.client.get(source, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    beyond = sandbox.client.get(source, headers={"Range": f"bytes={len(whole.content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")
