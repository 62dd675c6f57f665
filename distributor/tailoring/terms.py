"""Words that the law has replaced, with the day from which the new word is right. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Term:
    """An ``old`` word (a compound's beginning counts), the ``new`` one, and the first day of the new one."""

    old: str
    new: str
    since: date


TERMS = (
    Term("Hartz IV", "Grundsicherungsgeld", date(2023, 1, 1)),
    Term("Hartz-IV", "Grundsicherungsgeld", date(2023, 1, 1)),
    Term("Arbeitslosengeld II", "Grundsicherungsgeld", date(2023, 1, 1)),
    Term("Bürgergeld", "Grundsicherungsgeld", date(2026, 7, 1)),
)
"""13th amendment of the SGB II, in force from 1 July 2026; the first three fell with the Bürgergeld-Gesetz of 2023."""
