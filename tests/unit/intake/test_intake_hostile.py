"""Documents that are built to harm: each is read or refused within seconds and megabytes, in this process."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from distributor.domain import Refused
from distributor.intake import fallback
from distributor.intake.fallback import in_child
from distributor.intake.parse import parse
from tests.support.effort import effort

MEGABYTES = 150


def entry(inside: bytes) -> bytes:
    return b"<rss><channel><item>" + inside + b"</item></channel></rss>"


def html(inside: bytes) -> bytes:
    return entry(b"<description><![CDATA[" + inside + b"]]></description>")


def attributes(count: int) -> bytes:
    return b" ".join(b"a%d='1'" % number for number in range(count))


def contents(count: int) -> bytes:
    return b"".join(b"<media:content url='http://a.example/%d.mp4'/>" % number for number in range(count))


LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{"&a;" if n == 1 else f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><rss><channel><item><title>&a9;</title></item></channel></rss>"
)

REFUSED: dict[str, Callable[[], bytes]] = {
    "laughs": LAUGHS.encode,
    "laughs in UTF-16": lambda: LAUGHS.encode("utf-16"),
    "a long entity often": lambda: (
        b'<!DOCTYPE rss [<!ENTITY a "' + b"x" * 100_000 + b'">]><rss><channel><item><title>' + b"&a;" * 50_000
    ),
    "an entity out of a parameter": lambda: (
        b"<!DOCTYPE rss [<!ENTITY % p \"<!ENTITY b 'x'>\"> %p; <!ENTITY b 'x'>]>" + entry(b"<title>&b;</title>")
    ),
    "short entities often": lambda: (
        b'<!DOCTYPE rss [<!ENTITY a "' + b"x" * 200 + b'">]>' + entry(b"<title>" + b"&a;" * 3_000_000)
    ),
    "an entity with markup": lambda: b'<!DOCTYPE rss [<!ENTITY a "<item>x</item>">]>' + entry(b"<title>&a;</title>"),
    "an entity in an entity": lambda: (
        b'<!DOCTYPE rss [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>' + entry(b"<title>&b;</title>")
    ),
    "a multitude of entities": lambda: (
        b"<!DOCTYPE rss ["
        + b"".join(b"<!ENTITY e%d 'x'>" % n for n in range(150_000))
        + b"]>"
        + entry(b"<title>&e1;</title>")
    ),
    "a foreign file": lambda: (
        b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + entry(b"<title>&x;</title>")
    ),
    "attributes": lambda: b"<rss><channel><item " + attributes(300_000) + b"/></channel></rss>",
    "namespaces": lambda: (
        b"<rss><channel>" + b"".join(b"<a xmlns='urn:%d'/>" % n for n in range(200_000)) + b"</channel></rss>"
    ),
    "prefixes": lambda: b"<rss><channel>" + b"".join(b"<p%d:a/>" % n for n in range(200_000)) + b"</channel></rss>",
    "depth": lambda: entry(b"<a>" * 100_000 + b"</a>" * 100_000),
    "depth without an end": lambda: b"<rss><channel><item>" + b"<a>" * 100_000,
    "elements": lambda: entry(b"<a/>" * 1_500_000),
    "entries": lambda: b"<rss><channel>" + b"<item/>" * 1_400_000 + b"</channel></rss>",
    "11 MB": lambda: entry(b"<title>" + b"x" * 11_000_000 + b"</title>"),
    "bare ampersands": lambda: entry(b"<title>" + b"&" * 5_000_000 + b"</title>"),
    "packed": lambda: gzip.compress(b"<rss>" + b"x" * 50_000_000, compresslevel=1),
    "zero bytes": lambda: b"\0" * 9_000_000,
    "blanks": lambda: b" " * 9_900_000,
    "a long name": lambda: b"<rss><channel><" + b"a" * 9_000_000 + b"/></channel></rss>",
    "declarations": lambda: b"<!DOCTYPE a>" * 500_000 + b"<rss/>",
    "JSON entries": lambda: b'{"version":"1","items":[' + b"{}," * 2_000_000 + b"{}]}",
    "JSON depth": lambda: b'{"version": "x", "items": ' + b"[" * 250_000,
    "JSON digits": lambda: b'{"version": "x", "items": [' + b"9" * 1_000_000 + b"]}",
}
READ: dict[str, Callable[[], bytes]] = {
    "a long text": lambda: entry(b"<title>" + b"x" * 9_900_000 + b"</title>"),
    "declared entities that nobody uses": lambda: (
        b"<!DOCTYPE a ["
        + b"".join(b"<!ENTITY e%d 'x'>" % n for n in range(150_000))
        + b"]>"
        + entry(b"<title>a</title>")
    ),
    "entries": lambda: b"<rss><channel>" + b"<item><title>a</title></item>" * 90_000 + b"</channel></rss>",
    "entries of text": lambda: (
        b"<rss><channel>"
        + (b"<item><guid>1</guid><description>" + b"abc d " * 800 + b"</description></item>") * 2000
        + b"</channel></rss>"
    ),
    "entries of tags": lambda: (
        b"<rss><channel>"
        + (b"<item><description><![CDATA[" + b"<p>abc <b>d</b></p>" * 250 + b"]]></description></item>") * 1500
        + b"</channel></rss>"
    ),
    "beginnings of entities": lambda: (
        b"<!DOCTYPE a [" + b"<!ENTITY e '" * 190_000 + b"x'>]>" + entry(b"<title>a</title>")
    ),
    "references to nothing": lambda: (
        b"<!DOCTYPE a [<!ENTITY e 'x'>]>" + entry(b"<title>&" + b"a" * 9_000_000 + b"</title>")
    ),
    "enclosures": lambda: entry(b"<enclosure url='http://a.example/1.jpg'/>" * 100_000),
    "media": lambda: entry(contents(60_000)),
    "media with tracks": lambda: entry(b"<media:subTitle href='http://a.example/x'/>" * 60_000 + contents(300)),
    "media with credits": lambda: entry(b"<media:credit>x</media:credit>" * 60_000 + contents(300)),
    "media with transcripts": lambda: entry(b"<media:text>x</media:text>" * 60_000 + contents(300)),
    "topics": lambda: entry(b"<title>a</title><media:keywords>" + b"a," * 4_900_000 + b"</media:keywords>"),
    "bytes that fit nothing": lambda: entry(b"<title>" + b"\xfc" * 4_000_000 + b"</title>"),
    "wide characters without a mark": lambda: (
        entry(b"<title>" + b"x" * 4_000_000 + b"</title>").decode().encode("utf-16-le")
    ),
    "zero bytes between letters": lambda: entry(b"<title>" + b"a\0" * 4_500_000 + b"</title>"),
    "a deep text": lambda: html(b"<div>" * 500_000),
    "a text of attributes": lambda: html(b"<img " + attributes(300_000) + b" src='http://a.example/1.jpg'>"),
    "a text of pictures": lambda: html(b"".join(b"<img src='http://a.example/%d.jpg'>" % n for n in range(24_000))),
    "a text of figures": lambda: html(b"<figure><img src='/x.jpg'><figcaption>Foto: x</figcaption>" * 12_000),
    "a text of tables": lambda: html(b"<table><tr><td>" * 40_000),
    "a text of rows": lambda: html(b"<table>" + b"<tr><td>x<br>y</td></tr>" * 5_000),
    "a text of one row": lambda: html(b"<table><tr><td>" + b"x<br>" * 25_000),
    "a text of lists": lambda: html(b"<ul><li>" * 40_000),
    "a text of comments": lambda: html(b"<!--" * 240_000),
    "a text of declarations": lambda: html(b"<!x" * 320_000),
    "a text of sections": lambda: html(b"<![CDATA[" * 110_000),
    "a text of frames": lambda: html(b"<iframe>x" * 110_000),
    "a text of brackets": lambda: html(b"<" * 900_000),
    "a text of blanks": lambda: entry(b"<description>a" + b" " * 990_000 + b"</description>"),
    "a text of marks": lambda: entry(("<title>a" + "\u0315\u0300" * 220_000 + "</title>").encode()),
    "a text of dots": lambda: entry(b"<description>" + b"." * 990_000 + b"</description>"),
    "a text of footers": lambda: entry(b"<description>" + b"Der Beitrag " * 80_000 + b"</description>"),
    "an address of steps": lambda: entry(b"<title>a</title><link>http://a/" + b"../" * 3_000_000 + b"</link>"),
    "an author of signs": lambda: entry(b"<title>a</title><author>" + b"a@" * 490_000 + b"</author>"),
    "a date of digits": lambda: entry(b"<title>a</title><pubDate>" + b"1" * 9_000_000 + b"</pubDate>"),
    "dates": lambda: entry(b"<title>a</title>" + b"<pubDate>x 1 x</pubDate>" * 150_000),
    "JSON members": lambda: (
        b'{"version":"1","items":[{"title":"a",' + b",".join(b'"k%d":1' % n for n in range(600_000)) + b"}]}"
    ),
}


@pytest.mark.parametrize("built", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_built_to_harm_is_refused_soon(built):
    body = built()

    with bounded(), pytest.raises(Refused) as refused:
        parse(body, rescue=lambda _: None)

    assert refused.value.code.startswith("feed.")


@pytest.mark.parametrize("built", READ.values(), ids=READ.keys())
def test_what_is_merely_too_much_is_read_as_far_as_it_goes_and_soon(built):
    body = built()

    with bounded():
        feed = parse(body, rescue=lambda _: None)

    assert 0 < len(feed.items) <= 2000
    assert all(len(item.media) <= 50 and len(item.topics) <= 50 for item in feed.items)


def test_a_process_that_does_not_end_is_ended():
    begun = time.monotonic()

    assert in_child(f"<rss><channel><item {attributes(300_000).decode()}/></channel></rss>", limit=1) is None
    assert time.monotonic() - begun < 60


def test_a_long_document_beyond_mending_is_not_tried(monkeypatch):
    monkeypatch.setattr(fallback, "MOST_CHARACTERS", 100)

    with pytest.raises(Refused) as refused:
        parse(b"<rss><channel>" + b"<item><title><b>a</title></item>" * 10)

    assert refused.value.code == "feed.malformed"


@contextmanager
def bounded() -> Iterator[None]:
    """Fail where what is done inside takes more time or megabytes than a document may."""
    with effort(36):
        Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here (proc(5))
        before = _kilobytes("VmRSS")
        yield
        grown = (_kilobytes("VmHWM") - before) // 1024
    assert grown < MEGABYTES


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
