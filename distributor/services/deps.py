"""What every use case is handed: the store, the connectors, the media cache, the vault. Built by ``bootstrap``."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TypeVar, cast
from urllib.parse import urlsplit

from connectors._http import GuardedSession
from connectors.base import Connector
from distributor.domain import Refused
from distributor.lifecycle import Policy
from distributor.media.cache import MediaCache
from distributor.settings import Settings
from distributor.store.engine import Store
from distributor.vault import Vault

_Offer = TypeVar("_Offer")


@dataclass(frozen=True, slots=True)
class Deps:
    """The distributor's parts, put together once per process."""

    settings: Settings
    store: Store
    connectors: Mapping[str, Connector]
    cache: MediaCache
    vault: Vault
    policy: Policy

    def connector(self, channel: str) -> Connector:
        """Return the channel's connector. Raises: Refused for a channel that nobody offers."""
        try:
            return self.connectors[channel]
        except KeyError as error:
            known = ", ".join(sorted(self.connectors))
            raise Refused(f"Den Kanal „{channel}“ gibt es nicht; es gibt: {known}.", code="channel.unknown") from error

    def offering(self, channel: str, what: type[_Offer]) -> _Offer | None:
        """Return the channel's connector if it offers more than every connector must, and this; else None.

        Raises: Refused for a channel that nobody offers.
        """
        connector = self.connector(channel)
        return cast(_Offer, connector) if _offers(cast(Hashable, connector), cast(Hashable, what)) else None

    def urls(self, channel: str) -> dict[str, str]:
        """Return where the channel's hosts are, by name."""
        hosts = self.connector(channel).hosts
        return {name: self.settings.channel_url(channel, name, default) for name, default in hosts.items()}

    def home(self, organisation: str) -> str:
        """Return the address of an Organisation's own pages on the public listener."""
        return f"{self.settings.public_url}/kjc/{organisation}"

    def session(self) -> GuardedSession:
        """Return a way out for one thread: private hosts only where the settings name them."""
        settings = self.settings
        set_here = (url for channel in self.connectors for url in self.urls(channel).values())
        return GuardedSession(inside=settings.allow_private | {urlsplit(url).netloc for url in set_here})

    def stage_lead(self, channel: str) -> timedelta:
        """Return how far ahead of its time a post is staged: never more than half of what the platform keeps."""
        timing = self.connector(channel).timing
        if timing.stage_keeps is None:
            return timing.stage_lead
        return min(timing.stage_lead, timing.stage_keeps / 2)


@lru_cache(maxsize=256)
def _offers(connector: Hashable, what: Hashable) -> bool:
    """Tell whether the connector has all that a protocol names. Delivery asks it about every post, so it is kept."""
    return isinstance(connector, cast(type, what))
