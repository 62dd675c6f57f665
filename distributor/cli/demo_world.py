"""The demo's world: a sandbox, a portal, a fresh database with the roster, people and accounts of the sandbox."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from connectors.base import Hosted
from connectors.sandbox.enrol import enrol, environment, plays
from distributor import bootstrap, settings
from distributor.clock import SystemClock
from distributor.domain import Actor, Refused, Role
from distributor.services import (
    accounts,
    clearing,
    configuration,
    consents,
    feeds,
    films,
    media,
    people,
    planning,
    polling,
    tailoring,
    views,
)
from distributor.services.deps import Deps
from distributor.store import migrations
from distributor.vault import new_key
from distributor.wording import BERLIN

SETUP = Actor(login="setup", roles=frozenset({Role.OPERATOR, Role.EDITOR}))
EDITOR = "redaktion"
OPERATOR = "betrieb"
AUDITOR = "pruefung"

_SHOWN = {"neustart": 1, "wg-zimmer": 3, "vorstellungsgespraech": 2, "nebenjob": 1}
"""The sample portal's items that show people, and how many."""

_HOST = "127.0.0.1"
_MARK = ".vorfuehrung"


@dataclass(frozen=True, slots=True)
class World:
    """Everything that the demo has built."""

    deps: Deps
    sandbox: str
    environment: Mapping[str, str]
    password: str


class Children:
    """The programs that the demo started; leaving ends them all."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Children:
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self._started):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self._started:
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()

    def start(self, arguments: list[str], extra: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        """Start a program of ours; what it says goes to ``log``. It ends by our word, not by the terminal's Ctrl-C."""
        with log.open("ab") as said:
            child = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env={**os.environ, **extra},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(child)
        return child

    def fallen(self) -> bool:
        """Tell whether one of them has ended by itself."""
        return any(child.poll() is not None for child in self._started)

    def wait_for_one_to_fall(self) -> None:
        """Return when one of them has ended by itself."""
        while not self.fallen():
            time.sleep(0.5)


def free_port(wanted: int) -> int:
    """Return ``wanted`` if it is free, else any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: an ended run holds nothing
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Refused("Auf dieser Maschine ist kein Port frei.", code="demo.port")


def build(children: Children, folder: Path, config: Path, *, calendar: str | None) -> World:
    """Start the sandbox and set the database up from nothing; ``calendar`` replaces every Jobcenter's own."""
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        text = f"{folder} ist kein Ordner einer Vorführung; bitte einen leeren oder neuen nennen (--data)."
        raise Refused(text, code="demo.folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    sandbox = f"http://{_HOST}:{free_port(8700)}"
    children.start(
        ["connectors.sandbox", "--host", _HOST, "--port", sandbox.rsplit(":", 1)[1]], {}, folder / "sandbox.log"
    )
    wait_for(f"{sandbox}/_clock", children, folder / "sandbox.log")
    given = _environment(folder, config, sandbox)
    deps = bootstrap.build(settings.load({**os.environ, **given}))
    migrations.upgrade(deps.store)
    now = SystemClock().now()
    _take_roster(deps, config, calendar, now)
    password = secrets.token_urlsafe(12)
    _add_people(deps, password, now)
    _connect(deps, sandbox, now)
    return World(deps, sandbox, given, password)


def _environment(folder: Path, config: Path, sandbox: str) -> dict[str, str]:
    public, desk = free_port(8100), free_port(8101)
    return {
        **environment(sandbox),
        "DISTRIBUTOR_DATA_DIR": str(folder),
        "DISTRIBUTOR_CONFIG_DIR": str(config),
        "DISTRIBUTOR_DATABASE_URL": f"sqlite:///{folder}/distributor.sqlite3",
        "DISTRIBUTOR_FEED_URL": f"{sandbox}/portal/feed.rss",
        "DISTRIBUTOR_ALLOW_PRIVATE": _HOST,
        "DISTRIBUTOR_KEY": new_key(),
        "DISTRIBUTOR_PUBLIC_BIND": f"{_HOST}:{public}",
        "DISTRIBUTOR_PUBLIC_URL": f"http://{_HOST}:{public}",
        "DISTRIBUTOR_DESK_BIND": f"{_HOST}:{desk}",
        "DISTRIBUTOR_DESK_URL": f"http://{_HOST}:{desk}",
        "DISTRIBUTOR_POLL_SECONDS": "30",
    }


def wait_for(url: str, children: Children, log: Path, seconds: float = 30.0) -> None:
    """Wait until ``url`` answers. Raises: Refused if its program ends or keeps silent."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=2)
            return
        except requests.ConnectionError:
            time.sleep(0.05)
        if children.fallen():
            break
    said = log.read_text(errors="replace").strip().splitlines()[-3:]
    raise Refused(f"{url} antwortet nicht. {' '.join(said)}", code="demo.start")


def _take_roster(deps: Deps, config: Path, calendar: str | None, now: datetime) -> None:
    files = configuration.read_files(config)
    played = configuration.read_accounts(config / "sandbox-accounts.toml")
    own = configuration.read_accounts(config / "demo-accounts.toml")
    # In one pass nobody sits there who could post by hand.
    wanted = {name for name, each in deps.connectors.items() if calendar is not None or isinstance(each, Hosted)}
    added = {slug: tuple(each for each in own.get(slug, ()) if each.channel in wanted) for slug in played}
    files = replace(files, accounts={slug: (*entries, *added[slug]) for slug, entries in played.items()})
    if calendar is not None:
        organisations = {slug: {**document, "calendar": calendar} for slug, document in files.organisations.items()}
        files = replace(files, organisations=organisations)
    configuration.take_over(deps, SETUP, files, now)


def _add_people(deps: Deps, password: str, now: datetime) -> None:
    """Add the demo's people. One hash serves all: hashing sixteen times would only cost the onlooker time."""
    roles = {EDITOR: (Role.EDITOR, ""), OPERATOR: (Role.OPERATOR, ""), AUDITOR: (Role.AUDITOR, "")}
    officers = {row["slug"]: (Role.OFFICER, row["slug"]) for row in views.organisation_list(deps)}
    for login, (role, organisation) in {**roles, **officers}.items():
        people.add_user(deps, SETUP, login, [people.Membership(role, organisation)], now)
    people.set_passwords(deps, SETUP, [*roles, *officers], password, now)


def _connect(deps: Deps, sandbox: str, now: datetime) -> None:
    names = {row["slug"]: row["name"] for row in views.organisation_list(deps)}
    entries = []
    for account in on_a_network(deps):
        slug, channel, name = account["organisation"], account["channel"], account["name"]
        made = enrol(channel, platform_id(deps, account), name, names[slug], sandbox)
        entries.append(made.entry)
        accounts.add_account(deps, SETUP, slug, channel, name, made.fields, now)
    requests.post(f"{sandbox}/_accounts", json=entries, timeout=10).raise_for_status()


def on_a_network(deps: Deps) -> list[dict[str, Any]]:
    """Return the accounts that have a network behind them, which the sandbox plays."""
    return [each for each in views.account_list(deps) if plays(each["channel"])]


def platform_id(deps: Deps, account: Mapping[str, Any]) -> str:
    """Return the platform's own id of an account: the first public field its channel asks for."""
    fields = deps.connector(account["channel"]).fields
    name = next(field.name for field in fields if field.required and not field.secret)
    return str(account["fields"][name])


def take_in(world: World, told: Callable[[float], None]) -> list[int]:
    """Read the portal, fetch its pictures, make the posts; return the items' numbers."""
    deps, clock = world.deps, SystemClock()
    with deps.store.write() as session:
        feed = feeds.ensure_feed(session, deps.settings.feed_url, clock.now())
    polling.poll(deps, feed, clock.now)
    numbers = sorted(item["id"] for item in views.item_list(deps, stages=["active"]))
    for done, number in enumerate(numbers, start=1):
        tailoring.tailor_item(deps, number, clock.now())
        media.fetch_pending(deps, clock.now)
        tailoring.tailor_item(deps, number, clock.now())
        while films.make_next(deps, clock.now):
            tailoring.tailor_stale(deps, clock.now())
        told(done / len(numbers))
    return numbers


def clear(world: World, numbers: list[int]) -> None:
    """Let the demo's editor answer the clearance questions of these items, through the same service as a person."""
    deps, now = world.deps, SystemClock().now()
    editor = people.actor_named(deps, EDITOR, now)
    for number in numbers:
        item = views.item_show(deps, number)
        asked = {question["question"] for question in item["questions"]}
        shown = next((count for slug, count in _SHOWN.items() if slug in item["guid"]), 0)
        for _ in range(shown):
            consents.link(deps, editor, _consenting(deps, editor, now), number, ("image",), now)
        answers = [clearing.Answer("people", "shown" if shown else "none")]
        answers += [clearing.Answer(question, "none") for question in ("partner", "elected")]
        answers += [clearing.Answer("rights", "granted")] if "rights" in asked else []
        clearing.clear(deps, editor, number, answers + clearing.accept_feed(deps, number), now)
    planning.propose(deps, now)


def _consenting(deps: Deps, editor: Actor, now: datetime) -> str:
    """Take in somebody who consented to their picture on every channel of every Jobcenter; return their key."""
    owner = views.organisation_list(deps)[0]["slug"]
    key = consents.add_person(deps, editor, owner, now)
    signed_on = now.astimezone(BERLIN).date()
    scan = f"Mustereinwilligung von {key}".encode()
    signed = consents.Signed("Muster", signed_on, ("image", "reuse"), tuple(deps.connectors), scan)
    consents.add_consent(deps, editor, key, signed, now)
    return key
