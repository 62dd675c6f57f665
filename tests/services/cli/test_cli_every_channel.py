"""Each channel from the command line alone: its account added or connected and checked, its post on its own wall."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors import discover
from connectors.sandbox.enrol import enrol, environment, plays
from connectors.sandbox.server import build, running
from tests.services.cli.test_cli_operations import free_port, started
from tests.support.answers import NOTHING_SHOWN
from tests.support.databases import Databases, SqliteFiles

NAME = "kjc_probe"
NOBODYS = {"website": {}, "manual": {"network": "WhatsApp-Kanal"}}
"""What is typed for channels without a network behind them."""
INSTANTLY = {"ig_processing_seconds": 0}
APP = {"app_id": "5", "app_secret": "app-secret"}
KEYS = {"consumer_key": "CK", "consumer_secret": "CS"}
OWNER = {"organisation": "F", **APP}
PAGE = {"channel": "facebook", "id": "100", "name": "Die Seite", "token": "PT", "user_token": "UT", **OWNER}
AGREEING = {
    "facebook": ([PAGE], APP, "100"),
    "instagram": ([PAGE, {"channel": "instagram", "id": "178", "username": "k", "token": "PT", **OWNER}], APP, "100"),
    "x": ([{"channel": "x", "id": "47", "username": "k", "access_token": "a", "access_token_secret": "b", **KEYS}],
          KEYS, "47"),
    "mastodon": ([{"channel": "mastodon", "id": "kim", "username": "kim", "token": "MT"}], {}, "kim"),
}  # fmt: skip
"""Whose accounts the network has, what of the app is typed, and as whom the person says yes."""


@pytest.fixture
def databases(sqlite_template: Path) -> Databases:
    """Of one kind: the command line says nothing to a database."""
    return SqliteFiles(sqlite_template)


@pytest.fixture
def networks() -> Iterator[str]:
    """The sandbox with its portal, at the present time."""
    with running(build()) as address:
        requests.post(f"{address}/_options", json=INSTANTLY, timeout=10).raise_for_status()
        yield address


@pytest.fixture
def program(empty: Any, config_dir: Path, networks: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program with Fulda, which has no account yet and a slot each minute, and the networks of the sandbox."""
    for path in (config_dir / "organisations").glob("*.toml"):
        said = path.read_text(encoding="utf-8").partition("\n[[account]]")[0]
        path.write_text(said.replace('calendar = "hessen"', 'calendar = "demo"'), encoding="utf-8")
    for name, value in {**environment(networks), "DISTRIBUTOR_ALLOW_PRIVATE": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    empty.does("users", "add", "op", "--role", "operator")
    empty.does("config", "import", "--apply", "--as", "op")
    empty.does("users", "add", "ed", "--role", "editor", "--as", "op")
    empty.does("users", "add", "kim", "--role", "officer", "--organisation", "fulda", "--as", "op")
    return empty


def typed(channel: str, given: dict[str, str], folder: Path) -> list[str]:
    """Return the options that carry an account's fields; what is secret comes from a file."""
    secret = {field.name for field in discover()[channel].fields if field.secret}
    path = folder / f"{channel}.json"
    path.write_text(json.dumps({name: value for name, value in given.items() if name in secret}), encoding="utf-8")
    plain = [f"--field={name}={value}" for name, value in given.items() if name not in secret]
    return [*plain, "--secrets-file", str(path)]


def adds(program: Any, channel: str, networks: str, folder: Path) -> int:
    """Add the account that the network has just given out; return its number."""
    given: dict[str, str] = NOBODYS.get(channel, {})
    if plays(channel):
        remote = str(610000090 + sorted(discover()).index(channel))  # two networks share one space of numbers
        made = enrol(channel, remote, NAME, "Kreisjobcenter Fulda", networks)
        requests.post(f"{networks}/_accounts", json=[dict(made.entry)], timeout=10).raise_for_status()
        number = next(field.name for field in discover()[channel].fields if field.required and not field.secret)
        given = {number: remote, **made.fields}
    where = ["--organisation", "fulda", "--channel", channel, "--name", NAME]
    told = program.does("accounts", "add", *where, *typed(channel, given, folder), "--as", "op")
    return int(re.findall(r"Konto (\d+) ", told)[0])


def test_every_channels_post_reaches_its_wall(
    program: Any, networks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels = sorted(discover())
    public = free_port()
    monkeypatch.setenv("DISTRIBUTOR_PUBLIC_URL", f"http://127.0.0.1:{public}")
    for channel in channels:
        account = adds(program, channel, networks, tmp_path)
        assert program.json("accounts", "check", str(account))[0]["ok"], channel
    with started("web", desk=free_port(), public=public) as web:
        try:
            publishes(program, networks, channels)
        finally:
            web.terminate()


def publishes(program: Any, networks: str, channels: list[str]) -> None:
    """Take an item in, clear it, approve its posts, and let them go out: the own pages' first, the rest behind."""
    item = program.json(
        "items", "add", "--title", "Neustart in Fulda", "--summary", "Lea hat ihren Platz gefunden.",
        "--link", f"{networks}/portal/a", "--picture", f"{networks}/portal/media/kaution.png",
        "--alt", "Zwei Menschen am Tisch", "--credit", "Foto: Kim Beispiel", "--as", "ed",
    )["id"]  # fmt: skip
    program.does("run", "--until-idle")
    program.does("items", "clear", str(item), *NOTHING_SHOWN, "--rights", "granted", "--accept-feed", "--as", "ed")
    program.does("run", "--until-idle")
    posts = {post["channel"]: post for post in program.posts("--item", str(item))}
    assert sorted(posts) == channels
    for post in posts.values():
        program.does("posts", "approve", str(post["id"]), "--digest", post["digest"], "--as", "kim")
    program.does("posts", "publish-now", *(str(post["id"]) for post in posts.values()), "--as", "kim")
    for _ in range(60):  # a network may answer "not yet" for some seconds
        program.does("run", "--until-idle")
        waiting = {post["channel"] for post in program.posts() if post["state"] != "published"}
        if waiting == {"manual"}:
            break
    handed = posts["manual"]["id"]
    assert program.json("posts", "show", str(handed))["state"] == "uncertain"
    program.does("posts", "confirm", str(handed), "--url", "https://whatsapp.com/channel/0029/117", "--as", "kim")

    assert {post["channel"]: post["state"] for post in program.posts()} == dict.fromkeys(channels, "published")
    wall = {entry["channel"]: entry for entry in requests.get(f"{networks}/_ledger", timeout=10).json()}
    assert sorted(wall) == [channel for channel in channels if plays(channel)]
    for channel, entry in wall.items():
        shown = program.json("posts", "show", str(posts[channel]["id"]))
        assert entry["id"] == shown["receipt"]["remote_id"].split(",")[0]
        assert entry["text"] == shown["text"], channel
        assert entry["media"][0]["sha256"] == shown["media"][0]["sha256"]
    own = program.json("posts", "show", str(posts["website"]["id"]))
    assert "Neustart in Fulda" in requests.get(own["receipt"]["url"], timeout=10).text


@pytest.mark.parametrize("channel", AGREEING)
def test_an_account_is_connected_by_a_yes_at_its_network(
    program: Any, networks: str, channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTRIBUTOR_PUBLIC_URL", "http://127.0.0.2" if channel == "mastodon" else "https://kjc.example")
    known, keys, person = AGREEING[channel]
    requests.post(f"{networks}/_accounts", json=known, timeout=10).raise_for_status()
    given = keys or {"server": f"{networks}/mastodon"}
    where = ["--organisation", "fulda", "--channel", channel, "--name", "neu"]

    told = program.does("accounts", "connect", *where, *typed(channel, given, tmp_path), "--as", "op")

    address, number = re.findall(r"^http\S+$", told, re.M)[0], re.findall(r"connected (\d+)", told)[0]
    answer = requests.post(address, data={"account": person}, allow_redirects=False, timeout=10)
    shown = answer.headers.get("Location") or re.findall(r"<code>(.+)</code>", answer.text)[0]
    done = program.does("accounts", "connected", number, "--brought", "-", "--as", "op", stdin=shown)
    account = re.findall(r"Konto (\d+) ", done)[0]
    assert program.json("accounts", "check", account)[0]["ok"], done
    assert not [value for value in ("PT", "UT", "MT", "CS", "app-secret") if value in done]
