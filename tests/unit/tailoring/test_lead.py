"""What an item says first: hook and teaser, whole sentences, each once."""

from __future__ import annotations

import pytest

from distributor.domain import FeedItem
from distributor.tailoring.lead import TEASER, lead_of
from tests.support.effort import effort


def lead(title: str, summary: str, text: str = "") -> tuple[str, str]:
    return lead_of(FeedItem("1", title, "", summary, text))


@pytest.mark.parametrize(
    ("summary", "text", "wanted"),
    [
        ("Kurz gesagt.", "Lang.", "Kurz gesagt."),
        ("", "Erster Satz. Zweiter Satz.", "Erster Satz. Zweiter Satz."),
        ("Ganzer Satz. Halber Satz, der […]", "Ganzer Text.", "Ganzer Satz."),
        ("Halber Satz, der […]", "Ganzer Text.", "Ganzer Text."),
        ("Halber Satz, der [...]", "", "Halber Satz, der …"),
        ("Mia erzählt. Sie sagt: „Ich hatte Angst. Dann kam der […]", "", "Mia erzählt."),
        ("", "Mia lacht …", "Mia lacht …"),
        ("Der Titel", "Der Titel. Und der Text.", "Und der Text."),
        ("„Der Titel“: Und mehr.", "", "„Der Titel“: Und mehr."),
        ("Der Titel ist nur der Anfang.", "", "Der Titel ist nur der Anfang."),
        ("DER TITEL!\nUnd mehr.", "", "Und mehr."),
        ("  Zwei \n\n Zeilen  hier ", "", "Zwei\nZeilen hier"),
        ("", "Eine Zwischenzeile\n\nDer erste Satz.\n\nNoch eine\nDer zweite.", "Der erste Satz.\nDer zweite."),
        ("", "Nur eine Zeile", "Nur eine Zeile"),
        ("Der Text. (Geld, Wohnen)", "", "Der Text."),
        ("Der Text. (Mac 10.13, Wohnen)", "", "Der Text."),
        ("Der Text. (Bitte anmelden!)", "", "Der Text. (Bitte anmelden!)"),
        ("Der Text. Von Mia Muster-Huber (Geld, Wohnen)", "", "Der Text."),
        ("Der Text. Eine Analyse von Mia Muster und Ali Kaya", "", "Der Text."),
        ("Der Text. Von Mia kommt der Tipp", "", "Der Text. Von Mia kommt der Tipp"),
        ("Von Mia Muster", "", "Von Mia Muster"),
        ("Der Text. Was jetzt? Ein halber Satz, der […]", "", "Der Text."),
        ("Was jetzt? Ein halber Satz, der […]", "", "Was jetzt?"),
        ("Der Text. Was jetzt?", "", "Der Text. Was jetzt?"),
        ("Der Text […]\nDer Beitrag Der Titel erschien zuerst auf KJC.", "Ganzer Text.", "Ganzer Text."),
        ("Der Text.\nThe post Der Titel appeared first on KJC.", "", "Der Text."),
        ("Der Text. Weiterlesen lohnt sich.\nWeiterlesen …", "", "Der Text. Weiterlesen lohnt sich."),
        ("", "", ""),
    ],
)  # fmt: skip
def test_the_teaser_is_the_summary_or_the_beginning_of_the_text(summary, text, wanted):
    assert lead("Der Titel", summary, text) == ("Der Titel", wanted)


@pytest.mark.parametrize(
    ("title", "summary", "wanted"),
    [
        ("Amazon: Verbot bleibt bestehen", "Amazons Verbot bleibt bestehen. Warum?", "Warum?"),
        ("Neu: die Sprechzeiten", "Die neuen Sprechzeiten. Kommt vorbei.", "Die neuen Sprechzeiten. Kommt vorbei."),
        ("Das Amt bleibt zu", "Das Amt bleibt heute zu. Ab 3. Mai nicht.", "Das Amt bleibt heute zu. Ab 3. Mai nicht."),
        ("Verbot bleibt", "Das Verbot bleibt.", "Das Verbot bleibt."),
    ],
)  # fmt: skip
def test_a_first_sentence_that_only_repeats_the_title_is_left_out(title, summary, wanted):
    assert lead(title, summary)[1] == wanted


@pytest.mark.parametrize(
    ("title", "summary", "wanted"),
    [
        ("", "Heute geöffnet! Kommt vorbei.", ("Heute geöffnet!", "Kommt vorbei.")),
        ("", "Heute geöffnet", ("Heute geöffnet", "")),
        ("Heute haben …", "Heute haben wir geöffnet. Kommt her.", ("Heute haben wir geöffnet.", "Kommt her.")),
        ("Heute haben …", "Heute haben wir ge […]", ("Heute haben wir ge …", "")),
        ("Und dann …", "Mia erzählt.", ("Und dann …", "Mia erzählt.")),
        ("", "", ("", "")),
    ],
)  # fmt: skip
def test_an_item_without_a_title_of_its_own_begins_with_its_first_sentence(title, summary, wanted):
    assert lead(title, summary) == wanted


def test_a_teaser_of_a_long_text_ends_at_a_sentence():
    _title, teaser = lead("", "", "Dies ist ein Satz von vielen. " * 50)

    assert len(teaser) <= TEASER
    assert teaser.endswith("von vielen.")


def test_an_endless_sentence_is_broken_off_at_a_word():
    _title, teaser = lead("Der Titel", "", "wort " * 5000)

    assert len(teaser) <= TEASER
    assert teaser.endswith("wort …")


@pytest.mark.parametrize(
    ("title", "summary", "text", "wanted"),
    [
        ("Mehr auf www.kjc.example", "Alles neu.", "", ("Mehr auf www.kjc.example", "Alles neu.")),
        ("www.kjc.example hilft", "", "", ("www.kjc.example hilft", "")),
        ("Neu", "Alles neu. Mehr auf https://kjc.example/a. Komm vorbei.", "", ("Neu", "Alles neu. Komm vorbei.")),
        ("Neu", "Alles neu. Mehr auf jobcenter.de. Komm vorbei.", "", ("Neu", "Alles neu. Komm vorbei.")),
        ("Neu", "Mehr auf www.kjc.example.", "Langer Text.", ("Neu", "Langer Text.")),
        ("Neu", "Mehr auf www.kjc.example.", "", ("Neu", "Mehr auf www.kjc.example.")),
        ("Neu", "", "Mehr auf www.kjc.example.", ("Neu", "Mehr auf www.kjc.example.")),
        ("Neu", "Mehr auf www.kjc.example. Hier ist der […]", "", ("Neu", "Mehr auf www.kjc.example.")),
        ("Neu", "Auf www.kjc.example ist der […]", "", ("Neu", "Auf www.kjc.example ist der …")),
        ("Neu", "Alles neu.\nMehr dazu: 👇\nwww.kjc.example\nKomm! 👋", "", ("Neu", "Alles neu.\nKomm! 👋")),
        ("Neu", "Komm vorbei! 👋\nwww.kjc.example", "", ("Neu", "Komm vorbei! 👋")),
        ("Neu", "Mehr dazu auf\nwww.kjc.example", "", ("Neu", "Mehr dazu auf\nwww.kjc.example")),
        ("", "Mehr auf www.kjc.example. Komm vorbei.", "", ("Komm vorbei.", "")),
        ("", "Mehr auf www.kjc.example.", "", ("Mehr auf www.kjc.example.", "")),
    ],
)  # fmt: skip
def test_unwanted_addresses_go_with_their_sentence_and_never_leave_a_torso(title, summary, text, wanted):
    assert lead_of(FeedItem("1", title, "", summary, text), addresses=False) == wanted


def test_addresses_stay_where_they_work():
    content = FeedItem("1", "Neu", "", "Alles neu. Mehr auf https://portal.example/a. Komm vorbei.")

    assert lead_of(content) == ("Neu", content.summary)


@pytest.mark.parametrize(
    "unit", [" ", "\n", ".", "[…] ", "[…]\n", '."', "wort ", "„", "der beitrag ", "(", "www.a ", "a.", "a-"]
)
def test_a_lead_takes_time_by_length_only(unit):
    with effort(30):
        lead_of(FeedItem("1", unit * 30_000, "", unit * 30_000, unit * 30_000), addresses=False)


@pytest.mark.parametrize(
    ("summary", "teaser"),
    [
        ("Der Film kommt. Einen Teaser könnt ihr euch weiter unten ansehen.", "Der Film kommt."),
        ("Der Film kommt. Erste Bilder findest du unten im Beitrag. Neue Figur Sie ist rot.", "Der Film kommt."),
        ("Erste Bilder findest du unten im Beitrag. Er läuft im Mai.", "Er läuft im Mai."),
        ("Es gibt Neues. Das Video können Sie sich unten anschauen!", "Es gibt Neues."),
        ("Der Keller liegt weiter unten. Dort ist es kühl.", "Der Keller liegt weiter unten. Dort ist es kühl."),
        ("Unten im Hof steht ein Rad. Wem gehört es?", "Unten im Hof steht ein Rad. Wem gehört es?"),
        ("Das Video könnt ihr euch weiter unten ansehen.", "Das Video könnt ihr euch weiter unten ansehen."),
        ("Es gibt eine Figur. Wir fassen alle Details für euch zusammen. Sie ist rot.", "Es gibt eine Figur."),
        ("Der Plan steht. Welche es sind, haben wir hier für euch zusammengefasst.", "Der Plan steht."),
        ("Die Kurse beginnen. Wir fassen euch an der Hand.", "Die Kurse beginnen. Wir fassen euch an der Hand."),
        ("Wir haben gefragt. Die Antworten stehen fest.", "Wir haben gefragt. Die Antworten stehen fest."),
    ],
)
def test_what_only_the_page_has_is_not_promised_in_a_post(summary: str, teaser: str) -> None:
    assert lead_of(FeedItem("1", "Titel", "https://a.example/1", summary))[1] == teaser
