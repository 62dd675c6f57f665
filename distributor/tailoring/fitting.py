"""Making a text fit: the least important part gives way first, at a sentence end, else at a word end, else whole.

Which length fits is asked, never counted here: the caller knows what the channel adds and how it measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from distributor.tailoring.cutting import cut

LEAST = 60
"""A part that may be dropped is dropped rather than cut to fewer characters than this (own choice)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part with its placeholders filled. ``shorter`` are its own shorter wordings, the longest first."""

    text: str
    rank: int = 0
    shorten: bool = False
    shorter: tuple[str, ...] = ()


def fit(pieces: Sequence[Piece], joiner: str, fits: Callable[[str], bool], keep: Iterable[str] = ()) -> str:
    """Return the joined pieces, with as little taken away as ``fits`` demands.

    What gave way comes back, the most important first, as far as a long part's going left room for it. Where even the
    parts of rank 0 at their shortest do not fit, what is left is returned all the same. ``keep`` are phrases that are
    no sentence end in spite of their dot.
    """
    kept = list(pieces)
    phrases = tuple(keep)

    def joined_with(index: int, text: str) -> str:
        return joiner.join(filter(None, (text if at == index else piece.text for at, piece in enumerate(kept))))

    def whole() -> str:
        return joiner.join(filter(None, (piece.text for piece in kept)))

    def give_way(index: int) -> None:
        kept[index] = _given_way(pieces[index], lambda text: fits(joined_with(index, text)), phrases)

    gave: list[int] = []
    for index in sorted(range(len(kept)), key=lambda at: (-kept[at].rank, -at)):
        if fits(whole()):
            break
        give_way(index)
        gave.append(index)
    if fits(whole()):
        for index in reversed(gave[:-1]):
            give_way(index)
    return whole()


def _given_way(piece: Piece, fits: Callable[[str], bool], keep: tuple[str, ...]) -> Piece:
    """Return the piece as long as it may stay; a dropped one is empty."""
    for text in (piece.text, *piece.shorter):
        if fits(text):
            return replace(piece, text=text)
    shortest = piece.shorter[-1] if piece.shorter else piece.text
    if piece.shorten:
        text = cut(piece.text, fits, keep=keep, least=LEAST if piece.rank else 1)
        if text and fits(text):
            return replace(piece, text=text)
        shortest = text or shortest
    return replace(piece, text="" if piece.rank else shortest)
