"""The house in the simulation: the real services on a real database, begun anew for each schedule from a template."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from distributor import settings
from distributor.domain import Actor, FeedItem, Role
from distributor.lifecycle import Policy
from distributor.media.cache import MediaCache
from distributor.services import accounts, approving, clearing, people, tailoring, taking_in
from distributor.services.configuration import read_files
from distributor.services.deps import Deps
from distributor.store import migrations
from distributor.store.engine import Store
from distributor.store.tables import CalendarRow, ChannelTextRow, OrganisationRow
from distributor.vault import Vault, new_key
from tests.simulation.network import Channel
from tests.simulation.peeking import Peek

CONFIG = Path(__file__).resolve().parents[2] / "config"
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DUE = START + timedelta(minutes=30)

OPERATOR = Actor("betrieb", frozenset({Role.OPERATOR}))
EDITOR = Actor("redaktion", frozenset({Role.EDITOR}))
SECOND_EDITOR = Actor("zweite", frozenset({Role.EDITOR}))
SETUP = Actor("setup", frozenset({Role.OPERATOR, Role.EDITOR}))

SLUGS = ("fulda", "wiesbaden")
LANES = (("fulda", "firm"), ("fulda", "loose"), ("wiesbaden", "firm"))
"""The accounts: on ``firm`` two looks prove absence, on ``loose`` a person must look."""


def officer(slug: str) -> Actor:
    return Actor(slug, frozenset({Role.OFFICER}), frozenset({slug}))


class LogicalStore(Store):
    """The real store; ``hooks`` are told where a transaction stands and may stop, fail or kill it there.

    One writer at a time, as on SQLite; whoever else wants to write waits.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.hooks: Hooks | None = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        hooks = self.hooks
        if hooks is None:
            with super().write() as session:
                yield session
            return
        hooks.wants_to_write()
        try:
            with super().write() as session:
                yield session
                session.flush()
                hooks.before_commit()
        finally:
            hooks.wrote()
        hooks.committed()


class Hooks:
    """What the scheduler hears of transactions."""

    def wants_to_write(self) -> None: ...

    def before_commit(self) -> None: ...

    def wrote(self) -> None: ...

    def committed(self) -> None: ...


@dataclass(slots=True)
class Template:
    """A database to begin with, and what lies at the network already."""

    image: sqlite3.Connection
    drafts: dict[str, str] = field(default_factory=dict)


class House:
    """One database file, used for one schedule after the other; engine and compiled statements are kept."""

    def __init__(self, folder: Path) -> None:
        self.channels = {"firm": Channel("firm", "certain"), "loose": Channel("loose", "likely")}
        self.store = LogicalStore(f"sqlite:///{folder / 'simulation.sqlite3'}")
        environment = {
            "DISTRIBUTOR_DATA_DIR": str(folder / "data"),
            "DISTRIBUTOR_DATABASE_URL": str(self.store.url),
            "DISTRIBUTOR_KEY": new_key(),
            "DISTRIBUTOR_PUBLIC_URL": "https://portal.example",
            "DISTRIBUTOR_CONFIG_DIR": str(CONFIG),
            "DISTRIBUTOR_THREADS": "3",
        }
        self.folders = (folder / "data", folder / "elsewhere")
        for each in self.folders:
            (each / "workers").mkdir(parents=True, exist_ok=True)
        held = settings.load(environment)
        self.deps = Deps(
            settings=held,
            store=self.store,
            connectors=self.channels,
            cache=MediaCache(held.data_dir / "media"),
            vault=Vault(held.key),
            policy=Policy(),
        )
        migrations.upgrade(self.store)
        _never_wait_for_the_disk(self.store)
        self._furnish()
        self.templates: dict[tuple[str, ...], Template] = {}
        self.keep(("empty",))
        self.peek = Peek(folder / "simulation.sqlite3")

    def close(self) -> None:
        self.peek.close()
        self.store.close()

    def deps_at(self, folder: Path) -> Deps:
        """Return the parts of a daemon whose data folder is this one."""
        return replace(self.deps, settings=replace(self.deps.settings, data_dir=folder))

    def keep(self, name: tuple[str, ...]) -> Template:
        """Keep the database as it stands, to begin with later."""
        image = sqlite3.connect(":memory:")
        raw = self.store.engine.raw_connection()
        try:
            raw.driver_connection.backup(image)  # type: ignore[union-attr]
        finally:
            raw.close()
        self.templates[name] = Template(image)
        return self.templates[name]

    def begin(self, name: tuple[str, ...]) -> Template:
        """Put the database back to a template."""
        template = self.templates[name]
        raw = self.store.engine.raw_connection()
        try:
            template.image.backup(raw.driver_connection)  # type: ignore[arg-type]
        finally:
            raw.close()
        return template

    def _furnish(self) -> None:
        roster = read_files(CONFIG).organisations
        with self.store.write() as session:
            for place, slug in enumerate(SLUGS):
                document = {**roster[slug], "calendar": "always", "occasions": [], "duty": []}
                session.add(OrganisationRow(slug=slug, name=roster[slug]["name"], position=place, document=document))
            session.add(CalendarRow(name="always", document={"name": "always", "every_minutes": 5}))
            part = {"name": "text", "role": "body", "rank": 0, "du": "{{titel}}", "sie": "{{titel}}"}
            for channel in self.channels:
                session.add(ChannelTextRow(channel=channel, document={"channel": channel, "parts": [part]}))
        for login, role in (("betrieb", Role.OPERATOR), ("redaktion", Role.EDITOR), ("zweite", Role.EDITOR)):
            people.add_user(self.deps, SETUP, login, [people.Membership(role)], START)
        for slug in SLUGS:
            people.add_user(self.deps, SETUP, slug, [people.Membership(Role.OFFICER, slug)], START)
        for slug, channel in LANES:
            accounts.add_account(self.deps, SETUP, slug, channel, "konto", {}, START)

    def add_item(self, title: str, now: datetime) -> int:
        """Let an editor enter an Item and clear it; its posts then await approval."""
        item = FeedItem(guid=title, title=title, link=f"https://portal.example/{title.replace(' ', '-')}")
        number = taking_in.add_item(self.deps, EDITOR, item, now)
        tailoring.tailor_item(self.deps, number, now)
        answers = [clearing.Answer(question, "none") for question in ("people", "partner", "elected")]
        clearing.clear(self.deps, EDITOR, number, answers, now)
        return number

    def approve(self, post_id: int, now: datetime, at: datetime) -> None:
        with self.store.read() as session:
            slug = approving._chosen(session, post_id).owner.slug
        approving.approve(self.deps, officer(slug), post_id, now, at=at)


def _never_wait_for_the_disk(store: Store) -> None:
    """What is simulated is the death of processes, not of the machine."""
    from sqlalchemy import event

    def unsafe(connection: Any, record: Any) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA synchronous=OFF")

    event.listen(store.engine, "connect", unsafe)
    store.engine.dispose()
