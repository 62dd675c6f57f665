"""Feed documents of every format, honest, broken and hostile."""

from __future__ import annotations

import codecs
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from distributor.domain import FeedMedium, ParsedFeed, Refused
from distributor.intake.draft import first_sentence
from distributor.intake.fallback import in_child
from distributor.intake.identity import distinct
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


@pytest.mark.parametrize(
    ("inside", "author"),
    [
        ("<author>Ayşe Yılmaz</author>", "Ayşe Yılmaz"),
        ("<author>redaktion@kjc.example (Ayşe Yılmaz)</author>", "Ayşe Yılmaz"),
        ("<author>Ayşe Yılmaz &lt;redaktion@kjc.example&gt;</author>", "Ayşe Yılmaz"),
        ("<author>redaktion@kjc.example</author>", ""),
        ("<author>Amt (Presse)</author>", "Amt (Presse)"),
        ("<author>Ayşe Yılmaz (mailto:ayse@kjc.example)</author>", "Ayşe Yılmaz"),
        ("<author>Ayşe Yılmaz (ayse&amp;#64;kjc.example)</author>", "Ayşe Yılmaz"),
        ("<dc:creator>A</dc:creator><dc:creator>B</dc:creator><author>C</author>", "A, B"),
        ("<atom:author><atom:name>A</atom:name></atom:author>", "A"),
        ("", ""),
    ],
)
def test_the_authors_are_named_and_their_addresses_are_not(inside, author):
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'

    assert only(parse(rss(f"<title>A</title>{inside}", namespaces=spaces))).author == author


def test_an_atom_feeds_author_wrote_what_no_other_did():
    entries = "<entry><title>1</title></entry><entry><title>2</title><author><name>B</name></author></entry>"

    feed = parse(f'<feed xmlns="http://www.w3.org/2005/Atom"><author><name>A</name></author>{entries}</feed>'.encode())

    assert [item.author for item in feed.items] == ["A", "B"]


def test_an_entry_taken_over_from_elsewhere_is_by_the_authors_of_its_source():
    source = "<source><title>Anderswo</title><author><name>C</name></author></source>"
    entries = (
        f"<entry><title>1</title>{source}</entry><entry><title>2</title>{source}<author><name>B</name></author></entry>"
    )

    feed = parse(f'<feed xmlns="http://www.w3.org/2005/Atom"><author><name>A</name></author>{entries}</feed>'.encode())

    assert [item.author for item in feed.items] == ["C", "B"]


@pytest.mark.parametrize(
    ("document", "guid"),
    [
        ("<feed xml:base='https://a.example/b/'><entry><id>c/1</id></entry></feed>", "https://a.example/b/c/1"),
        ("<feed><entry><id>c/1</id></entry></feed>", "c/1"),
        ("<feed xml:base='https://a.example/b/'><entry><id>urn:x:1</id></entry></feed>", "urn:x:1"),
        (
            "<rss xml:base='https://a.example/b/'><item><guid isPermaLink='true'>c/1</guid></item></rss>",
            "https://a.example/b/c/1",
        ),
        ("<rss xml:base='https://a.example/b/'><item><guid>c/1</guid></item></rss>", "c/1"),
    ],
)
def test_an_id_that_is_an_address_means_what_the_document_says_its_addresses_are_relative_to(document, guid):
    named = document.replace("</item>", "<title>A</title></item>").replace("</entry>", "<title>A</title></entry>")

    assert only(parse(named.encode(), url="https://elsewhere.example/feed")).guid == guid


@pytest.mark.parametrize("reference", ["&lang;", "&rang;"])
def test_the_names_of_characters_mean_what_the_document_types_of_feeds_declare(reference):
    codepoint = {"&lang;": "\u3008", "&rang;": "\u3009"}[reference]

    assert only(parse(rss(f"<title>{reference}</title>"))).title == codepoint


@pytest.mark.parametrize(
    "root",
    [
        '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>',
        '<feed xmlns="http://purl.org/atom/ns#">{}</feed>',
        '<feed xmlns="http://nobody.example/newformat#">{}</feed>',
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom">{}</a:feed>',
        "<feed>{}</feed>",
    ],
)
def test_a_format_is_known_by_its_outermost_element_in_whatever_namespace(root):
    prefix = "a:" if "a:feed" in root else ""
    entry = f"<{prefix}entry><{prefix}id>1</{prefix}id><{prefix}title>A</{prefix}title></{prefix}entry>"

    assert (only(parse(root.format(entry).encode())).guid, only(parse(root.format(entry).encode())).title) == ("1", "A")


def test_what_is_packed_in_base64_is_unpacked_if_it_is_text():
    entry = '<entry><id>1</id><title type="{}">{}</title></entry>'
    packed = [("application/octet-stream", "R3LDvG4gPGI+QTwvYj4="), ("application/octet-stream", "/9j/4AAQ")]

    feed = parse(f"<feed>{''.join(entry.format(*one) for one in packed)}</feed>".encode())

    assert [item.title for item in feed.items] == ["Grün A", ""]


@pytest.mark.parametrize(
    ("inside", "summary", "text"),
    [
        ("<summary>Kurz.</summary><description>Das Ganze.</description>", "Kurz.", "Das Ganze."),
        ("<description>Kurz.</description><summary>Das Ganze.</summary>", "Kurz.", "Das Ganze."),
        ("<description>Erster Text.</description><summary>Der zweite.</summary>", "Erster Text.", "Der zweite."),
        ("<summary>Dies ist das Ganze.</summary><description>Kurz.</description>", "Kurz.", "Dies ist das Ganze."),
        ("<description>Dies ist das Ganze.</description><summary>Kurz.</summary>", "Kurz.", "Dies ist das Ganze."),
    ],
)
def test_of_a_description_and_a_summary_the_first_is_the_teaser_unless_it_is_much_longer(inside, summary, text):
    item = only(parse(rss(f"<title>A</title>{inside}")))

    assert (item.summary, item.text) == (summary, text)


@pytest.mark.parametrize("name", ["content:encoded", "content", "body", "xhtml:div", "fullitem", "atom:content"])
def test_the_whole_text_is_found_under_all_its_names(name):
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    )
    inside = f"<title>A</title><description>Kurz.</description><{name}>&lt;p&gt;Das Ganze.&lt;/p&gt;</{name}>"

    item = only(parse(rss(inside, namespaces=spaces)))

    assert (item.summary, item.text) == ("Kurz.", "Das Ganze.")


def test_of_a_date_that_is_written_twice_the_last_counts():
    dates = "<pubDate>2026-11-20T10:00:00Z</pubDate><pubDate>2026-11-21T10:00:00Z</pubDate>"

    assert only(parse(rss(f"<title>A</title>{dates}"))).published_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_an_old_expiry_date_is_the_end_of_validity():
    item = only(parse(rss("<title>A</title><expirationDate>Thu, 31 Dec 2026 23:00:00 GMT</expirationDate>")))

    assert item.valid_until == datetime(2026, 12, 31, 23, tzinfo=UTC)


def test_topics_come_from_every_place_that_names_them_each_once():
    spaces = f'{MEDIA} xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    inside = (
        "<title>A</title><category>Geld</category><tags>Wohnen, Geld</tags>"
        '<itunes:category text="Bildung"><itunes:category text="Ausbildung"/></itunes:category>'
        '<media:category label="Jobsuche">job</media:category><media:keywords>Geld, Amt</media:keywords>'
    )

    topics = only(parse(rss(inside, namespaces=spaces))).topics

    assert topics == ("Wohnen", "Geld", "Bildung", "Ausbildung", "Amt", "Jobsuche")


def test_a_text_full_of_tags_in_a_cdata_section_is_no_flood_of_elements():
    feed = parse(rss("<title>A</title><description><![CDATA[" + "<b>x</b>" * 250_000 + "]]></description>"))

    assert only(feed).text


def test_a_permalink_serves_as_link_and_a_mere_name_does_not():
    assert only(parse(rss("<title>A</title><guid>https://a.example/2</guid>"))).link == "https://a.example/2"
    mere = '<title>A</title><guid isPermaLink="false">https://a.example/2</guid>'
    assert only(parse(rss(mere))).link == ""
    relative = '<title>A</title><guid isPermaLink="true">/2</guid>'
    assert only(parse(rss(relative), url="https://a.example/feed")).link == "https://a.example/2"
    assert only(parse(rss("<title>A</title><guid>2</guid>"), url="https://a.example/feed")).link == ""


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
        ("Mia lernt […]", "Mia lernt …"),
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


def test_an_entry_with_nothing_to_post_is_kept_as_such_and_said():
    feed = parse(rss("<author>x</author>"))

    assert only(feed).empty
    assert distinct(feed.items) == []
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
    ("declared", "written"),
    [
        ("viscii", bytes([0x56, 0x69, 0xAE, 0x74, 0x20, 0x4E, 0x61, 0x6D])),
        ("TCVN5712-1", bytes([0x56, 0x69, 0xD6, 0x74, 0x20, 0x4E, 0x61, 0x6D])),
    ],
)
def test_character_sets_that_python_does_not_know_are_read(declared, written):
    feed = f'<?xml version="1.0" encoding="{declared}"?>'.encode() + rss("<title>%</title>").replace(b"%", written)

    assert only(parse(feed)).title == "Việt Nam"


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
        (b'<?xml version="1.0" encoding="MS-CYRL"?>' + SAMPLE.replace("ü", "&#252;").encode("cp1251"), ""),
        (
            ('<?xml version="1.0" encoding="ebcdic-cp-us"?>' + SAMPLE)
            .replace("„", "&#8222;")
            .replace("“", "&#8220;")
            .replace("–", "&#8211;")
            .replace("€", "&#8364;")
            .encode("cp037"),
            "",
        ),
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


def test_entities_of_a_foreign_file_never_come_in(tmp_path):
    secret = tmp_path / "geheim.txt"
    secret.write_text("STRENGGEHEIM")
    doctype = f'<!DOCTYPE rss SYSTEM "file://{secret}" [<!ENTITY % p SYSTEM "file://{secret}"> %p;]>'

    feed = parse(doctype.encode() + rss("<title>A %p; &p;</title>"))

    assert only(feed).title == "A %p; &p;"


@pytest.mark.parametrize(
    ("declared", "used", "read"),
    [
        ('<!ENTITY id "tag:amt.example,">', "&id;2026:/1", "tag:amt.example,2026:/1"),
        ("<!ENTITY gr 'Gr&#252;&#xDF;e'>", "&gr; &amp; &lt;mehr>", "Grüße & <mehr>"),
        ('<!ENTITY nbsp "&#160;">', "Amt&nbsp;Fulda", "Amt Fulda"),
        ('<!ENTITY amt "Jobcenter">\n<!ENTITY amt "anders">', "&amt;", "Jobcenter"),
        ('<!ENTITY copy "Bild: ">', "&copy;Amt", "Bild: Amt"),
        ('<!ENTITY a "eins">', "<![CDATA[&a; zwei]]>", "&a; zwei"),
        ('<!ENTITY a "<b>eins</b>">', "zwei", "zwei"),
    ],
)
def test_a_short_text_that_a_document_declares_is_put_where_it_is_named(declared, used, read):
    feed = parse(f"<!DOCTYPE rss [{declared}]>".encode() + rss(f"<title>{used}</title>"), rescue=no_rescue)

    assert only(feed).title == read


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
    assert time.monotonic() - begun < 60


def test_what_no_parser_can_read_is_refused():
    with pytest.raises(Refused) as refused:
        parse(b"<rss><channel><<<>>", rescue=no_rescue)

    assert refused.value.code == "feed.malformed"
