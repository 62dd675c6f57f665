"""Item, voice and channel limits in, a post with its problems out. Pure: no storage, no network, no clock."""

from __future__ import annotations

from distributor.tailoring.compose import Tailored, tailor
from distributor.tailoring.fixing import Kept, Mended, apply_fix, mended
from distributor.tailoring.problems import MENDS, RULES, review, review_slot
from distributor.tailoring.rules.siblings import essence
from distributor.tailoring.subject import Sibling, Subject

__all__ = [
    "MENDS",
    "RULES",
    "Kept",
    "Mended",
    "Sibling",
    "Subject",
    "Tailored",
    "apply_fix",
    "essence",
    "mended",
    "review",
    "review_slot",
    "tailor",
]
