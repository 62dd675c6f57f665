"""The world outside: one module per channel, found by looking, named nowhere else.

A channel is a module of this package whose name has no leading underscore and that offers ``connector``.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from connectors.base import Connector

_NOT_CHANNELS = {"base", "sandbox"}


@cache
def discover() -> dict[str, Connector]:
    """Return every channel's connector by its channel name. Raises: RuntimeError if two modules claim one name."""
    found: dict[str, Connector] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if module.name.startswith("_") or module.name in _NOT_CHANNELS:
            continue
        connector: Connector = importlib.import_module(f"connectors.{module.name}").connector
        if connector.channel in found:
            raise RuntimeError(f"two modules claim the channel {connector.channel!r}")
        found[connector.channel] = connector
    return found
