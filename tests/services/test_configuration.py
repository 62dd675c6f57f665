"""The roster, calendars and texts: shown before they are taken over, taken over once, written back the same."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from distributor.domain import Refused
from distributor.roster import AccountEntry, channel_text_document, channel_text_of, lexicon_document, lexicon_of
from distributor.services import configuration, tailoring, views
from distributor.services.configuration import Change, Files
from distributor.store.tables import AccountRow
from tests.support.world import CONFIG, SETUP, World


@pytest.fixture
def world(reaches: Callable[..., World]) -> World:
    """One Jobcenter on one channel; the rest of the configuration is not taken over yet."""
    return reaches("empty")


@pytest.fixture(scope="module")
def files() -> Files:
    """The configuration as it lies in the repository."""
    return configuration.read_files(CONFIG)


def takes(world: World, files: Files) -> list[Change]:
    return configuration.take_over(world.deps, SETUP, files, world.clock.now())


def test_what_an_import_would_change_is_shown_and_nothing_is_changed(world: World, files: Files) -> None:
    shown = configuration.differences(world.deps, files)

    assert {(change.what, change.kind) for change in shown} == {("organisation", "new")}
    assert len(shown) == 15
    assert configuration.differences(world.deps, files) == shown
    assert [each["slug"] for each in views.organisation_list(world.deps)] == ["fulda"]


def test_taking_over_does_what_was_shown_and_again_does_nothing(world: World, files: Files) -> None:
    shown = configuration.differences(world.deps, files)

    assert takes(world, files) == shown
    assert len(views.organisation_list(world.deps)) == 16
    assert configuration.differences(world.deps, files) == []
    assert takes(world, files) == []


def test_a_changed_key_is_named(world: World, files: Files) -> None:
    fulda = {**files.organisations["fulda"], "colour": "#123456"}
    calendar = {**files.calendars["hessen"], "max_per_day": 3}
    changed = replace(
        files, organisations={"fulda": fulda}, calendars={**files.calendars, "hessen": calendar}, texts={}
    )

    assert takes(world, changed) == [
        Change("organisation", "fulda", "changed", ("colour",)),
        Change("calendar", "hessen", "changed", ("max_per_day",)),
    ]


def test_what_is_written_back_reads_as_what_was_taken_over(world: World, files: Files, tmp_path: Path) -> None:
    takes(world, files)

    written = 16 + len(files.calendars) + len(files.texts) + len(files.lexicons)
    assert configuration.write_files(world.deps, tmp_path) == written

    again = configuration.read_files(tmp_path)
    assert again.organisations == files.organisations
    assert again.calendars == files.calendars
    assert again.texts == files.texts
    assert again.lexicons == files.lexicons != {}
    assert {(slug, entry.channel) for slug, entries in again.accounts.items() for entry in entries} == {
        ("fulda", "facebook")
    }
    assert configuration.differences(world.deps, again) == []


def test_nothing_secret_is_written_out(world: World, tmp_path: Path) -> None:
    [account] = views.account_list(world.deps)
    with world.deps.store.read() as session:
        locked = session.get_one(AccountRow, account["id"]).secrets or b""
    secrets = world.deps.vault.unlock(f"fulda/facebook/{account['name']}", locked)
    assert len(secrets) >= 2

    configuration.write_files(world.deps, tmp_path)

    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.toml"))
    assert not [name for name, secret in secrets.items() if secret in written]


def test_an_import_leaves_secrets_and_fields_it_does_not_name(world: World, files: Files) -> None:
    [before] = views.account_list(world.deps)
    entry = AccountEntry("facebook", before["name"], {"page_id": "777"})

    changes = takes(world, replace(files, organisations={"fulda": files.organisations["fulda"]},
                                   accounts={"fulda": (entry,)}))  # fmt: skip

    assert [(change.what, change.keys) for change in changes] == [("account", ("page_id",))]
    [after] = views.account_list(world.deps)
    assert after["fields"]["page_id"] == "777"
    assert after["missing"] == []
    assert after["id"] == before["id"]


def test_an_account_field_nobody_knows_is_refused_and_nothing_is_taken_over(world: World, files: Files) -> None:
    entry = AccountEntry("facebook", "neu", {"brieftaube": "7"})
    texts = {**files.texts, "x": {**files.texts["x"], "joiner": "\n"}}

    with pytest.raises(Refused) as refused:
        takes(world, replace(files, texts=texts, organisations={"fulda": files.organisations["fulda"]},
                             accounts={"fulda": (entry,)}))  # fmt: skip

    assert refused.value.code == "account.field"
    assert configuration.differences(world.deps, replace(files, organisations={}, accounts={})) == []


def test_a_jobcenter_that_now_says_sie_is_rendered_anew(world: World, files: Files) -> None:
    text = {"channel": "facebook", "parts": [{"name": "body", "du": "Für dich.", "sie": "Für Sie."}]}
    takes(world, replace(files, texts={"facebook": channel_text_document(channel_text_of(text))}))
    world.reads_feed()
    before = world.post()["text"]
    fulda = files.organisations["fulda"]
    other = "sie" if fulda["voice"]["address"] == "du" else "du"
    changed = {**fulda, "voice": {**fulda["voice"], "address": other}}

    takes(world, replace(files, texts={}, organisations={"fulda": changed}, accounts={"fulda": ()}))
    tailoring.tailor_stale(world.deps, world.clock.now())

    assert (before[:9], world.post()["text"][:8]) == ("Für Sie.\n", "Für dich")


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("organisations/fulda.toml", "das ist kein TOML", "config.file"),
        ("organisations/fulda.toml", 'slug = "fulda"', "config.file"),
        ("calendars/hessen.toml", 'name = "hessen"\nzone = "Mond/Krater"', "config.file"),
        ("texts/x.toml", 'channel = "x"\n[[parts]]\nname = "a"', "config.file"),
    ],
)
def test_a_wrong_file_is_refused_by_its_name(tmp_path: Path, path: str, content: str, code: str) -> None:
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    (folder / path).write_text(content, encoding="utf-8")

    with pytest.raises(Refused) as refused:
        configuration.read_files(folder)

    assert refused.value.code == code
    assert path in refused.value.text


def test_a_calendar_that_is_not_there_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    (folder / "calendars" / "hessen.toml").unlink()

    with pytest.raises(Refused) as refused:
        configuration.read_files(folder)

    assert refused.value.code == "config.calendar"


def test_only_an_operator_takes_over(world: World, files: Files) -> None:
    for login in ("redaktion", "fulda", "pruefung"):
        with pytest.raises(Refused) as refused:
            configuration.take_over(world.deps, world.person(login), files, world.clock.now())
        assert refused.value.code == "forbidden"


def test_every_file_of_the_repository_is_toml_without_a_secret() -> None:
    for path in CONFIG.rglob("*.toml"):
        document = path.read_text(encoding="utf-8")
        tomllib.loads(document)
        assert "token" not in document.lower()


def test_a_word_that_the_house_adds_is_found_in_posts_that_are_there_already(
    reaches: Callable[..., World], files: Files
) -> None:
    world = reaches("awaiting")
    word = str(world.post()["title"]).split()[0]
    own = {"terms": [{"old": word, "new": "Neuwort", "since": "2026-01-01"}]}
    listed = replace(files, organisations={}, accounts={}, lexicons={"lexicon": lexicon_document(lexicon_of(own))})

    assert [(change.what, change.keys) for change in takes(world, listed)] == [("lexicon", ("terms",))]
    tailoring.tailor_stale(world.deps, world.clock.now())

    assert f"„{word}“ ist seit dem 1.1.2026 überholt; heute heißt es „Neuwort“." in {
        problem["text"] for problem in world.post()["problems"]
    }
