"""``posts`` on the command line: who sees what, decisions one by one and in rows, and how refusals are told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from distributor.cli import posts
from schedules.days import public_holidays

PINNED = {
    "id", "item", "organisation", "channel", "form", "state", "due_at", "next_try_at", "approved_digest",
    "staged_digest", "sent_digest", "text", "link", "media", "problems", "attempts", "receipt", "reason",
}  # fmt: skip


def on(posts: list[dict[str, Any]], channel: str) -> dict[str, Any]:
    return next(post for post in posts if post["channel"] == channel)


def test_show_has_the_pinned_keys(program: Any) -> None:
    program.takes_in()
    listed = on(program.posts("--organisation", "fulda"), "x")

    shown = program.json("posts", "show", str(listed["id"]))

    assert set() == PINNED - shown.keys()
    assert set() == PINNED - listed.keys()
    assert tuple(shown[key] for key in ("organisation", "channel", "form", "state")) == (
        "fulda",
        "x",
        "feed",
        "awaiting",
    )
    assert "Neustart in Fulda" in shown["text"]


def test_the_list_is_narrowed_by_organisation_channel_state_item_and_person(program: Any) -> None:
    first, second = program.takes_in("Eins"), program.takes_in("Zwei")

    assert len(program.posts()) == 12
    assert len(program.posts("--organisation", "fulda")) == 6
    assert len(program.posts("--channel", "x")) == 4
    assert {second} == {post["item"] for post in program.posts("--item", str(second))}
    assert {"awaiting"} == {post["state"] for post in program.posts("--state", "awaiting")}
    assert {"fulda"} == {post["organisation"] for post in program.posts("--as", "kim")}
    assert program.posts("--organisation", "wiesbaden", "--as", "kim") == []
    assert len(program.posts("--limit", "1")) == 1
    assert first != second


def test_a_person_does_not_see_the_posts_of_others(program: Any) -> None:
    program.takes_in()
    foreign = program.posts("--organisation", "wiesbaden")[0]["id"]

    assert f"Den Post {foreign} gibt es nicht.\n" == program.refuses("posts", "show", str(foreign), "--as", "kim")


def test_people_read_a_table_and_the_post_itself(program: Any) -> None:
    program.takes_in()
    listed = on(program.posts("--organisation", "fulda"), "x")

    table = program.does("posts", "list", "--channel", "x").splitlines()
    shown = program.does("posts", "show", str(listed["id"]))

    assert table[0] == "Nr.\tZeit\tJobcenter\tKanal\tStand\tTitel\tMängel\tGrund"
    assert len(table) == 3
    assert "zur Freigabe" in shown
    assert listed["text"] in shown
    assert listed["digest"] in shown


def test_all_waiting_posts_of_an_organisation_are_approved(program: Any) -> None:
    program.takes_in()

    told = program.does("posts", "approve", "--organisation", "fulda", "--all", "--as", "kim").splitlines()
    after = program.posts("--organisation", "fulda", "--state", "scheduled")

    assert 3 == len(told) == len(after)
    assert all(post["approved_digest"] == post["digest"] for post in after)
    assert (
        program.does("posts", "approve", "--organisation", "fulda", "--all", "--as", "kim")
        == "Bei fulda wartet nichts auf Freigabe.\n"
    )


def test_some_of_several_refused_is_partly(program: Any) -> None:
    program.takes_in()
    mine = on(program.posts("--organisation", "fulda"), "x")["id"]
    foreign = on(program.posts("--organisation", "wiesbaden"), "x")["id"]

    answer = program("posts", "approve", str(mine), str(foreign), "999", "--as", "kim")

    assert answer.exit_code == 1
    assert f"Post {mine} ist freigegeben" in answer.stdout
    told = answer.stderr.splitlines()
    assert len(told) == 2
    assert told[0].startswith(f"Post {foreign}: „kim“ darf das für wiesbaden nicht")
    assert told[1] == "Den Post 999 gibt es nicht."
    assert program.json("posts", "show", str(foreign))["state"] == "awaiting"


def test_all_refused_is_2(program: Any) -> None:
    program.takes_in()
    foreign = [str(post["id"]) for post in program.posts("--organisation", "wiesbaden")]

    answer = program("posts", "approve", *foreign, "--as", "kim")

    assert answer.exit_code == 2
    assert len(foreign) == len(answer.stderr.splitlines())


def test_a_digest_that_was_not_the_one_seen_is_refused(program: Any) -> None:
    program.takes_in()
    post = on(program.posts("--organisation", "fulda"), "x")
    number = str(post["id"])

    assert "hat sich geändert" in program.refuses("posts", "approve", number, "--digest", "alt", "--as", "kim")
    program.does("posts", "approve", number, "--digest", post["digest"], "--as", "kim")


def test_an_uncleared_post_is_not_approved(program: Any) -> None:
    program.takes_in(cleared=False)
    post = on(program.posts("--organisation", "fulda"), "x")

    assert "noch nicht geklärt" in program.refuses("posts", "approve", str(post["id"]), "--as", "kim")


def a_working_day() -> date:
    """A day a month ahead on which posts may go out."""
    day = datetime.now(UTC).date() + timedelta(days=30)
    while day.weekday() > 4 or day in public_holidays("DE-HE", day.year):
        day += timedelta(days=1)
    return day


def test_approval_and_move_take_a_time_in_german_local_time(program: Any) -> None:
    program.takes_in()
    number = str(on(program.posts("--organisation", "fulda"), "x")["id"])

    day = a_working_day()
    noon = datetime(day.year, day.month, day.day, 12, 30, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    program.does("posts", "approve", number, "--at", f"{day} 12:30", "--force", "--as", "kim")
    assert program.json("posts", "show", number)["due_at"] == f"{noon:%Y-%m-%dT%H:%M:%SZ}"
    program.does("posts", "move", number, "--at", f"{day}T12:45:00+00:00", "--force", "--as", "kim")
    moved = program.json("posts", "show", number)
    assert (moved["due_at"], moved["state"]) == (f"{day}T12:45:00Z", "scheduled")
    assert "Ruhezeit" in program.refuses("posts", "move", number, "--at", f"{day} 03:00", "--as", "kim")
    assert "mehr als ein Jahr" in program.refuses("posts", "move", number, "--at", "2098-11-25 12:30", "--as", "kim")


def test_a_post_gets_its_own_text_from_option_file_or_input_and_loses_it(program: Any, tmp_path: Path) -> None:
    program.takes_in()
    number = str(on(program.posts("--organisation", "fulda"), "facebook")["id"])
    template = program.json("posts", "show", number)["text"]
    file = tmp_path / "text.txt"
    file.write_text("Aus der Datei: Grüße.", encoding="utf-8")

    program.does("posts", "edit", number, "--text", "Von Hand.", "--as", "kim")
    assert program.json("posts", "show", number)["text"] == "Von Hand."
    program.does("posts", "edit", number, "--file", str(file), "--as", "kim")
    assert program.json("posts", "show", number)["text"] == "Aus der Datei: Grüße."
    program.does("posts", "edit", number, "--file", "-", "--as", "kim", stdin="Aus der Eingabe.")
    assert program.json("posts", "show", number)["text"] == "Aus der Eingabe."
    told = program.does("posts", "edit", number, "--text", "Ruf an: {{kjc.unbekannt}}", "--as", "kim")
    assert "placeholder.unresolved" in told
    program.does("posts", "edit", number, "--reset", "--as", "kim")
    assert template == program.json("posts", "show", number)["text"]
    assert "gibt es nicht" in program.refuses("posts", "edit", number, "--file", "/nirgends", "--as", "kim")


def test_reject_retry_hurry_confirm_and_recall_reach_their_services(program: Any) -> None:
    program.takes_in()
    posts = program.posts("--organisation", "fulda")
    first, second = str(on(posts, "x")["id"]), str(on(posts, "facebook")["id"])

    program.does("posts", "reject", first, "--reason", "doppelt", "--as", "kim")
    rejected = program.json("posts", "show", first)
    assert (rejected["state"], rejected["reason"]["text"]) == ("closed", "doppelt")
    assert "nennen" in program.refuses("posts", "reject", second, "--reason", " ", "--as", "kim")
    for verb in ("retry", "publish-now", "confirm"):
        assert "das geht hier nicht" in program.refuses("posts", verb, second, "--as", "kim")
    told = program.does("posts", "recall", second, "--as", "ed")
    assert f"Post {second} ist zurückgerufen und jetzt geschlossen.\n" == told


def test_an_unknown_person_decides_nothing(program: Any) -> None:
    assert "„niemand“ ist keine bekannte Person" in program.refuses("posts", "approve", "1", "--as", "niemand")


def test_json_is_one_document_even_when_there_is_nothing(program: Any) -> None:
    assert json.loads(program.does("posts", "list", "--json")) == []
    assert program.does("posts", "list") == "Es gibt keine solchen Posts.\n"


def test_fix_mends_what_mends_itself_and_tells_when_there_is_nothing(program: Any) -> None:
    program.takes_in()
    number = str(on(program.posts("--organisation", "fulda"), "facebook")["id"])
    told = program.does("posts", "edit", number, "--text", "Zur #messe für Klient*innen!", "--as", "kim")
    assert "behebbar mit „posts fix“" in told

    told = program.does("posts", "fix", number, "--rule", "hashtag.camelcase", "--as", "kim")
    assert "soweit das von selbst geht. Es bleibt: „Klient*innen“ enthält" in " ".join(told.split())
    shown = program.json("posts", "show", number)
    assert shown["text"].startswith("Zur #Messe für Klient*innen!")
    fix = next(problem["fix"] for problem in shown["problems"] if problem["rule"] == "gender.sign")
    assert fix["wrong"] == "Klient*innen"

    assert f"Post {number} ist behoben" in program.does("posts", "fix", number, "--as", "kim")
    assert program.json("posts", "show", number)["text"].startswith(f"Zur #Messe für {fix['right']}!")
    assert "nichts, was sich von selbst beheben lässt" in program.refuses("posts", "fix", number, "--as", "kim")
    assert "hashtag.camelcase" in program.refuses("posts", "fix", number, "--rule", "text.too_long", "--as", "kim")


def test_the_story_of_a_post_is_told_in_german(program: Any) -> None:
    program.takes_in()
    post = on(program.posts("--organisation", "fulda"), "x")
    number, day = str(post["id"]), post["due_at"][:10]
    program.does("posts", "approve", number, "--as", "kim")
    program.does("calendar", "enter", "--kind", "blackout", "--from", day, "--title", "Trauer", "--all", "--as", "ed")

    told = [line for line in program.does("posts", "show", number).splitlines() if line.startswith("Verlauf: ")]

    reason = program.json("posts", "show", number)["reason"]["text"]
    assert "kim: Freigegeben zur Freigabe → freigegeben" in told[-2]
    assert told[-1].endswith(
        f"ed: Freigabe vom Kalender zurückgenommen freigegeben → zur Freigabe ({' '.join(reason.split())})"
    )
    assert not [line for line in told if "tailored" in line or "post." in line or "calendar." in line]


def test_a_reason_stands_only_with_the_event_it_was_kept_for(program: Any) -> None:
    program.takes_in()
    post = on(program.posts("--organisation", "fulda"), "x")
    number, due = str(post["id"]), datetime.fromisoformat(post["due_at"])
    for days in (0, 7):
        at = due + timedelta(days=days)
        program.does("posts", "approve", number, "--at", at.isoformat(), "--force", "--as", "kim")
        program.does(
            "calendar", "enter", "--kind", "blackout", "--from", f"{at:%Y-%m-%d}", "--title", f"Sperre{days}", "--all",
            "--as", "ed",
        )  # fmt: skip

    shown = program.does("posts", "show", number)

    first, second = (line for line in shown.splitlines() if "vom Kalender zurückgenommen" in line)
    assert "Sperre" not in first
    assert "Sperre7" in second


def test_a_problem_is_told_by_how_grave_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    grades = {"block": "verhindert die Freigabe", "warn": "Warnung", "hint": "Hinweis"}

    posts._problems({"problems": [{"severity": grade, "fix": None, "text": "Satz.", "rule": "r"} for grade in grades]})

    assert capsys.readouterr().out.splitlines() == [f"Mangel ({word}): Satz. [r]" for word in grades.values()]


def test_fix_that_leaves_something_out_says_so_and_is_partly_done(program: Any) -> None:
    program.takes_in()
    number = str(on(program.posts("--organisation", "fulda"), "x")["id"])
    program.does("posts", "edit", number, "--text", "#messe für Klient*innen " + "und Sätze " * 22, "--as", "kim")

    answer = program("posts", "fix", number, "--as", "kim")

    assert answer.exit_code == 1
    [line] = answer.stdout.splitlines()
    assert "„Klient*innen“ bleibt stehen, denn sonst hieße es: Der Text hat 288 von 280 Zeichen" in line


def test_four_eyes_hold_on_the_command_line_too(program: Any) -> None:
    """Whoever ``--as`` names is held to what they did; alone only where nobody else could, and with a reason."""
    program.takes_in()
    number = str(on(program.posts("--organisation", "fulda"), "x")["id"])
    program.does("posts", "edit", number, "--text", "Wir helfen dir beim Neustart.", "--as", "kim")

    assert "zweite Person" in program.refuses("posts", "approve", number, "--as", "kim")
    alone = ("--alone", "--reason", "Niemand da")
    assert "allein geht das nur" in program.refuses("posts", "approve", number, *alone, "--as", "kim")
    assert program.posts("--organisation", "fulda", "--state", "scheduled") == []

    program.does("posts", "approve", number, "--as", "ed")
    assert program.json("posts", "show", number)["state"] == "scheduled"


def test_an_unknown_or_disabled_person_decides_nothing(program: Any) -> None:
    program.takes_in()
    number = str(program.posts("--organisation", "fulda")[0]["id"])
    program.does("users", "disable", "kim", "--as", "op")

    for login in ("kim", "niemand", "daemon", "Automatik (kim)"):
        program.refuses("posts", "approve", number, "--as", login)

    assert program.json("posts", "show", number)["state"] == "awaiting"
