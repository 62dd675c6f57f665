"""Words that the law has replaced, with the day from which the new word is right. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Term:
    """An ``old`` word (a compound's beginning counts), the ``new`` one, and the first day of the new one.

    ``swaps`` says that the new word takes the old one's place in any sentence: it has its gender and its endings.
    """

    old: str
    new: str
    since: date
    swaps: bool = True


_BUERGERGELD = date(2023, 1, 1)
_PLAN = date(2023, 7, 1)
_GRUNDSICHERUNG = date(2026, 7, 1)

TERMS = (
    Term("Bürgergeld", "Grundsicherungsgeld", _GRUNDSICHERUNG),
    Term("Hartz IV", "Grundsicherungsgeld", _BUERGERGELD),
    Term("Hartz-IV", "Grundsicherungsgeld", _BUERGERGELD),
    Term("Hartz 4", "Grundsicherungsgeld", _BUERGERGELD),
    Term("Arbeitslosengeld II", "Grundsicherungsgeld", _BUERGERGELD),
    Term("Arbeitslosengeld 2", "Grundsicherungsgeld", _BUERGERGELD),
    Term("ALG II", "Grundsicherungsgeld", _BUERGERGELD),
    Term("ALG 2", "Grundsicherungsgeld", _BUERGERGELD),
    Term("Alg II", "Grundsicherungsgeld", _BUERGERGELD),
    Term("Eingliederungsvereinbarung", "Kooperationsplan", _PLAN, swaps=False),
    Term("Arbeitsamt", "Agentur für Arbeit", date(2004, 1, 1), swaps=False),
    Term("450-Euro-Job", "Minijob", date(2022, 10, 1)),
    Term("520-Euro-Job", "Minijob", date(2024, 1, 1)),
)
"""13th amendment of the SGB II, from 1 July 2026; Bürgergeld-Gesetz of 16 December 2022, from 1 January and 1 July
2023 (https://www.bmas.de, read 2026-11-21); Drittes Gesetz für moderne Dienstleistungen am Arbeitsmarkt, from 2004;
the Minijob's bound moves with the minimum wage since 1 October 2022."""
