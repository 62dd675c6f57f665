"""``calendar`` and ``preview``: looking ahead, with a database and without."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import icalendar
import pytest

from connectors import discover
from distributor.domain import FeedItem, FeedMedium, ParsedFeed
from distributor.services.configuration import read_files
from distributor.services.previewing import preview

FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Portal",
    "items": [
        {
            "id": guid,
            "url": f"https://portal.example/{guid}",
            "title": f"Neustart {guid}",
            "content_text": "Ein Satz. Noch ein Satz.",
            "image": f"https://portal.example/{guid}.jpg",
        }
        for guid in ("eins", "zwei")
    ],
}


def seen(program: Any, first: str, last: str, slug: str = "fulda") -> dict[str, Any]:
    found: dict[str, Any] = program.json("calendar", slug, "--from", first, "--to", last)
    return found


def times(found: dict[str, Any], day: str, channel: str) -> list[str]:
    slots = next(told["slots"] for told in found["days"] if told["day"] == day)
    return [slot["local"] for slot in slots if slot["channel"] == channel]


def test_without_a_database_the_files_tell_slots_and_holidays(nowhere: Any) -> None:
    found = seen(nowhere, "2026-12-24", "2026-12-28")

    assert found["source"] == "config"
    assert [day["day"] for day in found["days"]] == [f"2026-12-{number}" for number in range(24, 29)]
    assert [day["holiday"] for day in found["days"]] == [
        None, "Erster Weihnachtstag", "Zweiter Weihnachtstag", None, None
    ]  # fmt: skip
    assert times(found, "2026-12-24", "facebook") == ["10:00", "16:30"]
    assert times(found, "2026-12-25", "facebook") == []
    assert times(seen(nowhere, "2026-12-28", "2026-12-28", "wiesbaden"), "2026-12-28", "x") == ["08:32", "13:02"]


def test_slots_keep_their_local_time_over_the_clock_change(nowhere: Any) -> None:
    found = seen(nowhere, "2026-10-23", "2026-10-26")
    instants = [slot["at"] for day in found["days"] for slot in day["slots"] if slot["local"] == "10:00"]

    assert instants == ["2026-10-23T08:00:00Z", "2026-10-26T09:00:00Z"]


def test_with_a_database_posts_are_laid_in(program: Any) -> None:
    program.takes_in()
    post = next(post for post in program.posts("--organisation", "fulda", "--channel", "x"))
    day = post["due_at"][:10]

    found = seen(program, day, day)

    assert found["source"] == "database"
    laid = next(laid for laid in found["days"][0]["posts"] if laid["id"] == post["id"])
    assert (laid["at"], laid["state"], laid["in_slot"]) == (post["due_at"], "awaiting", True)
    shown = program.does("calendar", "fulda", "--from", day, "--to", day)
    assert f"#{post['id']} Neustart in Fulda (zur Freigabe)" in shown


def test_an_empty_database_lets_the_files_tell(empty: Any) -> None:
    assert seen(empty, "2026-12-28", "2026-12-28")["source"] == "config"


def test_the_plan_is_an_icalendar_file(program: Any) -> None:
    program.takes_in()
    post = program.posts("--organisation", "fulda", "--channel", "x")[0]
    day = post["due_at"][:10]

    calendar = icalendar.Calendar.from_ical(program.does("calendar", "fulda", "--from", day, "--to", day, "--ics"))
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}

    assert events[f"post-{post['id']}@fulda.distributor"].start.isoformat().startswith(post["due_at"][:19])


def test_without_a_database_the_icalendar_file_holds_the_slots(nowhere: Any) -> None:
    written = nowhere.does("calendar", "fulda", "--from", "2026-12-28", "--to", "2026-12-28", "--ics")

    assert len(icalendar.Calendar.from_ical(written).walk("VEVENT")) == 6


def test_a_calendar_of_every_minute_is_told_in_short(nowhere: Any, config_dir: Path) -> None:
    path = config_dir / "organisations" / "fulda.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('calendar = "hessen"', 'calendar = "demo"'), "utf-8")

    shown = nowhere.does("calendar", "fulda", "--from", "2026-12-25", "--to", "2026-12-25")

    assert "x: 1440 Zeitfenster von 00:00 bis 23:59" in shown


@pytest.mark.parametrize(
    ("slug", "first", "last", "said"),
    [
        ("nirgends", "2026-12-24", "2026-12-24", "Das Jobcenter „nirgends“ gibt es nicht."),
        ("fulda", "2026-12-24", "2026-12-23", "höchstens ein Jahr"),
        ("fulda", "2026-12-24", "2028-12-24", "höchstens ein Jahr"),
    ],
)
def test_what_cannot_be_shown_is_refused(slug: str, first: str, last: str, said: str, nowhere: Any) -> None:
    assert said in nowhere.refuses("calendar", slug, "--from", first, "--to", last)


@pytest.fixture
def feed(tmp_path: Path) -> str:
    path = tmp_path / "feed.json"
    path.write_text(json.dumps(FEED), encoding="utf-8")
    return str(path)


def test_a_preview_needs_no_database(feed: str, nowhere: Any, tmp_path: Path) -> None:
    shown = nowhere.json("preview", feed, "--organisation", "fulda", "--channel", "x", "--item", "eins")

    assert list(shown) == [
        "organisation", "channel", "item", "title", "text", "length", "limit", "unit", "link", "media", "problems"
    ]  # fmt: skip
    assert shown["length"] == discover()["x"].limits.measure(shown["text"])
    assert shown["limit"] == 280
    assert shown["link"] == "https://portal.example/eins"
    assert "Neustart eins" in shown["text"]
    assert [(medium["url"], medium["used"]) for medium in shown["media"]] == [("https://portal.example/eins.jpg", True)]
    assert {problem["rule"] for problem in shown["problems"]} >= {"alt.missing"}
    assert not (tmp_path / "data").exists()


def test_without_an_item_all_are_previewed_and_with_all_every_pair(feed: str, nowhere: Any) -> None:
    one = nowhere.json("preview", feed, "--organisation", "fulda", "--channel", "x")
    every = nowhere.json("preview", feed, "--all")
    column = nowhere.json("preview", feed, "--all", "--channel", "x")

    assert [shown["item"] for shown in one] == ["eins", "zwei"]
    assert len(every) == 2 * 2 * len(discover())
    assert {shown["organisation"] for shown in column} == {"fulda", "wiesbaden"}
    assert {shown["channel"] for shown in column} == {"x"}


def test_people_read_the_preview(feed: str, nowhere: Any) -> None:
    shown = nowhere.does("preview", feed, "--organisation", "fulda", "--channel", "instagram", "--item", "eins")

    assert "=== fulda · instagram · Neustart eins" in shown
    assert "von 2200" in shown
    assert "verhindert die Freigabe: Bild 1 hat keinen Alternativtext" in shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--organisation", "nirgends", "--channel", "x"], "Das Jobcenter „nirgends“ gibt es nicht."),
        (["--organisation", "fulda", "--channel", "nirgends"], "Den Kanal „nirgends“ gibt es nicht"),
        (["--organisation", "fulda", "--channel", "x", "--item", "drei"], "mit der Kennung „drei“"),
    ],
)
def test_a_preview_of_nothing_is_refused(options: list[str], said: str, feed: str, nowhere: Any) -> None:
    assert said in nowhere.refuses("preview", feed, *options)


@pytest.mark.parametrize(
    "medium",
    [
        FeedMedium("https://a.example/1.png", "image", mime="image/png", alt="Eine Werkstatt"),
        FeedMedium("https://a.example/1.jpg", "image", width=4000, height=100, alt="Eine Werkstatt"),
        FeedMedium("https://a.example/1.jpg", "image", width=0, height=0, alt="Eine Werkstatt"),
        FeedMedium("https://a.example/1.mp4", "video", poster="https://a.example/1.jpg", alt="Eine Werkstatt"),
    ],
    ids=["png", "very wide", "no size", "poster of a video"],
)
@pytest.mark.parametrize("channel", sorted(discover()))
def test_a_picture_counts_as_brought_into_shape(medium: FeedMedium, channel: str, config_dir: Path) -> None:
    item = FeedItem("g", "Neustart", "https://a.example/1", "Ein Satz.", credit="Ada Beispiel", media=(medium,))

    (shown,) = preview(
        ParsedFeed("rss2", "Portal", (item,)), read_files(config_dir), "fulda", channel, discover(),
        today=date(2026, 11, 24),
    )  # fmt: skip

    assert shown.media[0]["used"]
    assert not [problem for problem in shown.problems if problem.rule.startswith(("media.", "alt.missing"))]
