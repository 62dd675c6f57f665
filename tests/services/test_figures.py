"""The figures for those who watch: true to the database, the same from every process, and cheap."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from distributor import metrics
from distributor.store.engine import Store
from tests.support.plans import plans, statements
from tests.support.world import World

Reaches = Callable[..., World]


def figures(world: World) -> dict[Any, float]:
    """Return every sample by its name and the values of its labels."""
    page = metrics.page(world.deps, world.clock.now()).decode()
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    found: dict[Any, float] = {}
    for sample in samples:
        name = sample.name.removeprefix("distributor_")
        found[(name, *sample.labels.values()) if sample.labels else name] = sample.value
    return found


def test_they_follow_a_post_from_due_to_public(reaches: Reaches) -> None:
    world = reaches("staged", "facebook", "x")
    told = figures(world)
    assert (told["posts", "facebook", "staged"], told["posts", "x", "staged"]) == (1, 1)
    assert (told["posts_due", "facebook"], told["oldest_due_seconds"], told["database_up"]) == (0, 0, 1)

    world.clock.set(max(world.due(1), world.due(2)) + timedelta(minutes=6))
    told = figures(world)
    assert (told["posts_due", "facebook"], told["posts_late", "x"]) == (1, 1)
    assert told["oldest_due_seconds"] >= 360
    claimed = world.claims()
    assert figures(world)["calls_in_flight", "release"] == 2
    world.stores(world.calls(claimed))

    told = figures(world)
    assert (told["posts_due", "facebook"], told["calls_in_flight", "release"]) == (0, 0)
    assert (told["published_total", "facebook"], told["published_total", "x"]) == (1, 1)
    assert told["attempts_total", "x", "release", "receipt"] == 1
    assert told["release_latency_seconds_bucket", "x", "+Inf"] == 1
    assert told["release_latency_seconds_bucket", "x", "300.0"] == 0
    assert told["release_latency_seconds_sum", "x"] >= 360


def test_counters_begin_anew_each_day_and_never_fall_within_one(reaches: Reaches) -> None:
    world = reaches("published", "facebook")
    before = figures(world)["published_total", "facebook"]

    world.clock.advance(days=1)

    assert (before, figures(world)["published_total", "facebook"]) == (1, 0)
    assert not [key for key in figures(world) if key[0] == "attempts_total"]


def test_a_failing_feed_a_paused_account_and_a_dead_daemon_show(reaches: Reaches) -> None:
    world = reaches("staged", "facebook")
    world.ownership.beat(world.clock.now())
    told = figures(world)
    assert (told["accounts_paused", "facebook"], told["feed_failures", "1"], told["hosts_beating"]) == (0, 0, 1)

    world.network.suffers("revoke_token")
    world.clock.set(world.due())
    world.works()
    world.reads_feed(f"{world.portal.base}/nowhere.rss")
    world.clock.advance(minutes=3)

    told = figures(world)
    assert (told["accounts_paused", "facebook"], told["feed_failures", "2"], told["hosts_beating"]) == (1, 1, 0)


def test_no_label_names_a_post_an_account_or_a_person(reaches: Reaches) -> None:
    world = reaches("published", "facebook", "x")

    page = metrics.page(world.deps, world.clock.now()).decode()

    assert "fulda" not in page
    labels = {
        label for family in text_string_to_metric_families(page) for sample in family.samples for label in sample.labels
    }
    assert labels <= {"channel", "state", "kind", "outcome", "host", "feed", "duty", "le"}


def test_without_a_database_they_say_so(reaches: Reaches) -> None:
    world = reaches("empty")
    deps = replace(world.deps, store=Store("sqlite:////nowhere/at/all.sqlite3"))

    page = metrics.page(deps, world.clock.now()).decode()

    assert "distributor_database_up 0.0" in page


def test_their_cost_does_not_grow_with_what_was_published(reaches: Reaches) -> None:
    world = reaches("published", "facebook")

    asked = statements(world, lambda: metrics.page(world.deps, world.clock.now()))

    assert len(asked) <= 12
    if world.deps.store.is_sqlite:
        assert not [plan for plan in plans(world, asked) if plan.startswith("SCAN post")]


def test_a_listener_of_its_own_gives_them_and_nothing_else(reaches: Reaches) -> None:
    world = reaches("empty")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    settings = replace(world.deps.settings, metrics_bind=address)
    with metrics.listener(replace(world.deps, settings=settings), world.clock):
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
            assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
            assert b"distributor_database_up 1.0" in answer.read()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://{address}/", timeout=5)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://{address}/metrics", timeout=5)
