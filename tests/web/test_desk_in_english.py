"""The desk read in English: of what we say, nothing is left in German, also where something went wrong."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from distributor.domain import Scope
from distributor.locale.german import is_german
from distributor.services import accounts, recalling, stopping, views
from distributor.web.said import book
from tests.web.conftest import CONFIG, ORGANISATIONS, SETUP, Browser, DeskWorld, Page, opened

WRITTEN = "Das hat die Leitung heute so entschieden."
"""What people typed in."""

FAULTY = (
    "Bürger*innen, DU SOLLST JETZT ALLES lesen: 🎉🎉 Sie finden das hier: https://jobcenter.example/x #kjc-fulda #abc"
)
"""A text with which much is wrong."""

_UNREAD = ("script", "style", "textarea", "option", "code", "del", "ins")


@pytest.fixture(scope="module")
def desk(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """A desk with much that went wrong; nothing here changes it."""
    with opened(seed, tmp_path_factory.mktemp("english")) as world:
        in_trouble(world)
        yield world


def in_trouble(desk: DeskWorld) -> None:
    """Bring about what the pages of a good day do not show."""
    posts = [post["id"] for post in desk.posts()]
    reasons = {
        "failed": "Bluesky lehnt ein Bild ab: die Datei ist zu groß oder im falschen Format. "
        "Bitte ein anderes Bild nehmen.",
        "missed": "Zur geplanten Zeit galt die Notbremse (Umzug). Bitte neu bestätigen.",
        "uncertain": "Facebook hat nicht geantwortet; ob der Post öffentlich ist, wird geprüft.",
    }
    for post, (state, text) in zip(posts, reasons.items(), strict=False):
        desk.becomes(post, state, reason_code="rejected", reason_text=text, reason_who="officer")
    eva = desk.person("eva")
    for post in desk.posts(states=["awaiting", "drafted"]):
        eva.sends(eva.opens(f"/post/{post['id']}"), f"/post/{post['id']}/bearbeiten", text=FAULTY)
    recalling.recall(desk.deps, SETUP, posts[-1], desk.clock.now(), reason=WRITTEN)
    accounts.pause(desk.deps, SETUP, 1, WRITTEN, desk.clock.now())
    stopping.stop(desk.deps, SETUP, Scope(channel="facebook"), WRITTEN, desk.clock.now())
    desk.closes("fulda", date(2026, 11, 25))


def pressed(text: str) -> str:
    """The text with blanks pressed together, and without the mark of what was cut short."""
    return " ".join(text.split()).removesuffix("…").strip()


def contents_of(desk: DeskWorld) -> str:
    """All that people and the portal wrote: German whoever reads it."""
    items = [views.item_show(desk.deps, item["id"]) for item in views.item_list(desk.deps)]
    posts = [views.post_show(desk.deps, post["id"]) for slug in ORGANISATIONS for post in desk.posts(slug)]
    written = [item[name] for item in items for name in ("title", "content", "media", "clearance") if name in item]
    written += [post[name] for post in posts for name in ("title", "text", "media")]
    written += [problem["fix"] for post in posts for problem in post["problems"]]
    files = [path.read_text(encoding="utf-8") for path in CONFIG.rglob("*.toml")]
    return pressed(" ".join([*files, *strings(written), "Umzug", WRITTEN, FAULTY]))


def strings(value: Any) -> Iterator[str]:
    """Every text in what the services gave."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def texts(node: Any, contents: str) -> Iterator[str]:
    """What an English reader is given to read or to hear, but not the contents that say that they are German."""
    if not isinstance(node.tag, str) or node.tag in _UNREAD:
        return
    if node.get("lang") == "de":
        # What a template marks is content by its place; what the code marks must be content indeed.
        parts = pressed(node.text_content()).split("; ")
        if node.tag != "span" or all(part in contents for part in parts):
            return
    yield from (node.get(name, "") for name in ("aria-label", "placeholder", "title"))
    yield node.text or ""
    for child in node:
        yield from texts(child, contents)
        yield child.tail or ""


def left(page: Page, contents: str) -> list[str]:
    """The texts of a page that are German, or a sentence of ours that nobody translated."""
    found = filter(None, map(pressed, texts(page.one("//main"), contents)))
    return [text for text in found if _is_sentence(text) or any(not each.vague for each in book("en").matches(text))]


def _is_sentence(text: str) -> bool:
    """Single words may be shown for what they are, the cases of a name for instance; quotations are contents."""
    return " " in text and is_german(re.sub("“[^”]*”", "", text))


def reads_english(desk: DeskWorld, login: str) -> Browser:
    browser = desk.person(login)
    browser.posts("/sprache", sprache="en")
    return browser


def walk(browser: Browser, *, most: int = 120) -> Iterator[tuple[str, Page]]:
    """Open the pages that lead to one another, each kind of address a few times."""
    seen, waiting, kinds = set[str](), deque(["/"]), dict[str, int]()
    while waiting and len(seen) < most:
        path = waiting.popleft()
        kind = "/".join("#" if part.isdigit() else part for part in path.partition("?")[0].split("/"))
        kinds[kind] = kinds.get(kind, 0) + 1
        if path in seen or kinds[kind] > 8:
            continue
        seen.add(path)
        page = browser.opens(path)
        if page.tree is None:
            continue
        yield path, page
        for href in page.find("//main//a/@href") + page.find("//nav//a/@href"):
            if href.startswith("/") and not href.startswith(("/static", "/medien")):
                waiting.append(href.partition("#")[0])


@pytest.mark.parametrize("login", ["anna", "eva", "otto"])
def test_no_page_has_german_of_ours_left(login: str, desk: DeskWorld) -> None:
    contents = contents_of(desk)

    pages = dict(walk(reads_english(desk, login)))
    german = {path: found for path, page in pages.items() if (found := left(page, contents))}

    assert not german, "\n".join(f"{path}: {text}" for path, found in german.items() for text in found)
    assert len(pages) > 15


def test_the_walk_finds_german_where_there_is_some(desk: DeskWorld) -> None:
    contents = contents_of(desk)
    german = {path for path, page in walk(desk.person("anna"), most=12) if left(page, contents)}
    assert len(german) > 8


def test_what_went_wrong_is_told_in_english(desk: DeskWorld) -> None:
    failed, missed, uncertain = (desk.posts(states=[state])[0]["id"] for state in ("failed", "missed", "uncertain"))
    anna = reads_english(desk, "anna")

    assert (
        "Bluesky rejects an image: the file is too large or in the wrong format." in anna.opens(f"/post/{failed}").text
    )
    assert "The emergency brake (Umzug) was on" in anna.opens(f"/post/{missed}").text
    assert (
        "Facebook did not reply; we are checking whether the post is public." in anna.opens(f"/post/{uncertain}").text
    )
    assert "Closing day" in anna.opens("/kalender").text
    faulty = anna.opens(f"/post/{desk.posts(states=['awaiting', 'drafted'])[0]['id']}").text
    assert "uses" in faulty or "contains a gender sign" in faulty


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/post/{waiting}/verschieben", {"zeit": "2020-01-01T10:00"}),
        ("/post/{waiting}/verschieben", {"zeit": "2099-01-01T10:00"}),
        ("/post/{waiting}/verschieben", {"zeit": "2026-11-25T10:00"}),
        ("/post/{waiting}/verschieben", {"zeit": "2026-11-29T23:00"}),
        ("/post/{waiting}/verschieben", {"zeit": "morgen"}),
        ("/post/{waiting}/freigeben", {"digest": "0" * 64}),
        ("/post/{waiting}/ablehnen", {"grund": " "}),
        ("/post/{missed}/bestaetigen", {}),
        ("/post/4711/ablehnen", {"grund": "x"}),
        ("/kalender/eintragen", {"art": "action", "von": "2026-12-24", "titel": "Tag", "wer": "fulda"}),
        (
            "/kalender/eintragen",
            {"art": "closing", "von": "2026-12-24", "bis": "2026-12-01", "titel": "", "wer": "fulda"},
        ),
        ("/notbremse/ziehen", {"bereich": "kjc:fulda", "grund": ""}),
        ("/einwilligungen", {"jobcenter": "fulda"}),
    ],
)
def test_a_refusal_is_told_in_english(path: str, fields: dict[str, str], desk: DeskWorld) -> None:
    anna = reads_english(desk, "anna")
    ids = {
        "waiting": desk.posts(states=["awaiting", "drafted"])[0]["id"],
        "missed": desk.posts(states=["missed"])[0]["id"],
    }

    page = anna.posts(path.format(**ids), pruefwert=anna.token, **fields)

    assert page.status in (403, 404, 409, 422), page.status
    assert not left(page, contents_of(desk))
