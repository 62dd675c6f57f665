"""What the portal says of what is public already: embargo, end of validity, deletion; and what nobody believes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from distributor.domain import FeedAbout, FeedItem, Refused
from distributor.services import health, heeding, missing, recall_views, taking_in, views
from distributor.services.deps import Deps
from distributor.settings import load
from distributor.store.tables import FeedRow, ItemRow, TombstoneRow
from tests.support.world import World

Reaches = Callable[..., World]
HOUR = timedelta(hours=1)


def says(world: World, **change: datetime) -> None:
    with world.deps.store.write() as session:
        session.execute(update(ItemRow).values(**change))


def policy(world: World, *recalls: str) -> Deps:
    return replace(world.deps, settings=replace(world.deps.settings, upstream_recalls=frozenset(recalls)))


def causes(world: World) -> list[str]:
    return [recall["cause"] for recall in recall_views.recall_list(world.deps)]


class TestPublicPosts:
    def test_come_down_at_the_end_of_validity_and_not_before(self, reaches: Reaches) -> None:
        world = reaches("published", "x")
        says(world, valid_until=world.clock.now() + HOUR)

        world.runs_until(world.clock.now() + HOUR - timedelta(seconds=1))
        assert world.state() == "published"
        world.runs_until(world.clock.now() + timedelta(minutes=1))

        assert (world.state(), world.network.public(), causes(world)) == ("retracted", [], ["expiry"])

    def test_come_down_when_the_portal_sets_them_behind_an_embargo(self, reaches: Reaches) -> None:
        world = reaches("published", "x", "facebook")
        says(world, embargo_until=world.clock.now() + HOUR)

        assert heeding.heed(world.deps, world.clock.now()) == 1
        world.works()

        assert (world.states(), causes(world)) == ({"retracted": 2}, ["embargo"])
        assert heeding.heed(world.deps, world.clock.now()) == 0

    def test_leave_the_item_where_it_is(self, reaches: Reaches) -> None:
        """Neither an embargo nor the end of validity is a withdrawal: the portal may mean it for a while."""
        world = reaches("published", "x")
        says(world, embargo_until=world.clock.now() + HOUR)

        heeding.heed(world.deps, world.clock.now())

        [item] = views.item_list(world.deps)
        assert item["stage"] == "active"
        with world.deps.store.read() as session:
            assert session.scalars(select(TombstoneRow)).all() == []

    def test_stay_where_the_settings_say_so(self, reaches: Reaches) -> None:
        world = reaches("published", "x")
        says(world, embargo_until=world.clock.now() + HOUR, valid_until=world.clock.now())

        assert heeding.heed(policy(world), world.clock.now()) == 0
        assert world.state() == "published"


class TestADeletedItem:
    @pytest.fixture
    def deleted(self, reaches: Reaches) -> World:
        world = reaches("published", "x")
        with world.deps.store.write() as session:
            feed, item = session.scalars(select(FeedRow)).one(), session.scalars(select(ItemRow)).one()
            missing.compare(session, feed, [], FeedAbout(deleted=(item.guid,)), world.clock.now())
        return world

    def test_is_asked_about(self, deleted: World) -> None:
        assert heeding.heed(deleted.deps, deleted.clock.now()) == 0
        assert views.item_list(deleted.deps)[0]["gone_at"] is not None

    def test_is_withdrawn_for_good_where_the_settings_say_so(self, deleted: World) -> None:
        assert heeding.heed(policy(deleted, "deleted"), deleted.clock.now()) == 1
        deleted.works()

        assert (deleted.state(), causes(deleted)) == ("retracted", ["deleted"])
        assert views.item_list(deleted.deps)[0]["stage"] == "withdrawn"

    def test_that_an_editor_keeps_stays(self, deleted: World) -> None:
        item = views.item_list(deleted.deps)[0]["id"]
        missing.keep(deleted.deps, deleted.person("redaktion"), item, deleted.clock.now())

        assert heeding.heed(policy(deleted, "deleted"), deleted.clock.now()) == 0
        assert deleted.state() == "published"


def test_many_deletions_at_once_look_like_a_slip_and_nothing_happens(reaches: Reaches) -> None:
    world = reaches("empty", "x")
    for number in range(6):
        item = FeedItem(guid="", title=f"Beitrag {number}", link="", text=f"Der {number}. Text.")
        taking_in.add_item(world.deps, world.person("redaktion"), item, world.clock.now())
    deps = policy(world, "deleted")
    says(world, deleted_at=world.clock.now())

    assert heeding.heed(deps, world.clock.now()) == 0
    [finding] = [one for one in health.examine(deps, world.clock.now()) if one.subject == "Rücknahmen des Portals"]
    assert finding.text.startswith("Das Portal löscht 6 Beiträge auf einmal.")

    with world.deps.store.write() as session:
        session.execute(update(ItemRow).where(ItemRow.title == "Beitrag 0").values(deleted_at=None))
    assert heeding.heed(deps, world.clock.now()) == 5


@pytest.mark.parametrize(
    ("written", "meant"),
    [("none", ()), ("deleted", ("deleted",)), ("embargo, deleted", ("embargo", "deleted"))],
)
def test_the_setting_names_what_is_heeded(written: str, meant: Collection[str]) -> None:
    assert load({"DISTRIBUTOR_UPSTREAM_RECALLS": written}).upstream_recalls == set(meant)


def test_a_setting_that_names_something_else_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        load({"DISTRIBUTOR_UPSTREAM_RECALLS": "embargo,alles"})
    assert "DISTRIBUTOR_UPSTREAM_RECALLS" in refused.value.text
