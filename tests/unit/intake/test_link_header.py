"""The header ``Link``: what is a link, what it is of, and what is written wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.intake.link_header import links_in
from tests.support.effort import effort

BASE = "https://kjc.example/feed"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("<https://hub.example/>; rel=hub", [("https://hub.example/", {"hub"})]),
        ('</a>;rel="self  Alternate" ; type="x/y"', [("https://kjc.example/a", {"self", "alternate"})]),
        ("<a>; rel=hub, <b>; rel=self", [("https://kjc.example/a", {"hub"}), ("https://kjc.example/b", {"self"})]),
        ('<a>; title="ein, <x>; \\"Titel\\""; rel=hub', [("https://kjc.example/a", {"hub"})]),
        ("<a>; rel=hub; rel=self", [("https://kjc.example/a", {"hub"})]),
        ("<a>", [("https://kjc.example/a", set())]),
        ("<javascript:x>; rel=hub, <b>; rel=self", [("https://kjc.example/b", {"self"})]),
        ("<a; rel=hub", []),
        ("rel=hub", []),
        ("<a>; rel=hub kaputt <b>; rel=self", [("https://kjc.example/a", {"hub"})]),
    ],
)
def test_a_header_is_read(header: str, expected: list[tuple[str, set[str]]]) -> None:
    assert [(link.address, link.rels) for link in links_in(header, BASE)] == expected


def test_the_other_parameters_are_kept() -> None:
    [link] = links_in('<a>; rel=alternate; Title="A \\"B\\""; flag', BASE)

    assert link.more == {"title": 'A "B"', "flag": ""}


@given(st.text(alphabet='<>;,="\\ abrel', max_size=200))
def test_nothing_that_is_written_there_breaks_the_reading(header: str) -> None:
    assert all(link.address.startswith("https://") for link in links_in(header, BASE))


@pytest.mark.parametrize("hostile", ["<a>," * 100_000, "<" * 300_000, "<a>;" * 100_000, '<a>;b="' * 50_000])
def test_a_hostile_header_is_read_in_no_time(hostile: str) -> None:
    with effort(10):
        found = links_in(hostile, BASE)

    assert len(found) <= 100
