"""A document that is read again gives back what was read before; one that differs in anything is read anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from schedules.remembering import remembered


def test_the_same_words_are_read_once_and_others_anew() -> None:
    read: list[Mapping[str, Any]] = []

    @remembered
    def reader(document: Mapping[str, Any]) -> tuple[Any, ...]:
        read.append(document)
        return tuple(document.items())

    first = reader({"a": 1, "b": ["x"]})
    assert reader({"a": 1, "b": ["x"]}) is first
    assert reader({"a": True, "b": ["x"]}) == (("a", True), ("b", ["x"]))
    assert reader({"a": "1", "b": ["x"]}) != first
    assert len(read) == 3


def test_a_document_that_was_changed_is_another_one() -> None:
    reader = remembered(lambda document: tuple(document["days"]))
    document = {"days": ["Mo"]}
    assert reader(document) == ("Mo",)
    document["days"].append("Di")
    assert reader(document) == ("Mo", "Di")


def test_what_is_refused_is_refused_again() -> None:
    def refuses(document: Mapping[str, Any]) -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            remembered(refuses)({})
