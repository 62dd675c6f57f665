"""What feeds of every kind of portal say of media: rights, credits, transcripts, tracks, posters."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.sandbox.portal import feeds as portal
from connectors.sandbox.portal.items import first_items
from distributor.domain import Captions, FeedItem, FeedMedium
from distributor.intake.parse import parse

SPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:yt="http://www.youtube.com/xml/schemas/2015"'
)
FILM = '<media:content url="https://a.example/v.mp4" type="video/mp4">'
PICTURE = '<media:content url="https://a.example/a.jpg" medium="image">'


def item_of_rss(inside: str) -> FeedItem:
    document = f'<rss version="2.0" {SPACES}><channel><title>T</title><item>{inside}</item></channel></rss>'
    (item,) = parse(document.encode()).items
    return item


def medium_of(inside: str) -> FeedMedium:
    (medium,) = item_of_rss(f"<title>A</title>{inside}").media
    return medium


def item_of_json(**entry: object) -> FeedItem:
    (item,) = parse(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [entry]}).encode()).items
    return item


def html(fragment: str) -> str:
    return f"<title>A</title><content:encoded><![CDATA[{fragment}]]></content:encoded>"


@pytest.mark.parametrize(
    ("inside", "rights", "licence"),
    [
        (f"{PICTURE}<media:copyright>© 2026 Stadt Fulda</media:copyright></media:content>", "© 2026 Stadt Fulda", ""),
        (
            f'{PICTURE}<media:copyright url="https://a.example/recht">© KJC</media:copyright></media:content>',
            "© KJC (https://a.example/recht)",
            "",
        ),
        (f'{PICTURE}<media:rights status="userCreated"/></media:content>', "userCreated", ""),
        (
            f'{PICTURE}<media:license type="text/html" href="https://cc.example/by/4.0">CC BY 4.0</media:license>'
            "</media:content>",
            "",
            "CC BY 4.0 (https://cc.example/by/4.0)",
        ),
        (
            f'<media:license href="https://cc.example/by/4.0"/>{PICTURE}</media:content>',
            "",
            "https://cc.example/by/4.0",
        ),
        (
            f"<media:copyright>außen</media:copyright><media:group>{PICTURE}<media:copyright>innen</media:copyright>"
            "</media:content></media:group>",
            "innen",
            "",
        ),
    ],
)
def test_rights_and_licence_of_a_medium_are_read_from_it_or_from_around_it(inside, rights, licence):
    medium = medium_of(inside)

    assert (medium.rights, medium.licence) == (rights, licence)


@pytest.mark.parametrize(
    ("credits", "credit"),
    [
        ('<media:credit role="photographer" scheme="urn:ebu">Ayşe Yılmaz</media:credit>', "Ayşe Yılmaz"),
        (
            '<media:credit role="Photographer">A</media:credit><media:credit role="photographer">B</media:credit>',
            "A, B",
        ),
        ('<media:credit role="author">Amt</media:credit><media:credit role="photographer">A</media:credit>', "A"),
        (
            '<media:credit role="author">Amt</media:credit><media:credit role="producer">Film</media:credit>',
            "Amt, Film",
        ),
        ('<media:credit role="actor">Mia</media:credit>', ""),
        ("<media:credit>A</media:credit><media:credit>A</media:credit>", "A"),
        ("<media:copyright>© KJC</media:copyright>", "© KJC"),
    ],
)
def test_all_who_made_the_picture_are_named_and_none_who_appear_in_it(credits, credit):
    assert medium_of(f"{PICTURE}{credits}</media:content>").credit == credit


def test_what_is_spoken_in_a_film_is_its_transcript_and_no_text_of_the_item():
    inside = (
        f"<title>A</title><description>Kurz.</description>{FILM}"
        '<media:text type="plain" lang="de" start="00:00:01">Hallo.</media:text>'
        '<media:text type="html" lang="de" start="00:00:03">Ich bin &lt;b&gt;Mia&lt;/b&gt;.</media:text>'
        "</media:content>"
    )

    item = item_of_rss(inside)

    assert item.media[0].transcript == "Hallo.\nIch bin Mia."
    assert item.text == "Kurz."


def test_every_track_is_kept_with_its_language_and_type_once():
    inside = (
        '<podcast:transcript url="https://a.example/v.json" type="application/json" language="de"/>'
        '<podcast:transcript url="https://a.example/v.html" type="text/html" language="de"/>'
        f'{FILM}<media:subTitle type="text/vtt" lang="de" href="https://a.example/de.vtt"/>'
        '<media:subTitle type="application/srt" lang="tr" href="https://a.example/tr.srt"/>'
        '<media:subTitle lang="de" href="https://a.example/de.vtt"/></media:content>'
    )

    assert medium_of(inside).captions == (
        Captions("https://a.example/de.vtt", "de", "text/vtt"),
        Captions("https://a.example/tr.srt", "tr", "application/x-subrip"),
        Captions("https://a.example/v.json", "de", "application/json"),
    )


@pytest.mark.parametrize(
    ("tracks", "captioned"),
    [
        ((Captions("https://a.example/v", mime="text/vtt"),), True),
        ((Captions("https://a.example/v", mime="application/x-subrip"),), True),
        ((Captions("https://a.example/v.VTT?x=1"),), True),
        ((Captions("https://a.example/v.json", mime="application/json"),), False),
        ((Captions("https://a.example/v"),), False),
        ((Captions("https://a.example/v.json"), Captions("https://a.example/v.srt")), True),
        ((), False),
    ],
)
def test_only_tracks_that_players_show_make_a_film_captioned(tracks, captioned):
    assert FeedMedium("https://a.example/v.mp4", "video", captions=tracks).captioned is captioned


def test_a_podcast_has_length_picture_author_and_transcript():
    item = item_of_rss(
        "<itunes:title>Folge 3</itunes:title><itunes:summary>Worum es geht.</itunes:summary>"
        "<itunes:author>Radio KJC</itunes:author><itunes:duration>1:02:03</itunes:duration>"
        '<itunes:explicit>no</itunes:explicit><itunes:image href="https://a.example/folge"/>'
        '<enclosure url="https://a.example/3.mp3" type="audio/mpeg" length="1"/>'
        '<podcast:transcript url="https://a.example/3.srt" type="application/x-subrip"/>'
    )

    assert (item.title, item.summary, item.author) == ("Folge 3", "Worum es geht.", "Radio KJC")
    assert item.media == (
        FeedMedium(
            "https://a.example/3.mp3",
            "audio",
            "audio/mpeg",
            duration=3723,
            poster="https://a.example/folge",
            captions=(Captions("https://a.example/3.srt", "", "application/x-subrip"),),
        ),
    )


@pytest.mark.parametrize(
    "picture",
    [
        '<itunes:image href="https://a.example/bild"/>',
        '<itunes:image url="https://a.example/bild"/>',
        '<itunes:link rel="image" href="https://a.example/bild"/>',
        "<image><url>https://a.example/bild</url></image>",
        '<media:thumbnail url="https://a.example/bild"/>',
    ],
)
def test_a_picture_of_the_whole_item_is_its_picture_where_there_is_no_other(picture):
    assert medium_of(picture) == FeedMedium("https://a.example/bild", "image")


def test_peertube_gives_the_film_its_poster_its_length_and_its_tracks_but_never_the_torrent():
    torrent = '<enclosure type="application/x-bittorrent" url="https://t.example/v.torrent" length="1"/>'
    sizes = "".join(
        f'<media:content url="https://t.example/v-{height}.mp4" type="video/mp4" height="{height}" duration="61"/>'
        for height in (240, 1080, 720)
    )
    group = (
        f'<media:group>{sizes}<media:content url="https://t.example/v.torrent" type="application/x-bittorrent"/>'
        '<media:subTitle type="text/vtt" lang="de" href="https://t.example/de.vtt"/></media:group>'
    )
    thumbnails = (
        '<media:thumbnail url="https://t.example/klein.jpg" width="280"/>'
        '<media:thumbnail url="https://t.example/gross.jpg" width="850"/>'
    )

    assert medium_of(f"{torrent}{group}{thumbnails}") == FeedMedium(
        "https://t.example/v-1080.mp4",
        "video",
        "video/mp4",
        height=1080,
        duration=61,
        captions=(Captions("https://t.example/de.vtt", "de", "text/vtt"),),
        poster="https://t.example/gross.jpg",
    )


def test_youtube_gives_title_text_author_and_poster():
    document = f"""<feed xmlns="http://www.w3.org/2005/Atom" {SPACES}><title>Kanal</title>
      <author><name>KJC Hessen</name></author><entry><id>yt:video:abc</id><yt:videoId>abc</yt:videoId>
      <link rel="alternate" href="https://www.youtube.com/watch?v=abc"/><published>2026-03-05T13:00:00+00:00</published>
      <media:group><media:title>Mia erzählt</media:title><media:description>Ihr Weg.</media:description>
      <media:content url="https://www.youtube.com/v/abc?version=3" type="application/x-shockwave-flash" width="640"/>
      <media:thumbnail url="https://i.ytimg.example/vi/abc/hqdefault.jpg" width="480" height="360"/></media:group>
      </entry></feed>"""

    (item,) = parse(document.encode()).items

    assert (item.title, item.text, item.author) == ("Mia erzählt", "Ihr Weg.", "KJC Hessen")
    assert item.media == (
        FeedMedium(
            "https://www.youtube.com/v/abc?version=3",
            "video",
            "application/x-shockwave-flash",
            width=640,
            poster="https://i.ytimg.example/vi/abc/hqdefault.jpg",
        ),
    )


def test_a_player_that_stands_alone_is_the_film():
    medium = medium_of('<media:player url="https://v.example/1"/><media:thumbnail url="https://v.example/1.jpg"/>')

    assert medium == FeedMedium("https://v.example/1", "video", "text/html", poster="https://v.example/1.jpg")


def test_wordpress_gives_a_gallery_with_the_credits_of_its_captions_and_without_them_in_the_text():
    item = item_of_rss(
        html(
            '<figure class="wp-block-image"><img src="https://a.example/1.jpg" alt="Mia im Lager" width="1024">'
            '<figcaption class="wp-element-caption">Mia im Lager. Foto: Jörg Müller</figcaption></figure>'
            '<p>Mia lernt.</p><figure class="wp-block-gallery"><figure><img src="https://a.example/2.jpg" alt="">'
            '</figure><figure><img src="https://a.example/3.jpg"><figcaption>(Bild: KJC Fulda)</figcaption></figure>'
            "<figcaption>© Stadt Fulda</figcaption></figure>"
            "<figure><blockquote>Geschafft!</blockquote><figcaption>Mia</figcaption></figure>"
        )
    )

    assert [(medium.url[-5:], medium.alt, medium.credit) for medium in item.media] == [
        ("1.jpg", "Mia im Lager", "Jörg Müller"),
        ("2.jpg", "", "Stadt Fulda"),
        ("3.jpg", None, "KJC Fulda"),
    ]
    assert item.text == "Mia lernt.\n\nGeschafft!\n\nMia"


def test_what_only_the_text_knows_of_a_named_picture_is_added_to_it():
    fragment = (
        '<figure><img src="https://a.example/a.jpg" alt="Zwei Menschen">'
        '<figcaption>Foto: A</figcaption></figure><img src="https://a.example/b.jpg" alt="B">'
    )

    assert item_of_rss(html(fragment) + f"{PICTURE}</media:content>").media == (
        FeedMedium("https://a.example/a.jpg", "image", "image/jpeg", alt="Zwei Menschen", credit="A"),
    )
    assert item_of_json(id="1", title="A", content_html=fragment, image="https://a.example/a.jpg").media == (
        FeedMedium("https://a.example/a.jpg", "image", "image/jpeg", alt="Zwei Menschen", credit="A"),
    )


def test_typo3_gives_its_picture_its_plain_guid_and_its_text():
    item = item_of_rss(
        '<guid isPermaLink="false">news-4711</guid><title>Sprechtag</title><link>https://a.example/n/sprechtag</link>'
        "<description>Am Dienstag.</description><dc:creator>Pressestelle</dc:creator>"
        '<content:encoded><![CDATA[<p class="bodytext">Am Dienstag&nbsp;ab 9&nbsp;Uhr.</p>]]></content:encoded>'
        '<enclosure url="https://a.example/fileadmin/bild.jpg" length="1" type="image/jpeg"/>'
    )

    assert (item.guid, item.text, item.author) == ("news-4711", "Am Dienstag ab 9 Uhr.", "Pressestelle")
    assert item.media == (FeedMedium("https://a.example/fileadmin/bild.jpg", "image", "image/jpeg"),)


def test_several_enclosures_are_several_media_in_their_order():
    enclosures = "".join(
        f'<enclosure url="https://a.example/{name}"/>' for name in ("1.jpg", "2.mp4", "3.pdf", "1.jpg")
    )

    media = item_of_rss(f"<title>A</title>{enclosures}").media

    assert [(medium.url[-5:], medium.kind) for medium in media] == [
        ("1.jpg", "image"),
        ("2.mp4", "video"),
        ("3.pdf", "other"),
    ]


def test_a_json_feeds_extension_tells_all_of_the_media_even_where_there_is_an_image():
    film = {
        "url": "/v.mp4",
        "mime": "video/mp4",
        "medium": "video",
        "width": 1920,
        "height": 1080,
        "duration": 61,
        "credit": "A",
        "poster": "/p.jpg",
        "captions": [{"url": "/de.vtt", "lang": "de"}, {"url": "/tr.vtt", "lang": "tr"}],
        "licence": "CC BY 4.0",
        "transcript": "Hallo.",
    }
    picture = {"url": "/p.jpg", "mime": "image/jpeg", "medium": "image", "alt": "Mia", "credit": "A", "rights": "© KJC"}
    site = {"version": "https://jsonfeed.org/version/1.1", "home_page_url": "https://a.example/"}
    entry = {"id": "1", "title": "A", "image": "/p.jpg", "_kjc": {"media": [film, picture]}}

    (item,) = parse(json.dumps({**site, "items": [entry]}).encode()).items

    assert item.media == (
        FeedMedium(
            "https://a.example/v.mp4",
            "video",
            "video/mp4",
            width=1920,
            height=1080,
            duration=61,
            credit="A",
            captions=(
                Captions("https://a.example/de.vtt", "de", "text/vtt"),
                Captions("https://a.example/tr.vtt", "tr", "text/vtt"),
            ),
            poster="https://a.example/p.jpg",
            licence="CC BY 4.0",
            transcript="Hallo.",
        ),
        FeedMedium("https://a.example/p.jpg", "image", "image/jpeg", alt="Mia", credit="A", rights="© KJC"),
    )


@pytest.mark.parametrize("told", [None, [], "x", {"media": "x"}, {"media": [1, {}, {"url": "javascript:x"}]}])
def test_an_extension_of_another_shape_is_none(told):
    assert item_of_json(id="1", title="A", _kjc=told).media == ()


def test_the_three_feeds_of_the_portal_say_the_same():
    base, now = "http://portal.example", datetime(2026, 12, 1, 8, tzinfo=UTC)
    items = first_items(now)

    rss, atom, json_feed = (
        parse(text.encode()).items
        for text in (portal.rss(items, base, now), portal.atom(items, base, now), portal.json_feed(items, base))
    )

    assert [replace(item, author="") for item in atom] == list(rss)
    # JSON Feed has no credit of the whole item: there each medium has it.
    assert [replace(item, author="") for item in json_feed] == [replace(item, credit="") for item in rss]
