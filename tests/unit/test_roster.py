"""Documents of the roster become the domain's types and come back unchanged, or are refused by key."""

from __future__ import annotations

import json
import tomllib
from copy import deepcopy
from pathlib import Path

import pytest
import tomli_w

from connectors.sandbox.state import CHANNELS
from distributor.domain import Refused, Wording
from distributor.roster import (
    AccountEntry,
    accounts_of,
    channel_text_document,
    channel_text_of,
    organisation_document,
    organisation_of,
)

CONFIG = Path(__file__).parents[2] / "config"
SANDBOX = CONFIG / "sandbox-accounts.toml"
ORGANISATIONS = sorted((CONFIG / "organisations").glob("*.toml"))
TEXTS = sorted((CONFIG / "texts").glob("*.toml"))

FULDA = {
    "slug": "fulda",
    "name": "Kreisjobcenter Fulda",
    "voice": {
        "address": "sie",
        "gender": "pair",
        "names": {
            "official": "Kreisjobcenter Fulda",
            "short": "Kreisjobcenter",
            "nominative": "das Kreisjobcenter",
            "dative": "dem Kreisjobcenter",
            "at": "beim Kreisjobcenter",
            "inside": "im Kreisjobcenter",
            "of": "vom Kreisjobcenter",
        },
    },
    "contact": {},
    "pages": {"home": "https://fulda.example/"},
}
TEXT = {"channel": "wall", "parts": [{"name": "hook", "du": "Du?", "sie": "Sie?"}]}


def load(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def changed(document: dict, key: str, value: object) -> dict:
    """Return the document with the dotted key set; the value None removes it."""
    copy = deepcopy(document)
    *path, last = key.split(".")
    table = copy
    for step in path:
        table = table[int(step) if step.isdigit() else step]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return copy


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_roster_has_the_sixteen_jobcenters_of_hessen():
    assert {path.stem for path in ORGANISATIONS} == {
        *("bergstrasse", "darmstadt-dieburg", "fulda", "gross-gerau", "hersfeld-rotenburg", "hochtaunus", "lahn-dill"),
        *("main-kinzig", "main-taunus", "marburg-biedenkopf", "odenwald", "kreis-offenbach", "offenbach-stadt"),
        *("rheingau-taunus", "vogelsberg", "wiesbaden"),
    }


@pytest.mark.parametrize("path", ORGANISATIONS, ids=lambda path: path.stem)
def test_an_organisation_file_loads_and_survives_the_round_trip(path):
    organisation = organisation_of(load(path))

    assert organisation.slug == path.stem
    assert organisation.voice.hashtags[0] == "#StarkSozialVorOrt"
    assert organisation_of(organisation_document(organisation)) == organisation
    assert organisation_of(json.loads(json.dumps(organisation_document(organisation)))) == organisation


@pytest.mark.parametrize("path", ORGANISATIONS, ids=lambda path: path.stem)
def test_a_colour_is_readable_on_white(path):
    assert 1.05 / (luminance(organisation_of(load(path)).colour) + 0.05) >= 4.5


@pytest.mark.parametrize("path", ORGANISATIONS, ids=lambda path: path.stem)
def test_no_account_is_invented_for_a_jobcenter(path):
    assert accounts_of(load(path)) == ()


@pytest.mark.parametrize("path", ORGANISATIONS, ids=lambda path: path.stem)
def test_every_jobcenter_has_one_account_on_each_wall_of_the_sandbox(path):
    table = load(SANDBOX)[path.stem]
    assert sorted(account.channel for account in accounts_of(table)) == sorted(CHANNELS)


def test_no_two_jobcenters_share_an_account_or_a_remote_id():
    accounts = [account for table in load(SANDBOX).values() for account in accounts_of(table)]
    ids = [value for account in accounts for value in account.fields.values()]

    assert len({(account.channel, account.name) for account in accounts}) == len(accounts) == 16 * len(CHANNELS)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_channel_text_file_loads_and_survives_the_round_trip(path):
    text = channel_text_of(load(path))

    assert text.channel == path.stem
    assert channel_text_of(json.loads(json.dumps(channel_text_document(text)))) == text


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("farbe", "rot", "„farbe“"),
        ("voice.tone", "x", "„voice.tone“"),
        ("slug", None, "„slug“"),
        ("voice.names.at", None, "„voice.names.at“"),
        ("slug", 3, "„slug“"),
        ("slug", "Groß Gerau", "„slug“"),
        ("colour", "red", "„colour“"),
        ("voice", "du", "„voice“"),
        ("voice.address", "ihr", "„voice.address“"),
        ("voice.hashtags", "#Eins", "„voice.hashtags“"),
        ("voice.hashtags", ["#Eins", 2], "„voice.hashtags[1]“"),
        ("voice.hashtags", ["#Stark.Sozial"], "„voice.hashtags[0]“"),
        ("voice.names.official", " ", "„voice.names.official“"),
        ("pages.home", "http://fulda.example/", "„pages.home“"),
    ],
)
def test_a_wrong_organisation_is_refused_by_its_key(key, value, named):
    with pytest.raises(Refused) as refusal:
        organisation_of(changed(FULDA, key, value))

    assert named in refusal.value.text


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("parts", [], "„parts“"),
        ("parts.0.rank", "1", "„parts[0].rank“"),
        ("parts.0.rank", True, "„parts[0].rank“"),
        ("parts.0.rank", -1, "„parts[0].rank“"),
        ("parts.0.shorten", 1, "„parts[0].shorten“"),
        ("parts.0.role", "head", "„parts[0].role“"),
        ("parts.0.sie", "", "„parts[0].wordings[0].sie“"),
        ("parts.0.sie", None, "„parts[0].wordings[0].sie“"),
        ("parts.0.wordings", [], "„parts[0].du“"),
        ("parts", [{"name": "hook", "wordings": []}], "„parts[0].wordings“"),
        (
            "parts",
            [{"name": "hook", "wordings": [{"du": "Du?", "sie": "Sie?", "topics": "Geld"}]}],
            "wordings[0].topics",
        ),
        ("parts", ["hook"], "„parts[0]“"),
        ("parts", "hook", "„parts“"),
        ("parts", [TEXT["parts"][0], TEXT["parts"][0]], "„parts[1].name“"),
    ],
)
def test_a_wrong_channel_text_is_refused_by_its_key(key, value, named):
    with pytest.raises(Refused) as refusal:
        channel_text_of(changed(TEXT, key, value))

    assert named in refusal.value.text


def test_a_part_may_carry_its_only_wording_itself():
    short = channel_text_of(TEXT)
    long = {"name": "hook", "wordings": [{"du": "Du?", "sie": "Sie?"}]}

    assert short == channel_text_of({"channel": "wall", "parts": [long]})
    assert short.parts[0].wordings == (Wording("Du?", "Sie?"),)


def test_accounts_are_read_with_their_fields():
    document = {**FULDA, "account": [{"channel": "wall", "name": "fulda", "fields": {"page": "7"}}]}

    assert accounts_of(document) == (AccountEntry("wall", "fulda", {"page": "7"}),)
    assert organisation_of(document) == organisation_of(FULDA)
    assert accounts_of(FULDA) == ()


@pytest.mark.parametrize(
    ("accounts", "named"),
    [
        ({"channel": "wall"}, "„account“"),
        (["wall"], "„account[0]“"),
        ([{"channel": "wall", "name": "a"}], "„account[0].fields“"),
        ([{"channel": "wall", "name": "a", "fields": {"page": 7}}], "„account[0].fields.page“"),
        ([{"channel": "wall", "name": "a", "fields": {}, "token": "x"}], "„account[0].token“"),
        ([{"channel": "wall", "name": "a", "fields": {}}] * 2, "„account[1].name“"),
    ],
)
def test_a_wrong_account_is_refused_by_its_key(accounts, named):
    with pytest.raises(Refused) as refusal:
        accounts_of({"account": accounts})

    assert named in refusal.value.text


def test_a_jobcenters_own_days_and_comment_duty_come_back_unchanged():
    document = {
        **FULDA,
        "occasions": [{"kind": "school", "first": "2027-02-08", "title": "Beweglicher Ferientag"}],
        "duty": [{"person": "Ada Beispiel", "days": ["Mo", "Fr"], "start": "09:00", "end": "16:00"}],
    }

    organisation = organisation_of(document)
    written = organisation_document(organisation)

    assert organisation_of(json.loads(json.dumps(written))) == organisation
    assert organisation_of(tomllib.loads(tomli_w.dumps(written))) == organisation
    assert organisation.occasions[0].title == "Beweglicher Ferientag"
    assert {"occasions", "duty"}.isdisjoint(organisation_document(organisation_of(FULDA)))


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("occasions", [{"kind": "fest", "first": "2027-02-08", "title": "T"}], "occasions"),
        ("occasions", {"kind": "school"}, "occasions"),
        ("duty", [{"person": "Ada"}], "duty"),
        ("duty", [{"person": "Ada", "days": ["Montag"], "start": "09:00", "end": "16:00"}], "days"),
    ],
)
def test_wrong_days_and_duty_are_refused_by_their_key(key, value, named):
    with pytest.raises(Refused, match=named):
        organisation_of({**FULDA, key: value})
