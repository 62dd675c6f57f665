"""The ability of a channel to be connected by a person's yes at the platform (OAuth code flow), not by typed keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from connectors.base import Access


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where a person tells the platform that we may, and what the connector must know again when they come back."""

    url: str
    memory: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """One account that a person may connect after they said yes: the name to know it by, and the fields it brings."""

    name: str
    fields: Mapping[str, str] = field(repr=False)


@runtime_checkable
class Connects(Protocol):
    """The ability to be connected by a person's yes at the platform (OAuth code flow) instead of typed keys."""

    before: tuple[str, ...]
    """The fields that must be known before."""

    def invite(self, access: Access, back: str, state: str) -> Invitation:
        """Return where the person says yes.

        ``back`` is our address that they come back to, empty where none is public; ``state`` is what they bring along.
        Raises: ConnectorError.
        """

    def accept(self, access: Access, memory: Mapping[str, str], code: str) -> Sequence[Offer]:
        """Exchange what they brought for the accounts they may connect, at least one. Raises: ConnectorError."""
