"""What portals put under every entry, and what of an HTML fragment is no text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.intake.boilerplate import without_boilerplate
from distributor.intake.html import text_of
from distributor.intake.pictures import credit_in


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mia lernt.\n\nDer Beitrag Mia erzählt erschien zuerst auf KJC-Universum.", "Mia lernt."),
        ("Mia lernt.\n\nThe post Mia erzählt appeared first on KJC-Universum.", "Mia lernt."),
        ("Mia lernt. Der Beitrag Mia erschien zuerst auf KJC.", "Mia lernt."),
        ("Der Beitrag der Eltern zählt.", "Der Beitrag der Eltern zählt."),
        ("Mia lernt […]", "Mia lernt […]"),
        ("Mia lernt [...]\n\nWeiterlesen", "Mia lernt [...]"),
        ("Mia lernt …\nWeiterlesen →", "Mia lernt …"),
        ("Mia lernt … Weiterlesen", "Mia lernt …"),
        ("Mia lernt... Read more »", "Mia lernt …"),
        ("Mia lernt.\nContinue reading “Mia erzählt”", "Mia lernt."),
        ("Mia lernt.\nWeiterlesen: Mia erzählt", "Mia lernt."),
        ("Mia lernt.\n» Zum Artikel\nDer Beitrag Mia erschien zuerst auf KJC.", "Mia lernt."),
        ("Mehr erfahren Sie im Jobcenter.", "Mehr erfahren Sie im Jobcenter."),
        ("Mehr erfahren: 06152 989-0", "Mehr erfahren: 06152 989-0"),
        ("Weiterlesen lohnt sich.", "Weiterlesen lohnt sich."),
        ("", ""),
    ],
)
def test_lines_of_the_portal_at_the_end_go_and_lines_of_the_entry_stay(text, left):
    assert without_boilerplate(text) == left


@given(st.text(st.sampled_from("Der Beitrag erschien zuerst auf […] Weiterlesen→\n ."), max_size=200))
def test_only_an_end_is_ever_taken_away(text):
    left = without_boilerplate(text)

    assert text.startswith(left.removesuffix(" …").removesuffix("…").rstrip())


@pytest.mark.parametrize(
    ("caption", "who"),
    [
        ("Mia im Lager. Foto: Jörg Müller", "Jörg Müller"),
        ("Foto: geralt auf Pixabay", "geralt auf Pixabay"),
        ("Foto von geralt auf Pixabay", "geralt auf Pixabay"),
        ("Photo by Ayşe on Unsplash", "Ayşe on Unsplash"),
        ("Mia (Bild: KJC Fulda)", "KJC Fulda"),
        ("Mia | © Stadt Wiesbaden / Ayşe Yılmaz", "Stadt Wiesbaden / Ayşe Yılmaz"),
        ("© Foto: Jörg Müller.", "Jörg Müller"),
        ("Fotografin: Ayşe Yılmaz", "Ayşe Yılmaz"),
        ("Quelle: KJC", "KJC"),
        ("Bild von Mia auf dem Weg zur Arbeit", ""),
        ("Ein Foto zeigt Mia.", ""),
        ("Mia im Lager", ""),
        ("", ""),
    ],
)
def test_a_caption_names_the_maker_after_a_word_for_it(caption, who):
    assert credit_in(caption) == who


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Vorn<iframe src='https://v.example/'>Ihr Browser ist zu alt.</iframe> hinten", "Vorn hinten"),
        ("Vorn<iframe src='https://v.example/'><p>Keine iframes.</p></iframe> hinten", "Vorn hinten"),
        ("Vorn <iframe src='https://v.example/'>und <b>mitten</b></iframe> hinten", "Vorn und mitten hinten"),
        ("Vorn<iframe src='https://v.example/'/> hinten", "Vorn hinten"),
        ("Vorn<iframe/> Mitte<iframe></iframe> hinten", "Vorn Mitte hinten"),
        ("Vorn<!-- offen > hinten", "Vorn hinten"),
        ("Vorn<!-- zu --> hinten", "Vorn hinten"),
        ("<object data='x'>Ersatz</object>", "Ersatz"),
        ("<figure><img src=/a.jpg><figcaption>Mia</figcaption></figure>Text", "Text"),
        ("<figure><table><tr><td>1</td></tr></table><figcaption>Zahlen</figcaption></figure>", "1\n\nZahlen"),
        ("<figure><img src=/a.jpg><figcaption>offen</figure>Text", "offen\n\nText"),
        ("<ul><li></li><li>Geld</li></ul>", "• Geld"),
    ],
)
def test_what_is_no_text_goes_and_swallows_nothing(html, text):
    assert text_of(html) == text
