"""Put the parts together: the only place where settings become objects."""

from __future__ import annotations

from connectors import discover
from distributor.lifecycle import Policy
from distributor.media.bucket import Bucket
from distributor.media.cache import MediaCache
from distributor.services.deps import Deps
from distributor.settings import WEB_THREADS, Settings, load
from distributor.store.engine import Store
from distributor.vault import Vault


def build(settings: Settings | None = None) -> Deps:
    """Return the distributor's parts for these settings (None: from the environment). Raises: Refused."""
    settings = settings or load()
    return Deps(
        settings=settings,
        store=Store(settings.database_url, connections=_connections(settings), statement=settings.database_timeout),
        connectors=discover(),
        cache=MediaCache(settings.data_dir / "media", _bucket(settings)),
        vault=Vault(settings.key),
        policy=Policy(lateness=settings.lateness),
    )


def _bucket(settings: Settings) -> Bucket | None:
    if not settings.s3_bucket:
        return None
    return Bucket(
        settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
    )


def _connections(settings: Settings) -> int:
    """Return how many threads of this process may want the database at once, so that none waits for a connection.

    The crew's last looks, both web listeners, and the daemon's own: duties, publishing with what it asks on the way,
    the beat. They are opened only as they are needed.
    """
    return settings.threads + 2 * WEB_THREADS + 8
