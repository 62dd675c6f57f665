"""Which items a feed's answer no longer lists although they did not simply scroll out of it. Pure.

A feed is a window onto the newest entries: each new one pushes an old one off its end. What is gone in any other way
may have been taken back at the portal, and only a person can say. Items are named by any number; listings run from the
newest to the oldest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from distributor.domain import FeedItem

MOST_QUESTIONS = 5
"""So many missing items are asked about whatever they are a part of; our own choice."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """The items that are gone without a reason; ``shrunk`` where so many are that the answer itself is in doubt."""

    items: tuple[int, ...] = ()
    shrunk: bool = False


def vanished(before: Sequence[int], listed: Sequence[int], *, complete: bool = False) -> Vanished:
    """Return which items of the listing ``before`` are missing in the one at hand.

    As many as came in at the top may have left at the end; but where something older than before is listed now, or
    where the feed says that it is ``complete``, nothing has scrolled out. An empty answer, or one that lacks more than
    half of what was listed, tells of trouble rather than of many decisions.
    """
    now, then = set(listed), set(before)
    last = max((place for place, item in enumerate(before) if item in now), default=-1)
    tail = before[last + 1 :]
    scrolled = set() if complete else set(tail[len(tail) - min(len(tail), _came_on_top(then, listed)) :])
    gone = tuple(item for item in before if item not in now and item not in scrolled)
    empty = bool(before) and not listed
    return Vanished(gone, empty or (len(gone) > MOST_QUESTIONS and 2 * len(gone) > len(before)))


def _came_on_top(then: set[int], listed: Sequence[int]) -> int:
    """Return how many came since then; none count if some came at the end, for then the window reaches further back."""
    known = [place for place, item in enumerate(listed) if item in then]
    if known and known[-1] < len(listed) - 1:
        return 0
    return len(listed) - len(known)


def runs_backwards(items: Sequence[FeedItem]) -> bool:
    """Tell whether a document runs from the oldest entry to the newest: its dates only ever ascend.

    Most run the other way, and by their order, not by their dates, it is decided what scrolls out.
    """
    dates = [item.published_at for item in items if item.published_at is not None]
    return len(set(dates)) > 1 and all(one <= other for one, other in pairwise(dates))
