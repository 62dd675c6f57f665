"""The preview: fold, links, card, counter; for any channel from its declared look."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import discover
from connectors.base import Look
from distributor.tailoring.graphemes import boundaries
from distributor.web.files import looks_css
from distributor.web.preview import Piece, fold_at, is_web_address, pieces, preview

CLICK = Look(fold=40, picture_ratio=1.5, picture_first=False, links_click=True, card=True)
HEADED = Look(fold=40, picture_ratio=0, picture_first=True, links_click=True, card=True, heading=True)
STILL = Look(fold=40, picture_ratio=1.0, picture_first=True, links_click=False, card=False)
PICTURE = {"sha256": "a" * 64, "mime": "image/jpeg", "width": 3, "height": 2, "alt": "Ein Baum"}


def channel(look: Look) -> Any:
    return SimpleNamespace(look=look, limits=SimpleNamespace(measure=len, text=100, unit="Zeichen"))


def post(text: str, link: str = "", media: tuple[dict[str, object], ...] = ()) -> dict[str, Any]:
    return {"title": "Titel", "heading": "Überschrift", "text": text, "link": link, "media": list(media)}


@pytest.mark.parametrize(
    ("text", "fold", "shown"),
    [
        ("kurz", 10, "kurz"),
        ("genau zehn", 10, "genau zehn"),
        ("eins zwei drei vier", 12, "eins zwei"),
        ("Donaudampfschifffahrtsgesellschaft", 10, "Donaudampf"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2, "👩‍👩‍👧‍👦👩‍👩‍👧‍👦"),
        ("", 10, ""),
    ],
)
def test_text_is_folded_at_a_blank_or_else_at_a_whole_character(text: str, fold: int, shown: str) -> None:
    assert text[: fold_at(text, fold)] == shown


@given(st.text(max_size=80), st.integers(min_value=1, max_value=60))
def test_the_fold_never_cuts_a_character_and_never_shows_more_than_it_may(text: str, fold: int) -> None:
    cut = fold_at(text, fold)
    assert cut in boundaries(text) or text[cut] in " \n"
    assert cut == len(text) or cut > 0


@given(st.text(alphabet="abc#:/.htps <>\"'é👍", max_size=60))
def test_pieces_give_the_text_back_and_link_only_to_the_web(text: str) -> None:
    found = pieces(text, CLICK)
    assert "".join(piece.text for piece in found) == text
    assert all(piece.href.startswith(("http://", "https://")) for piece in found if piece.href)


def test_links_and_hashtags_are_told_apart() -> None:
    assert pieces("Mehr: https://kjc.example/s/ab. #Ausbildung", CLICK) == (
        Piece("Mehr: "),
        Piece("https://kjc.example/s/ab", href="https://kjc.example/s/ab"),
        Piece(". "),
        Piece("#Ausbildung", tag=True),
    )


def test_a_channel_without_clickable_links_shows_them_as_text() -> None:
    assert all(not piece.href for piece in pieces("https://kjc.example/s/ab", STILL))


@pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example/", "//x.example"])
def test_other_schemes_never_become_links(text: str) -> None:
    assert all(not piece.href for piece in pieces(text, CLICK))
    assert not is_web_address(text)


def test_a_link_makes_a_card_only_without_pictures_and_only_where_the_channel_has_cards() -> None:
    link = "https://kjc.example/s/ab"
    card = preview(post("Text", link), channel(CLICK)).card
    assert card is not None
    assert card.host == "kjc.example"
    assert preview(post("Text", link, (PICTURE,)), channel(CLICK)).card is None
    assert preview(post("Text", link), channel(STILL)).card is None
    assert preview(post("Text", "javascript:alert(1)"), channel(CLICK)).card is None


def test_length_is_counted_on_the_whole_text_in_the_channels_unit() -> None:
    shown = preview(post("a" * 120), channel(CLICK))
    assert (shown.length, shown.limit, shown.unit) == (120, 100, "Zeichen")
    assert shown.rest


def test_every_channel_that_exists_gets_its_picture_ratio() -> None:
    connectors = discover()
    css = looks_css(connectors)
    assert all(f".look-{name} " in css for name in connectors)
    assert css.count("aspect-ratio") == len(connectors)


def test_a_channel_that_shows_a_heading_and_the_link_below_shows_them_beside_pictures_too() -> None:
    shown = preview(post("Text", "https://portal.example/1", (PICTURE,)), channel(HEADED))

    assert shown.heading == "Überschrift"
    assert shown.card is not None
    assert preview(post("Text"), channel(CLICK)).heading == ""
