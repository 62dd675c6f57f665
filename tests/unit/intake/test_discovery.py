"""From a page to its feeds: what it names, which is meant, and what no page may do to us."""

from __future__ import annotations

import pytest

from distributor.intake.discovery import Candidate, candidates, clear_choice, is_page, usual_places
from tests.support.effort import effort

RSS = "application/rss+xml"


def page(*links: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}{''.join(links)}</head><body><p>Text</p></body></html>"


def link(href: str, kind: str = RSS, title: str = "", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}">'


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (RSS, "rss"),
        ("APPLICATION/ATOM+XML; charset=utf-8", "atom"),
        ("application/feed+json", "json"),
        ("application/json", "json"),
        ("text/html", None),
        ("", None),
    ],
)
def test_a_link_counts_by_its_type(kind: str, found: str | None) -> None:
    formats = [one.format for one in candidates(page(link("/feed", kind)), "https://kjc.example/")]

    assert formats == ([found] if found else [])


@pytest.mark.parametrize(
    ("base", "href", "expected"),
    [
        ("", "feed.xml", "https://kjc.example/news/feed.xml"),
        ("", "//cdn.example/feed", "https://cdn.example/feed"),
        ('<base href="/portal/">', "feed", "https://kjc.example/portal/feed"),
        ('<base href="javascript:x">', "feed", "https://kjc.example/news/feed"),
        ("", "javascript:alert(1)", None),
        ("", "file:///etc/passwd", None),
        ("", "", None),
    ],
)
def test_an_address_means_what_the_page_means_by_it(base: str, href: str, expected: str | None) -> None:
    found = [one.url for one in candidates(page(link(href), head=base), "https://kjc.example/news/")]

    assert found == ([expected] if expected else [])


def test_the_header_goes_before_the_page_and_each_address_counts_once() -> None:
    header = f'</kopf>; rel="alternate"; type="{RSS}"; title="Kopf", </b>; rel=hub'

    found = candidates(page(link("/a", title="A"), link("/kopf"), link("/a")), "https://kjc.example/", header)

    assert found == [
        Candidate("https://kjc.example/kopf", "rss", "Kopf"),
        Candidate("https://kjc.example/a", "rss", "A"),
    ]


def test_what_stands_in_comments_and_scripts_is_no_link() -> None:
    hidden = f"<!-- {link('/a')} --><script>var x = '{link('/b')}'</script>"

    assert candidates(page(hidden), "https://kjc.example/") == []


def test_a_systems_own_interfaces_are_no_feeds() -> None:
    links = [link("/wp-json/wp/v2/pages/7", "application/json"), link("/oembed?x", "application/json")]

    assert candidates(page(*links), "https://kjc.example/") == []


def candidate(name: str, kind: str = "rss", title: str = "") -> Candidate:
    return Candidate(f"https://kjc.example/{name}", kind, title)


@pytest.mark.parametrize(
    ("found", "chosen"),
    [
        ([candidate("a")], "a"),
        ([candidate("comments/feed"), candidate("feed")], "feed"),
        ([candidate("feed", title="KJC"), candidate("x", title="KJC: Kommentar-Feed")], "feed"),
        (
            [candidate("a", "rss", "KJC RSS"), candidate("b", "atom", "KJC (Atom 1.0)"), candidate("c", "json", "KJC")],
            "a",
        ),
        ([candidate("a", "rss", "Beiträge"), candidate("b", "atom", "Termine")], None),
        ([candidate("a", "rss", "Beiträge"), candidate("b", "rss", "Beiträge")], None),
        ([candidate("comments/feed")], None),
        ([], None),
    ],
)
def test_the_feed_that_is_meant_is_taken_when_that_is_clear(found: list[Candidate], chosen: str | None) -> None:
    choice = clear_choice(found)

    assert (choice.url if choice else None) == (f"https://kjc.example/{chosen}" if chosen else None)


def test_the_usual_places_lie_below_the_page_and_at_the_top() -> None:
    assert usual_places("https://kjc.example/portal") == [
        "https://kjc.example/portal/feed/",
        "https://kjc.example/feed/",
        "https://kjc.example/portal?type=9818",
        "https://kjc.example/rss.xml",
    ]
    assert len(usual_places("https://kjc.example/")) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!DOCTYPE html><html>", True),
        ("\ufeff\n<!-- von Hand --><HTML lang=de>", True),
        ("<rss version='2.0'>", False),
        ("<?xml version='1.0'?><feed>", False),
        ("Hallo", False),
        ("", False),
    ],
)
def test_a_page_is_known_by_its_beginning(text: str, expected: bool) -> None:
    assert is_page(text) is expected


@pytest.mark.parametrize(
    "hostile",
    [
        "<link " * 200_000,
        "<div>" * 200_000,
        "<!--" * 300_000,
        "<" * 1_000_000,
        "<a " + "b=c " * 250_000,
        "<table><tr>" * 90_000,
        f"<link rel=alternate type={RSS} href=/a" * 20_000,
        '<link rel="' * 100_000,
        "<![CDATA[" * 100_000,
        "\x00" * 1_000_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_hostile_page_is_looked_through_in_no_time(hostile: str) -> None:
    with effort(20):
        found = candidates(f"<html>{hostile}", "https://kjc.example/")

    assert len(found) <= 30


def test_of_too_many_links_the_first_count() -> None:
    links = [link(f"/{number}") for number in range(100)]

    assert [one.url for one in candidates(page(*links), "https://kjc.example/")] == [
        f"https://kjc.example/{number}" for number in range(30)
    ]
