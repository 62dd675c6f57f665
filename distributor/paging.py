"""Pages of a list, told by the row they lie beside: the last one is found as soon as the first. Pure.

A page that is told by its number makes the database walk over all rows before it, and shows rows twice, or never,
where others change meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """Which page is wanted: the one behind a row or the one before it, by the row's number, or the last one.

    By default the first. A row that is not there any more is no row.
    """

    after: int = 0
    before: int = 0
    last: bool = False


FIRST = Spot()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page: the numbers of its rows in order, and whether there are rows before and behind it."""

    numbers: Sequence[int]
    earlier: bool = False
    later: bool = False
