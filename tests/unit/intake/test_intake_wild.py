"""Whatever a document holds: it is refused in German, or what comes out of it is clean."""

from __future__ import annotations

import importlib.util
import json
import re
import unicodedata
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.domain import FeedItem, Refused
from distributor.intake import fallback
from distributor.intake.parse import parse
from distributor.intake.report import item_document, item_of, report

DATA = Path(__file__).with_name("data")
FEEDS = sorted(file for file in DATA.iterdir() if not file.name.endswith(".expected.json"))


def in_this_process(text: str):
    spec = importlib.util.spec_from_file_location("child", Path(fallback.__file__).with_name("_feedparser_child.py"))
    child = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(child)
    try:
        return child.loosely(text.encode("utf-8", errors="replace"))
    except Exception:  # the real one is another process: whatever it dies of, it returns nothing
        return None


@given(st.binary(max_size=300))
def test_no_bytes_make_it_stumble(body):
    read_or_refused(body)


@given(
    st.sampled_from([b"<rss><channel><item>", b"<feed><entry>", b'{"version":"1","items":[', b"\xff\xfe<\0"]),
    st.binary(max_size=200),
)
def test_no_bytes_after_an_honest_start_make_it_stumble(start, body):
    read_or_refused(start + body)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FEEDS), st.data())
def test_no_mutation_of_an_honest_feed_makes_it_stumble(file, data):
    body = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(body) - 1))
        length = data.draw(st.integers(0, 40))
        body[start : start + length] = data.draw(
            st.sampled_from(
                [b"", b"<", b"&", b"\0", b"\xff", b'"', b"]]>", b"<item>", b"</item>", b"&#0;", b"\xed\xa0\x80"]
            )
        )
    read_or_refused(bytes(body))


CHARSETS = [
    *("utf-8", "utf-16", "utf-32", "utf-7", "iso-8859-1", "windows-1252", "shift_jis", "gb2312", "koi8-r"),
    *("viscii", "ebcdic-cp-us", "idna", "rot13", "nonsense"),
]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(FEEDS), st.sampled_from(CHARSETS), st.sampled_from(CHARSETS), st.floats(0, 1))
def test_no_lie_about_the_encoding_and_no_cut_make_it_stumble(file, declared, said, kept):
    body = re.sub(rb"encoding=[\"'][^\"']*[\"']", f'encoding="{declared}"'.encode(), file.read_bytes(), count=1)

    read_or_refused(body[: int(len(body) * kept)], f"text/xml; charset={said}")


NAMES = """rss channel item guid title link description content:encoded pubDate category enclosure media:group
    media:content media:credit media:text media:subTitle media:thumbnail media:license itunes:image itunes:duration
    dc:creator dcterms:valid atom:link feed entry id updated summary author name figure"""
MEMBERS = """id url title content_html content_text summary image date_published tags attachments authors language
    _kjc"""

names = st.sampled_from(NAMES.split())
marks = st.dictionaries(
    st.sampled_from(["url", "href", "type", "rel", "lang", "width", "duration", "xml:base", "isPermaLink"]),
    st.sampled_from(["", "/a", "//a/b.mp4", "http://[", "https://a.example/b.jpg", "video/mp4", "-1", "javascript:x"]),
    max_size=3,
)
words = st.text(max_size=12) | st.sampled_from(["<b>x</b>", "&lt;img src=/a&gt;", "start=2026-01-01;", "\x01\u202e"])


def written(name: str, attributes: dict[str, str], inside: list[str]) -> str:
    said = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{said}>{''.join(inside)}</{name}>"


elements = st.recursive(
    words,
    lambda inner: st.builds(written, names, marks, st.lists(inner, max_size=6)),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.sampled_from(["rss", "feed", "rdf:RDF"]), st.lists(elements, max_size=4))
def test_no_arrangement_of_known_elements_makes_it_stumble(root, inside):
    entries = "".join(f"<item>{one}</item><entry>{one}</entry>" for one in inside)

    read_or_refused(f"<{root}><channel>{entries}</channel>{entries}</{root}>".encode("utf-8", errors="replace"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800\0"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["url", "mime_type", "title", "name", "media", "captions", "duration", "alt"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
json_names = st.sampled_from(MEMBERS.split())


@given(st.lists(st.dictionaries(json_names, json_values, max_size=8), max_size=3))
def test_no_json_makes_it_stumble_and_what_comes_out_can_be_stored(entries):
    read_or_refused(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": entries}).encode())


def read_or_refused(body: bytes, content_type: str = "") -> None:
    try:
        feed = parse(body, content_type=content_type, rescue=in_this_process)
    except Refused as refused:
        assert refused.text.endswith(".")
        return
    json.dumps(report(feed), ensure_ascii=False).encode()
    for item in feed.items:
        assert_clean(item)


def assert_clean(item: FeedItem) -> None:
    """Fail where an item carries what nobody after intake expects."""
    assert item.guid
    addresses = [item.link, *(address for medium in item.media for address in (medium.url, medium.poster))]
    addresses += [track.url for medium in item.media for track in medium.captions]
    assert all(address.startswith(("http://", "https://")) for address in addresses if address)
    moments = (item.published_at, item.updated_at, item.embargo_until, item.valid_until)
    assert all(moment.utcoffset() is not None for moment in moments if moment is not None)
    texts = [item.title, item.summary, item.text, item.author, item.credit, *item.topics]
    texts += [
        part for one in item.media for part in (one.alt or "", one.credit, one.rights, one.licence, one.transcript)
    ]
    assert not any(unicodedata.category(sign) == "Cc" and sign != "\n" for text in texts for sign in text)
    assert item_of(json.loads(json.dumps(item_document(item)))) == item
