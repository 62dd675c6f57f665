"""Put the parts together: the only place where settings become objects."""

from __future__ import annotations

from connectors import discover
from distributor.lifecycle import Policy
from distributor.media.cache import MediaCache
from distributor.services.deps import Deps
from distributor.settings import Settings, load
from distributor.store.engine import Store
from distributor.vault import Vault


def build(settings: Settings | None = None) -> Deps:
    """Return the distributor's parts for these settings (None: from the environment). Raises: Refused."""
    settings = settings or load()
    return Deps(
        settings=settings,
        store=Store(settings.database_url),
        connectors=discover(),
        cache=MediaCache(settings.data_dir / "media"),
        vault=Vault(settings.key),
        policy=Policy(lateness=settings.lateness),
    )
