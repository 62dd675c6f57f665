"""``feed check``: the pinned report of a file or an address, or the reason why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

ITEM = ["guid", "title", "link", "published_at", "updated_at", "summary", "text"]
ITEM += ["topics", "credit", "language", "media"]
MEDIUM = ["url", "kind", "mime", "width", "height", "duration", "alt", "captions"]

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Portal",
    "items": [
        {
            "id": "eins",
            "url": "https://portal.example/eins",
            "title": "Grüße",
            "content_text": "Ein Satz.",
            "date_published": "2026-11-24T10:00:00+01:00",
            "attachments": [{"url": "https://portal.example/bild.jpg", "mime_type": "image/jpeg"}],
        }
    ],
}


def test_one_source_is_a_pretty_document_with_the_pinned_keys(program: Callable[..., Result], tmp_path: Path) -> None:
    feed = tmp_path / "feed.json"
    feed.write_text(json.dumps(JSON_FEED), encoding="utf-8")

    answer = program("feed", "check", str(feed))
    document = json.loads(answer.stdout)

    assert answer.exit_code == 0
    assert list(document)[:3] == ["format", "items", "problems"]
    assert list(document["items"][0])[: len(ITEM)] == ITEM
    assert list(document["items"][0]["media"][0])[: len(MEDIUM)] == MEDIUM
    assert (
        document["format"],
        document["items"][0]["guid"],
        document["items"][0]["published_at"],
    ) == ("jsonfeed", "eins", "2026-11-24T09:00:00Z")
    assert '"title": "Grüße"' in answer.stdout


def test_several_sources_are_a_line_each_and_partly_done(
    program: Callable[..., Result], feed_file: Callable[..., str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"version": "https://jsonfeed.org/version/1.1", "items": [', encoding="utf-8")
    sources = [feed_file("a.xml", guid="a"), str(broken), feed_file("b.xml", guid="b"), str(tmp_path / "nirgends")]

    answer = program("feed", "check", *sources)
    lines = [json.loads(line) for line in answer.stdout.splitlines()]

    assert answer.exit_code == 1
    assert sources == [line["source"] for line in lines]
    assert [line["items"][0]["guid"] if "items" in line else None for line in lines] == ["a", None, "b", None]
    assert list(lines[1]) == ["source", "error"]
    assert lines[3]["error"] == "Die Datei gibt es nicht."
    assert len(answer.stderr.splitlines()) == 2
    assert all(line.startswith(source) for line, source in zip(answer.stderr.splitlines(), sources[1::2], strict=True))


def test_status_is_2_when_every_source_is_refused(program: Callable[..., Result], tmp_path: Path) -> None:
    answer = program("feed", "check", str(tmp_path), str(tmp_path / "nirgends"))

    assert answer.exit_code == 2
    assert all("error" in json.loads(line) for line in answer.stdout.splitlines())


def test_a_refused_source_is_one_line_on_standard_error(program: Callable[..., Result], tmp_path: Path) -> None:
    page = tmp_path / "seite.html"
    page.write_text("<!DOCTYPE html><html><body>Hallo</body></html>", encoding="utf-8")

    answer = program("feed", "check", str(page))

    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert f"{page}: Das ist eine Webseite und kein Feed; bitte die Adresse des Feeds angeben.\n" == answer.stderr


def test_an_address_in_our_own_network_is_refused(program: Callable[..., Result]) -> None:
    answer = program("feed", "check", "http://127.0.0.1:9/feed")

    assert answer.exit_code == 2
    assert "liegt im eigenen Netz" in answer.stderr


def test_a_feed_too_large_is_refused(program: Callable[..., Result], tmp_path: Path) -> None:
    feed = tmp_path / "gross.xml"
    feed.write_bytes(b"<rss>" + b" " * 10_000_001)

    answer = program("feed", "check", str(feed))

    assert answer.exit_code == 2
    assert "größer als 10 MB" in answer.stderr


def test_checking_needs_no_database_and_no_key(
    program: Callable[..., Result], feed_file: Callable[..., str], tmp_path: Path
) -> None:
    assert program("feed", "check", feed_file()).exit_code == 0
    assert not (tmp_path / "data").exists()
