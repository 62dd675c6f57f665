"""Further networks of the sandbox: a module here whose name ends in ``_side`` and that offers ``side`` is one.

The five that are built in have more rules than a description holds; what comes after them needs no more than this.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import connectors.sandbox


@dataclass(frozen=True, slots=True)
class Side:
    """The other side of one channel's wire: its name on the walls, where its hosts lie below the sandbox's own address.

    ``issued`` names the secrets that an account is given: by the channel's field, the name that the sandbox keeps it
    under (see ``state.SECRETS``). ``routes`` gets the sandbox's World and returns the routes that answer there.
    """

    channel: str
    label: str
    hosts: Mapping[str, str]
    issued: Mapping[str, str]
    routes: Callable[[Any], Sequence[Any]]


@cache
def sides() -> Mapping[str, Side]:
    """Return the further networks by channel."""
    names = sorted(module.name for module in pkgutil.iter_modules(connectors.sandbox.__path__))
    modules = (importlib.import_module(f"connectors.sandbox.{name}") for name in names if name.endswith("_side"))
    return {module.side.channel: module.side for module in modules}
