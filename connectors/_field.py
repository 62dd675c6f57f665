"""One thing that an account of a channel supplies or chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an account must supply. ``label`` and ``help`` are German; a secret is stored encrypted.

    ``address`` marks the address of a server of the account's own, to which its calls go. Where there are ``choices``,
    each value has its German words there; with ``shapes`` the choice is part of every document of the account.
    """

    name: str
    label: str
    secret: bool = False
    required: bool = True
    help: str = ""
    default: str = ""
    address: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    shapes: bool = False
