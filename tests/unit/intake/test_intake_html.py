"""HTML of feeds as plain text, and the pictures in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.domain import FeedMedium
from distributor.intake.html import laid_out, text_of, text_of_either, tidy
from distributor.intake.pictures import images_of
from tests.support.effort import effort

BASE = "https://portal.example/beitrag/1"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Eins</p><p>Zwei</p>", "Eins\n\nZwei"),
        ("Beginn<br>19:30", "Beginn\n19:30"),
        ("<section>Beginn</section><section>19:30</section>", "Beginn\n19:30"),
        ("<dl><dt>Wann</dt><dd>Heute</dd></dl>", "Wann\nHeute"),
        ("<ul><li>Geld</li><li>Wohnen</li></ul>", "• Geld\n• Wohnen"),
        ("<ol><li>erst</li><li>dann</li></ol>", "1. erst\n2. dann"),
        (
            "Preise:<table><tr><td>Bus</td><td>3 €</td></tr><tr><td>Bahn</td><td>5 €</td></tr></table>",
            "Preise:\nBus 3 €\nBahn 5 €",
        ),
        (
            "<table><tr><td>Wir beraten Sie<br>zur Arbeit.</td><td><p>Kontakt</p><p>06152 989-0</p></td></tr>"
            "<tr><td><p>Bus</p></td><td><div>3 €</div></td></tr></table>",
            "Wir beraten Sie\nzur Arbeit.\n\nKontakt\n\n06152 989-0\n\nBus 3 €",
        ),
        ("<table><tr><td><ul><li>a</li><li>b</li></ul></td><td>c</td></tr></table>", "• a\n• b\nc"),
        ("f&uuml;r &Auml;ltere &ndash; gro&szlig;", "für Ältere – groß"),
        ("a&nbsp;b\u202fc \t d", "a b c d"),
        ("Donau\u00addampf\u200bschiff\ufefffahrt", "Donaudampfschifffahrt"),
        ("Schüler*innen, Schüler:innen, Schüler_innen", "Schüler*innen, Schüler:innen, Schüler_innen"),
        (
            "👩\u200d👩\u200d👧\u200d👦 👍🏽 🏳️\u200d🌈 👩🏽\u200d🔧",
            "👩\u200d👩\u200d👧\u200d👦 👍🏽 🏳️\u200d🌈 👩🏽\u200d🔧",
        ),
        ("Job\u200dcenter 🎉\u200d.", "Jobcenter 🎉."),
        ("Auf\u200clage, aber می\u200cخواهم", "Auflage, aber می\u200cخواهم"),
        ("harmlos\u202egnudnuhcs\u202c", "harmlosgnudnuhcs"),
        (
            "C++\u200e \u0628\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
            "C++\u200e \u0628\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
        ),
        ("Job\u200ecenter #Job\u200fcenter 1\u061c2", "Jobcenter #Jobcenter 12"),
        ("<p>\u200f \u200e</p>", ""),
        ("<svg><title>Plan der Beratungsstellen</title><circle r=1 /></svg>", "Plan der Beratungsstellen"),
        ("<svg><title>Pfeil</title></svg> Weiter", "Weiter"),
        ("u\u0308ber", "über"),
        ("\x96 \x84Zitat\x93", "– „Zitat“"),
        ("<script>alert(1)</script>A<style>b{}</style>B", "AB"),
        ('<a href="javascript:alert(1)">Hier</a>', "Hier"),
        ('<img src="https://zaehler.example/p.gif" width=1 height=1>Text', "Text"),
        ("5 < 7 und a &lt; b", "5 < 7 und a < b"),
        ("<!' <a href='foo'>", "<!'"),
        ("<!DOCTYPE ~", "<!DOCTYPE ~"),
        ("<!DOCTYPE html><p>Text", "Text"),
        ("<!-- weg --><!--[if mso]>weg<![endif]--><![if !mso]>da<![endif]>", "da"),
        ("<![CDATA[<p>Innen</p>]]> außen", "Innen\n\naußen"),
        ("<![CDATA[Nur Text]]>", "Nur Text"),
        ("<![CDATA[<script></script>]]&gt;", "<![CDATA[]]>"),
        ("<math><mi>a</mi><mo>+</mo><mi>b</mi></math>", "a+b"),
        ("<em>mitten</em>drin", "mittendrin"),
        ("", ""),
        ("<p></p>", ""),
    ],
)
def test_html_becomes_the_text_a_person_would_read(html, text):
    assert text_of(html) == text


def test_what_is_read_plainly_keeps_its_words_and_its_lines():
    html = "<style>p{}</style><p>Eins <b>zw</b>ei</p><ul><li>a&amp;b</li></ul><script>x('<p>')</script>"

    assert text_of(html, plainly=True) == "Eins zwei\n\na&b"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("List<String> und 3 < 4", "List<String> und 3 < 4"),
        ("Zeile eins\nZeile zwei", "Zeile eins\nZeile zwei"),
        ("mitten im Satz\n   umbrochen", "mitten im Satz umbrochen"),
        ("you&#039;ll &amp; we", "you'll & we"),
        ("<b>fett</b> &amp; mager", "fett & mager"),
        ("Kaputt <b>fett", "Kaputt fett"),
        ("Eins<br>Zwei", "Eins\nZwei"),
        ("<p>Eins", "Eins"),
    ],
)
def test_a_field_of_unknown_kind_is_read_as_what_it_looks_like(value, text):
    assert text_of_either(value) == text


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "x",
        "<b id=1><p>" * 50_000,
        "<a " * 300_000,
        "<" * 500_000,
        "<table><tr><td>" * 5_000,
        "<ul><li>" * 20_000,
        "<p>x</p>" * 100_000,
        "<!--" * 100_000,
        "&" * 300_000,
        "\u200d" * 300_000,
    ],
    ids=lambda html: html[:8],
)
def test_hostile_html_is_done_within_seconds(html):
    with effort(50):
        text_of(html)


@given(st.text(max_size=300))
def test_no_text_makes_it_stumble_and_tidying_twice_changes_nothing(text):
    once = tidy(text)

    assert tidy(once) == once
    assert "\u00ad" not in text_of(text)
    text_of_either(text).encode()


TAGS = ["<p>", "</p>", '<p class="a">', "<br>", "<br/>", "<b>", "</b>", "<i>", "</i>", "<a href='x'>", "</a>"]
WORDS = ["Ein", "zwei.", " ", "\n", "&amp;", "&nbsp;", "&uuml;", "ß", ","]
simple_html = st.lists(st.sampled_from([*TAGS, *WORDS]), max_size=14).map("".join)


@settings(max_examples=400, deadline=None)
@given(simple_html)
def test_simple_html_is_read_as_the_whole_layout_would_have_it(html):
    assert text_of(html) == laid_out(html)


def test_pictures_are_found_with_alt_text_and_size_and_made_absolute():
    first = '<img src="/a.jpg" alt="Zwei Menschen" width="800" height="600px">'
    html = f'<p>{first} <img src="b.png" alt=""> <img src="c.png">'

    assert images_of(html, BASE) == [
        FeedMedium("https://portal.example/a.jpg", "image", "image/jpeg", width=800, height=600, alt="Zwei Menschen"),
        FeedMedium("https://portal.example/beitrag/b.png", "image", "image/png", alt=""),
        FeedMedium("https://portal.example/beitrag/c.png", "image", "image/png", alt=None),
    ]


@pytest.mark.parametrize(
    "image",
    [
        '<img src="https://portal.example/p.gif" width="1" height="1">',
        '<img src="https://portal.example/p.gif" width="0">',
        '<img src="https://ssl-vg03.met.vgwort.de/na/abc">',
        '<img src="http://feeds.feedburner.com/~r/kjc/~4/abc">',
        '<img src="https://s.w.org/images/core/emoji/14/72x72/1f600.png">',
        '<img src="/smile.png" class="wp-smiley">',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="javascript:alert(1)">',
        "<img>",
    ],
)
def test_pixels_smileys_and_foreign_schemes_are_no_pictures(image):
    assert images_of(image, BASE) == []


def test_a_picture_that_loads_late_is_found_behind_its_placeholder():
    html = '<img src="data:image/gif;base64,R0" data-src="https://portal.example/a.webp">'

    assert [medium.url for medium in images_of(html, BASE)] == ["https://portal.example/a.webp"]


def test_the_same_picture_counts_once():
    assert len(images_of('<img src="/a.jpg"><img src="/a.jpg">', BASE)) == 1
