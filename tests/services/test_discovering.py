"""From a page's address to its feed, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from distributor.domain import Refused
from distributor.services import discovering, feed_views
from tests.services.test_feed_life import document
from tests.support.site import Site, serving
from tests.support.world import World

HTML = {"Content-Type": "text/html; charset=utf-8"}
INSIDE = frozenset({"127.0.0.1"})


@pytest.fixture
def site() -> Iterator[Site]:
    """A portal that answers as a test wants."""
    with serving() as told:
        yield told


def page(site: Site, *links: str, path: str = "/portal/") -> str:
    head = "".join(f'<link rel="alternate" type="application/rss+xml" title="{one}" href="/{one}">' for one in links)
    site.says(f"<!doctype html><html><head>{head}</head></html>".encode(), path=path, headers=HTML)
    return site.url(path)


def test_a_feed_is_itself(site: Site) -> None:
    site.says(document(1))

    found = discovering.find(site.url(), INSIDE)

    assert (found.url, found.how, len(found.parsed.items)) == (site.url(), "", 1)


def test_a_page_leads_to_the_feed_it_names(site: Site) -> None:
    site.says(document(2, 1), path="/beitraege")

    found = discovering.find(page(site, "beitraege", "comments"), INSIDE)

    assert (found.url, len(found.parsed.items)) == (site.url("/beitraege"), 2)
    assert found.how == f"Das ist eine Webseite; genommen wurde der Feed, den sie nennt: {site.url('/beitraege')}."


def test_a_page_may_name_its_feed_in_the_header(site: Site) -> None:
    site.says(document(1), path="/kopf")
    link = '</kopf>; rel="alternate"; type="application/atom+xml"'
    site.says(b"<!doctype html><html></html>", path="/", headers={**HTML, "Link": link})

    assert discovering.find(site.url("/"), INSIDE).url == site.url("/kopf")


def test_a_page_with_several_feeds_is_refused_with_their_list(site: Site) -> None:
    with pytest.raises(Refused) as refused:
        discovering.find(page(site, "beitraege", "termine"), INSIDE)

    assert refused.value.code == "feed.which"
    assert f"{site.url('/beitraege')} („beitraege“), {site.url('/termine')} („termine“)." in refused.value.text


@pytest.mark.parametrize("place", ["/portal/feed/", "/feed/", "/portal/?type=9818", "/rss.xml"])
def test_a_page_that_names_none_is_looked_for_one_at_the_usual_places(site: Site, place: str) -> None:
    where = page(site)
    site.says(document(1), path=place)

    found = discovering.find(where, INSIDE)

    assert found.url == site.url(place)
    assert "üblichen Stelle" in found.how


def test_a_page_without_any_feed_is_refused(site: Site) -> None:
    with pytest.raises(Refused, match="die keinen Feed nennt, und an den üblichen Stellen liegt keiner") as refused:
        discovering.find(page(site), INSIDE)

    assert refused.value.code == "feed.not_a_feed"
    assert len(site.asked) == 5


def test_what_is_neither_page_nor_feed_is_refused_without_guessing(site: Site) -> None:
    site.says(b"%PDF-1.7", path="/x.pdf")

    with pytest.raises(Refused, match="kein Feed"):
        discovering.find(site.url("/x.pdf"), INSIDE)

    assert len(site.asked) == 1


def test_a_page_that_names_an_address_inside_our_network_leads_nowhere(site: Site) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="http://10.0.0.1/feed">'
    site.says(f"<!doctype html><html><head>{link}</head></html>".encode(), path="/", headers=HTML)

    with pytest.raises(Refused) as refused:
        discovering.find(site.url("/"), INSIDE)

    assert refused.value.code == "fetch.private"


class TestEnteringAFeed:
    @pytest.fixture
    def world(self, reaches: Callable[..., World]) -> World:
        return reaches("empty")

    def enters(self, world: World, url: str, who: str = "redaktion") -> discovering.Entered:
        return discovering.enter(world.deps, world.person(who), url, world.clock.now())

    def test_by_its_page_registers_the_feed_and_says_so(self, world: World, site: Site) -> None:
        site.says(document(1), path="/beitraege")

        entered = self.enters(world, page(site, "beitraege"))

        assert "genommen wurde der Feed" in entered.note
        assert [feed["url"] for feed in feed_views.feed_list(world.deps)] == [site.url("/beitraege")]

    def test_that_cannot_be_reached_registers_it_as_given(self, world: World, site: Site) -> None:
        site.says(status=503)

        entered = self.enters(world, site.url())

        assert entered.note.startswith("Ungeprüft eingetragen: ")
        assert [feed["url"] for feed in feed_views.feed_list(world.deps)] == [site.url()]

    def test_that_is_none_registers_nothing(self, world: World, site: Site) -> None:
        for url in (site.url("/fehlt"), page(site)):
            with pytest.raises(Refused):
                self.enters(world, url)
        assert feed_views.feed_list(world.deps) == []

    def test_without_the_right_asks_nobody(self, world: World, site: Site) -> None:
        with pytest.raises(Refused) as refused:
            self.enters(world, site.url(), "fulda")

        assert refused.value.code == "forbidden"
        assert site.asked == []
