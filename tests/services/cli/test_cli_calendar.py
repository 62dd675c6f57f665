"""``calendar`` and ``preview``: looking ahead, with a database and without."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
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
    assert found["duty"] == []
    assert "Kommentardienst: niemand eingetragen" in nowhere.does(
        "calendar", "fulda", "--from", "2026-12-24", "--to", "2026-12-24"
    )
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

    events = icalendar.Calendar.from_ical(written).walk("VEVENT")
    titles = [str(event["summary"]) for event in events]
    assert sum("Zeitfenster" in title for title in titles) == 6
    assert [title for title in titles if "Zeitfenster" not in title] == ["Weihnachtsferien"]


def test_a_calendar_of_every_minute_is_told_in_short(nowhere: Any, config_dir: Path) -> None:
    path = config_dir / "organisations" / "fulda.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('calendar = "hessen"', 'calendar = "demo"'), "utf-8")

    shown = nowhere.does("calendar", "fulda", "--from", "2026-12-25", "--to", "2026-12-25")

    assert "x: 1440 Zeitfenster von 00:00 bis 23:59" in shown


@pytest.mark.parametrize(
    ("slug", "first", "last", "said"),
    [
        ("nirgends", "2026-12-24", "2026-12-24", "Das Jobcenter „nirgends“ gibt es nicht; `"),
        ("fulda", "2026-12-24", "2026-12-23", "höchstens ein Jahr"),
        ("fulda", "2026-12-24", "2028-12-24", "höchstens ein Jahr"),
    ],
)
def test_what_cannot_be_shown_is_refused(slug: str, first: str, last: str, said: str, nowhere: Any) -> None:
    assert said in nowhere.refuses("calendar", slug, "--from", first, "--to", last)


def test_days_are_entered_shown_and_struck(program: Any) -> None:
    said = program.does(
        "calendar", "enter", "--kind", "closing", "--from", "2027-02-08", "--to", "2027-02-09", "--title", "Umzug",
        "--organisation", "fulda", "--as", "kim",
    )  # fmt: skip
    program.does(
        "calendar", "enter", "--kind", "action", "--from", "2027-02-10", "--title", "Aktionstag", "--topic", "Geld",
        "--all", "--as", "ed",
    )  # fmt: skip

    assert said == "Eintrag 1: Schließtag „Umzug“, 08.02.2027 bis 09.02.2027, für fulda.\n"
    assert [
        (row["organisation"], row["kind"], row["topics"], row["actor"]) for row in program.json("calendar", "list")
    ] == [
        ("fulda", "closing", [], "kim"),
        (None, "action", ["Geld"], "ed"),
    ]
    assert "Umzug" not in program.does("calendar", "list", "--organisation", "wiesbaden")
    days = seen(program, "2027-02-09", "2027-02-10")["days"]
    assert [[one["title"] for one in day["occasions"]] for day in days] == [["Umzug"], ["Aktionstag"]]
    assert (times(seen(program, "2027-02-08", "2027-02-08"), "2027-02-08", "x"), days[1]["slots"] != []) == ([], True)
    shown = program.does("calendar", "--all", "--from", "2027-02-08", "--to", "2027-02-10")
    assert "Mo 2027-02-08  Schließtag: Umzug (fulda)" in shown
    assert "Mi 2027-02-10  Aktionstag: Aktionstag\n" in shown

    assert "nicht" in program.refuses("calendar", "strike", "2", "--as", "kim")
    program.does("calendar", "strike", "1", "--as", "kim")
    assert [row["id"] for row in program.json("calendar", "list")] == [2]
    assert "Den Kalendereintrag 1 gibt es nicht." in program.refuses("calendar", "strike", "1", "--as", "kim")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2027-02-08", "--to", "2027-02-05", "--title", "Umzug"],
         "Das Ende (05.02.2027) liegt vor dem Anfang (08.02.2027)."),
        (["--from", "2027-02-08", "--title", " "], "Der Eintrag braucht einen Titel."),
        (["--from", "2027-02-08", "--to", "2047-02-08", "--title", "Umzug"], "Der Eintrag dauert länger als fünf"),
        (["--from", "2020-02-08", "--title", "Umzug"], "Die Tage sind vorbei (letzter Tag: 08.02.2020)"),
    ],
)  # fmt: skip
def test_an_entry_is_refused_in_words_people_use(words: list[str], said: str, program: Any) -> None:
    refused = program.refuses("calendar", "enter", "--kind", "closing", *words, "--all", "--as", "ed")

    assert said in refused
    assert "Kalender, Eintrag" not in refused


def test_a_file_of_many_days_is_summed_up_with_what_was_cut_and_guessed(program: Any, tmp_path: Path) -> None:
    day = datetime.now(UTC).date() + timedelta(days=30)
    path = tmp_path / "tage.ics"
    path.write_text(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nSUMMARY:Sprechstunde\nRRULE:FREQ=WEEKLY\n"
        f"DTSTART;TZID=Mond/Krater:{day:%Y%m%d}T100000\nEND:VEVENT\nEND:VCALENDAR\n",
        encoding="utf-8",
    )

    said = program.does("calendar", "import", str(path), "--kind", "school", "--all", "--dry-run", "--as", "ed")

    lines = said.splitlines()
    assert re.fullmatch(rf"neu: 1[0-9]{{2}} Einträge, {day:%d\.%m\.%Y} bis [0-9.]{{10}}", lines[0])
    assert re.fullmatch(r"1[0-9]{2} neu, 0 geändert, 0 unverändert\. Nichts wurde gespeichert .*", lines[1])
    assert lines[2].startswith("Eine Wiederholung reicht weiter; gelesen sind ihre Tage bis ")
    assert lines[3:] == [
        "Ein Termin mit Uhrzeit gilt als ganzer Tag.",
        "Unbekannte Zeitzonen gelten als Europe/Berlin: „Mond/Krater“.",
    ]


def test_approvals_on_a_day_that_is_closed_are_told(program: Any) -> None:
    program.takes_in()
    post = next(post for post in program.posts("--organisation", "fulda", "--channel", "x"))
    number, day = str(post["id"]), post["due_at"][:10]
    program.does("posts", "approve", number, "--as", "kim")

    said = program.does(
        "calendar", "enter", "--kind", "blackout", "--from", day, "--title", "Trauerfall", "--all", "--as", "ed"
    )

    assert f"Freigabe zurückgenommen: Post {number}. Bitte zu neuer Zeit freigeben." in said
    assert "Sperrzeit (Trauerfall)" in program.json("posts", "show", number)["reason"]["text"]


def test_a_calendar_file_is_tried_then_taken(program: Any, tmp_path: Path) -> None:
    program.does(
        "calendar", "enter", "--kind", "school", "--from", "2027-02-08", "--title", "Beweglicher Ferientag",
        "--organisation", "fulda", "--as", "kim",
    )  # fmt: skip
    path = tmp_path / "tage.ics"
    path.write_text(program.does("calendar", "fulda", "--from", "2027-02-08", "--to", "2027-02-08", "--ics"), "utf-8")
    command = ("calendar", "import", str(path), "--kind", "school", "--organisation", "wiesbaden", "--as", "ed")

    tried = program.does(*command, "--dry-run")
    assert "neu: 08.02.2027 Beweglicher Ferientag\n1 neu, 0 geändert, 0 unverändert. Nichts wurde gespeichert" in tried
    assert len(program.json("calendar", "list")) == 1
    assert "1 neu" in program.does(*command)
    assert "1 unverändert" in program.does(*command)
    path.write_bytes(b"nichts")
    assert "keine Kalenderdatei" in program.refuses(*command)


def test_a_file_at_an_address_inside_our_network_is_refused(program: Any) -> None:
    said = program.refuses(
        "calendar", "import", "webcal://127.0.0.1/tage.ics", "--kind", "school", "--all", "--as", "ed"
    )
    assert "liegt im eigenen Netz" in said


def test_a_subscription_is_shown_once(program: Any) -> None:
    address = program.does("calendar", "subscribe", "fulda", "--as", "kim").strip()

    assert address.startswith("http")
    assert address.endswith(".ics")
    assert "gibt es schon" in program.refuses("calendar", "subscribe", "fulda", "--as", "kim")
    assert program.does("calendar", "subscribe", "fulda", "--renew", "--as", "kim").strip() != address
    assert "darf den Kalender aller Jobcenter nicht sehen" in program.refuses("calendar", "subscribe", "--as", "kim")


@pytest.mark.parametrize(
    "words",
    [
        ("fulda", "--all", "--from", "2027-02-08", "--to", "2027-02-08"),
        ("--from", "2027-02-08", "--to", "2027-02-08"),
        ("enter", "--kind", "school", "--from", "2027-02-08", "--title", "T", "--as", "ed"),
        (
            "enter",
            "--kind",
            "school",
            "--from",
            "2027-02-08",
            "--title",
            "T",
            "--all",
            "--organisation",
            "f",
            "--as",
            "ed",
        ),
    ],
)
def test_whose_calendar_is_meant_must_be_said(words: tuple[str, ...], program: Any) -> None:
    assert "Bitte" in program.refuses("calendar", *words)


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
        (["--organisation", "nirgends", "--channel", "x"], "Das Jobcenter „nirgends“ gibt es nicht; `"),
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
