"""Which channels have another side."""

from __future__ import annotations

from connectors import discover
from connectors.base import Connector


def calls_nobody(connector: Connector) -> bool:
    """Tell whether there is no other side: the channel has no host, and its accounts name no server."""
    return not connector.hosts and not any(field.address for field in connector.fields)


WIRED = tuple(sorted(name for name, each in discover().items() if not calls_nobody(each)))
"""The channels that call a network."""
