"""The words the rules know: outdated terms, officialese, words for people, and the bounds of readable prose. Data.

What is shipped stands here; what an operator adds comes from the configuration and is laid over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from distributor.tailoring.lexicon.officialese import OFFICIALESE, Plainer
from distributor.tailoring.lexicon.people import PEOPLE, Person
from distributor.tailoring.lexicon.terms import TERMS, Term

__all__ = ["LEXICON", "Lexicon", "Person", "Plainer", "Term", "with_house"]

T = TypeVar("T")


@dataclass(frozen=True)
class Lexicon:
    """All that the rules on words go by.

    ``lix`` is the highest readability index that is not spoken of: Björnsson calls 50 to 60 the language of
    specialist books and more than 60 that of research and law (C. H. Björnsson, Läsbarhet, Stockholm 1968; the scale
    as told at https://de.wikipedia.org/wiki/Lesbarkeitsindex). ``lix_words`` is the least number of words for which
    the index says anything (own choice). ``sentence`` is the most words of a sentence that reads well: the news
    agency dpa's upper bound of what is desirable is 20 (W. Schneider, Deutsch für Profis, 1982).
    """

    terms: tuple[Term, ...] = ()
    officialese: tuple[Plainer, ...] = ()
    people: tuple[Person, ...] = ()
    lix: int = 60
    lix_words: int = 30
    sentence: int = 20

    @cached_property
    def written(self) -> tuple[str, ...]:
        """Return what of each entry of ``officialese`` must stand in a text without case and with single blanks."""
        heads = (entry.official.removesuffix("*").casefold().split() for entry in self.officialese)
        return tuple(map(" ".join, heads))


LEXICON = Lexicon(TERMS, OFFICIALESE, PEOPLE)
"""What is shipped."""


def with_house(house: Lexicon, shipped: Lexicon = LEXICON) -> Lexicon:
    """Return the shipped lexicon with the house's own laid over it.

    The house's bounds hold. Its entry replaces the shipped one of the same word; one that offers nothing instead takes
    the word off the list.
    """
    return replace(
        house,
        terms=_over(shipped.terms, house.terms, lambda term: term.old, lambda term: term.new),
        officialese=_over(shipped.officialese, house.officialese, lambda one: one.official, lambda one: one.plain),
        people=_over(shipped.people, house.people, lambda person: person.stem, lambda person: person.masculine),
    )


def _over(
    shipped: Iterable[T], own: Iterable[T], word: Callable[[T], str], instead: Callable[[T], str]
) -> tuple[T, ...]:
    entries = {word(entry): entry for entry in (*shipped, *own)}
    return tuple(entry for entry in entries.values() if instead(entry).strip())
