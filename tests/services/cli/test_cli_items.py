"""``items`` on the command line: entered by hand, cleared answer by answer, held, withdrawn."""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from distributor import bootstrap
from distributor.domain import FeedItem, FeedMedium
from distributor.media.films import probe
from distributor.services import taking_in
from distributor.store.tables import MediumRow
from tests.support.answers import NOTHING_SHOWN
from tests.support.films import film
from tests.support.world import SETUP


def has_pictures(item: int, *hashes: str) -> None:
    """Pretend that the item's pictures have arrived."""
    deps = bootstrap.build()
    with deps.store.write() as session:
        for position, sha256 in enumerate(hashes):
            url = f"https://portal.example/{position}.jpg"
            session.add(
                MediumRow(
                    item_id=item,
                    position=position,
                    url=url,
                    kind="image",
                    state="ready",
                    sha256=sha256,
                    mime="image/jpeg",
                )
            )
    deps.store.close()


def with_pictures(program: Any, *alts: str) -> int:
    described = [part for alt in alts for part in ("--alt", alt)]
    added = program.json(
        "items", "add", "--title", "Bilder", "--link", "https://portal.example/b", "--picture", "https://portal.example/0.jpg",
        "--picture", "https://portal.example/1.jpg", "--credit", "Ada Beispiel", *described, "--as", "ed",
    )  # fmt: skip
    number: int = added["id"]
    has_pictures(number, "aa11" + "0" * 60, "aa22" + "0" * 60)
    return number


def test_an_item_is_entered_with_all_that_is_said_of_it(program: Any) -> None:
    shown = program.json(
        "items", "add", "--title", " Neustart ", "--summary", "Kurz.", "--text", "Lang.", "--link", "https://a.example/1",
        "--picture", "https://a.example/1.jpg", "--alt", "Eine Werkstatt", "--topic", "Ausbildung",
        "--embargo-until", "2098-01-01 08:00", "--valid-until", "2098-02-01 08:00", "--as", "ed",
    )  # fmt: skip

    assert (shown["title"], shown["link"], shown["stage"]) == ("Neustart", "https://a.example/1", "active")
    assert (shown["embargo_until"], shown["valid_until"]) == ("2098-01-01T07:00:00Z", "2098-02-01T07:00:00Z")
    assert [(medium["url"], medium["alt"]) for medium in shown["content"]["media"]] == [
        ("https://a.example/1.jpg", "Eine Werkstatt")
    ]
    assert [shown["id"]] == [item["id"] for item in program.json("items", "list")]
    assert "Neustart" in program.does("items", "list")
    assert "Eine Werkstatt" not in program.does("items", "list")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--title", " "], "braucht eine Überschrift"),
        (["--title", "T" * 301], "höchstens 300 Zeichen"),
        (["--title", "T", "--link", "javascript:alert(1)"], "keine http- oder https-Adresse"),
        (["--title", "T", "--picture", "/etc/passwd"], "keine http- oder https-Adresse"),
        (["--title", "T", "--alt", "Bild"], "mehr Alternativtexte"),
        (["--title", "T", "--text", "a", "--text-file", "b"], "schließen einander aus"),
        (["--title", "T", "--text-file", "/nirgends"], "gibt es nicht"),
    ],
)
def test_what_cannot_be_entered_is_refused(options: list[str], said: str, program: Any) -> None:
    assert said in program.refuses("items", "add", *options, "--as", "ed")


def test_clearing_tells_what_is_still_open_and_ends_partly(program: Any) -> None:
    number = str(with_pictures(program))

    answer = program("items", "clear", number, *NOTHING_SHOWN, "--rights", "granted", "--as", "ed")

    assert answer.exit_code == 1
    assert answer.stderr == ""
    assert [line[line.index("[") :] for line in answer.stdout.splitlines()] == [
        "[credit (aa1100000000)]",
        "[alt (aa1100000000)]",
        "[credit (aa2200000000)]",
        "[alt (aa2200000000)]",
    ]


def test_an_answer_is_for_one_medium_or_for_all(program: Any) -> None:
    number = str(with_pictures(program))
    program("items", "clear", number, *NOTHING_SHOWN, "--rights", "granted", "--credit", "Ada", "--as", "ed")

    one = program("items", "clear", number, "--medium", "aa1", "--alt", "Eine Werkstatt", "--as", "ed")
    assert one.exit_code == 1
    assert len(one.stdout.splitlines()) == 1
    last = program.does("items", "clear", number, "--medium", "aa2", "--alt", "decorative", "--as", "ed")
    assert f"Beitrag {number} ist geklärt.\n" == last
    assert program.json("items", "show", number)["cleared_at"] is not None


@pytest.mark.parametrize(("prefix", "said"), [("aa", "mehrere Medien"), ("ff", "kein Medium"), ("", "kein Medium")])
def test_a_prefix_must_mean_one_medium(prefix: str, said: str, program: Any) -> None:
    number = str(with_pictures(program))

    assert said in program.refuses("items", "clear", number, "--medium", prefix, "--alt", "A", "--as", "ed")


def test_what_the_feed_says_is_accepted(program: Any) -> None:
    number = str(with_pictures(program, "Eine Werkstatt", "Zwei Menschen"))

    program.does("items", "clear", number, *NOTHING_SHOWN, "--rights", "granted", "--accept-feed", "--as", "ed")
    answers = {
        (question["question"], question["subject"][:4]): question["answer"]
        for question in program.json("items", "show", number)["questions"]
    }

    assert (answers["alt", "aa11"], answers["alt", "aa22"]) == ("Eine Werkstatt", "Zwei Menschen")
    assert answers["credit", "aa11"] == "Ada Beispiel"


def test_a_wrong_answer_and_a_wrong_person_are_refused(program: Any) -> None:
    number = str(program.takes_in(cleared=False))

    assert "nimmt none oder shown" in program.refuses("items", "clear", number, "--people", "ja", "--as", "ed")
    assert "Redaktion" in program.refuses("items", "clear", number, "--people", "none", "--as", "kim")


def test_several_items_at_once_are_partly_done(program: Any) -> None:
    number = str(program.takes_in())

    answer = program("items", "hold", number, "77", "--as", "ed")

    assert answer.exit_code == 1
    assert f"Beitrag {number} ist angehalten.\n" == answer.stdout
    assert len(answer.stderr.splitlines()) == 1
    assert program.json("items", "show", number)["stage"] == "held"
    assert [int(number)] == [item["id"] for item in program.json("items", "list", "--stage", "held")]
    program.does("items", "release", number, "--as", "ed")
    assert program.json("items", "show", number)["stage"] == "active"


def test_withdrawing_closes_every_post(program: Any) -> None:
    number = str(program.takes_in())

    told = program.does("items", "withdraw", number, "--reason", "Einwilligung widerrufen", "--as", "ed")

    assert "6 geschlossen" in told
    assert {"closed"} == {post["state"] for post in program.posts()}


def test_own_words_for_a_channel_come_and_go(program: Any) -> None:
    number = str(program.takes_in())
    words = ("--du", "Hallo du!", "--sie", "Guten Tag!")

    program.does("items", "text", number, "--channel", "x", *words, "--as", "ed")
    assert program.json("items", "show", number)["texts"] == {"x": {"du": "Hallo du!", "sie": "Guten Tag!"}}
    assert all("Guten Tag!" in post["text"] for post in program.posts("--channel", "x", "--organisation", "fulda"))
    one_sided = ("items", "text", number, "--channel", "x", "--du", "Hallo", "--as", "ed")
    assert "beide Fassungen" in program.refuses(*one_sided)
    program.does("items", "text", number, "--channel", "x", "--reset", "--as", "ed")
    assert program.json("items", "show", number)["texts"] == {}
    assert "Den Kanal „nirgends“ gibt es nicht" in program.refuses(
        "items", "text", number, "--channel", "nirgends", *words, "--as", "ed"
    )


def test_people_read_the_item(program: Any) -> None:
    number = str(program.takes_in())

    shown = program.does("items", "show", number)

    assert "Neustart in Fulda" in shown
    assert "none [people]" in shown
    assert "6 zur Freigabe" in shown


def test_all_problems_of_an_item_are_told_at_once_over_all_jobcenters(program: Any) -> None:
    item = program.takes_in(cleared=False)
    program.does("items", "text", str(item), "--channel", "x", "--du", "d" * 300, "--sie", "s" * 300, "--as", "ed")
    program.tailors()

    told = program.json("items", "show", str(item), "--problems")
    (long,) = [one for one in told["problems"] if (one["channel"], one["rule"]) == ("x", "text.too_long")]
    shown = program.does("items", "show", str(item), "--problems")

    assert (told["id"], told["posts"]) == (item, 6)
    assert (long["severity"], long["of"], long["fits"]) == ("block", 2, 0)
    assert sorted(slug for one in long["told"] for slug in one["organisations"]) == ["fulda", "wiesbaden"]
    assert f"verhindert die Freigabe: {long['sentence']} [text.too_long]" in shown
    assert shown.count("[text.too_long]") == 1


def test_posts_that_are_closed_have_no_problems_any_more(program: Any) -> None:
    item = program.takes_in()
    program.does("items", "withdraw", str(item), "--reason", "R", "--as", "ed")

    told = program.json("items", "show", str(item), "--problems")

    assert (told["posts"], told["problems"]) == (0, [])
    assert "Keine Posts, keine Mängel." in program.does("items", "show", str(item), "--problems")


@pytest.mark.parametrize("occurrence", ["0", "1", "22"])
def test_words_for_a_repeat_that_there_cannot_be_are_refused(occurrence: str, program: Any) -> None:
    number = str(program.takes_in())

    said = program.refuses(
        "items", "text", number, "--channel", "x", "--du", "Hallo!", "--sie", "Guten Tag!", "--occurrence", occurrence,
        "--as", "ed",
    )  # fmt: skip

    assert "zählen von 2 bis 21" in said
    assert program.json("items", "show", number)["texts"] == {}


def test_the_longest_title_is_taken(program: Any) -> None:
    title = "T" * 300

    assert program.json("items", "add", "--title", title, "--as", "ed")["title"] == title


@pytest.fixture
def two_pictures(program: Any) -> tuple[int, str]:
    """An item with two pictures that lie here; its number, and the beginning of the first one's hash."""
    deps = bootstrap.build()
    kept = []
    for colour in ("red", "blue"):
        out = io.BytesIO()
        Image.new("RGB", (300, 100), colour).save(out, "PNG")
        kept.append(deps.cache.put(out.getvalue(), "image/png"))
    deps.store.close()
    added = program.json(
        "items", "add", "--title", "Bilder", "--link", "https://portal.example/b", "--picture",
        "https://portal.example/0.jpg", "--picture", "https://portal.example/1.jpg", "--as", "ed",
    )  # fmt: skip
    has_pictures(added["id"], *kept)
    return added["id"], kept[0][:12]


def test_a_pictures_point_and_credit_are_set(program: Any, two_pictures: tuple[int, str]) -> None:
    number, first = two_pictures
    frame = ("items", "frame", str(number), "--as", "ed")

    assert "mehrere Bilder" in program.refuses(*frame, "--focus", "30,50")
    told = program.does(*frame, "--medium", first, "--focus", "30,50")
    assert "30% von links, 50% von oben; ohne Nachweis" in told
    told = program.does(*frame, "--medium", first, "--credit", "on")
    assert "30% von links, 50% von oben; mit Nachweis" in told
    pictures = program.json("items", "show", str(number))["pictures"]
    assert [(each["focus"], each["burnt"]) for each in pictures] == [([0.3, 0.5], True), (None, False)]
    assert "das Auffälligste" in program.does(*frame, "--medium", first, "--focus", "auto")


@pytest.mark.parametrize("wrong", [("--focus", "30"), ("--focus", "links,oben"), ("--focus", "130,50"), ()])
def test_what_is_no_point_is_refused(program: Any, two_pictures: tuple[int, str], wrong: tuple[str, ...]) -> None:
    number, first = two_pictures
    program.refuses("items", "frame", str(number), "--medium", first, *wrong, "--as", "ed")


def test_captions_are_typed_read_and_taken_back(program: Any, tmp_path: Path) -> None:
    content = film(tmp_path / "film.mp4", size=(64, 36), seconds=3.0)
    deps = bootstrap.build()
    sha256 = deps.cache.put(content.read_bytes(), "video/mp4")
    medium = FeedMedium("https://portal.example/film.mp4", "video", mime="video/mp4")
    item = FeedItem(guid="", title="Film", link="https://portal.example/f", text="Ein Satz.", media=(medium,))
    number = str(taking_in.add_item(deps, SETUP, item, datetime.now(UTC)))
    with deps.store.write() as session:
        facts = {**asdict(probe(content)), "cover": 0}
        session.add(
            MediumRow(item_id=int(number), position=0, url=medium.url, kind="video", state="ready", sha256=sha256,
                      mime="video/mp4", facts=facts)
        )  # fmt: skip
    deps.store.close()
    spoken = tmp_path / "gesprochen.txt"
    spoken.write_text("Größe und Maß. Das ist der zweite Satz.", encoding="utf-8")

    assert "Untertitel des Videos: keine" in program.does("items", "show", number)
    shown = program.does("items", "captions", number, "--text-file", str(spoken), "--as", "ed")
    assert shown.startswith("WEBVTT")
    assert "Größe und Maß." in shown
    assert "Untertitel des Videos: 2, eingetippt" in program.does("items", "show", number)
    assert "keine eingetippten" in program.does("items", "captions", number, "--reset", "--as", "ed")
    program.refuses("items", "captions", number, "--as", "ed")
