"""The desk in English: chosen by who reads it, kept in their browser, and in nothing that is filed or published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from distributor.web.language import LANGUAGES
from tests.web.conftest import Browser, DeskWorld

FOLDER = Path(__file__).resolve().parents[2] / "distributor" / "locale"
_FILLED = re.compile(r"%\(\w+\)[sd]|%%|\{[^}]*\}|`[^`]*`")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def written(message: str | list[str] | tuple[str, ...]) -> list[str]:
    return [message] if isinstance(message, str) else list(message)


def chooses(browser: Browser, code: str, path: str = "/freigabe") -> None:
    referer = {"Referer": f"{browser.client.base_url}{path}"}
    page = browser.posts("/sprache", headers=referer, sprache=code)
    assert page.response.url.path == path


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "de"])
@pytest.mark.parametrize(("name", "template"), [("distributor.po", "messages.pot"), ("sentences.po", "sentences.pot")])
def test_every_sentence_is_translated_with_all_that_is_filled_in(name: str, template: str, code: str) -> None:
    translated = catalogue(FOLDER / code / "LC_MESSAGES" / name)
    sentences = [message for message in catalogue(FOLDER / template) if message.id]

    assert {message.id for message in translated if message.id} == {message.id for message in sentences}
    for message in sentences:
        told = translated[message.id]
        assert told is not None
        for ours, theirs in zip(written(message.id), written(told.string), strict=True):
            assert theirs.strip(), ours
            if isinstance(message.id, str):
                assert sorted(_FILLED.findall(ours)) == sorted(_FILLED.findall(theirs)), ours
            else:
                assert set(_FILLED.findall(theirs)) <= set(_FILLED.findall(" ".join(message.id))), ours


def test_who_chooses_english_reads_english_until_they_choose_german(desk: DeskWorld) -> None:
    officer = desk.person("anna")
    assert officer.opens("/freigabe").one("/html/@lang") == "de"

    chooses(officer, "en")
    page = officer.opens("/freigabe")

    assert page.one("/html/@lang") == "en"
    assert page.one("//nav[contains(@class, 'top-nav')]//a[@href='/']").text == "Today"
    assert page.one("//form[@action='/sprache']/button").text_content() == "Deutsch"
    assert "Mon 23 Nov 2026, 10:00" in officer.opens(f"/post/{desk.awaiting()['id']}").text
    assert desk.person("eva").opens("/freigabe").one("/html/@lang") == "de"
    chooses(officer, "de")
    assert officer.opens("/freigabe").one("//nav[contains(@class, 'top-nav')]//a[@href='/']").text == "Heute"


def test_one_who_is_not_logged_in_may_choose_too(desk: DeskWorld) -> None:
    somebody = desk.person()
    chooses(somebody, "en", "/anmelden")

    assert somebody.opens("/anmelden").one("/html/@lang") == "en"


def test_the_choice_keeps_where_one_wanted_to_go_before_logging_in(desk: DeskWorld) -> None:
    somebody = desk.person()
    wanted = somebody.opens("/post/1").response.url

    page = somebody.posts("/sprache", headers={"Referer": str(wanted)}, sprache="en")

    assert page.response.url == wanted
    assert "/post/1" in page.form("/anmelden").values()


@pytest.mark.parametrize("code", ["", "fr", "../../etc", "EN"])
def test_a_language_that_there_is_none_of_is_german(code: str, desk: DeskWorld) -> None:
    officer = desk.person("anna")
    chooses(officer, code)
    assert officer.opens("/freigabe").one("/html/@lang") == "de"
    officer.client.cookies.set("sprache", code)
    assert officer.opens("/freigabe").one("/html/@lang") == "de"


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example//elsewhere.example/", "https://[", "/anmelden"])
def test_the_choice_leads_to_no_other_host(referer: str, desk: DeskWorld) -> None:
    answer = desk.person("anna").posts("/sprache", headers={"Referer": referer}, sprache="en")

    assert (answer.status, answer.response.url.path) == (200, "/")
    assert answer.response.url.host == desk.person().client.base_url.host


def test_what_is_filed_stays_german(desk: DeskWorld) -> None:
    editor = desk.person("eva")
    german = editor.opens("/sitzung/protokoll.txt").response.text
    chooses(editor, "en")

    assert editor.opens("/sitzung/protokoll.txt").response.text == german
