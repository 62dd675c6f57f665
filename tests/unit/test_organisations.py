"""A Jobcenter's name that is none."""

from __future__ import annotations

import pytest

from distributor.services.organisations import unknown


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("fuld", "gemeint ist vielleicht: fulda"),
        ("mainkinzig", "gemeint ist vielleicht: main-kinzig"),
        ("nirgends", "`distributor organisations list` zeigt alle"),
        ("", "`distributor organisations list` zeigt alle"),
    ],
)
def test_a_name_that_is_none_leads_to_the_one_that_was_meant(typed: str, hint: str) -> None:
    assert (
        unknown(typed, ["fulda", "main-kinzig", "wiesbaden"]).text == f"Das Jobcenter „{typed}“ gibt es nicht; {hint}."
    )
