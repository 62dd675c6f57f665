"""The small pure pieces: measuring, recognising, reading times."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors._graph_posts import carries, moment, squeezed, utf16_units, with_link


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("Größe", 5), ("👍", 2), ("👩‍🎓", 5), ("\ud83d", 1)])
def test_text_is_measured_in_utf16_units(text, units):
    assert utf16_units(text) == units


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Mehr: https://kjc.example/s/7h", True),
        ("https://kjc.example/s/7h.", True),
        ("(https://kjc.example/s/7h)", True),
        ("https://kjc.example/s/7h\nSchluss", True),
        ("https://kjc.example/s/7h3", False),
        ("https://kjc.example/s/7h/mehr", False),
        ("https://kjc.example/s/7h?x=1", False),
        ("nichts", False),
    ],
)
def test_a_link_is_seen_only_as_a_whole(text, there):
    assert carries(text, "https://kjc.example/s/7h") is there


def test_no_link_stands_nowhere():
    assert not carries("Text", "")


def test_white_space_and_composition_do_not_matter():
    assert squeezed(" Gro\u0308ße\r\n\r\nzwei\u00a0\tdrei ") == "Größe zwei drei"


def test_times_are_read_as_meta_writes_them():
    assert moment("2026-04-06T17:50:09+0000") == datetime(2026, 4, 6, 17, 50, 9, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, "", "gestern", "2026-04-06T17:50:09", 1775497809])
def test_what_is_no_time_is_none(text):
    assert moment(text) is None


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("Hallo", "Hallo\n\nL"),
        ("Hallo\n\n#Eins #Zwei", "Hallo\n\nL\n\n#Eins #Zwei"),
        ("Hallo #Eins", "Hallo #Eins\n\nL"),
        ("", "L"),
    ],
)
def test_a_link_joins_a_text_before_its_closing_hashtags(text, joined):
    assert with_link(text, "L") == joined
