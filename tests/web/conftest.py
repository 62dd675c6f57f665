"""A desk with two Jobcenter, five people and a few items, seeded once and copied for each test; no network at all."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from httpx2 import Response
from lxml import html
from sqlalchemy import select
from starlette.testclient import TestClient

from connectors.sandbox.portal.items import Item, first_items
from connectors.sandbox.portal.pictures import draw
from distributor import bootstrap
from distributor.domain import Actor, FeedItem, FeedMedium, Role
from distributor.media.sniff import sniff
from distributor.services import (
    clearing,
    configuration,
    occasions,
    passwords,
    people,
    planning,
    tailoring,
    taking_in,
    views,
)
from distributor.services.clearing import Answer
from distributor.services.deps import Deps
from distributor.settings import Settings
from distributor.store import migrations
from distributor.store.tables import MediumRow, PostRow
from distributor.web.desk import desk_app
from distributor.web.public import public_app
from tests.support.world import THREE

CONFIG = Path(__file__).resolve().parents[2] / "config"
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
KEY = "bXktdGVzdC1rZXktb2YtZXhhY3RseS0zMi1ieXRlcyE="
PASSWORD = "ein langes Kennwort"
SETUP = Actor("setup", frozenset({Role.OPERATOR, Role.EDITOR}))
ORGANISATIONS = ("fulda", "gross-gerau")
PEOPLE = {
    "anna": people.Membership(Role.OFFICER, "fulda"),
    "ben": people.Membership(Role.OFFICER, "gross-gerau"),
    "eva": people.Membership(Role.EDITOR),
    "otto": people.Membership(Role.OPERATOR),
    "pia": people.Membership(Role.AUDITOR),
}
HOSTILE = FeedItem(
    guid="urn:kjc:hostile",
    title='Frist läuft <script>alert("x")</script> & mehr',
    link="https://portal.example/hostile",
    summary='Ein Satz mit "><img src=x onerror=alert(1)> darin. Und javascript:alert(1) als Wort.',
    text="Ein Absatz mit </textarea><script>alert(2)</script>.",
)


@dataclass
class Clock:
    """Stands until told."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def advance(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database and its media, to be copied."""
    folder = tmp_path_factory.mktemp("seed")
    deps = bootstrap.build(settings_for(folder))
    migrations.upgrade(deps.store)
    with pytest.MonkeyPatch.context() as patch:
        # A hash carries its cost with it, so logging in stays cheap too.
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        fill(deps)
    deps.store.close()
    return folder


def settings_for(folder: Path, **changes: Any) -> Settings:
    """Settings on a database in this folder."""
    settings = Settings(data_dir=folder, config_dir=CONFIG, database_url=f"sqlite:///{folder}/desk.sqlite3", key=KEY)
    return replace(settings, **changes)


def fill(deps: Deps) -> None:
    """Take the roster, the people and the items in, through the services."""
    files = configuration.read_files(CONFIG)
    bare = {**files.texts["instagram"], "no_media": "text"}  # so that a post has something wrong with it
    files = replace(files, texts={**files.texts, "instagram": bare})
    kept = {slug: files.organisations[slug] for slug in ORGANISATIONS}
    listed = configuration.read_accounts(CONFIG / "sandbox-accounts.toml")
    accounts = {slug: tuple(each for each in listed[slug] if each.channel in THREE) for slug in ORGANISATIONS}
    configuration.take_over(deps, SETUP, replace(files, organisations=kept, accounts=accounts), START)
    for login, membership in PEOPLE.items():
        people.add_user(deps, SETUP, login, [membership], START, password=PASSWORD)
    chosen = [item for item in first_items(START) if item.slug in ("neustart", "kaution", "drei-umschlaege")]
    for item in chosen:
        take_in(deps, feed_item(item), picture=item.picture)
    clear(deps, take_in(deps, HOSTILE))
    for item in views.item_list(deps)[-2:]:
        clear(deps, item["id"])
    planning.propose(deps, START)


def feed_item(item: Item) -> FeedItem:
    """The portal's item as intake would give it."""
    medium = FeedMedium(f"https://portal.example/{item.picture}", "image", alt=item.alt, credit=item.credit)
    return FeedItem(
        guid=item.guid,
        title=item.title,
        link=f"https://portal.example/{item.slug}",
        summary=item.summary,
        text=item.text,
        topics=item.topics,
        credit=item.credit,
        media=(medium,),
        published_at=item.published_at,
    )


def take_in(deps: Deps, item: FeedItem, picture: str = "") -> int:
    """Enter an item with its picture already fetched, and make its posts."""
    number = taking_in.add_item(deps, SETUP, item, START)
    tailoring.tailor_item(deps, number, START)
    if picture:
        data = draw(picture)
        mime = sniff(data).mime
        sha256 = deps.cache.put(data, mime)
        with deps.store.write() as session:
            row = session.scalars(select(MediumRow).where(MediumRow.item_id == number)).one()
            row.state, row.sha256, row.mime = "ready", sha256, mime
        tailoring.tailor_item(deps, number, START)
    return number


def clear(deps: Deps, number: int) -> None:
    """Answer every question of an item in favour."""
    answers = [Answer(question, "none") for question in ("people", "partner", "elected")]
    if any(medium["sha256"] for medium in views.item_show(deps, number)["media"]):
        answers.append(Answer("rights", "granted"))
    clearing.clear(deps, SETUP, number, [*answers, *clearing.accept_feed(deps, number)], START)


class Page:
    """An answer with its parsed HTML."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.status = response.status_code
        self.tree = html.fromstring(response.text) if "html" in response.headers.get("content-type", "") else None

    @property
    def text(self) -> str:
        """All text with blanks pressed together."""
        assert self.tree is not None
        return " ".join(self.tree.text_content().split())

    def find(self, path: str) -> list[Any]:
        """What the XPath finds."""
        assert self.tree is not None
        found: list[Any] = self.tree.xpath(path)
        return found

    def one(self, path: str) -> Any:
        """The single thing the XPath finds."""
        found = self.find(path)
        assert len(found) == 1, f"{path}: {len(found)} found"
        return found[0]

    def form(self, action: str) -> dict[str, str]:
        """The values with which the form would be sent without touching it."""
        form = self.one(f"//form[@action='{action}'][1]")
        # A browser drops the line break after an opening textarea; the parser here keeps it.
        return {name: (value or "").removeprefix("\n") for name, value in form.form_values()}


class Browser:
    """A person at the desk, without JavaScript: opens pages, sends the forms found on them."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def opens(self, path: str, **headers: str) -> Page:
        return Page(self.client.get(path, headers=headers))

    def sends(self, page: Page, action: str, **fields: str) -> Page:
        """Send a form of the page with some fields filled in."""
        return self.posts(action, **{**page.form(action), **fields})

    def posts(self, path: str, *, headers: dict[str, str] | None = None, **fields: str) -> Page:
        """Send a form whether or not the page offers it."""
        return Page(self.client.post(path, data=fields, headers=headers))

    def logs_in(self, login: str, password: str = PASSWORD) -> Page:
        return self.sends(self.opens("/anmelden"), "/anmelden", anmeldename=login, kennwort=password)

    @property
    def token(self) -> str:
        """The token that this session's forms carry."""
        return str(self.opens("/notbremse").find("//form[@action='/abmelden']//input[@name='pruefwert']/@value")[0])


@dataclass
class DeskWorld:
    """The desk with all that stands behind it."""

    deps: Deps
    clock: Clock
    browsers: list[TestClient]

    def person(self, login: str | None = None) -> Browser:
        """A browser, logged in as this person."""
        client = TestClient(desk_app(self.deps, self.clock), base_url=self.deps.settings.desk_url)
        client.__enter__()
        self.browsers.append(client)
        browser = Browser(client)
        if login is not None:
            assert browser.logs_in(login).status == 200
        return browser

    def public(self) -> TestClient:
        """A client of the public listener."""
        client = TestClient(public_app(self.deps, self.clock), follow_redirects=False)
        client.__enter__()
        self.browsers.append(client)
        return client

    def posts(self, organisation: str = "fulda", **which: Any) -> list[dict[str, Any]]:
        """The posts of a Jobcenter in order of time."""
        return views.post_list(self.deps, organisation=organisation, **which)

    def awaiting(self, organisation: str = "fulda") -> dict[str, Any]:
        """The first post of the Jobcenter that awaits its officer."""
        return self.posts(organisation, states=["awaiting"])[0]

    def closes(self, organisation: str, day: date) -> int:
        """Enter a closing day for a Jobcenter."""
        made = occasions.enter(
            self.deps,
            SETUP,
            self.clock.now(),
            kind="closing",
            first=day,
            last=day,
            title="Umzug",
            organisation=organisation,
        )
        return made.number

    def becomes(self, post: int, state: str, **values: Any) -> None:
        """Put a post into a state that only the daemon brings about."""
        with self.deps.store.write() as session:
            row = session.get_one(PostRow, post)
            row.state = state
            row.approved_digest = row.staged_digest = row.digest
            row.due_at = row.due_at or self.clock.now()
            row.published_at = self.clock.now() if state in ("published", "retracting") else None
            for name, value in values.items():
                setattr(row, name, value)


_numbers = itertools.count(1)


@pytest.fixture
def make_desk(seed: Path, tmp_path: Path) -> Iterator[Callable[..., DeskWorld]]:
    """Make a desk with changed settings."""
    with contextlib.ExitStack() as stack:
        yield lambda **changes: stack.enter_context(opened(seed, tmp_path, **changes))


@pytest.fixture
def desk(make_desk: Callable[..., DeskWorld]) -> DeskWorld:
    """The desk."""
    return make_desk()


@pytest.fixture(scope="module")
def unchanged_desk(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """A desk for tests that only look."""
    with opened(seed, tmp_path_factory.mktemp("desk")) as world:
        yield world


@contextlib.contextmanager
def opened(seed: Path, folder: Path, **changes: Any) -> Iterator[DeskWorld]:
    """A copy of the seeded desk."""
    copy = folder / f"desk{next(_numbers)}"
    shutil.copytree(seed, copy)
    world = DeskWorld(bootstrap.build(settings_for(copy, **changes)), Clock(), [])
    try:
        yield world
    finally:
        for client in world.browsers:
            client.__exit__(None, None, None)
        world.deps.store.close()
