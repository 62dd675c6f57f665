"""A small world with verbs: a portal that publishes, platforms that fall silent, people who decide, a clock."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import update

from connectors.sandbox.enrol import enrol, environment
from distributor import bootstrap, settings
from distributor.daemon import DUTIES, FILMING
from distributor.domain import Actor, Role
from distributor.services import (
    accounts,
    approving,
    clearing,
    configuration,
    feeds,
    films,
    media,
    people,
    planning,
    polling,
    simulation,
    tailoring,
    views,
)
from distributor.services.calling import Result
from distributor.services.calls import Call
from distributor.services.crew import Crew
from distributor.services.deps import Deps
from distributor.store.ownership import Ownership
from distributor.store.tables import AccountRow
from distributor.vault import new_key
from tests.support.databases import Databases, Stores

CONFIG = Path(__file__).resolve().parents[2] / "config"
THREE = ("facebook", "instagram", "x")
"""The channels of tests that count posts: a channel that joins the sandbox changes none of them."""

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SETUP = Actor("setup", frozenset({Role.OPERATOR, Role.EDITOR}))


@cache
def _files() -> configuration.Files:
    """Read the configuration once: parsing it costs more than most steps of a test."""
    files = configuration.read_files(CONFIG)
    return replace(files, accounts=configuration.read_accounts(CONFIG / "sandbox-accounts.toml"))


class Clock:
    """Stands until told; the sandbox follows it."""

    def __init__(self, http: requests.Session, sandbox: str, start: datetime = START) -> None:
        self._http = http
        self._sandbox = sandbox
        self.set(start)

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment
        self._http.post(f"{self._sandbox}/_clock", json={"now": moment.isoformat()}, timeout=5).raise_for_status()

    def advance(self, **span: float) -> None:
        self.set(self._now + timedelta(**span))


class Network:
    """The platforms of the sandbox: what is public there, and how they may misbehave."""

    def __init__(self, http: requests.Session, base: str) -> None:
        self._http = http
        self.base = base

    def ledger(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self._http.get(f"{self.base}/_ledger", timeout=5).json()
        return listed

    def public(self, channel: str | None = None) -> list[dict[str, Any]]:
        return [entry for entry in self.ledger() if not entry["deleted"] and channel in (None, entry["channel"])]

    def accounts(self) -> dict[tuple[str, str], str]:
        """Return each account's id at its network, by channel and the name that it has with us."""
        listed = self._http.get(f"{self.base}/_accounts", timeout=5).json()
        return {(account["channel"], account["name"]): account["id"] for account in listed}

    def suffers(self, fault: str, **more: Any) -> None:
        answer = self._http.post(f"{self.base}/_faults", json={"fault": fault, **more}, timeout=5)
        assert answer.ok, answer.text

    def recovers(self) -> None:
        self._http.delete(f"{self.base}/_faults", timeout=5).raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """Return the armed faults with how often each struck."""
        listed: list[dict[str, Any]] = self._http.get(f"{self.base}/_faults", timeout=5).json()
        return listed

    def fired(self) -> int:
        return sum(fault["fired"] for fault in self.faults())

    def requests(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self._http.get(f"{self.base}/_requests?limit=1000", timeout=5).json()
        return listed


class Portal:
    """The sample portal: what it publishes, edits and takes away."""

    def __init__(self, http: requests.Session, base: str) -> None:
        self._http = http
        self.base = f"{base}/portal"
        self.feed = f"{self.base}/feed.rss"

    def publishes(self, **item: Any) -> None:
        self._http.post(f"{self.base}/_publish", json=item, timeout=5).raise_for_status()

    def edits(self, guid: str, **change: Any) -> None:
        self._http.post(f"{self.base}/_edit/{guid}", json=change, timeout=5).raise_for_status()

    def removes(self, guid: str) -> None:
        self._http.delete(f"{self.base}/_items/{guid}", timeout=5).raise_for_status()

    def lists(self) -> list[dict[str, Any]]:
        """Return what is published, newest first, as the JSON Feed says it."""
        listed: list[dict[str, Any]] = self._http.get(f"{self.base}/feed.json", timeout=5).json()["items"]
        return listed

    def keeps(self, count: int) -> list[str]:
        """Take away all but the newest items; return the guids of those."""
        guids = [item["id"] for item in self.lists()]
        for guid in guids[count:]:
            self.removes(guid)
        return guids[:count]

    def prints(self, name: str, document: str | bytes, mime: str = "application/rss+xml") -> str:
        """Lay any document beside the portal's own feeds; return its address."""
        body = document.encode() if isinstance(document, str) else document
        headers = {"Content-Type": mime}
        self._http.put(f"{self.base}/_media/{name}", data=body, headers=headers, timeout=5).raise_for_status()
        return f"{self.base}/media/{name}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A world as it once stood, to begin others with: its database, its media, its key, its accounts."""

    database: str
    media: Path
    key: str
    accounts: list[dict[str, Any]]


class World:
    """The distributor on one database, with a sandbox behind it and a daemon that is turned by hand."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        sandbox: str,
        public_url: str,
        stores: Stores,
        *,
        organisations: tuple[str, ...] = ("fulda", "marburg-biedenkopf"),
        channels: tuple[str, ...] | None = None,
        start: datetime = START,
        kept: Kept | None = None,
    ) -> None:
        self.environment = {
            **environment(sandbox),
            "DISTRIBUTOR_DATA_DIR": str(folder),
            "DISTRIBUTOR_CONFIG_DIR": str(CONFIG),
            "DISTRIBUTOR_DATABASE_URL": database_url,
            "DISTRIBUTOR_FEED_URL": f"{sandbox}/portal/feed.rss",
            "DISTRIBUTOR_ALLOW_PRIVATE": "127.0.0.1",
            "DISTRIBUTOR_KEY": kept.key if kept else new_key(),
            "DISTRIBUTOR_PUBLIC_URL": public_url,
            "DISTRIBUTOR_THREADS": "4",
        }
        deps = bootstrap.build(settings.load(self.environment))
        self.deps: Deps = replace(deps, store=stores.at(deps.store))
        self._http = requests.Session()
        self.network = Network(self._http, sandbox)
        self.portal = Portal(self._http, sandbox)
        self.clock = Clock(self._http, sandbox, start)
        self._registered: list[dict[str, Any]] = []
        if kept is None:
            self._take_roster(organisations, channels)
            self._people(organisations)
            self._connect()
        else:
            shutil.copytree(kept.media, self.deps.cache.root)
            self._register(kept.accounts)
        self._begin()

    def _begin(self) -> None:
        self.ownership = Ownership(self.deps.store, self.deps.settings.data_dir / "workers")
        self.ownership.begin(self.clock.now())
        self.crew = Crew(self.deps, self.ownership, self.clock.now)

    def close(self) -> None:
        """End the daemon and let the database go."""
        self.crew.finish()
        self.ownership.end()
        self.deps.store.close()
        self._http.close()

    def keep(self, databases: Databases, folder: Path) -> Kept:
        """End this world and keep it for others to begin with."""
        self.close()
        self.deps.cache.root.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.deps.cache.root, folder / "media")
        database = databases.keep(self.environment["DISTRIBUTOR_DATABASE_URL"])
        return Kept(database, folder / "media", self.environment["DISTRIBUTOR_KEY"], self._registered)

    def _register(self, entries: list[dict[str, Any]]) -> None:
        self._http.post(f"{self.network.base}/_accounts", json=entries, timeout=5).raise_for_status()
        self._registered = entries

    def _take_roster(self, organisations: tuple[str, ...], channels: tuple[str, ...] | None) -> None:
        files = _files()
        kept = {slug: files.organisations[slug] for slug in organisations}
        entries = {
            slug: tuple(entry for entry in files.accounts[slug] if channels is None or entry.channel in channels)
            for slug in organisations
        }
        configuration.take_over(
            self.deps, SETUP, replace(files, organisations=kept, accounts=entries), self.clock.now()
        )

    def _people(self, organisations: tuple[str, ...]) -> None:
        now = self.clock.now()
        for login, role in (("betrieb", Role.OPERATOR), ("redaktion", Role.EDITOR), ("pruefung", Role.AUDITOR)):
            people.add_user(self.deps, SETUP, login, [people.Membership(role)], now)
        for slug in organisations:
            people.add_user(self.deps, SETUP, slug, [people.Membership(Role.OFFICER, slug)], now)

    def _connect(self) -> None:
        entries = []
        for account in views.account_list(self.deps):
            channel, name = account["channel"], account["name"]
            remote = next(iter(account["fields"].values()))
            made = enrol(channel, remote, name, account["organisation"], self.network.base)
            entries.append(dict(made.entry))
            accounts.add_account(
                self.deps, SETUP, account["organisation"], channel, name, made.fields, self.clock.now()
            )
        self._register(entries)
        with self.deps.store.write() as session:  # a daemon would ask whose they are, and meet a fault meant for others
            session.execute(update(AccountRow).values(checked_at=self.clock.now()))

    def person(self, login: str) -> Actor:
        """Return the actor behind a login."""
        return people.actor_named(self.deps, login, self.clock.now())

    def reads_feed(self, url: str = "") -> int:
        """Poll the portal (or another feed), fetch pictures, make posts; return how many items were new or changed."""
        with self.deps.store.write() as session:
            feed = feeds.ensure_feed(session, url or self.portal.feed, self.clock.now())
        taken = polling.poll(self.deps, feed, self.clock.now)
        tailoring.tailor_stale(self.deps, self.clock.now())
        media.fetch_pending(self.deps, self.clock.now)
        tailoring.tailor_stale(self.deps, self.clock.now())
        while films.make_next(self.deps, self.clock.now):
            tailoring.tailor_stale(self.deps, self.clock.now())
        return taken

    def clears(self, *items: int) -> None:
        """Let the editor answer every question of these items (none: of all) in favour."""
        for number in items or tuple(item["id"] for item in views.item_list(self.deps)):
            asked = {question["question"] for question in views.item_show(self.deps, number)["questions"]}
            answers = [clearing.Answer(question, "none") for question in ("people", "partner", "elected")]
            answers += [clearing.Answer("source", "Redaktion des Portals")] if "source" in asked else []
            answers += [clearing.Answer("rights", "granted")] if "rights" in asked else []
            answers += clearing.accept_feed(self.deps, number)
            clearing.clear(self.deps, self.person("redaktion"), number, answers, self.clock.now())
        planning.propose(self.deps, self.clock.now())

    def approves(self, *posts: int, at: datetime | None = None) -> list[int]:
        """Let each post's officer approve it (none: all that wait); return the posts."""
        waiting = [post for post in self.posts() if post["id"] in posts or (not posts and post["state"] == "awaiting")]
        for post in waiting:
            officer = self.person(post["organisation"])
            approving.approve(self.deps, officer, post["id"], self.clock.now(), digest=post["digest"], at=at)
        return [post["id"] for post in waiting]

    def posts(self, **which: Any) -> list[dict[str, Any]]:
        """Return the posts as the faces show them."""
        return views.post_list(self.deps, **which)

    def post(self, number: int = 0) -> dict[str, Any]:
        """Return one post with its story (no number: the only one there is)."""
        if not number:
            [only] = self.posts()
            number = only["id"]
        return views.post_show(self.deps, number)

    def state(self, number: int = 0) -> str:
        """Return where one post (no number: the only one) stands."""
        state: str = self.post(number)["state"]
        return state

    def due(self, number: int = 0) -> datetime:
        """Return when one post (no number: the only one) goes out."""
        return datetime.fromisoformat(self.post(number)["due_at"])

    def states(self) -> dict[str, int]:
        """Return how many posts are in which state."""
        counted: dict[str, int] = {}
        for post in self.posts():
            counted[post["state"]] = counted.get(post["state"], 0) + 1
        return counted

    def works(self) -> None:
        """Let the daemon do what is due now, and what that makes due now."""
        while self.crew.turn(patience=5.0) or self.crew.busy:
            pass

    def runs_until(self, moment: datetime) -> None:
        """Let the daemon live through the time up to ``moment``, from one due moment to the next."""
        while True:
            for duty in (*DUTIES, *FILMING):
                duty.do(self.deps, self.clock)
            self.works()
            if self.clock.now() >= moment:
                return
            self.clock.set(simulation.next_moment(self.deps, self.clock.now(), moment) or moment)

    def claims(self) -> list[Call]:
        """Let the daemon claim what is due, and stop it there: the Attempts are open, no byte has left."""
        return list(self.crew._commit([], claiming=True).calls)

    def calls(self, claimed: list[Call]) -> list[Result]:
        """Make claimed calls; nothing of what comes back is stored."""
        return [self.crew._run(call) for call in claimed]

    def stores(self, results: list[Result]) -> None:
        """Let the daemon store what came back from calls."""
        self.crew._landed = results
        self.crew._commit(self.crew._landed, claiming=False)

    def dies_and_restarts(self) -> None:
        """Kill the daemon's claim as kill -9 would: the lock is freed, nothing is stored; then start another."""
        self.dies()
        self._begin()
        self.crew.rescue()

    def dies(self) -> None:
        """Free the daemon's lock as the kernel does for a killed process; nothing else is tidied up.

        PostgreSQL notices by itself that somebody is gone, a moment later.
        """
        held = self.ownership
        if held._file is not None:
            held._file.close()
        if held._connection is not None:
            held._connection.close()
            deadline = time.monotonic() + 30
            while not held._is_free(held.name):
                assert time.monotonic() < deadline, "the server never freed the lock"


def same(expected: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Tell whether a ledger entry is the approved document."""
    keys = ("text", "link")
    media = [(medium["sha256"], medium["alt"]) for medium in expected["media"]]
    return all(expected[key] == found[key] for key in keys) and media == [
        (medium["sha256"], medium["alt"]) for medium in found["media"]
    ]


def dumps(value: Any) -> str:
    """Return readable JSON for a failing test's message."""
    return json.dumps(value, ensure_ascii=False, indent=1)
