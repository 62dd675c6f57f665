"""The ability of a channel to say what its platform takes for a post."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol, runtime_checkable

from connectors.base import Field, RemotePost

BUDGET = Field(
    "budget",
    "Monatsbudget",
    required=False,
    help="Höchstens so viel je Kalendermonat, in der Währung des Netzwerks: 5 oder 5,50. Leer: keine Grenze.",
)
"""The field of an account that bounds what it may spend."""


@runtime_checkable
class Costs(Protocol):
    """A platform that takes money for posts."""

    currency: str

    def price(self, post: RemotePost) -> Decimal:
        """Return what the post costs from preparing to release, in ``currency``. Pure."""
