"""The ability of a channel to make an access that ends live longer before it does, without a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from connectors.base import Access


@runtime_checkable
class Renews(Protocol):
    """The ability to make an access that ends live longer before it does, without a person."""

    def renew(self, access: Access) -> Mapping[str, str]:
        """Return the fields that replace those which end; none where it takes a person. Raises: ConnectorError."""
