"""Title cards, as they are seen: in the Jobcenter's colours, every word readable, long words parted well."""

from __future__ import annotations

import io
from pathlib import Path

import pyphen
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from connectors import discover
from connectors.base import PictureRules
from distributor.colours import READABLE, contrast, ink_on
from distributor.domain import FeedItem, Refused
from distributor.media.cards import UPRIGHT, WIDE, Card, card_of, card_shape, card_size, paint
from distributor.media.typeset import drawable, font, set_text
from distributor.roster import organisation_of
from distributor.services.configuration import read_files

CONFIG = Path(__file__).resolve().parents[3] / "config"
LONG = "Bundesausbildungsförderungsgesetz und Eingliederungsvereinbarung"


def pixels(card: Card, size: tuple[int, int] = UPRIGHT) -> Image.Image:
    image = Image.open(io.BytesIO(paint(card, size)), formats=["JPEG"])
    image.load()
    return image


def near(image: Image.Image, colour: tuple[int, int, int]) -> int:
    """Return how many pixels have about this colour."""
    return sum(
        count
        for count, pixel in image.getcolors(image.width * image.height)
        if all(abs(one - other) <= 12 for one, other in zip(pixel, colour, strict=True))
    )


def test_a_card_shows_the_jobcenters_colours_and_writes_on_them() -> None:
    image = pixels(Card("Ohne Abschluss zur Ausbildung", "KJC Fulda", "#8b1a1a", "#ffffff"))
    assert image.size == UPRIGHT
    assert near(image, (0x8B, 0x1A, 0x1A)) > 0.7 * image.width * image.height
    assert near(image, (255, 255, 255)) > 20_000


@pytest.mark.parametrize("size", [UPRIGHT, WIDE, (320, 400)])
@pytest.mark.parametrize("title", ["Los!", LONG, "Wort " * 300, "W" * 400, "https://jobcenter.example/" + "a" * 200])
def test_nothing_that_is_written_touches_the_edge(title: str, size: tuple[int, int]) -> None:
    image = pixels(Card(title, "Kommunales Jobcenter Groß-Gerau", "#004b6b", "#ffffff"), size)
    margin = round(size[0] * 0.05)
    whole = near(image, (255, 255, 255))
    inner = image.crop((margin, margin, size[0] - margin, size[1] - margin))
    assert near(inner, (255, 255, 255)) == whole > 0


def test_umlauts_and_sharp_s_are_drawn_and_not_left_out() -> None:
    one, other = (
        paint(Card(title, "KJC", "#004b6b", "#ffffff"), WIDE) for title in ("Ärzte für Gießen", "Arzte fur Giesen")
    )
    assert one != other
    assert drawable("A\u0308rzte fu\u0308r Gießen") == "Ärzte für Gießen"


def test_what_the_font_cannot_draw_is_left_out_and_leaves_no_box() -> None:
    assert drawable("Los geht’s 🎉👩‍🔧!") == "Los geht’s !"
    assert drawable("„Kamera läuft“ – 50 € · Teil 2…") == "„Kamera läuft“ – 50 € · Teil 2…"


def test_a_long_word_is_parted_at_its_syllables() -> None:
    lines = set_text(LONG, 640, 900, 70, 40).lines
    assert "".join(line.removesuffix("-") if line.endswith("-") else f"{line} " for line in lines).strip() == LONG
    syllables = pyphen.Pyphen(lang="de_DE")
    parted = [line.removesuffix("-").split()[-1] for line in lines if line.endswith("-")]
    assert parted
    for part in parted:
        whole = next(word for word in LONG.split() if part in word)
        assert whole.index(part) + len(part) in syllables.positions(whole)


def test_a_word_that_has_a_hyphen_ends_its_line_there() -> None:
    lines = set_text("Rheingau-Taunus-Kreis", 560, 130, 60, 30).lines
    assert lines == ("Rheingau-Taunus-", "Kreis")


def test_short_words_are_never_parted_to_be_larger() -> None:
    assert not any(line.endswith("-") for line in set_text("Ausbildung mit Herz finden", 600, 900, 110, 30).lines)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(title=st.text(max_size=200), width=st.integers(120, 1200), height=st.integers(60, 1200))
def test_every_title_is_set_within_its_box(title: str, width: int, height: int) -> None:
    setting = set_text(title, width, height, 90, 14)
    assert all(font(setting.size).getlength(line) <= width for line in setting.lines)
    assert setting.height <= height


def test_every_jobcenters_card_can_be_read() -> None:
    for document in read_files(CONFIG).organisations.values():
        organisation = organisation_of(document)
        ink = organisation.ink or ink_on(organisation.colour)
        assert contrast(ink, organisation.colour) >= READABLE, organisation.slug


@given(st.integers(0, 0xFFFFFF))
def test_on_every_ground_black_or_white_can_be_read(colour: int) -> None:
    assert contrast(ink_on(f"#{colour:06x}"), f"#{colour:06x}") >= READABLE


def test_contrast_is_what_the_standard_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


def organisation(**more: str) -> dict[str, object]:
    return {**read_files(CONFIG).organisations["fulda"], **more}


@pytest.mark.parametrize(("colour", "ink"), [("#8b1a1a", "#9b2a2a"), ("#ffff00", "#ffffff"), ("#8b1a1a", "weiß")])
def test_colours_that_cannot_be_read_are_refused(colour: str, ink: str) -> None:
    with pytest.raises(Refused, match="Kontrast von 4,5:1"):
        organisation_of(organisation(colour=colour, ink=ink))


def test_a_bright_ground_is_written_on_in_black_by_itself() -> None:
    card = card_of(FeedItem("g", "Titel", ""), organisation_of(organisation(colour="#ffdd00")))
    assert (card.ground, card.ink) == ("#ffdd00", "#000000")


def test_every_channel_takes_the_cards_that_it_would_get() -> None:
    for connector in discover().values():
        rules = connector.limits.pictures
        width, height = card_size(rules)
        assert rules.min_ratio <= width / height <= rules.max_ratio
        assert width <= rules.max_width
        assert len(paint(Card(LONG, "KJC", "#004b6b", "#ffffff"), (width, height))) <= rules.max_bytes


def test_the_same_card_has_the_same_name_and_another_has_another() -> None:
    card = Card("Titel", "KJC", "#004b6b", "#ffffff")
    assert len(card.source) == 64
    assert card.source == Card("Titel", "KJC", "#004b6b", "#ffffff").source
    assert card.source != Card("Titel", "KJC", "#004b6b", "#000000").source
    assert paint(card, WIDE) == paint(card, WIDE)
    assert card_shape(card_size(PictureRules(max_width=600))) == "card1-600x338"
