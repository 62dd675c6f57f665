"""Feed documents of every format, honest, broken and hostile."""

from __future__ import annotations

import codecs
import importlib.util
import json
import resource
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.domain import FeedMedium, ParsedFeed, Refused
from distributor.intake import fallback
from distributor.intake.draft import first_sentence
from distributor.intake.fallback import in_child
from distributor.intake.parse import parse
from distributor.intake.report import report

DATA = Path(__file__).with_name("data")
FIXTURES = sorted(file for file in DATA.iterdir() if not file.name.endswith(".expected.json"))


def no_rescue(_: str) -> None:
    return None


def rss(inside: str, *, channel: str = "", namespaces: str = "") -> bytes:
    return (
        f'<rss version="2.0" {namespaces}><channel><title>T</title>{channel}<item>{inside}</item></channel></rss>'
    ).encode()


def only(feed: ParsedFeed):
    assert len(feed.items) == 1
    return feed.items[0]


MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.name)
def test_a_document_is_read_as_expected(file):
    expected = json.loads(file.with_name(f"{file.name}.expected.json").read_text(encoding="utf-8"))

    assert report(parse(file.read_bytes(), rescue=no_rescue)) == expected


def test_what_the_report_does_not_show_is_read_too():
    mia, miete, folge, kurz = parse((DATA / "portal.rss.xml").read_bytes()).items

    assert mia.embargo_until == datetime(2026, 12, 3, 9, tzinfo=UTC)
    assert mia.valid_until == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert mia.media[0].poster == "https://portal.example/bilder/mia-standbild.jpg"
    assert mia.media[0].credit == "Jörg Müller"
    assert [medium.credit for medium in miete.media] == ["Ayşe Yılmaz", "Ayşe Yılmaz"]
    assert folge.media[0].poster == "https://portal.example/folge3.png"
    assert kurz.embargo_until is None


def test_a_json_feeds_picture_is_the_poster_of_its_film():
    film = parse((DATA / "portal.json").read_bytes()).items[0].media[0]

    assert film.poster == "https://portal.example/bilder/mia.jpg"


def test_nothing_is_public_before_its_own_date():
    item = only(parse(rss("<title>A</title><pubDate>Sat, 21 Nov 2037 10:00:00 GMT</pubDate>")))

    assert item.embargo_until == item.published_at == datetime(2037, 11, 21, 10, tzinfo=UTC)


def test_the_later_of_date_and_embargo_counts():
    dcterms = 'xmlns:dcterms="http://purl.org/dc/terms/"'
    dates = "<pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate><dcterms:valid>start=2026-01-01</dcterms:valid>"

    item = only(parse(rss(f"<title>A</title>{dates}", namespaces=dcterms)))

    assert item.embargo_until == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_an_item_whose_embargo_cannot_be_read_stays_out():
    dcterms = 'xmlns:dcterms="http://purl.org/dc/terms/"'

    feed = parse(rss("<title>A</title><dcterms:valid>start=bald;</dcterms:valid>", namespaces=dcterms))

    assert feed.items == ()
    assert feed.problems[0].startswith("valid:")


def test_a_date_that_cannot_be_read_is_said():
    feed = parse(rss("<title>A</title><pubDate>neulich</pubDate>"))

    assert only(feed).published_at is None
    assert feed.problems == ("date: Das Datum „neulich“ von „A“ ist unlesbar.",)


@pytest.mark.parametrize(
    ("inside", "guid"),
    [
        ("<title>A</title><guid> g-1 </guid><link>https://a.example/1</link>", "g-1"),
        ("<title>A</title><guid>g-1</guid><guid>g-2</guid>", "g-1"),
        ("<title>A</title><link>https://a.example/1</link>", "https://a.example/1"),
        ("<title>A</title><guid>https://a.example/2</guid>", "https://a.example/2"),
    ],
)
def test_the_guid_is_what_the_feed_says_or_else_the_link(inside, guid):
    assert only(parse(rss(inside))).guid == guid


def test_without_guid_and_link_the_content_is_the_guid_and_stays_it():
    first = only(parse(rss("<title>Sprechstunde</title><description>Heute.</description>")))
    again = only(parse(rss("<title> Sprechstunde </title><description><![CDATA[<p>Heute.</p>]]></description>")))

    assert first.guid.startswith("content:")
    assert first.guid == again.guid


def test_a_monstrous_guid_is_hashed():
    assert len(only(parse(rss(f"<title>A</title><guid>{'x' * 100_000}</guid>"))).guid) == 71


def test_a_guid_that_several_entries_bear_is_said():
    feed = parse(rss("<title>A</title><guid>1</guid></item><item><title>B</title><guid>1</guid>"))

    assert len(feed.items) == 2
    assert feed.problems[0].startswith("guid:")


def test_a_permalink_serves_as_link_and_a_mere_name_does_not():
    assert only(parse(rss("<title>A</title><guid>https://a.example/2</guid>"))).link == "https://a.example/2"
    mere = '<title>A</title><guid isPermaLink="false">https://a.example/2</guid>'
    assert only(parse(rss(mere))).link == ""


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "ftp://a.example/", "mailto:a@b.example"]
)
def test_links_that_are_no_web_addresses_are_left_out(link):
    feed = parse(rss(f"<title>A</title><guid>1</guid><link>{link}</link>"))

    assert only(feed).link == ""
    assert feed.problems[0].startswith("link:")


@pytest.mark.parametrize(
    ("channel", "url", "link"),
    [
        ("<link>https://a.example/</link>", "", "https://a.example/neu"),
        ("<link>/start</link>", "https://feeds.example/rss", "https://feeds.example/neu"),
        ("<link>https://a.example/</link>", "https://feeds.example/rss", "https://a.example/neu"),
        ("", "", ""),
    ],
)
def test_relative_addresses_mean_the_site_of_the_feed(channel, url, link):
    assert only(parse(rss("<title>A</title><guid>1</guid><link>/neu</link>", channel=channel), url=url)).link == link


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Kurz.", "Kurz"),
        ("Heute ab 9 Uhr. Kommen Sie vorbei!", "Heute ab 9 Uhr"),
        ("Was nun? Wir helfen.", "Was nun?"),
        ("Am 1. Januar 2027, z. B. um 9 Uhr, ist zu. Danach offen.", "Am 1. Januar 2027, z. B. um 9 Uhr, ist zu."),
        ("Seit Juli 2026. Neu.", "Seit Juli 2026"),
        ("„Ich hab's geschafft!“ Mia strahlt.", "„Ich hab's geschafft!“"),
        ("• Erstens\n• Zweitens", "Erstens"),
        ("wort " * 40, "wort " * 19 + "wort…"),
        ("x" * 300, "x" * 99 + "…"),
        ("👩‍👩‍👧‍👦" * 30, "👩‍👩‍👧‍👦" * 14 + "…"),
        ("", ""),
    ],
)
def test_a_title_is_made_of_the_first_sentence(text, title):
    made = first_sentence(text.strip())

    assert made == title
    assert len(made) <= 100


def test_an_item_with_nothing_in_it_is_left_out():
    feed = parse(rss("<author>x</author>"))

    assert feed.items == ()
    assert feed.problems[0].startswith("empty:")


@pytest.mark.parametrize(
    "namespace",
    [
        "http://search.yahoo.com/mrss/",
        "https://search.yahoo.com/mrss/",
        "http://search.yahoo.com/mrss",
        "http://www.rssboard.org/media-rss",
    ],
)
def test_media_rss_is_known_under_all_its_names(namespace):
    inside = '<title>A</title><media:content url="https://a.example/a.jpg" medium="image"/>'

    item = only(parse(rss(inside, namespaces=f'xmlns:media="{namespace}"')))

    assert item.media == (FeedMedium("https://a.example/a.jpg", "image", "image/jpeg"),)


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ('url="https://a.example/1" type="video/mp4"', "video"),
        ('url="https://a.example/1" medium="video"', "video"),
        ('url="https://a.example/1" type="application/octet-stream" medium="image"', "image"),
        ('url="https://a.example/1.MP3?x=1"', "audio"),
        ('url="https://a.example/1.m3u8" type="application/x-mpegURL"', "video"),
        ('url="https://a.example/1.pdf" type="application/pdf"', "other"),
        ('url="https://a.example/1"', "other"),
    ],
)
def test_the_kind_of_a_medium_is_by_type_then_medium_then_extension(attributes, kind):
    item = only(parse(rss(f"<title>A</title><media:content {attributes}/>", namespaces=MEDIA)))

    assert [medium.kind for medium in item.media] == [kind]


@pytest.mark.parametrize(
    "torrent",
    [
        '<enclosure url="https://a.example/v.torrent" type="application/x-bittorrent"/>',
        '<enclosure url="https://a.example/v.torrent" type="video/mp4"/>',
        '<media:content url="https://a.example/v.torrent" medium="video"/>',
        '<enclosure url="magnet:?xt=urn:btih:abc" type="application/x-bittorrent"/>',
    ],
)
def test_a_torrent_is_never_the_video(torrent):
    video = '<media:content url="https://a.example/v.mp4" type="video/mp4"/>'

    item = only(parse(rss(f"<title>A</title>{torrent}{video}", namespaces=MEDIA)))

    assert [medium.url for medium in item.media] == ["https://a.example/v.mp4"]


def test_a_medium_named_twice_is_one_with_what_both_say():
    inside = (
        '<title>A</title><enclosure url="https://a.example/v.mp4" type="video/mp4" length="1"/>'
        '<media:content url="https://a.example/v.mp4" duration="61" height="720">'
        '<media:thumbnail url="https://a.example/v.jpg"/></media:content>'
    )

    assert only(parse(rss(inside, namespaces=MEDIA))).media == (
        FeedMedium(
            "https://a.example/v.mp4", "video", "video/mp4", height=720, duration=61, poster="https://a.example/v.jpg"
        ),
    )


def test_a_lone_thumbnail_is_the_picture():
    item = only(
        parse(rss('<title>A</title><media:thumbnail url="https://a.example/v.jpg" width="9"/>', namespaces=MEDIA))
    )

    assert item.media == (FeedMedium("https://a.example/v.jpg", "image", "image/jpeg", width=9),)


def test_pictures_in_the_text_count_only_where_the_feed_names_no_media():
    picture = '<description><![CDATA[<img src="https://a.example/b.jpg">]]></description>'
    medium = '<media:content url="https://a.example/a.jpg" medium="image"/>'

    assert [m.url for m in only(parse(rss(picture, namespaces=MEDIA))).media] == ["https://a.example/b.jpg"]
    assert [m.url for m in only(parse(rss(picture + medium, namespaces=MEDIA))).media] == ["https://a.example/a.jpg"]


SAMPLE = '<rss version="2.0"><channel><item><title>Grün „gelb“ – 5 €</title></item></channel></rss>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (SAMPLE.encode(), ""),
        (codecs.BOM_UTF8 + SAMPLE.encode(), ""),
        (SAMPLE.encode("utf-16"), ""),
        (SAMPLE.encode("utf-16-le"), ""),
        (SAMPLE.encode("utf-16-be"), ""),
        (SAMPLE.encode("utf-32"), ""),
        (SAMPLE.encode("utf-32-le"), ""),
        (b'<?xml version="1.0" encoding="windows-1252"?>' + SAMPLE.encode("cp1252"), ""),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + SAMPLE.encode("cp1252"), ""),
        (SAMPLE.encode("cp1252"), "text/xml; charset=iso-8859-1"),
        (
            b'<?xml version="1.0" encoding="ISO-8859-15"?>'
            + SAMPLE.replace("„", '"').replace("“", '"').replace("–", "-").encode("iso-8859-15"),
            "",
        ),
    ],
)
def test_every_honest_encoding_is_read(body, content_type):
    feed = parse(body, content_type=content_type)

    assert only(feed).title.replace('"', "„", 1).replace('"', "“").replace(" - ", " – ") == "Grün „gelb“ – 5 €"
    assert feed.problems == ()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'<?xml version="1.0" encoding="UTF-8"?>' + SAMPLE.encode("cp1252"), ""),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + SAMPLE.encode(), ""),
        (b'<?xml version="1.0" encoding="us-ascii"?>' + SAMPLE.encode(), ""),
        (SAMPLE.encode("cp1252"), "text/xml"),
        (SAMPLE.encode(), "text/xml; charset=windows-1252"),
    ],
)
def test_a_lying_encoding_is_seen_through_and_said(body, content_type):
    feed = parse(body, content_type=content_type)

    assert only(feed).title == "Grün „gelb“ – 5 €"
    assert feed.problems[0].startswith("encoding:")


@pytest.mark.parametrize(
    "name", ["utf-16", "utf-7", "unicode_escape", "rot13", "punycode", "idna", "gibtsnicht", "zlib"]
)
def test_an_encoding_that_cannot_be_is_ignored(name):
    body = f'<?xml version="1.0" encoding="{name}"?>'.encode() + SAMPLE.encode()

    assert only(parse(body)).title == "Grün „gelb“ – 5 €"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   \n",
        b"Hallo Welt",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"<!DOCTYPE html><html><body><p>Seite</p></body></html>",
        b"<html><head/></html>",
        b"<?xml version='1.0'?><opml><body/></opml>",
        b"<?xml version='1.0'?><urlset><url/></urlset>",
        b"<a><item>x</item></a>",
        b"{}",
        b"[]",
        b"[1, 2]",
        b'{"items": 3}',
        b'{"items": []}',
        b"{'items': []}",
        b"\x1f\x8b\x08\0",
        b"%PDF-1.7",
    ],
)
def test_what_is_no_feed_is_refused_with_a_german_reason(body):
    with pytest.raises(Refused) as refused:
        parse(body, rescue=no_rescue)

    assert refused.value.text.endswith(".")
    assert refused.value.code.startswith("feed.")


def test_json_that_is_cut_off_anywhere_is_refused_whole():
    whole = (DATA / "portal.json").read_bytes().rstrip()

    for end in range(2, len(whole), 37):
        with pytest.raises(Refused) as refused:
            parse(whole[:end])
        assert refused.value.code == "feed.truncated"


@pytest.mark.parametrize("name", ["portal.rss.xml", "portal.atom.xml"])
def test_xml_that_is_cut_off_gives_whole_items_or_nothing(name):
    whole = (DATA / name).read_bytes().rstrip()
    honest = {item.guid: item for item in parse(whole).items}

    for end in range(len(whole) - 40, 200, -97):
        try:
            feed = parse(whole[:end], rescue=no_rescue)
        except Refused:
            continue
        assert feed.problems
        assert all(honest[item.guid] == item for item in feed.items)


def test_a_missing_end_tag_is_mended_and_said():
    feed = parse(b'<rss version="2.0"><channel><item><title>A</title></item></channel>')

    assert only(feed).title == "A"
    assert feed.problems[0].startswith("truncated:")


def test_warnings_that_a_server_prints_first_are_skipped():
    feed = parse(b"Warning: foo() in line 3\n" + rss("<title>A</title>"))

    assert only(feed).title == "A"
    assert feed.problems[0].startswith("malformed:")


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{"&a;" if n == 1 else f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><rss><channel><item><title>&a9;</title></item></channel></rss>"
).encode()
HOSTILE = {
    "laughs": LAUGHS,
    "quadratic": b'<!DOCTYPE rss [<!ENTITY a "' + b"x" * 100_000 + b'">]><rss><channel><item><title>' + b"&a;" * 50_000,
    "foreign file": b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item>'
    b"</channel></rss>",
    "300,000 attributes": b"<rss><channel><item "
    + b" ".join(b"a%d='1'" % n for n in range(300_000))
    + b"/></channel></rss>",
    "depth": b"<rss><channel><item>" + b"<a>" * 100_000,
    "elements": b"<rss><channel><item>" + b"<a/>" * 1_500_000,
    "11 MB": b"<rss><channel><item><title>" + b"x" * 11_000_000,
    "json depth": b'{"version": "x", "items": ' + b"[" * 1_000_000,
    "json number": b'{"version": "x", "items": [' + b"9" * 1_000_000 + b"]}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_document_is_refused_within_seconds(body):
    begun, memory = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(Refused):
        parse(body, rescue=no_rescue)

    assert time.process_time() - begun < 4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 400_000


HEAVY = {
    "long text": b"<rss><channel><item><title>" + b"x" * 9_990_000 + b"</title></item></channel></rss>",
    "unclosed fields": b"<rss><channel>" + b"<description>" * 500_000,
    "prefixes": b"<rss><channel>" + b"".join(b"<p%d:a/>" % n for n in range(200_000)) + b"</channel></rss>",
    "ampersands": b"<rss><channel><item><title>" + b"&" * 5_000_000 + b"</title></item></channel></rss>",
    "comments": b"<rss><channel>" + b"<!--" * 500_000,
    "doctypes": b"<!DOCTYPE a>" * 500_000 + b"<rss/>",
    "many items": b"<rss><channel>" + b"<item><title>a</title></item>" * 180_000 + b"</channel></rss>",
    "one deep text": b"<rss><channel><item><description><![CDATA["
    + b"<div>" * 500_000
    + b"]]></description></item></channel></rss>",
    "many media": b"<rss><channel><item>"
    + b"<enclosure url='http://a.example/%d.jpg'/>" * 200_000
    + b"</item></channel></rss>",
    "latin": b"<rss><channel><item><title>" + b"\xfc" * 9_000_000 + b"</title></item></channel></rss>",
}


@pytest.mark.parametrize("body", HEAVY.values(), ids=HEAVY.keys())
def test_a_heavy_document_is_read_or_refused_within_seconds(body):
    begun = time.process_time()

    try:
        feed = parse(body, rescue=no_rescue)
    except Refused:
        feed = None

    assert time.process_time() - begun < 8
    assert feed is None or len(feed.items) <= 2000


def test_entities_of_a_foreign_file_never_come_in(tmp_path):
    secret = tmp_path / "geheim.txt"
    secret.write_text("STRENGGEHEIM")
    doctype = f'<!DOCTYPE rss SYSTEM "file://{secret}" [<!ENTITY % p SYSTEM "file://{secret}"> %p;]>'

    feed = parse(doctype.encode() + rss("<title>A %p; &p;</title>"))

    assert only(feed).title == "A %p; &p;"


BEYOND_MENDING = (
    b'<rss version="2.0"><channel><title>Amt & mehr</title><item><title>Kaputt <b>fett</title>'
    b"<link>https://a.example/1</link><guid>1</guid><category>Geld</category>"
    b"<pubDate>Sa, 21 Nov 2026 19:30:00 MEZ</pubDate>"
    b'<enclosure url="https://a.example/1.jpg" type="image/jpeg" length="1"/></item></channel></rss>'
)


def test_what_cannot_be_mended_is_read_by_feedparser_in_a_process_of_its_own():
    feed = parse(BEYOND_MENDING)

    item = only(feed)
    assert (item.guid, item.link, item.topics) == ("1", "https://a.example/1", ("Geld",))
    assert item.published_at == datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    assert item.title == "Kaputt fett"
    assert item.media == (FeedMedium("https://a.example/1.jpg", "image", "image/jpeg"),)
    assert any(problem.startswith("malformed:") for problem in feed.problems)


def test_a_process_that_does_not_end_is_ended():
    many = " ".join(f"a{number}='1'" for number in range(300_000))
    attributes = f"<rss><channel><item {many}/></channel></rss>"
    begun = time.monotonic()

    assert in_child(attributes, limit=1) is None
    assert time.monotonic() - begun < 10


def test_what_no_parser_can_read_is_refused():
    with pytest.raises(Refused) as refused:
        parse(b"<rss><channel><<<>>", rescue=no_rescue)

    assert refused.value.code == "feed.malformed"


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
@given(st.sampled_from(FIXTURES), st.data())
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


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800\0"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["url", "mime_type", "title"]), inner, max_size=3)
    ),
    max_leaves=6,
)
json_names = st.sampled_from(
    [
        "id",
        "url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "image",
        "date_published",
        "tags",
        "attachments",
        "language",
    ]
)


@given(st.lists(st.dictionaries(json_names, json_values, max_size=8), max_size=3))
def test_no_json_makes_it_stumble_and_what_comes_out_can_be_stored(entries):
    read_or_refused(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": entries}).encode())


def read_or_refused(body: bytes) -> None:
    try:
        feed = parse(body, rescue=in_this_process)
    except Refused as refused:
        assert refused.text
        return
    written = json.dumps(report(feed), ensure_ascii=False)
    written.encode()
    assert "\\u0000" not in written
    for item in feed.items:
        assert item.guid
        assert item.title or item.text or item.link or item.media
        assert not item.link or item.link.startswith(("http://", "https://"))
