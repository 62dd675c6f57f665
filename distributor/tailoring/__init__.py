"""Item, voice and channel limits in, a post with its problems out. Pure: no storage, no network, no clock."""

from __future__ import annotations

from distributor.tailoring.compose import Tailored, tailor
from distributor.tailoring.problems import RULES, review

__all__ = ["RULES", "Tailored", "review", "tailor"]
