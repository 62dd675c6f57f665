"""WebSub over real HTTP: a hub that asks back, pushes, refuses, falls silent; our public listener on the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select

from distributor.services import accounts, feed_views, feeds, polling, subscribing
from distributor.services.deps import Deps
from distributor.store.tables import SubscriptionRow
from distributor.vault import Vault, new_key
from distributor.web.public import public_app
from tests.services.test_feed_life import entries
from tests.support.feeds import rss
from tests.support.hub import Hub, serving_hub
from tests.support.serving import serving_app
from tests.support.site import Site, serving
from tests.support.world import World


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub."""
    with serving_hub() as told:
        yield told


@pytest.fixture
def site() -> Iterator[Site]:
    """A portal that answers as a test wants."""
    with serving() as told:
        yield told


class Subscriber:
    """The distributor with its public listener, and one feed that names the hub."""

    def __init__(self, world: World, deps: Deps, hub: Hub, site: Site) -> None:
        self.world, self.deps, self.hub, self.site = world, deps, hub, site
        self.names(hub.url)
        self.feed = feeds.add_feed(deps, world.person("betrieb"), site.url(), world.clock.now()).number
        self.polls()

    def names(self, hub: str, *numbers: int) -> None:
        """Let the feed name a hub (empty: none) and list these entries."""
        head = (
            f'<atom:link rel="hub" href="{hub}"/><atom:link rel="self" href="{self.site.url("/thema")}"/>'
            if hub
            else ""
        )
        self.site.says(rss(*entries(*(numbers or (1,))), head=head).encode())

    def polls(self) -> int:
        return polling.poll(self.deps, self.feed, self.world.clock.now)

    def tends(self) -> int:
        return subscribing.tend(self.deps, self.world.clock.now)

    def told(self) -> dict[str, Any]:
        return feed_views.feed_show(self.deps, self.feed)

    def subscription(self) -> dict[str, Any]:
        [only] = self.told()["subscriptions"]
        found: dict[str, Any] = only
        return found

    def next_poll(self) -> datetime:
        return datetime.fromisoformat(self.told()["next_poll_at"])


@pytest.fixture
def subscriber(reaches: Callable[..., World], hub: Hub, site: Site) -> Iterator[Subscriber]:
    """The distributor on one feed with a hub."""
    world = reaches("empty")
    with serving_app(public_app(world.deps, world.clock)) as base:
        settings = replace(world.deps.settings, public_url=base, websub="on")
        yield Subscriber(world, replace(world.deps, settings=settings), hub, site)


def test_a_feed_with_a_hub_is_subscribed_to_and_the_hubs_question_answered(subscriber: Subscriber, hub: Hub) -> None:
    assert subscriber.tends() == 1

    [form] = hub.asked
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", subscriber.site.url("/thema"))
    assert len(form["hub.secret"]) == 64
    assert list(hub.subscribers) == [form["hub.callback"]]
    assert subscriber.subscription()["state"] == "active"
    assert subscriber.tends() == 0


def test_a_push_lets_the_feed_be_polled_and_is_not_believed_itself(subscriber: Subscriber, hub: Hub) -> None:
    subscriber.tends()
    subscriber.world.clock.advance(minutes=2)
    assert subscriber.next_poll() > subscriber.world.clock.now()

    assert hub.pushes(rss(*entries(99)).encode()) == [204]

    assert subscriber.next_poll() == subscriber.world.clock.now()
    subscriber.names(hub.url, 2, 1)
    assert polling.poll_due(subscriber.deps, subscriber.world.clock.now) == 1
    assert "g99" not in str(subscriber.told())


def test_pushes_in_a_row_hurry_the_poll_to_half_a_minute_after_the_last(subscriber: Subscriber, hub: Hub) -> None:
    subscriber.tends()
    read_at = subscriber.world.clock.now()
    subscriber.world.clock.advance(seconds=1)

    hub.pushes()
    hub.pushes()

    assert subscriber.next_poll() == read_at + timedelta(seconds=30)


def test_a_push_in_the_middle_of_a_poll_is_not_lost(
    subscriber: Subscriber, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscriber.tends()
    sound = polling.fetch

    def interrupted(*asked: Any, **more: Any) -> Any:
        got = sound(*asked, **more)
        hub.pushes()
        return got

    monkeypatch.setattr(polling, "fetch", interrupted)
    subscriber.polls()

    assert subscriber.next_poll() == subscriber.world.clock.now() + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("method", "rings"), [("sha1", True), ("sha384", True), ("sha512", True), ("", False), ("md5", False)]
)
def test_a_push_counts_by_its_signature(subscriber: Subscriber, hub: Hub, method: str, rings: bool) -> None:
    subscriber.tends()
    subscriber.world.clock.advance(minutes=2)

    assert hub.pushes(method=method) == [204]

    assert (subscriber.next_poll() == subscriber.world.clock.now()) is rings


def test_a_push_with_another_secret_or_to_another_address_rings_nothing(subscriber: Subscriber, hub: Hub) -> None:
    subscriber.tends()
    subscriber.world.clock.advance(minutes=2)
    callback = hub.asked[0]["hub.callback"]

    assert hub.pushes(secret="geraten") == [204]
    assert requests.post(f"{callback}x", data=b"<rss/>", timeout=5).status_code == 404

    assert subscriber.subscription()["pushed_at"] is None
    assert subscriber.next_poll() > subscriber.world.clock.now()


def test_an_endless_push_is_cut_off(subscriber: Subscriber, hub: Hub) -> None:
    subscriber.tends()

    assert hub.pushes(b"x" * 10_000_001) == [413]


def test_a_question_that_we_did_not_ask_for_is_denied(subscriber: Subscriber, hub: Hub) -> None:
    subscriber.tends()
    callback, topic = hub.asked[0]["hub.callback"], hub.asked[0]["hub.topic"]

    for mode, about in (("subscribe", "https://anderes.example/"), ("unsubscribe", topic), ("publish", topic)):
        assert hub.asks(callback, mode, about).status_code == 404
    assert hub.asks(f"{callback}x", "subscribe", topic).status_code == 404
    assert subscriber.subscription()["state"] == "active"


def test_a_lease_is_renewed_before_it_ends(subscriber: Subscriber, hub: Hub) -> None:
    hub.lease_seconds = 8 * 3600
    subscriber.tends()
    subscriber.world.clock.advance(hours=5)
    assert subscriber.tends() == 0
    subscriber.world.clock.advance(hours=2)

    assert subscriber.tends() == 1

    assert [form["hub.callback"] for form in hub.asked] == [hub.asked[0]["hub.callback"]] * 2
    until = datetime.fromisoformat(subscriber.subscription()["lease_until"])
    assert until == subscriber.world.clock.now() + timedelta(hours=8)


def test_a_hub_that_does_not_ask_back_or_fails_is_asked_again_later_and_later(subscriber: Subscriber, hub: Hub) -> None:
    hub.asks_back = False
    subscriber.tends()
    assert subscriber.subscription()["state"] == "asked"
    subscriber.world.clock.advance(minutes=59)
    assert subscriber.tends() == 0
    hub.status = 500
    subscriber.world.clock.advance(minutes=2)
    assert subscriber.tends() == 1
    assert "gestört (Antwort 500)" in subscriber.subscription()["trouble"]
    subscriber.world.clock.advance(minutes=90)
    assert subscriber.tends() == 0

    hub.status, hub.asks_back = 202, True
    subscriber.world.clock.advance(hours=1)
    subscriber.tends()

    assert (subscriber.subscription()["state"], subscriber.subscription()["trouble"]) == ("active", "")


def test_a_hub_that_refuses_is_left_alone_for_a_day(subscriber: Subscriber, hub: Hub) -> None:
    hub.asks_back = False
    subscriber.tends()

    answer = hub.asks(
        hub.asked[0]["hub.callback"], "denied", hub.asked[0]["hub.topic"], **{"hub.reason": "Nur für Kunden"}
    )

    assert answer.status_code == 200
    assert subscriber.subscription()["state"] == "refused"
    assert "Nur für Kunden" in subscriber.subscription()["trouble"]
    subscriber.world.clock.advance(hours=23)
    assert subscriber.tends() == 0
    assert subscriber.told()["trouble"] == ""


@pytest.mark.parametrize("how", ["removed", "paused", "no hub", "switched off"])
def test_what_is_no_longer_wanted_is_unsubscribed(subscriber: Subscriber, hub: Hub, how: str) -> None:
    subscriber.tends()
    operator, now = subscriber.world.person("betrieb"), subscriber.world.clock.now()
    if how == "removed":
        feeds.remove_feed(subscriber.deps, operator, subscriber.feed, now)
    elif how == "paused":
        feeds.pause_feed(subscriber.deps, operator, subscriber.feed, "Umbau", now)
    elif how == "no hub":
        subscriber.names("")
        subscriber.polls()
    else:
        subscriber.deps = replace(subscriber.deps, settings=replace(subscriber.deps.settings, websub="off"))

    assert subscriber.tends() == 1

    assert hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert hub.subscribers == {}
    with subscriber.deps.store.read() as session:
        assert session.scalars(select(SubscriptionRow)).all() == []
    assert subscriber.tends() == 0


def test_a_hub_that_does_not_take_our_leave_is_told_three_times(subscriber: Subscriber, hub: Hub) -> None:
    subscriber.tends()
    hub.status = 500
    feeds.remove_feed(
        subscriber.deps, subscriber.world.person("betrieb"), subscriber.feed, subscriber.world.clock.now()
    )

    told = 0
    for _ in range(6):
        told += subscriber.tends()
        subscriber.world.clock.advance(days=2)

    assert told == 3
    assert hub.pushes() == [404]


def test_another_hub_takes_the_place_of_the_first(subscriber: Subscriber, hub: Hub) -> None:
    subscriber.tends()
    with serving_hub() as other:
        subscriber.names(other.url)
        subscriber.polls()

        assert subscriber.tends() == 2

        assert hub.subscribers == {}
        assert len(other.subscribers) == 1


@pytest.mark.parametrize(
    ("websub", "public_url", "key", "expected"),
    [
        ("auto", "http://127.0.0.1:8100", True, False),
        ("auto", "https://kjc.example", True, True),
        ("on", "http://127.0.0.1:8100", True, True),
        ("off", "https://kjc.example", True, False),
        ("auto", "https://kjc.example", False, False),
    ],
)
def test_hubs_are_used_where_they_can_reach_us_and_we_can_keep_a_secret(
    reaches: Callable[..., World], websub: str, public_url: str, key: bool, expected: bool
) -> None:
    deps = reaches("empty").deps
    settings = replace(deps.settings, websub=websub, public_url=public_url)
    vault = Vault(new_key() if key else "")

    assert subscribing.wanted(replace(deps, settings=settings, vault=vault)) is expected


@pytest.mark.parametrize("address", ["http://hub.example/", "http://10.0.0.1/"])
def test_a_hub_without_encryption_is_not_used(subscriber: Subscriber, address: str) -> None:
    subscriber.names(address)
    subscriber.polls()

    assert subscriber.tends() == 0


def test_a_hub_in_our_own_network_is_not_called(subscriber: Subscriber) -> None:
    subscriber.names("https://10.0.0.1/hub")
    subscriber.polls()

    subscriber.tends()

    assert "eigenen Netz" in subscriber.subscription()["trouble"]


def test_a_changed_key_keeps_the_subscription_and_a_lost_one_makes_another(subscriber: Subscriber, hub: Hub) -> None:
    subscriber.tends()
    fresh, world = new_key(), subscriber.world
    both = Vault(f"{fresh},{world.environment['DISTRIBUTOR_KEY']}")
    accounts.rotate_keys(replace(world.deps, vault=both), world.person("betrieb"), world.clock.now())
    token = hub.asked[0]["hub.callback"].rpartition("/")[2]

    assert subscribing.secret_of(replace(world.deps, vault=Vault(fresh)), token) == hub.asked[0]["hub.secret"]
    assert subscribing.secret_of(replace(world.deps, vault=Vault(new_key())), token) is None
    lost = replace(subscriber.deps, vault=Vault(new_key()))
    world.clock.advance(days=2)
    for _ in range(2):
        subscribing.tend(lost, world.clock.now)
    assert hub.asked[-1]["hub.secret"] != hub.asked[0]["hub.secret"]
