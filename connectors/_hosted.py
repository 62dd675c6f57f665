"""What a channel is whose posts are public on our own pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable


@runtime_checkable
class Hosted(Protocol):
    """A channel whose posts are public on our own pages, and nowhere else: what is public is what Receipts say.

    Its release calls nobody. The Receipt that it returns is kept in the same transaction that makes the post public,
    so there is nothing to look for, and nothing to take down once the post is recalled.
    """

    def embedders(self, fields: Mapping[str, str]) -> tuple[str, ...]:
        """Return the origins whose pages may show this account's posts in a frame; ``*`` is any.

        Raises: Rejected for what is no origin.
        """

    def leads(self, fields: Mapping[str, str]) -> bool:
        """Tell whether the Organisation's posts elsewhere wait until the same Item's post here is public."""
