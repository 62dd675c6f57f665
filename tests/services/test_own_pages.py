"""A Jobcenter's own pages: what is published is there, and what is taken back is gone everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from connectors.base import Withheld
from distributor.domain import Scope
from distributor.services import health, leaving, recalling, stopping
from distributor.store.tables import PostRow
from tests.support.databases import Databases, Stores
from tests.support.own_pages import opens_pages, reader
from tests.support.world import Kept, World

HOME = "/kjc/fulda"
SHELVES = (HOME, f"{HOME}/links", f"{HOME}/einbetten", f"{HOME}/feed.rss", f"{HOME}/feed.atom", f"{HOME}/feed.json")


@pytest.fixture
def house(
    make_world: Callable[..., World],
    databases: Databases,
    stores: Stores,
    kept_worlds: dict[object, Kept],
    tmp_path_factory: pytest.TempPathFactory,
    sandbox: str,
    served_media: tuple[str, list[World]],
) -> World:
    """A Jobcenter with pages of its own and nothing else, and two approved posts of two items; another without."""
    key = (databases.kind, "own pages")
    if key not in kept_worlds:
        folder = tmp_path_factory.mktemp("kept")
        begun = World(
            databases.new(),
            folder / "data",
            sandbox,
            served_media[0],
            stores,
            organisations=("fulda", "marburg-biedenkopf"),
            channels=(),
        )
        opens_pages(begun)
        begun.portal.keeps(2)
        begun.reads_feed()
        begun.clears()
        begun.approves()
        kept_worlds[key] = begun.keep(databases, folder)
    world = make_world(kept_worlds[key])
    world.portal.keeps(2)
    return world


@pytest.fixture
def public(house: World) -> Iterator[TestClient]:
    """Somebody who reads there, when both posts are public."""
    house.runs_until(house.clock.now() + timedelta(days=3))
    assert house.states() == {"published": 2}
    with reader(house.deps, house.clock) as client:
        yield client


def shown(client: TestClient, code: str) -> dict[str, bool]:
    """Where the post's address stands."""
    return {path: f"/beitrag/{code}" in client.get(path).text for path in SHELVES if not path.endswith("/links")}


def test_a_post_is_public_from_its_time_on_and_its_receipt_leads_to_it(house: World) -> None:
    post = min(house.posts(), key=lambda post: post["due_at"])
    due = house.due(post["id"])
    with reader(house.deps, house.clock) as client:
        house.runs_until(due - timedelta(seconds=1))
        assert not any(shown(client, post["code"]).values())
        assert client.get(f"{HOME}/beitrag/{post['code']}").status_code == 404
        house.runs_until(due)
        assert all(shown(client, post["code"]).values())
        receipt = house.post(post["id"])["receipt"]
        page = client.get(receipt["url"])
    assert (receipt["remote_id"], page.status_code) == (post["code"], 200)
    assert datetime.fromisoformat(receipt["at"]) == due
    for line in filter(None, post["text"].split("\n")):
        assert line in page.text


@pytest.mark.parametrize("whole", [False, True], ids=["the-post", "the-item"])
def test_a_recall_empties_everything_before_any_daemon_has_moved(house: World, public: TestClient, whole: bool) -> None:
    first, other = house.posts()
    files = [f"{HOME}/beitrag/{first['code']}/{medium['sha256']}.jpg" for medium in first["media"]]
    assert files
    assert all(public.get(path).status_code == 200 for path in files)
    now = house.clock.now()
    if whole:
        recalling.withdraw(house.deps, house.person("redaktion"), first["item"], "Irrtum", now)
    else:
        recalling.recall(house.deps, house.person("fulda"), first["id"], now)

    assert not any(shown(public, first["code"]).values())
    assert all(shown(public, other["code"]).values())
    gone = public.get(f"{HOME}/beitrag/{first['code']}")
    assert gone.status_code == 410
    assert "Dieser Beitrag wurde zurückgezogen" in gone.text
    assert first["title"] not in gone.text
    assert all(public.get(path).status_code == 410 for path in files)

    house.works()
    assert house.state(first["id"]) == "retracted"
    assert public.get(f"{HOME}/beitrag/{first['code']}").status_code == 410


def test_a_stop_between_the_claim_and_the_receipt_keeps_the_post_off_the_pages(house: World) -> None:
    """Nothing goes through a socket here, so the last look stands before the answer itself."""
    post = min(house.posts(), key=lambda post: post["due_at"])
    house.runs_until(house.due(post["id"]) - timedelta(seconds=1))
    house.clock.set(house.due(post["id"]))
    claimed = house.claims()
    stopping.stop(house.deps, house.person("redaktion"), Scope(), "Halt", house.clock.now())
    [result] = house.calls(claimed)
    assert isinstance(result.answer, Withheld)
    house.stores([result])
    assert house.state(post["id"]) == "missed"
    with reader(house.deps, house.clock) as client:
        assert not any(shown(client, post["code"]).values())


def test_a_daemon_that_dies_before_the_receipt_is_kept_has_published_nothing_and_the_next_does_it_once(
    house: World,
) -> None:
    post = min(house.posts(), key=lambda post: post["due_at"])
    house.runs_until(house.due(post["id"]) - timedelta(seconds=1))
    house.clock.set(house.due(post["id"]))
    house.calls(house.claims())  # the answer dies with the daemon
    with reader(house.deps, house.clock) as client:
        assert not any(shown(client, post["code"]).values())
        house.dies_and_restarts()
        house.runs_until(house.clock.now() + timedelta(minutes=5))
        assert house.state(post["id"]) == "published"
        assert client.get(f"{HOME}/feed.rss").text.count(f"{post['code']}</guid>") == 1


def test_pages_turn_by_post_and_show_each_once(
    house: World, public: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distributor.services.own_pages.PAGE", 1)
    newest, older = sorted(house.posts(), key=lambda post: post["due_at"], reverse=True)
    first = public.get(f"{HOME}/feed.json").json()
    second = public.get(first["next_url"]).json()
    assert [item["url"].rpartition("/")[2] for item in (*first["items"], *second["items"])] == [
        newest["code"],
        older["code"],
    ]
    assert "next_url" not in second

    recalling.recall(house.deps, house.person("fulda"), newest["id"], house.clock.now())
    assert public.get(first["next_url"]).json()["items"] == second["items"]


def test_two_posts_of_one_moment_are_turned_by_number(house: World, public: TestClient) -> None:
    with house.deps.store.write() as session:
        for post in house.posts():
            session.get_one(PostRow, post["id"]).published_at = house.clock.now()
    low, high = sorted(house.posts(), key=lambda post: post["id"])
    behind = public.get(f"{HOME}/feed.json?nach={high['code']}").json()["items"]
    assert [item["url"].rpartition("/")[2] for item in behind] == [low["code"]]


def test_who_asks_again_is_told_that_nothing_changed_until_something_does(house: World, public: TestClient) -> None:
    marks = {path: public.get(path).headers["etag"] for path in SHELVES}
    for path, mark in marks.items():
        again = public.get(path, headers={"If-None-Match": f'"x", W/{mark}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark)
    recalling.recall(house.deps, house.person("fulda"), house.posts()[0]["id"], house.clock.now())
    for path, mark in marks.items():
        again = public.get(path, headers={"If-None-Match": mark})
        assert again.status_code == 200
        assert again.headers["cache-control"] == "no-cache"
        assert again.headers["last-modified"].endswith("GMT")


def test_a_jobcenter_without_an_account_has_no_pages(house: World, public: TestClient) -> None:
    for slug in ("marburg-biedenkopf", "atlantis", "FULDA", "fulda%00", ".."):
        for path in SHELVES:
            assert public.get(path.replace("fulda", slug)).status_code == 404


def test_another_jobcenters_post_is_not_under_this_ones_address(house: World, public: TestClient) -> None:
    opens_pages(house, "marburg-biedenkopf")
    code = house.posts(organisation="fulda")[0]["code"]
    assert public.get(f"{HOME}/beitrag/{code}").status_code == 200
    assert public.get(f"/kjc/marburg-biedenkopf/beitrag/{code}").status_code == 404


@pytest.mark.parametrize("published", ["keep", "delete"])
def test_a_jobcenter_that_leaves_keeps_its_pages_or_empties_them(
    house: World, public: TestClient, published: Any
) -> None:
    account = house.posts()[0]["account_id"]
    leaving.retire(house.deps, house.person("betrieb"), account, published, "Umzug", house.clock.now())
    kept = published == "keep"
    assert all(all(shown(public, post["code"]).values()) is kept for post in house.posts())
    assert public.get(HOME).status_code == 200


def test_a_correction_and_what_it_corrects_lead_to_each_other(house: World, public: TestClient) -> None:
    wrong, right = house.posts()
    with house.deps.store.write() as session:
        session.get_one(PostRow, right["id"]).corrects_id = wrong["id"]
    first = public.get(f"{HOME}/beitrag/{wrong['code']}").text
    second = public.get(f"{HOME}/beitrag/{right['code']}").text
    assert f'/beitrag/{right["code"]}">Zu diesem Beitrag gibt es eine Korrektur.' in first
    assert f'/beitrag/{wrong["code"]}">Das ist die Korrektur eines früheren Beitrags.' in second


def test_what_the_law_asks_for_and_the_roster_lacks_is_told(house: World) -> None:
    [told] = [each for each in health.examine(house.deps, house.clock.now()) if each.subject == "Eigene Seiten"]
    assert not told.ok
    assert "Impressum, Datenschutz, Barrierefreiheit bei fulda" in told.text
